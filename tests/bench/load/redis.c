/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Redis's publish and subscribe. With RESP2, member 0 publishes and all others subscribe to one
 * channel, since a connection that has subscribed can't publish. With RESP3 everybody does both;
 * what is pushed to it begins with '>' where RESP2 has '*', and is the same otherwise.
 */
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

/* ---- RESP3 ---- */

static void enter3(struct load *load, uint32_t index)
{
    stream_print(load, index, "HELLO 3\r\nSUBSCRIBE room\r\n");
}

/* The answer to HELLO is of no use, and longer in later versions. */
static size_t await_subscription(struct load *load, uint32_t index, const char *bytes,
                                 size_t length)
{
    const char *found = memmem(bytes, length, subscribed + 1, sizeof(subscribed) - 2);

    if (found == NULL)
        return 0;
    members_is_in(load, index);
    return (size_t)(found - bytes) + sizeof(subscribed) - 2;
}

static size_t input3(struct load *load, uint32_t index, char *bytes, size_t length)
{
    size_t at = load->members[index].in ? 0 : await_subscription(load, index, bytes, length);

    while (load->members[index].in && at < length) {
        const char *end = memchr(bytes + at, '\n', length - at);

        if (bytes[at] == ':' && end != NULL) {
            /* The number of receivers of what it has published. */
            at = (size_t)(end + 1 - bytes);
        } else if (bytes[at] == ':' || length - at < WHOLE) {
            break;
        } else if (bytes[at] != '>' || memcmp(bytes + at + 1, HEAD + 1, sizeof(HEAD) - 2) != 0) {
            load_die("redis has sent something else than a message");
        } else {
            talk_arrived_text(load, &load->members[index], bytes + at + sizeof(HEAD) - 1);
            at += WHOLE;
        }
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

const struct protocol redis3_protocol = {
    .name = "redis3",
    .is_stream = true,
    .authors_listen = true,
    .window = STREAM_WINDOW,
    .enter = enter3,
    .input = input3,
    .say = say,
};
