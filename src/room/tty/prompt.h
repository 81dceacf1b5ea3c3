/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The words before the line: which room, how many are here, and how it stands with it. Short where
 * the screen is narrow.
 */
#ifndef ROOMD_ROOM_TTY_PROMPT_H
#define ROOMD_ROOM_TTY_PROMPT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum prompt_state {
    PROMPT_JOINING, /* no answer yet, and that is not long ago */
    PROMPT_NO_ANSWER,
    PROMPT_WAITING, /* there was an answer: not yet */
    PROMPT_IN,
    PROMPT_LEAVING,
};

struct prompt {
    enum prompt_state state;
    const char *room; /* any bytes; empty where it is not known */
    uint32_t members;
    bool since; /* members are those that were seen since it joined: "3+ here" */
};

/* Adds visible text that ends in "> ". */
void prompt_text(const struct prompt *prompt, size_t columns, struct buffer *out);

#endif
