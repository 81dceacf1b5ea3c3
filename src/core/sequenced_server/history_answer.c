/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Fills pages. */
#include "core/sequenced_server/history_answer.h"

#include "base/find_words.h"
#include <roomd/moment.h>
#include <roomd/status.h>
#include <string.h>

static bool is_falling(const struct history_answer *answer)
{
    return (answer->ask.flags & SEQUENCED_ASK_FALLING) != 0;
}

static struct history_page *page_of(struct history_answer *answer)
{
    return &answer->pages[answer->made];
}

/* The page begins with the next number. */
static void begin_page(struct history_answer *answer)
{
    struct history_page *page = page_of(answer);

    page->flags = 0;
    page->low = answer->at;
    page->high = answer->at;
    sequenced_events_begin_past(&answer->bundle, page->bytes, sizeof(page->bytes));
}

/* It speaks for the numbers up to the next one. */
static void end_page(struct history_answer *answer, uint8_t flags)
{
    struct history_page *page = page_of(answer);

    page->length = (uint16_t)answer->bundle.writer.length;
    page->flags |= flags;
    if (is_falling(answer))
        page->low = answer->at + 1;
    else
        page->high = answer->at - 1;
    answer->made++;
}

void history_answer_begin(struct history_answer *answer, const struct sequenced_ask *ask,
                          uint64_t head, size_t page_bytes)
{
    answer->ask = *ask;
    memcpy(answer->words, ask->words.bytes, ask->words.length);
    answer->ask.words.bytes = answer->words;
    if (ask->high == 0 || ask->high > head)
        answer->ask.high = head;
    answer->page_bytes = page_bytes;
    answer->at = is_falling(answer) ? answer->ask.high : answer->ask.low;
    answer->done = false;
    answer->made = answer->sent = 0;
    begin_page(answer);
}

bool history_answer_wants(const struct history_answer *answer, const struct event *event)
{
    const struct sequenced_ask *ask = &answer->ask;
    struct octets_slice text = {event->text, event->text_len};

    if (event->wall_ns < (int64_t)(ask->since_ms * MOMENT_NS_PER_MS))
        return false;
    return ask->words.length == 0 || (text.length > 0 && find_words(ask->words, text));
}

static bool fits(const struct history_answer *answer, size_t before)
{
    return before == 0 || answer->bundle.writer.length <= answer->page_bytes;
}

/* False: it does not fit this page. */
static bool write_event(struct history_answer *answer, const struct event *event)
{
    struct sequenced_bundle before = answer->bundle;
    uint64_t low = is_falling(answer) ? 0 : page_of(answer)->low;
    int status = sequenced_events_add_past(&answer->bundle, low, event);

    if (status == STATUS_FULL || !fits(answer, before.writer.length)) {
        answer->bundle = before;
        return false;
    }
    return true; /* one that can't be written is left out, as one that is not kept */
}

bool history_answer_add(struct history_answer *answer, const struct event *event)
{
    if (history_answer_wants(answer, event) && !write_event(answer, event)) {
        answer->at = event->seq;
        if (answer->made + 1U == answer->ask.pages)
            return false;
        end_page(answer, 0);
        begin_page(answer);
        (void)write_event(answer, event); /* an event fits a page of its own */
    }
    answer->at = is_falling(answer) ? event->seq - 1 : event->seq + 1;
    return true;
}

void history_answer_skip(struct history_answer *answer, uint64_t at)
{
    answer->at = at;
    page_of(answer)->flags |= SEQUENCED_PAGE_GONE;
    if (answer->bundle.writer.length == 0 && !is_falling(answer))
        page_of(answer)->low = at;
}

void history_answer_end(struct history_answer *answer, uint64_t at, uint8_t flags)
{
    answer->at = at;
    end_page(answer, SEQUENCED_PAGE_END | flags);
    answer->done = true;
}
