/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parses and looks up verbs. */
#include "core/plain_wire/verbs.h"

#include <roomd/status.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int refuse(int status, char ret_why[DIALECT_WHY_BYTES], const char *why)
{
    snprintf(ret_why, DIALECT_WHY_BYTES, "%s", why);
    return status;
}

int verbs_parse(const char *text, struct verbs *ret_verbs, char ret_why[DIALECT_WHY_BYTES])
{
    struct verbs result = {.count = 0};

    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        if (length > DIALECT_VERB_MAX_BYTES) {
            snprintf(ret_why, DIALECT_WHY_BYTES, "holds a verb of %zu bytes; at most %d", length,
                     DIALECT_VERB_MAX_BYTES);
            return STATUS_TOO_LONG;
        }
        for (size_t i = 0; i < length; i++) {
            if (text[i] < '!' || text[i] > '~')
                return refuse(STATUS_INVALID, ret_why,
                              "a verb is made of printable ASCII characters");
        }
        if (length > 0) {
            if (result.count == DIALECT_VERBS_MAX)
                return refuse(STATUS_TOO_LONG, ret_why, "holds more than 8 verbs");
            memcpy(result.word[result.count], text, length);
            result.length[result.count++] = (uint8_t)length;
        }
        text += length + (text[length] == ' ' ? 1 : 0);
    }
    if (result.count == 0)
        return refuse(STATUS_INVALID, ret_why, "holds no verb: give at least one");
    *ret_verbs = result;
    return STATUS_OK;
}

bool verbs_hold(const struct verbs *verbs, const char *word, size_t length)
{
    for (uint8_t i = 0; i < verbs->count; i++) {
        if (verbs->length[i] == length && memcmp(verbs->word[i], word, length) == 0)
            return true;
    }
    return false;
}
