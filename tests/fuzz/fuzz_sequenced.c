/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * One datagram of the sequenced protocol. If a reader accepts it, it is written; that is read and
 * written again, and must be the same bytes, no longer than the input, with as many frames or
 * events.
 */
#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"
#include "fuzz/fuzz_support.h"

#define NS_PER_MS 1000000

/*
 * A datagram that was written, and how many frames or events it holds. Length 0: the reader refused
 * the input.
 */
struct written {
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    size_t length;
    size_t items;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void set_length(struct written *out, int length)
{
    FUZZ_CHECK(length > 0);
    out->length = (size_t)length;
}

static void rewrite_handshake_up(enum sequenced_datagram kind, const uint8_t *bytes, size_t length,
                                 struct written *out)
{
    struct sequenced_hello hello;
    struct sequenced_join join;

    if (kind == SEQUENCED_HELLO && sequenced_handshake_read_hello(bytes, length, &hello) == 0)
        set_length(out, sequenced_handshake_write_hello(out->bytes, sizeof(out->bytes), &hello));
    if (kind == SEQUENCED_JOIN && sequenced_handshake_read_join(bytes, length, &join) == 0)
        set_length(out, sequenced_handshake_write_join(out->bytes, sizeof(out->bytes), &join));
}

static void rewrite_handshake_down(enum sequenced_datagram kind, const uint8_t *bytes,
                                   size_t length, struct written *out)
{
    struct sequenced_challenge challenge;
    struct sequenced_welcome welcome;
    struct sequenced_refusal refusal;
    struct sequenced_stranger stranger;

    if (kind == SEQUENCED_CHALLENGE &&
        sequenced_handshake_read_challenge(bytes, length, &challenge) == 0)
        set_length(out,
                   sequenced_handshake_write_challenge(out->bytes, sizeof(out->bytes), &challenge));
    if (kind == SEQUENCED_WELCOME && sequenced_handshake_read_welcome(bytes, length, &welcome) == 0)
        set_length(out,
                   sequenced_handshake_write_welcome(out->bytes, sizeof(out->bytes), &welcome));
    if (kind == SEQUENCED_REFUSAL && sequenced_handshake_read_refusal(bytes, length, &refusal) == 0)
        set_length(out,
                   sequenced_handshake_write_refusal(out->bytes, sizeof(out->bytes), &refusal));
    if (kind == SEQUENCED_STRANGER &&
        sequenced_handshake_read_stranger(bytes, length, &stranger) == 0)
        set_length(out,
                   sequenced_handshake_write_stranger(out->bytes, sizeof(out->bytes), &stranger));
}

static void rewrite_up(const uint8_t *bytes, size_t length, struct written *out)
{
    struct octets_writer writer = sequenced_write(out->bytes, sizeof(out->bytes));
    struct sequenced_up_reader reader;
    struct sequenced_up_frame frame;
    struct sequenced_up up;

    if (sequenced_up_open(bytes, length, &up, &reader) != 0)
        return;
    FUZZ_CHECK(sequenced_up_begin(&writer, &up) == 0);
    for (; sequenced_up_next(&reader, &frame) == 1; out->items++)
        FUZZ_CHECK(sequenced_up_add(&writer, &frame) == 0);
    FUZZ_CHECK(sequenced_up_next(&reader, &frame) == 0);
    set_length(out, sequenced_pad(&writer, 0));
}

/* All numbers are those that the page speaks for. */
static void check_past(const struct sequenced_page *page)
{
    struct sequenced_events events;
    struct sequenced_event event;
    uint64_t count = 0;

    if (sequenced_events_open_past(page->events, page->low, page->high, &events) != 0)
        return;
    for (; sequenced_events_next(&events, &event); count++)
        FUZZ_CHECK(event.seq >= page->low && event.seq <= page->high);
    FUZZ_CHECK(count == events.count);
}

static void rewrite_down(const uint8_t *bytes, size_t length, struct written *out)
{
    struct octets_writer writer = sequenced_write(out->bytes, sizeof(out->bytes));
    struct sequenced_down_frame frame;
    struct octets_reader reader;
    struct sequenced_down down;

    if (sequenced_down_open(bytes, length, &down, &reader) != 0)
        return;
    FUZZ_CHECK(sequenced_down_begin(&writer, &down) == 0);
    for (; sequenced_down_next(&reader, &frame) == 1; out->items++) {
        if (frame.kind == SEQUENCED_DOWN_HISTORY)
            check_past(&frame.past);
        FUZZ_CHECK(sequenced_down_add(&writer, &frame) == 0);
    }
    FUZZ_CHECK(sequenced_down_next(&reader, &frame) == 0);
    set_length(out, sequenced_pad(&writer, 0));
}

static struct event event_of(const struct sequenced_event *read)
{
    static const uint8_t kinds[] = {
        [SEQUENCED_EVENT_JOIN] = EVENT_JOIN,
        [SEQUENCED_EVENT_CHAT] = EVENT_CHAT,
        [SEQUENCED_EVENT_EXIT] = EVENT_EXIT,
        [SEQUENCED_EVENT_NOTICE] = EVENT_NOTICE,
    };

    return (struct event){.seq = read->seq,
                          .author = read->member,
                          .wall_ns = (int64_t)read->time_ms * NS_PER_MS,
                          .kind = kinds[read->kind],
                          .reason = read->reason,
                          .name = read->name.bytes,
                          .name_len = (uint16_t)read->name.length,
                          .text = read->text.bytes,
                          .text_len = (uint16_t)read->text.length};
}

/*
 * Stops at the first event that can't be written: of a later version, or with a time beyond 64-bit
 * nanoseconds.
 */
static void rewrite_events(const uint8_t *bytes, size_t length, struct written *out)
{
    struct sequenced_events events;
    struct sequenced_event read;
    struct sequenced_bundle bundle;

    if (sequenced_events_open(bytes, length, &events) != 0)
        return;
    FUZZ_CHECK(events.count >= 1 && events.count <= SEQUENCED_DATAGRAM_MAX_BYTES);
    sequenced_events_begin(&bundle, out->bytes, sizeof(out->bytes), events.epoch);
    sequenced_events_repeat(&bundle, events.repeats);
    while (sequenced_events_next(&events, &read)) {
        struct event event;

        FUZZ_CHECK(read.seq == events.first + out->items);
        if (read.kind >= SEQUENCED_EVENT_UNKNOWN || read.time_ms > INT64_MAX / NS_PER_MS)
            break;
        event = event_of(&read);
        FUZZ_CHECK(sequenced_events_add(&bundle, &event, read.said) == 0);
        out->items++;
    }
    out->length = sequenced_events_length(&bundle);
    /* Repeats alone are no datagram. */
    if (out->items <= events.repeats)
        memset(out, 0, sizeof(*out));
}

/* Reads a datagram and writes what was read. */
static void rewrite(const uint8_t *bytes, size_t length, struct written *out)
{
    enum sequenced_datagram kind;

    memset(out, 0, sizeof(*out));
    if (sequenced_identify(bytes, length, &kind) != 0)
        return;
    FUZZ_CHECK(sequenced_is(bytes, length));
    if (kind == SEQUENCED_UP)
        rewrite_up(bytes, length, out);
    else if (kind == SEQUENCED_DOWN)
        rewrite_down(bytes, length, out);
    else if (kind == SEQUENCED_EVENTS)
        rewrite_events(bytes, length, out);
    else if (kind == SEQUENCED_HELLO || kind == SEQUENCED_JOIN)
        rewrite_handshake_up(kind, bytes, length, out);
    else
        rewrite_handshake_down(kind, bytes, length, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct written first, second;

    rewrite(data, size, &first);
    if (first.length == 0)
        return 0;
    FUZZ_CHECK(first.length <= size);
    rewrite(first.bytes, first.length, &second);
    FUZZ_CHECK(second.length == first.length && second.items == first.items);
    FUZZ_CHECK(memcmp(second.bytes, first.bytes, first.length) == 0);
    return 0;
}
