/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * EVENTS of the sequenced protocol as bytes (doc/protocol.md, 2.4): the same for every member.
 * Knows neither transcript nor members.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_EVENTS_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_EVENTS_H

#include "core/sequenced_wire/sequenced.h"

#include <roomd/event.h>

/* With `first` below 64; it takes up to seven bytes more. */
#define SEQUENCED_EVENTS_HEADER_MIN_BYTES 19

/* The most that one event costs beside its text, or name; with both, as much more as the name. */
#define SEQUENCED_EVENT_OVERHEAD_BYTES 9

/* ---- writing ---- */

/* A datagram that is being filled. Its fields are private. */
struct sequenced_bundle {
    struct octets_writer writer;
    uint64_t epoch;
    uint8_t repeats;  /* of the events that follow, so many were sent before */
    uint64_t next;    /* number that the next event must have; 0: any, for the datagram is empty */
    uint64_t time_ms; /* the current time: that of the next event, unless a time precedes it */
    /*
     * Offset of the last event, if it is a join or joins that another join can be folded into; else
     * 0.
     */
    size_t join_at;
    unsigned joins;  /* how many joins it holds */
    uint64_t joiner; /* author of the first */
    uint64_t past;   /* of the past: the number of the last event */
};

/* `bytes` is borrowed until the bundle is full and sent. */
void sequenced_events_begin(struct sequenced_bundle *bundle, void *bytes, size_t size,
                            uint64_t epoch);

/*
 * The first `count` events of the datagram, which is empty, were sent before, and at least one more
 * will follow them.
 */
void sequenced_events_repeat(struct sequenced_bundle *bundle, uint8_t count);

/*
 * Appends `event`, whose number must follow the last one's. `said` names the message that made it
 * (sequenced_said), 0 if none did. Joins that no message made are folded into one frame.
 * STATUS_FULL: it does not fit; the bundle is unchanged. STATUS_INVALID: not the next number, an
 * author beyond SEQUENCED_MEMBER_MAX or missing, a kind without an encoding, or a name, where the
 * event holds it, that is empty or too long.
 */
int sequenced_events_add(struct sequenced_bundle *bundle, const struct event *event, uint16_t said);

/* Length of the datagram in bytes; 0 while it holds no event. */
size_t sequenced_events_length(const struct sequenced_bundle *bundle);

/* ---- reading ---- */

enum sequenced_event_kind {
    SEQUENCED_EVENT_JOIN = 1,
    SEQUENCED_EVENT_CHAT = 2,
    SEQUENCED_EVENT_EXIT = 3,
    SEQUENCED_EVENT_NOTICE = 4,
    /* Of a later version; it has a number and nothing else. */
    SEQUENCED_EVENT_UNKNOWN = SEQUENCED_SKIPPABLE,
    /* The administrator had it forgotten: it has a number and a time. */
    SEQUENCED_EVENT_FORGOTTEN = 0x41,
};

/* EXIT_TIMEOUT on the wire; all values of enum exit_reason are sent as they are. */
#define SEQUENCED_EXIT_TIMEOUT 5

struct sequenced_event {
    enum sequenced_event_kind kind;
    uint64_t seq;
    uint64_t time_ms; /* since 1970-01-01 UTC, precise to a second */
    uint32_t member;  /* the author; 0 for a notice */
    uint16_t said;    /* 0: no message made it */
    /* Of an exit: enum exit_reason, or one of a later version. */
    uint8_t reason;
    /* Of a join, or where an event introduces its author: 1 – ROOM_NAME_MAX_BYTES; else empty. */
    struct octets_slice name;
    struct octets_slice text; /* of a chat or notice */
};

struct sequenced_events {
    uint64_t epoch;
    uint64_t first;
    uint64_t count; /* of events; at least 1 */
    /* So many of them, the first, were sent before; fewer than `count`. */
    uint8_t repeats;
    struct octets_reader reader;
    uint64_t seq; /* of the event read last */
    uint64_t time_ms;
    unsigned joins; /* still to be read of the current frame */
    bool past;      /* opened by sequenced_events_open_past */
};

/* Checks the whole datagram. STATUS_INVALID: some of it is invalid; drop all of it. */
int sequenced_events_open(const void *bytes, size_t length, struct sequenced_events *ret_events);

/* The next event, joins one by one; false at the end. */
bool sequenced_events_next(struct sequenced_events *events, struct sequenced_event *ret_event);

/* ---- events of the past, in HISTORY (doc/protocol.md, 2.15) ---- */

/*
 * Reads those of a page, which are numbered from `low` on where nothing else is said. All numbers
 * are `low` to `high`. STATUS_INVALID: drop all of it.
 */
int sequenced_events_open_past(struct octets_slice slice, uint64_t low, uint64_t high,
                               struct sequenced_events *ret_events);

/* `bytes` is borrowed until the page is full and sent. */
void sequenced_events_begin_past(struct sequenced_bundle *bundle, void *bytes, size_t size);

/*
 * Appends an event with any number to a page that begins with `low`; its author is named. Errors as
 * of sequenced_events_add.
 */
int sequenced_events_add_past(struct sequenced_bundle *bundle, uint64_t low,
                              const struct event *event);

#endif
