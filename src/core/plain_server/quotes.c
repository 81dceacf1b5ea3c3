/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Compares a quote with the lines before a member's cursor, the newest first. */
#include "core/plain_server/quotes.h"

#include "core/plain_server/plain_state.h"
#include "core/room/room_ops.h"

#include <string.h>

/*
 * A line takes less than a microsecond to render, so a flood of forged errors costs less than two
 * percent of a processor. An error that quotes the newest line costs one line of the budget.
 */
static const struct bucket_rate budget = {.interval_ns = MOMENT_NS_PER_S / 20000, .burst = 5000};

struct quote {
    struct room *room;
    const struct moment *now;
    const struct member *member;
    const char *bytes;
    size_t length;
};

/* The event, if it is one whose line the member may have been sent. */
static bool get_sent(const struct quote *quote, uint64_t seq, struct event *ret_event)
{
    return transcript_get(quote->room->transcript, seq, ret_event) &&
           ret_event->author != quote->member->number;
}

/*
 * True if the quote consists of the lines from event `first` on, the last of them perhaps cut.
 * There are several if lines share a datagram (plain.max_lines), or if several datagrams crossed
 * the kernel together.
 */
static bool is_from(const struct quote *quote, uint64_t first)
{
    struct room *room = quote->room;
    struct plain_wording wording = plain_wording_at(room, room_path(room, quote->member)->door);
    uint64_t cursor = room_slot(room, quote->member)->cursor, last;
    size_t at = 0;

    for (uint64_t seq = first; seq < cursor; seq++) {
        const char *rest = quote->bytes + at;
        size_t left = quote->length - at, size;
        char line[PLAIN_LINE_MAX_BYTES];
        struct event event;

        if (!get_sent(quote, seq, &event))
            continue;
        if (!bucket_spend(&room->plain->quotes_full_ns, &budget, 1, quote->now->mono_ns))
            return false;
        size = plain_render(&wording, room->transcript, seq, seq, false, line, &last);
        if (left <= size)
            return memcmp(rest, line, left) == 0 &&
                   (left == size || quote->length >= QUOTES_PART_MIN_BYTES);
        if (memcmp(rest, line, size) != 0)
            return false;
        at += size + (rest[size] == '\n' ? 1U : 0U);
        if (at == quote->length)
            return true;
    }
    return false;
}

uint64_t quotes_find(struct room *room, const struct moment *now, const struct member *member,
                     uint64_t after, const char *quoted, size_t length)
{
    const struct quote quote = {
        .room = room, .now = now, .member = member, .bytes = quoted, .length = length};
    uint64_t seq = room_slot(room, member)->cursor - 1;
    int64_t oldest_ns = now->wall_ns - QUOTES_AGE_MAX_S * MOMENT_NS_PER_S;
    struct event event;

    if (length == 0)
        return 0;
    for (uint32_t n = 0; n < QUOTES_EVENTS_MAX && seq > after && seq >= member->first; n++, seq--) {
        /* Without budget, going on would cost more than the lines do. */
        if (!bucket_has(&room->plain->quotes_full_ns, &budget, 1, now->mono_ns) ||
            !transcript_get(room->transcript, seq, &event) || event.wall_ns < oldest_ns)
            return 0;
        if (event.author != member->number && is_from(&quote, seq))
            return seq;
    }
    return 0;
}
