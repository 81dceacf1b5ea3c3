/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * NATS's core protocol: all members subscribe to one subject, and none is sent what it has
 * published.
 */
#include "load.h"

#include <string.h>

#define HEAD  "MSG room 1 64\r\n"
#define WHOLE (sizeof(HEAD) - 1 + LOAD_TEXT_BYTES + 2)

static void enter(struct load *load, uint32_t index)
{
    stream_print(
        load, index,
        "CONNECT "
        "{\"verbose\":false,\"pedantic\":false,\"echo\":false,\"lang\":\"c\",\"version\":\"1\","
        "\"protocol\":1}\r\nSUB room 1\r\nPING\r\n");
}

static void say(struct load *load, uint32_t author, uint32_t first, uint32_t count)
{
    stream_say(load, author, "PUB room 64\r\n", first, count);
}

/* INFO, PING, PONG. */
static void take_line(struct load *load, uint32_t index, const char *line, size_t length)
{
    if (length >= 4 && memcmp(line, "PONG", 4) == 0)
        members_is_in(load, index);
    else if (length >= 4 && memcmp(line, "PING", 4) == 0)
        stream_print(load, index, "PONG\r\n");
    else if (length < 4 || memcmp(line, "INFO", 4) != 0)
        load_die("nats has sent something else than a message");
}

static size_t input(struct load *load, uint32_t index, char *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t line = end != NULL ? (size_t)(end + 1 - bytes) - at : 0;

        if (end == NULL)
            break;
        if (line != sizeof(HEAD) - 1 || memcmp(bytes + at, HEAD, line) != 0) {
            take_line(load, index, bytes + at, line);
            at += line;
        } else if (length - at < WHOLE) {
            break;
        } else {
            talk_arrived_text(load, &load->members[index], bytes + at + line);
            at += WHOLE;
        }
    }
    return at;
}

const struct protocol nats_protocol = {
    .name = "nats",
    .is_stream = true,
    .window = STREAM_WINDOW,
    .enter = enter,
    .input = input,
    .say = say,
};
