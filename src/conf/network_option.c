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

/* `trusted`: set if the list has that word; NULL: it may not. */
static int parse(const char *text, const struct option *option, const struct place *place,
                 struct diagnostics *diagnostics, struct network_list *ret_list, bool *trusted)
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
        bool is_trusted = trusted != NULL && strcmp(item, OPTION_TRUSTED) == 0;
        int item_status = is_trusted ? STATUS_OK : add(&list, item, why);

        if (is_trusted)
            *trusted = true;
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

int network_option_parse(const char *text, const struct option *option, const struct place *place,
                         struct diagnostics *diagnostics, struct network_list *ret_list)
{
    return parse(text, option, place, diagnostics, ret_list, NULL);
}

int network_option_parse_plain_from(const char *text, const struct option *option,
                                    const struct place *place, struct diagnostics *diagnostics,
                                    struct network_list *ret_list, bool *ret_trusted)
{
    bool trusted = false;
    int status = parse(text, option, place, diagnostics, ret_list, &trusted);

    if (status == 0)
        *ret_trusted = trusted;
    return status;
}

int network_option_join(struct network_list *list, const struct network_list *other)
{
    list->sets |= other->sets;
    for (uint16_t i = 0; i < other->count; i++) {
        bool known = false;

        for (uint16_t j = 0; j < list->count && !known; j++)
            known = network_equal(&list->networks[j], &other->networks[i]);
        if (known)
            continue;
        if (list->count == NETWORK_LIST_MAX)
            return STATUS_FULL;
        list->networks[list->count++] = other->networks[i];
    }
    return STATUS_OK;
}
