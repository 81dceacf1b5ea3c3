/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Redis's publish and subscribe, RESP2: member 0 publishes, all others subscribe to one channel. */
#include "load.h"

#include <string.h>

#define HEAD  "*3\r\n$7\r\nmessage\r\n$4\r\nroom\r\n$64\r\n"
#define WHOLE (sizeof(HEAD) - 1 + LOAD_TEXT_BYTES + 2)

static const char subscribed[] = "*3\r\n$9\r\nsubscribe\r\n$4\r\nroom\r\n:1\r\n";

static void enter(struct load *load, uint32_t index)
{
    if (index == 0)
        stream_print(load, index, "PING\r\n");
    else
        stream_print(load, index, "SUBSCRIBE room\r\n");
}

static void say(struct load *load, uint32_t author, uint32_t first, uint32_t count)
{
    stream_say(load, author, "*3\r\n$7\r\nPUBLISH\r\n$4\r\nroom\r\n$64\r\n", first, count);
}

/* The author is answered with the number of receivers of each message. */
static size_t skip_lines(struct load *load, uint32_t index, const char *bytes, size_t length)
{
    const char *end = memrchr(bytes, '\n', length);

    if (end != NULL)
        members_is_in(load, index);
    return end != NULL ? (size_t)(end + 1 - bytes) : 0;
}

static size_t input(struct load *load, uint32_t index, char *bytes, size_t length)
{
    size_t at = 0;

    if (index == 0)
        return skip_lines(load, index, bytes, length);
    if (!load->members[index].in) {
        if (length < sizeof(subscribed) - 1)
            return 0;
        if (memcmp(bytes, subscribed, sizeof(subscribed) - 1) != 0)
            load_die("redis lets nobody subscribe");
        members_is_in(load, index);
        at = sizeof(subscribed) - 1;
    }
    for (; length - at >= WHOLE; at += WHOLE) {
        if (memcmp(bytes + at, HEAD, sizeof(HEAD) - 1) != 0)
            load_die("redis has sent something else than a message");
        talk_arrived_text(load, &load->members[index], bytes + at + sizeof(HEAD) - 1);
    }
    return at;
}

const struct protocol redis_protocol = {
    .name = "redis",
    .is_stream = true,
    .window = STREAM_WINDOW,
    .enter = enter,
    .input = input,
    .say = say,
};
