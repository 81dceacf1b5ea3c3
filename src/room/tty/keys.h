/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a terminal sends, taken apart: what was typed, in whole characters, and what was pasted
 * (between ESC [200~ and ESC [201~, which terminals send where they were asked to). Reads nothing
 * itself.
 */
#ifndef ROOMD_ROOM_TTY_KEYS_H
#define ROOMD_ROOM_TTY_KEYS_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* A file that was pasted by mistake is not kept whole. */
#define KEYS_PASTE_MAX_BYTES ((size_t)64 * 1024)

struct keys_sink {
    /* As much as there is, but no part of a character as far as it is UTF-8. */
    void (*typed)(void *ctx, const char *bytes, size_t length);
    /* Lines end in \n, the last one in nothing. `cut`: it was longer than KEYS_PASTE_MAX_BYTES. */
    void (*pasted)(void *ctx, const char *bytes, size_t length, bool cut);
    void *ctx;
};

/* All zero is one that has seen nothing. */
struct keys {
    struct buffer paste;
    bool pasting;
    bool cut;
    size_t held; /* bytes whose character, or paste, is not complete yet */
    char hold[8];
};

void keys_done(struct keys *keys);

/* `more`: the terminal has more already, so that an ESC at the end may not be a key. The sink may
 * be called many times; it must not call back. */
void keys_feed(struct keys *keys, const char *bytes, size_t length, bool more,
               const struct keys_sink *sink);

#endif
