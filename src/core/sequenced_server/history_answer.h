/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The pages of one answer to a question for events of the past. Filled from whatever has the
 * events, in their order; sent later, page by page. Knows neither where events come from nor when
 * pages are sent.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_HISTORY_ANSWER_H
#define ROOMD_CORE_SEQUENCED_SERVER_HISTORY_ANSWER_H

#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_past.h"

#include <roomd/event.h>

struct history_page {
    uint64_t low;
    uint64_t high;
    uint16_t length;
    uint8_t flags;
    uint8_t bytes[SEQUENCED_PAST_MAX_BYTES];
};

struct history_answer {
    struct sequenced_ask ask; /* `words` points to `words` below; `high` is not 0 */
    /* The next number that is looked at; those before it, falling behind it, were. */
    uint64_t at;
    size_t page_bytes; /* of a page with more than one event */
    bool done;         /* nothing more is added */
    uint8_t made;      /* pages that are complete */
    uint8_t sent;
    struct sequenced_bundle bundle; /* of the page that is being filled */
    char words[SEQUENCED_PAST_WORDS_MAX_BYTES];
    struct history_page pages[SEQUENCED_PAST_PAGES_MAX];
};

/* `head`: the last event that members may see. `small`: large datagrams do not arrive. */
void history_answer_begin(struct history_answer *answer, const struct sequenced_ask *ask,
                          uint64_t head, size_t page_bytes);

/* True if the question wants that event, by its words and its time. */
bool history_answer_wants(const struct history_answer *answer, const struct event *event);

/*
 * Adds an event, which may not be wanted. Numbers rise, or fall. False: no page is left for it, so
 * that nothing more is to be added.
 */
bool history_answer_add(struct history_answer *answer, const struct event *event);

/* Numbers before `at`, falling behind it, are not kept any more, though they were asked for. */
void history_answer_skip(struct history_answer *answer, uint64_t at);

/*
 * Nothing more is added. `flags`: SEQUENCED_PAGE_MORE, SEQUENCED_PAGE_FAILED. The numbers before
 * `at`, falling behind it, were all looked at.
 */
void history_answer_end(struct history_answer *answer, uint64_t at, uint8_t flags);

#endif
