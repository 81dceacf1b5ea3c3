/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Three lengths: the longest that leaves two thirds of the row free is used. */
#include "room/tty/prompt.h"

#include "core/model/text.h"
#include "room/sanitize.h"

#include <string.h>

#define ROOM_MAX_COLUMNS 24U

static const char *const state_words[] = {[PROMPT_JOINING] = "connecting",
                                          [PROMPT_NO_ANSWER] = "no answer",
                                          [PROMPT_WAITING] = "waiting",
                                          [PROMPT_LEAVING] = "leaving"};

static void add_state(const struct prompt *prompt, bool words, struct buffer *out)
{
    if (prompt->state == PROMPT_IN)
        buffer_format(out, "%u%s%s", prompt->members, prompt->since ? "+" : "",
                      words ? " here" : "");
    else
        buffer_add_text(out, state_words[prompt->state]);
}

static void add_room(const struct prompt *prompt, struct buffer *out)
{
    struct buffer room = {0};

    sanitize_add_plain(&room, prompt->room, strlen(prompt->room));
    buffer_add(out, room.at, sanitize_cut(room.at, room.length, ROOM_MAX_COLUMNS));
    buffer_add_text(out, ", ");
    buffer_done(&room);
}

void prompt_text(const struct prompt *prompt, size_t columns, struct buffer *out)
{
    size_t before = out->length;

    if (prompt->room[0] != '\0')
        add_room(prompt, out);
    add_state(prompt, true, out);
    if (out->length > before &&
        text_width(out->at + before, out->length - before) + 2 > columns / 3) {
        out->length = before;
        add_state(prompt, false, out);
        /* Numbers may be left out, but not a state that is wrong. */
        if (prompt->state == PROMPT_IN && out->length - before + 2 > columns / 3)
            out->length = before;
    }
    buffer_add_text(out, "> ");
}
