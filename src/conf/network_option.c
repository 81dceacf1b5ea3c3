/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parses a list of networks. */
#include "conf/network_option.h"

#include "conf/value.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define NONE "none"

static int add(struct network_list *list, const char *item, char ret_why[VALUE_WHY_BYTES])
{
    if (*item == '\0')
        return value_refuse(STATUS_INVALID, ret_why,
                            "holds no network: is there a comma too many?");
    if (strcmp(item, NONE) == 0)
        return value_refuse(STATUS_INVALID, ret_why,
                            "stands for an empty list: nothing else may stand beside it");
    if (strpbrk(item, " \t") != NULL)
        return value_refuse(STATUS_INVALID, ret_why, "is no network: put commas between several");
    return network_list_add(list, item, ret_why);
}

int network_option_parse(const char *text, const struct option *option, const struct place *place,
                         struct diagnostics *diagnostics, struct network_list *ret_list)
{
    struct network_list list = {.count = 0};
    char copy[VALUE_MAX_BYTES + 1], why[VALUE_WHY_BYTES];
    char *next;
    int status = STATUS_OK;

    snprintf(copy, sizeof(copy), "%s", text);
    next = value_trim(copy);
    if (*next == '\0' && option->min > 0) {
        diagnostics_error(diagnostics, place, "%s.%s is empty: write all, none, or networks",
                          option->section, option->key);
        return STATUS_INVALID;
    }
    if (*next == '\0' || strcmp(next, NONE) == 0)
        next = NULL;
    while (next != NULL && status != STATUS_FULL) {
        const char *item = value_trim(strsep(&next, ","));
        int item_status = add(&list, item, why);

        if (item_status == 0)
            continue;
        status = item_status;
        diagnostics_error(diagnostics, place, "%s.%s: '%s' %s", option->section, option->key,
                          diagnostics_excerpt(item).text, why);
    }
    if (status != 0)
        return STATUS_INVALID;
    *ret_list = list;
    return STATUS_OK;
}
