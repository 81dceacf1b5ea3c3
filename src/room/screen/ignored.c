/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A plain array: it is short, and speed does not matter. */
#include "room/screen/ignored.h"

#include "core/model/text.h"

#include <roomd/status.h>
#include <string.h>

static int fold(const char *name, size_t length, struct ignored_name *ret_name)
{
    int folded;

    if (length == 0 || length > ROOM_NAME_MAX_BYTES)
        return STATUS_INVALID;
    folded = text_fold(name, length, ret_name->folded, sizeof(ret_name->folded));
    if (folded < 0)
        return STATUS_INVALID;
    memcpy(ret_name->shown, name, length);
    ret_name->shown[length] = '\0';
    ret_name->folded_len = (size_t)folded;
    return STATUS_OK;
}

static bool is_same(const struct ignored_name *a, const struct ignored_name *b)
{
    return a->folded_len == b->folded_len && memcmp(a->folded, b->folded, a->folded_len) == 0;
}

/* Returns `count` if it is not on the list. */
static size_t find(const struct ignored *ignored, const struct ignored_name *name)
{
    size_t index = 0;

    while (index < ignored->count && !is_same(&ignored->names[index], name))
        index++;
    return index;
}

bool ignored_is_same(const char *a, size_t a_length, const char *b, size_t b_length)
{
    struct ignored_name one, other;

    return fold(a, a_length, &one) == STATUS_OK && fold(b, b_length, &other) == STATUS_OK &&
           is_same(&one, &other);
}

bool ignored_has(const struct ignored *ignored, const char *name, size_t length)
{
    struct ignored_name looked_for;

    return ignored->count > 0 && fold(name, length, &looked_for) == STATUS_OK &&
           find(ignored, &looked_for) < ignored->count;
}

int ignored_toggle(struct ignored *ignored, const char *name, size_t length, bool *ret_ignored)
{
    struct ignored_name toggled;
    size_t index;

    if (fold(name, length, &toggled) != STATUS_OK)
        return STATUS_INVALID;
    index = find(ignored, &toggled);
    if (index < ignored->count) {
        ignored->count--;
        memmove(&ignored->names[index], &ignored->names[index + 1],
                (ignored->count - index) * sizeof(toggled));
        *ret_ignored = false;
        return STATUS_OK;
    }
    if (ignored->count == IGNORED_MAX)
        return STATUS_FULL;
    ignored->names[ignored->count++] = toggled;
    *ret_ignored = true;
    return STATUS_OK;
}
