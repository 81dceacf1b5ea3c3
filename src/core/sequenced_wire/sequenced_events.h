/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * EVENTS of the sequenced protocol as bytes (doc/protocol.md, 2.4): what happened, the same for
 * every member. Knows neither transcript nor members.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_EVENTS_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_EVENTS_H

#include "core/sequenced_wire/sequenced.h"

#include <roomd/event.h>

#define SEQUENCED_EVENTS_HEADER_BYTES 24

/* What one event costs at most beside its text. */
#define SEQUENCED_EVENT_OVERHEAD_BYTES 9

/* ---- writing ---- */

/* A datagram that is being filled. Its fields are its own. */
struct sequenced_bundle {
    struct octets_writer writer;
    uint64_t epoch;
    uint64_t next;    /* number that the next event must have; 0 = any, for nothing is in yet */
    uint64_t time_ms; /* that holds for the next event */
    size_t join_at;  /* where the last event stands, if it is a join or joins that another may join;
                        else 0 */
    unsigned joins;  /* how many it stands for */
    uint64_t joiner; /* author of the first */
};

/* `bytes` is borrowed until the bundle is full and sent. */
void sequenced_events_begin(struct sequenced_bundle *bundle, void *bytes, size_t size,
                            uint64_t epoch);

/*
 * Puts `event` behind those that are in; its number must follow theirs. `said` names the message
 * that made it (sequenced_said), 0 where none did. Joins that nobody asked for by a message are
 * folded into one frame. STATUS_FULL: it does not fit; the bundle is as it was. STATUS_INVALID: not
 * the next number, an author beyond SEQUENCED_MEMBER_MAX (or of none, where there must be one), a
 * kind that has no bytes, or a name that is empty or too long.
 */
int sequenced_events_add(struct sequenced_bundle *bundle, const struct event *event, uint16_t said);

/* Bytes of the datagram, 0 where no event is in. */
size_t sequenced_events_length(const struct sequenced_bundle *bundle);

/* ---- reading ---- */

enum sequenced_event_kind {
    SEQUENCED_EVENT_JOIN = 1,
    SEQUENCED_EVENT_CHAT = 2,
    SEQUENCED_EVENT_EXIT = 3,
    SEQUENCED_EVENT_NOTICE = 4,
    SEQUENCED_EVENT_UNKNOWN =
        SEQUENCED_SKIPPABLE, /* of a later day; it has a number and nothing else */
};

/* Wire numbers of enum exit_reason, and what that has no name for yet. */
#define SEQUENCED_EXIT_TIMEOUT 5

struct sequenced_event {
    enum sequenced_event_kind kind;
    uint64_t seq;
    uint64_t time_ms; /* since 1970-01-01 UTC, right to the second */
    uint32_t member;  /* the author; 0 for a notice */
    uint16_t said;    /* 0: no message made it */
    uint8_t
        reason; /* of an exit: enum exit_reason, SEQUENCED_EXIT_TIMEOUT, or one of a later day */
    struct octets_slice name; /* of a join: 1 – ROOM_NAME_MAX_BYTES */
    struct octets_slice text; /* of a chat or notice */
};

struct sequenced_events {
    uint64_t epoch;
    uint64_t first;
    uint64_t count; /* of events; at least 1 */
    struct octets_reader reader;
    uint64_t seq; /* of the event read last */
    uint64_t time_ms;
    unsigned joins; /* that are still to come of one frame */
};

/* Looks through the whole datagram: STATUS_INVALID where any of it is not in order, for then
 * nothing may be used. */
int sequenced_events_open(const void *bytes, size_t length, struct sequenced_events *ret_events);

/* The next event, joins one by one; false at the end. */
bool sequenced_events_next(struct sequenced_events *events, struct sequenced_event *ret_event);

#endif
