/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * HISTORY of the sequenced protocol as bytes (doc/protocol.md, 2.15): a member asks for events of
 * the past, and gets pages of them. The events of a page are read and written by
 * sequenced_events_..._past.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_PAST_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_PAST_H

#include "base/octets.h"

#include <stdbool.h>
#include <stdint.h>

/* Pages in one answer. */
#define SEQUENCED_PAST_PAGES_MAX 16U

/* Of the words that are searched for. */
#define SEQUENCED_PAST_WORDS_MAX_BYTES 255U

/* Of the events of a page, alone in a datagram. */
#define SEQUENCED_PAST_MAX_BYTES 1163

/* The answer is to begin with the last of the events. */
#define SEQUENCED_ASK_FALLING 1U

struct sequenced_ask {
    uint16_t id;   /* from 1; the pages hold it */
    uint8_t flags; /* SEQUENCED_ASK_… */
    uint8_t pages; /* 1 – SEQUENCED_PAST_PAGES_MAX: the answer has no more */
    uint64_t low;  /* the first number that is wanted, from 1 */
    uint64_t high; /* the last; 0: the head */
    /* Milliseconds since 1970-01-01 UTC: nothing earlier; 0: any. At most OCTETS_U48_MAX. */
    uint64_t since_ms;
    /* Separated by spaces: each has to be in the text. Empty: all events. */
    struct octets_slice words;
};

#define SEQUENCED_PAGE_END    1U /* the last page of the answer */
#define SEQUENCED_PAGE_MORE   2U /* at the end: beyond it there may be more of what was asked for */
#define SEQUENCED_PAGE_GONE   4U /* events before this page, which were asked for, are not kept */
#define SEQUENCED_PAGE_FAILED 8U /* at the end: the rest can't be read now */

struct sequenced_page {
    uint16_t id;
    uint8_t flags;
    uint8_t page; /* 0, 1, 2 …, below SEQUENCED_PAST_PAGES_MAX */
    /* The page speaks for these numbers; none if `high` is `low` - 1. */
    uint64_t low; /* from 1 */
    uint64_t high;
    struct octets_slice events;
};

/* The content of a frame, without its kind: a length, and so many bytes. */
bool sequenced_past_read_ask(struct octets_reader *reader, struct sequenced_ask *ret_ask);
bool sequenced_past_read_page(struct octets_reader *reader, struct sequenced_page *ret_page);
void sequenced_past_write_ask(struct octets_writer *writer, const struct sequenced_ask *ask);
void sequenced_past_write_page(struct octets_writer *writer, const struct sequenced_page *page);

/* True if its fields are in their ranges. The events of a page are not looked at. */
bool sequenced_past_is_ask(const struct sequenced_ask *ask);
bool sequenced_past_is_page(const struct sequenced_page *page);

#endif
