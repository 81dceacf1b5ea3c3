/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* IRC: all members are in one channel. */
#include "load.h"

#include <string.h>

enum step { STEP_NICK, STEP_JOIN };

static void enter(struct load *load, uint32_t index)
{
    stream_print(load, index, "NICK m%u\r\nUSER m%u 0 * :m\r\n", index, index);
}

static void say(struct load *load, uint32_t author, uint32_t first, uint32_t count)
{
    stream_say(load, author, "PRIVMSG #room :", first, count);
}

static bool begins(const char *text, size_t length, const char *with)
{
    return length >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

/* The line is without its line break. */
static void take_line(struct load *load, uint32_t index, const char *line, size_t length)
{
    struct member *member = &load->members[index];
    const char *word = memchr(line, ' ', length);
    size_t left = word != NULL ? (size_t)(line + length - ++word) : 0;

    if (begins(line, length, "PING")) {
        stream_print(load, index, "PONG%.*s\r\n", (int)(length - 4), line + 4);
    } else if (begins(line, length, "ERROR")) {
        load_die("the IRC server has thrown a member out");
    } else if (word == NULL) {
        return;
    } else if (begins(word, left, "PRIVMSG ") && length > LOAD_TEXT_BYTES) {
        talk_arrived_text(load, member, line + length - LOAD_TEXT_BYTES);
    } else if (begins(word, left, "001 ") && member->step == STEP_NICK) {
        member->step = STEP_JOIN;
        stream_print(load, index, "JOIN #room\r\n");
    }
    /* The end of the list of names. */
    else if (begins(word, left, "366 ")) {
        members_is_in(load, index);
    } else if (begins(word, left, "471 ") || begins(word, left, "405 ") ||
               begins(word, left, "433 ")) {
        load_die("the IRC server lets nobody in");
    }
}

static size_t input(struct load *load, uint32_t index, char *bytes, size_t length)
{
    size_t at = 0;

    for (;;) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t line;

        if (end == NULL)
            return at;
        line = (size_t)(end - bytes) - at;
        take_line(load, index, bytes + at, line > 0 && end[-1] == '\r' ? line - 1 : line);
        at += line + 1;
    }
}

const struct protocol irc_protocol = {
    .name = "irc",
    .is_stream = true,
    .window = STREAM_WINDOW,
    .enter = enter,
    .input = input,
    .say = say,
};
