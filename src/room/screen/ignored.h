/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The names whose lines are not shown, until the program ends. Names are compared as the room
 * compares them.
 */
#ifndef ROOMD_ROOM_SCREEN_IGNORED_H
#define ROOMD_ROOM_SCREEN_IGNORED_H

#include <roomd/limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Far more than anybody needs. */
#define IGNORED_MAX 64U

struct ignored_name {
    char shown[ROOM_NAME_MAX_BYTES + 1];
    char folded[ROOM_NAME_MAX_BYTES * 4];
    size_t folded_len;
};

/* All zero is an empty list. */
struct ignored {
    struct ignored_name names[IGNORED_MAX];
    size_t count;
};

/* True if both spell the same name. An invalid name equals no other. */
bool ignored_is_same(const char *a, size_t a_length, const char *b, size_t b_length);

bool ignored_has(const struct ignored *ignored, const char *name, size_t length);

/* Adds a name to the list, or removes it. STATUS_INVALID: not a valid name. STATUS_FULL. */
int ignored_toggle(struct ignored *ignored, const char *name, size_t length, bool *ret_ignored);

#endif
