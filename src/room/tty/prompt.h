/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The prompt: the room, the number of members, and the state. Short on a narrow screen. */
#ifndef ROOMD_ROOM_TTY_PROMPT_H
#define ROOMD_ROOM_TTY_PROMPT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum prompt_state {
    PROMPT_JOINING, /* no answer yet, for a short time */
    PROMPT_NO_ANSWER,
    PROMPT_WAITING, /* refused for now; the client tries again */
    PROMPT_IN,
    PROMPT_LEAVING,
};

struct prompt {
    enum prompt_state state;
    const char *room; /* any bytes; empty if not known */
    uint32_t members;
    bool since; /* members are those seen since the join: "3+ here" */
};

/* Adds sanitized text that ends in "> ". */
void prompt_text(const struct prompt *prompt, size_t columns, struct buffer *out);

#endif
