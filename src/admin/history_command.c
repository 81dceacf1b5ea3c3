/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Events from a first to a last one. Where only the last so many are wanted of those that match, it
 * first counts backwards to find the first: nothing but a page is kept.
 */
#include "admin/history_command.h"

#include "admin/answer_event.h"
#include "admin/history_query.h"
#include "admin/inquiry.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* Events in memory that one call compares. */
#define EVENTS_PER_CALL 256U

/* A page of the store: so many events, with so many bytes on the way. */
#define PAGE_EVENTS     256U
#define PAGE_WIRE_BYTES 32768U
#define PAGE_BYTES      (PAGE_EVENTS * sizeof(struct event) + PAGE_WIRE_BYTES)

struct history {
    struct history_query query;
    bool counting;  /* backwards, else forwards and shown */
    bool shown;     /* an event was */
    bool asked;     /* a page was asked for, and is not used up */
    uint64_t at;    /* the next number */
    uint64_t last;  /* the last number to be shown */
    uint64_t found; /* while counting: the first number so far; 0 = none */
    uint64_t left;  /* while counting: so many more */
    struct inquiry inquiry;
    size_t page_used, page_read; /* bytes */
    alignas(struct event) char page[PAGE_BYTES];
};

/* ---- a page of the store ---- */

/* An event, then its name and text; each begins aligned. */
static size_t packed_bytes(const struct event *event)
{
    size_t bytes = sizeof(*event) + event->name_len + event->text_len;

    return (bytes + alignof(struct event) - 1) / alignof(struct event) * alignof(struct event);
}

static void on_row(void *ctx, const struct event *event)
{
    struct history *history = ctx;
    char *at = history->page + history->page_used;

    /* It fits, by the limits of the query; if the store ignores them, the page ends here. */
    if (packed_bytes(event) > PAGE_BYTES - history->page_used)
        return;
    memcpy(at, event, sizeof(*event));
    memcpy(at + sizeof(*event), event->name, event->name_len);
    memcpy(at + sizeof(*event) + event->name_len, event->text, event->text_len);
    history->page_used += packed_bytes(event);
}

static bool next_of_page(struct history *history, struct event *ret_event)
{
    const char *at = history->page + history->page_read;

    if (history->page_read == history->page_used)
        return false;
    memcpy(ret_event, at, sizeof(*ret_event));
    ret_event->name = at + sizeof(*ret_event);
    ret_event->text = ret_event->name + ret_event->name_len;
    history->page_read += packed_bytes(ret_event);
    return true;
}

static enum admin_result ask_for_page(const struct admin *admin, const struct moment *now,
                                      struct history *history, const struct admin_reply *reply)
{
    const struct history_query *query = &history->query;
    const struct store_query wanted = {
        .newest_first = history->counting,
        .from = history->at,
        .rows = history->counting && history->left < PAGE_EVENTS ? (uint32_t)history->left
                                                                 : PAGE_EVENTS,
        .bytes = PAGE_WIRE_BYTES,
        .since_ns = query->since_ns,
        .until_ns = query->until_ns,
        .name = query->name,
        .name_len = query->name_len,
        .words = query->words,
    };
    struct store_answer answer = inquiry_begin(&history->inquiry, now);

    history->page_used = history->page_read = 0;
    history->asked = true;
    return inquiry_asked(
        &history->inquiry,
        admin->store.read(admin->store.ctx, &wanted, &answer, &history->inquiry.id), reply);
}

/* ---- both directions ---- */

static void begin_showing(struct history *history)
{
    history->counting = history->asked = false;
    history->at = history->found;
    /* Nothing was found: nothing is shown. */
    if (history->found == 0)
        history->last = 0;
}

static void show(struct history *history, const struct event *event,
                 const struct admin_reply *reply)
{
    answer_event_say(event, true, reply);
    history->shown = true;
}

/* True if all that were to be counted are found. */
static bool count(struct history *history, const struct event *event)
{
    if (event->seq < history->query.first)
        return true;
    history->found = event->seq;
    return --history->left == 0;
}

/* ---- in memory ---- */

static enum admin_result count_in_memory(const struct admin *admin, struct history *history)
{
    struct event event;

    for (unsigned n = 0; n < EVENTS_PER_CALL; n++, history->at--) {
        bool is_held = room_event(admin->room, history->at, &event);

        if (!is_held || (history_query_wants(&history->query, &event) && count(history, &event))) {
            begin_showing(history);
            break;
        }
    }
    return ADMIN_MORE;
}

static enum admin_result show_memory(const struct admin *admin, struct history *history,
                                     const struct admin_reply *reply)
{
    uint64_t oldest, released;
    struct event event;

    room_events(admin->room, &oldest, &released);
    if (history->at < oldest)
        history->at = oldest;
    for (unsigned n = 0; n < EVENTS_PER_CALL && history->at <= history->last; n++) {
        if (room_event(admin->room, history->at++, &event) &&
            history_query_wants(&history->query, &event)) {
            show(history, &event, reply);
            break;
        }
    }
    return history->at <= history->last ? ADMIN_MORE : ADMIN_DONE;
}

/* ---- in the store ---- */

/* Uses a page while counting. True if that is over. */
static bool count_page(struct history *history)
{
    struct event event;

    while (next_of_page(history, &event)) {
        if (count(history, &event))
            return true;
    }
    history->at = history->inquiry.value;
    return history->at == 0;
}

static enum admin_result show_page(struct history *history, const struct admin_reply *reply)
{
    struct event event;

    if (next_of_page(history, &event)) {
        if (event.seq > history->last)
            return ADMIN_DONE;
        show(history, &event, reply);
        return ADMIN_MORE;
    }
    history->asked = false;
    history->at = history->inquiry.value;
    return history->at == 0 || history->at > history->last ? ADMIN_DONE : ADMIN_MORE;
}

static enum admin_result next_of_store(const struct admin *admin, const struct moment *now,
                                       struct history *history, const struct admin_reply *reply)
{
    enum admin_result result;

    if (!history->asked) {
        if (!history->counting && history->at > history->last)
            return ADMIN_DONE;
        return ask_for_page(admin, now, history, reply);
    }
    result = inquiry_result(&history->inquiry, now, reply);
    if (result != ADMIN_DONE)
        return result;
    if (!history->counting)
        return show_page(history, reply);
    history->asked = false;
    if (count_page(history))
        begin_showing(history);
    return ADMIN_MORE;
}

/* ---- the listing ---- */

static enum admin_result next(const struct admin *admin, const struct moment *now,
                              struct admin_listing *listing, const struct admin_reply *reply)
{
    struct history *history = listing->kept;
    enum admin_result result;

    if (admin->store.read != NULL)
        result = next_of_store(admin, now, history, reply);
    else if (history->counting)
        result = count_in_memory(admin, history);
    else
        result = show_memory(admin, history, reply);
    if (result == ADMIN_DONE && !history->shown && !reply->json)
        admin_say(reply, ADMIN_DONE, "there are no such events");
    return result;
}

static void drop(void *kept)
{
    struct history *history = kept;

    inquiry_close(&history->inquiry);
    free(history);
}

/* Where it begins; the last so many of all need no counting. */
static void set_bounds(const struct admin *admin, struct history *history)
{
    struct history_query *query = &history->query;
    uint64_t oldest, released;

    room_events(admin->room, &oldest, &released);
    history->last = query->last != 0 && query->last < released ? query->last : released;
    if (query->count != 0 && !history_query_is_search(query)) {
        if (history->last >= query->count && history->last - query->count + 1 > query->first)
            query->first = history->last - query->count + 1;
        query->count = 0;
    }
    history->left = query->count;
    history->counting = query->count != 0;
    history->at = query->first != 0 ? query->first : 1;
    if (history->counting)
        history->at = admin->store.read != NULL ? history->last + 1 : history->last;
}

static enum admin_result begin(const struct command_call *call, const struct history_query *query,
                               struct admin_listing *ret_listing)
{
    struct history *history = malloc(sizeof(*history));

    if (history == NULL)
        return admin_say(call->reply, ADMIN_FAILED, "there is no memory for it");
    history->query = *query;
    history->asked = history->shown = false;
    history->found = 0;
    history->page_used = history->page_read = 0;
    inquiry_init(&history->inquiry, &call->admin->store, on_row, history);
    set_bounds(call->admin, history);
    *ret_listing = (struct admin_listing){.next = next, .kept = history, .drop = drop};
    return ADMIN_MORE;
}

enum admin_result history_command_history(const struct command_call *call,
                                          struct admin_listing *ret_listing)
{
    struct history_query query;
    enum admin_result result = history_query_parse(call, &query);

    return result == ADMIN_DONE ? begin(call, &query, ret_listing) : result;
}

enum admin_result history_command_export(const struct command_call *call,
                                         struct admin_listing *ret_listing)
{
    const struct history_query all = {.count = 0};

    if (!call->reply->json)
        return admin_say(call->reply, ADMIN_USAGE, "an export is JSON lines: use --json");
    return begin(call, &all, ret_listing);
}
