/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Messages and renames whose outcome is not known yet, with their text, in the order of their
 * numbers. Nothing that was typed gets lost. Knows no client and no screen.
 */
#ifndef ROOMD_ROOM_SCREEN_PENDING_H
#define ROOMD_ROOM_SCREEN_PENDING_H

#include "base/buffer.h"

#include <roomd/client.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pending_entry {
    uint32_t number;
    bool rename;   /* it asks for another name */
    bool reported; /* the user was told that it takes long */
    bool taken;    /* it was acknowledged; its event will follow */
    size_t length;
    char *text; /* owned */
};

/* All zero is an empty list. */
struct pending {
    struct pending_entry entries[CLIENT_PENDING_MAX];
    size_t count;
};

void pending_done(struct pending *pending);

/* Copies the text. STATUS_FULL; STATUS_NO_MEMORY. */
int pending_add(struct pending *pending, uint32_t number, bool rename, const char *text,
                size_t length);

/* NULL if there is none. Valid until an entry is added or removed. */
struct pending_entry *pending_find(struct pending *pending, uint32_t number);
void pending_remove(struct pending *pending, uint32_t number);

/*
 * Adds the sanitized line for the entry of that index, "  …   alice: hello (sending)"; `why` is the
 * word in parentheses. If there are more entries than `max` lines, the last line is "and 5 more".
 * False if there is no such line.
 */
bool pending_note(const struct pending *pending, size_t index, size_t max, const char *name,
                  const char *why, size_t columns, struct buffer *out);

#endif
