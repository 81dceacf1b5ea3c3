/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Asks for pages, as many at a time as the way takes, and goes on where one is missing. */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <string.h>

/* At first; doubled with each whole answer until something is lost. */
#define PAGES_FIRST 2U

/* A server sends pages behind everything else, and searches for as long as it takes. */
#define WAIT_NS   (100 * MOMENT_NS_PER_MS)
#define SEARCH_NS (3 * MOMENT_NS_PER_S)

/* In vain, in a row. */
#define ASKED_MAX 10U

#define HELD_MAX_BYTES (1024U * 1024U)

struct held {
    struct event event;
    uint32_t own;
};

/* ---- what is held ---- */

bool sequenced_client_history_hold(struct sequenced_client *client, const struct event *event,
                                   uint32_t own)
{
    struct sequenced_client_history *history = &client->history;
    struct held held = {*event, own};
    uint8_t *at = NULL;

    if (!history->holds)
        return false;
    if (history->held.used == 0)
        history->told = event->seq - 1;
    if (byte_queue_reserve(&history->held, HELD_MAX_BYTES) == 0)
        at = byte_queue_add(&history->held, sizeof(held) + event->name_len + event->text_len);
    if (at == NULL) {
        sequenced_client_history_done(client);
        return false;
    }
    memcpy(at, &held, sizeof(held));
    memcpy(at + sizeof(held), event->name, event->name_len);
    memcpy(at + sizeof(held) + event->name_len, event->text, event->text_len);
    return true;
}

/* Delivers what is held; nothing is held any more. */
void sequenced_client_history_done(struct sequenced_client *client)
{
    struct sequenced_client_history *history = &client->history;
    struct held held;

    history->holds = false;
    while (history->held.used > 0) {
        const char *at = (const char *)byte_queue_at(&history->held, 0);

        memcpy(&held, at, sizeof(held));
        held.event.name = at + sizeof(held);
        held.event.text = held.event.name + held.event.name_len;
        if (client->base.sink.event != NULL)
            client->base.sink.event(client->base.sink.ctx, &held.event, held.own);
        byte_queue_drop(&history->held, sizeof(held) + held.event.name_len + held.event.text_len);
    }
    byte_queue_done(&history->held);
    history->held = (struct byte_queue){0};
}

uint64_t sequenced_client_history_position(const struct sequenced_client *client)
{
    return client->history.held.used > 0 ? client->history.told : client->session.position;
}

/* ---- beginning and ending ---- */

static void finish(struct sequenced_client *client, bool failed)
{
    struct sequenced_client_history *history = &client->history;

    history->active = false;
    history->end.failed = failed;
    if (history->falling)
        history->end.first = history->at + 1;
    else if (history->end.first == 0)
        history->end.first = history->low;
    history->end.more = history->falling ? history->at >= history->low : history->end.first > 1;
    if (client->base.sink.past_end != NULL)
        client->base.sink.past_end(client->base.sink.ctx, &history->end);
    sequenced_client_history_done(client);
}

void sequenced_client_history_stop(struct sequenced_client *client)
{
    if (client->history.active)
        finish(client, true);
    sequenced_client_history_done(client);
}

static void next_question(struct sequenced_client_history *history, int64_t due_ns)
{
    history->id = history->id == UINT16_MAX ? 1 : history->id + 1;
    history->page = 0;
    history->lost = false;
    history->due_ns = due_ns;
}

static void set_range(struct sequenced_client_history *history,
                      const struct client_past_query *query, uint64_t position)
{
    uint32_t most = query->most;

    if (most == 0 && !history->falling)
        most = history->offer.events;
    history->high = query->last != 0 ? query->last : position;
    history->low = query->first != 0 ? query->first : 1;
    if (query->first == 0 && query->since_ns == 0 && !history->falling && history->high > most)
        history->low = history->high - most + 1;
    history->at = history->falling ? history->high : history->low;
    history->most = most != 0 ? most : UINT32_MAX;
    history->since_ms = query->since_ns > 0 ? (uint64_t)(query->since_ns / MOMENT_NS_PER_MS) : 0;
}

static void start(struct sequenced_client *client, const struct moment *now,
                  const struct client_past_query *query)
{
    struct sequenced_client_history *history = &client->history;

    history->active = true;
    history->falling = query->words_len > 0;
    history->words_len = query->words_len;
    if (query->words_len > 0)
        memcpy(history->words, query->words, query->words_len);
    set_range(history, query, client->session.position);
    history->pages = PAGES_FIRST;
    history->starts = true;
    history->asked = 0;
    history->end = (struct client_past_end){0};
    next_question(history, now->mono_ns);
    if (history->low > history->high)
        finish(client, false);
}

int sequenced_client_history_ask(struct sequenced_client *client, const struct moment *now,
                                 const struct client_past_query *query)
{
    struct sequenced_client_history *history = &client->history;

    if (history->active)
        return STATUS_FULL;
    if (history->offer.events == 0)
        return STATUS_NOT_FOUND;
    if (query->words_len > sizeof(history->words))
        return STATUS_TOO_LONG;
    history->holds = false;
    start(client, now, query);
    return STATUS_OK;
}

/* A session that goes on has shown what was before its position. */
void sequenced_client_history_begin(struct sequenced_client *client, const struct moment *now,
                                    bool resumed)
{
    struct sequenced_client_history *history = &client->history;
    bool is_explicit = history->first.first != 0 || history->first.since_ns != 0;

    if (history->active && !resumed)
        sequenced_client_history_stop(client);
    if (history->active) {
        history->asked = 0;
        next_question(history, now->mono_ns);
    }
    if (!history->wanted)
        return;
    history->wanted = false;
    if (history->offer.events == 0 || (resumed && !is_explicit))
        return;
    history->holds = true;
    start(client, now, &history->first);
}

/* ---- pages ---- */

static void tell(struct sequenced_client *client, const struct moment *now,
                 const struct sequenced_event *from)
{
    struct event event;

    client->history.end.events++;
    if (client->history.end.first == 0)
        client->history.end.first = from->seq;
    if (client->base.sink.past == NULL)
        return;
    event = sequenced_client_told(from, now);
    client->base.sink.past(client->base.sink.ctx, &event);
}

/* Numbers that were wanted, and that the page has nothing about, are not kept any more. */
static void count_gone(struct sequenced_client_history *history, uint64_t from, uint64_t to)
{
    if (to > from && history->since_ms == 0 && !history->falling)
        history->end.gone += to - from;
}

static void take_events(struct sequenced_client *client, const struct moment *now,
                        struct sequenced_events *events)
{
    struct sequenced_client_history *history = &client->history;
    struct sequenced_event event;

    while (history->active && sequenced_events_next(events, &event)) {
        if (history->falling && history->most == 0)
            break;
        history->most -= history->falling ? 1 : 0;
        if (!history->falling) {
            count_gone(history, history->at, event.seq);
            history->at = event.seq + 1;
        } else {
            history->at = event.seq - 1;
        }
        if (event.kind != SEQUENCED_EVENT_UNKNOWN)
            tell(client, now, &event);
    }
}

static bool is_wanted(const struct sequenced_client_history *history,
                      const struct sequenced_page *page)
{
    if (!history->active || page->id != history->id || page->page < history->page)
        return false;
    return history->falling ? page->high <= history->at && page->low >= history->low
                            : page->low >= history->at && page->high <= history->high;
}

/* Fewer pages at a time where one was lost; else more. */
static void adapt(struct sequenced_client_history *history)
{
    if (history->lost) {
        history->starts = false;
        history->pages = history->pages > 1 ? history->pages / 2 : 1;
    } else {
        history->pages = (uint8_t)(history->starts ? 2 * history->pages : history->pages + 1);
        if (history->pages > SEQUENCED_PAST_PAGES_MAX)
            history->pages = SEQUENCED_PAST_PAGES_MAX;
    }
}

static int64_t wait_ns(const struct sequenced_client *client)
{
    int64_t wait_ns = rtt_timeout(&client->rtt, client->history.asked),
            least_ns = client->history.falling ? SEARCH_NS : WAIT_NS;

    return wait_ns > least_ns ? wait_ns : least_ns;
}

static void end_answer(struct sequenced_client *client, const struct moment *now, uint8_t flags)
{
    struct sequenced_client_history *history = &client->history;
    bool is_left = history->falling ? history->at >= history->low && history->most > 0
                                    : history->at <= history->high;

    if ((flags & SEQUENCED_PAGE_FAILED) != 0) {
        finish(client, true);
    } else if (!is_left || (history->falling && (flags & SEQUENCED_PAGE_MORE) == 0)) {
        finish(client, false);
    } else {
        /* Without more, the server's members may not see yet what comes next. */
        adapt(history);
        next_question(history,
                      now->mono_ns + ((flags & SEQUENCED_PAGE_MORE) != 0 ? 0 : wait_ns(client)));
    }
}

void sequenced_client_history_page(struct sequenced_client *client, const struct moment *now,
                                   const struct sequenced_page *page)
{
    struct sequenced_client_history *history = &client->history;
    struct sequenced_events events;

    if (!is_wanted(history, page) ||
        sequenced_events_open_past(page->events, page->low, page->high, &events) != 0)
        return;
    if (page->page > history->page) { /* one before it is lost */
        history->lost = true;
        adapt(history);
        next_question(history, now->mono_ns);
        return;
    }
    if ((page->flags & SEQUENCED_PAGE_GONE) != 0 || history->since_ms == 0)
        count_gone(history, history->at, page->low);
    if (!history->falling)
        history->at = page->low;
    take_events(client, now, &events);
    if (!history->falling) {
        count_gone(history, history->at, page->high + 1);
        history->at = page->high + 1;
    } else if (history->most > 0) {
        history->at = page->low - 1;
    }
    if (events.count > 0 && !history->falling)
        history->since_ms = 0;
    history->asked = 0;
    history->page++;
    history->due_ns = now->mono_ns + wait_ns(client);
    if ((page->flags & SEQUENCED_PAGE_END) != 0 || (history->falling && history->most == 0))
        end_answer(client, now, page->flags);
}

/* ---- asking ---- */

int64_t sequenced_client_history_due_ns(const struct sequenced_client *client)
{
    return client->history.active ? client->history.due_ns : MOMENT_NEVER_NS;
}

/* A question of which part of the answer has come goes on behind that. */
static void repeat(struct sequenced_client_history *history)
{
    if (history->page > 0 || history->asked > 0) {
        history->lost = true;
        adapt(history);
    }
    if (history->page > 0)
        next_question(history, 0);
}

void sequenced_client_history_tick(struct sequenced_client *client, const struct moment *now)
{
    if (sequenced_client_history_due_ns(client) <= now->mono_ns &&
        client->history.asked == ASKED_MAX)
        finish(client, true);
}

bool sequenced_client_history_write(struct sequenced_client *client, const struct moment *now,
                                    struct sequenced_client_up *up)
{
    struct sequenced_client_history *history = &client->history;
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_HISTORY};

    if (sequenced_client_history_due_ns(client) > now->mono_ns)
        return true;
    repeat(history);
    frame.ask = (struct sequenced_ask){.id = history->id,
                                       .flags = history->falling ? SEQUENCED_ASK_FALLING : 0,
                                       .pages = history->pages,
                                       .low = history->falling ? history->low : history->at,
                                       .high = history->falling ? history->at : history->high,
                                       .since_ms = history->since_ms,
                                       .words = {history->words, history->words_len}};
    if (!sequenced_client_up_add(up, &frame))
        return false;
    history->due_ns = now->mono_ns + wait_ns(client);
    history->asked++;
    return true;
}
