/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Parses what a terminal sends: typed characters, whole, and pastes (between ESC [200~ and ESC
 * [201~, which terminals send if asked to). Reads nothing itself.
 */
#ifndef ROOMD_ROOM_TTY_KEYS_H
#define ROOMD_ROOM_TTY_KEYS_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* A file that was pasted by mistake is not kept whole. */
#define KEYS_PASTE_MAX_BYTES ((size_t)64 * 1024)

struct keys_sink {
    /* As many bytes as there are, but no part of a UTF-8 character. */
    void (*typed)(void *ctx, const char *bytes, size_t length);
    /* Lines end in \n, but for the last one. `cut`: it was longer than KEYS_PASTE_MAX_BYTES. */
    void (*pasted)(void *ctx, const char *bytes, size_t length, bool cut);
    void *ctx;
};

/* All zero is the initial state. */
struct keys {
    struct buffer paste;
    bool pasting;
    bool cut;
    size_t held; /* bytes of an incomplete character or mark */
    char hold[8];
};

void keys_done(struct keys *keys);

/*
 * `more`: the terminal has more to read, so that an ESC at the end may not be a key. The sink may
 * be called several times; it must not call back.
 */
void keys_feed(struct keys *keys, const char *bytes, size_t length, bool more,
               const struct keys_sink *sink);

#endif
