/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What was said and has no place in the room yet, so that nothing is lost: in the order of its
 * numbers, with its text. Knows no client and no screen.
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
    bool rename; /* it asks for another name */
    bool told;   /* that it takes long */
    bool taken;  /* it is in the room; its event is on its way */
    size_t length;
    char *text; /* owned */
};

/* All zero is an empty one. */
struct pending {
    struct pending_entry entries[CLIENT_PENDING_MAX];
    size_t count;
};

void pending_done(struct pending *pending);

/* STATUS_FULL; STATUS_NO_MEMORY. */
int pending_add(struct pending *pending, uint32_t number, bool rename, const char *text,
                size_t length);

/* NULL: there is none. Valid until something is added or taken out. */
struct pending_entry *pending_find(struct pending *pending, uint32_t number);
void pending_remove(struct pending *pending, uint32_t number);

/*
 * Adds the visible line for the entry of that index, "  …   alice: hello (sending)"; of `most`
 * lines, the last may be "and 5 more". `why` is the word in parentheses. False where there is no
 * such line.
 */
bool pending_note(const struct pending *pending, size_t index, size_t most, const char *name,
                  const char *why, size_t columns, struct buffer *out);

#endif
