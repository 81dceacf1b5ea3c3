/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Questions for the past: where their answers come from, and when pages are sent. */
#include "core/sequenced_server/session_history.h"

#include "core/model/session.h"
#include "core/room/delivery_state.h"
#include "core/room/room_ops.h"
#include "core/sequenced_server/history_answer.h"
#include "core/sequenced_server/session_send.h"
#include "core/sequenced_server/session_window.h"

#include <roomd/status.h>
#include <stdlib.h>

/* Events of the ring that are looked at in one tick: less than a millisecond's work. */
#define SLICE 4096U

/* A page has no more events; the log is asked for no more. */
#define PAGE_EVENTS 128U

/* What can't be sent, or asked for, now is tried again so much later. */
#define RETRY_NS (5 * MOMENT_NS_PER_MS)

#define PAGE_NS      (MOMENT_NS_PER_S / SESSION_HISTORY_PAGES)
#define BURST_NS     (SESSION_HISTORY_BURST_MS * MOMENT_NS_PER_MS)
#define ALL_PAGE_NS  (MOMENT_NS_PER_S / SESSION_HISTORY_ALL_PAGES)
#define ALL_BURST_NS (16 * MOMENT_NS_PER_MS)

/* Of a page where large datagrams do not arrive. */
#define SMALL_PAGE_BYTES                                                                           \
    (SEQUENCED_PAST_MAX_BYTES - (SEQUENCED_DATAGRAM_MAX_BYTES - SESSION_SMALL_BYTES))

struct question {
    uint64_t token;
    uint64_t id; /* as the log is told it */
    uint16_t run;
    bool from_log;
    bool is_reading; /* the log was asked, and has not answered yet */
    bool is_full;    /* the log has said more than the pages hold */
    int64_t due_ns;  /* when it is looked at next */
    struct history_answer answer;
};

/* The pages to a member are used up to this moment. */
struct pace {
    uint64_t token;
    int64_t used_ns;
};

struct session_histories {
    struct room_past past;
    struct question *questions[SESSION_HISTORY_MAX];
    size_t count;
    size_t reads;
    uint64_t last_id;
    struct pace paces[SESSION_HISTORY_MAX]; /* of those that have asked last */
    int64_t used_ns; /* the budget of pages to all is used up to this moment */
};

int session_histories_new(const struct room_past *past, struct session_histories **ret_histories)
{
    struct session_histories *histories = calloc(1, sizeof(*histories));

    if (histories == NULL)
        return STATUS_NO_MEMORY;
    histories->past = *past;
    *ret_histories = histories;
    return STATUS_OK;
}

void session_histories_free(struct session_histories *histories)
{
    if (histories == NULL)
        return;
    for (size_t i = 0; i < histories->count; i++)
        free(histories->questions[i]);
    free(histories);
}

/* The last one takes its place. */
static void close_question(struct session_histories *histories, size_t index)
{
    struct question *question = histories->questions[index];

    if (question->is_reading) {
        histories->reads--;
        if (histories->past.cancel != NULL)
            histories->past.cancel(histories->past.ctx, question->id);
    }
    histories->questions[index] = histories->questions[--histories->count];
    free(question);
}

void session_histories_forget(struct session_histories *histories)
{
    while (histories->count > 0)
        close_question(histories, histories->count - 1);
}

static struct question *find_by_id(const struct session_histories *histories, uint64_t id)
{
    for (size_t i = 0; i < histories->count; i++) {
        if (histories->questions[i]->id == id)
            return histories->questions[i];
    }
    return NULL;
}

/* ---- asking ---- */

/* What the ring does not have, or what has to be searched for, if there is a log. */
static bool needs_log(const struct room *room, const struct sequenced_ask *ask)
{
    return room->histories->past.read != NULL &&
           (ask->words.length > 0 || ask->low < transcript_oldest(room->transcript));
}

static struct question *new_question(struct room *room, const struct member *member,
                                     const struct sequenced_ask *ask)
{
    struct session_histories *histories = room->histories;
    const struct session *session = member->session;
    struct question *question;

    if (histories->count == SESSION_HISTORY_MAX)
        return NULL;
    question = malloc(sizeof(*question));
    if (question == NULL)
        return NULL;
    question->token = session->token;
    question->run = session->run;
    question->id = ++histories->last_id;
    question->from_log = needs_log(room, ask);
    question->is_reading = question->is_full = false;
    history_answer_begin(&question->answer, ask, transcript_released(room->transcript),
                         session_is_small(session) ? SMALL_PAGE_BYTES : SEQUENCED_PAST_MAX_BYTES);
    histories->questions[histories->count++] = question;
    return question;
}

void session_history_ask(struct room *room, const struct moment *now, struct member *member,
                         const struct sequenced_ask *ask)
{
    struct session_histories *histories = room->histories;
    struct question *question;

    if (room->limits.history == 0 || ask->low > transcript_released(room->transcript))
        return;
    for (size_t i = histories->count; i-- > 0;) {
        question = histories->questions[i];
        if (question->token != member->session->token)
            continue;
        if (question->answer.ask.id == ask->id && question->run == member->session->run)
            return; /* it is being answered */
        close_question(histories, i);
    }
    question = new_question(room, member, ask);
    if (question != NULL)
        question->due_ns = now->mono_ns;
}

/* ---- looking for events ---- */

static bool is_falling(const struct question *question)
{
    return (question->answer.ask.flags & SEQUENCED_ASK_FALLING) != 0;
}

static void read_log(struct session_histories *histories, const struct moment *now,
                     struct question *question)
{
    const struct sequenced_ask *ask = &question->answer.ask;
    struct room_history_query query = {.id = question->id,
                                       .first = ask->low,
                                       .last = ask->high,
                                       .falling = is_falling(question),
                                       .rows = ask->pages * PAGE_EVENTS,
                                       .bytes = ask->pages * SEQUENCED_PAST_MAX_BYTES,
                                       .since_ns = (int64_t)(ask->since_ms * MOMENT_NS_PER_MS),
                                       .words = ask->words.bytes,
                                       .words_len = ask->words.length};

    if (histories->reads < SESSION_HISTORY_READS_MAX &&
        histories->past.read(histories->past.ctx, &query)) {
        histories->reads++;
        question->is_reading = true;
        question->due_ns = MOMENT_NEVER_NS;
    } else {
        question->due_ns = now->mono_ns + RETRY_NS;
    }
}

/* The ring has forgotten what comes next. True if there is nothing left to look at. */
static bool skip_forgotten(const struct room *room, struct history_answer *answer)
{
    uint64_t oldest = transcript_oldest(room->transcript);
    struct event event;

    if (answer->at >= oldest)
        return false;
    if ((answer->ask.flags & SEQUENCED_ASK_FALLING) != 0) {
        history_answer_skip(answer, answer->ask.low - 1);
        return true;
    }
    /* What was before that moment was not asked for. */
    if (!transcript_get(room->transcript, oldest, &event) ||
        event.wall_ns >= (int64_t)(answer->ask.since_ms * MOMENT_NS_PER_MS))
        history_answer_skip(answer, oldest);
    answer->at = oldest;
    return answer->at > answer->ask.high;
}

static bool is_within(const struct history_answer *answer)
{
    return answer->at >= answer->ask.low && answer->at <= answer->ask.high;
}

/* Looks at so many events at most; returns how many it were. */
static uint32_t read_ring(const struct room *room, struct question *question, uint32_t most)
{
    struct history_answer *answer = &question->answer;
    struct event event;
    uint32_t count = 0;

    while (!answer->done && count < most) {
        if (!is_within(answer) || skip_forgotten(room, answer) ||
            !transcript_get(room->transcript, answer->at, &event))
            history_answer_end(answer, answer->at, 0);
        else if (!history_answer_add(answer, &event))
            history_answer_end(answer, answer->at, SEQUENCED_PAGE_MORE);
        count++;
    }
    return count;
}

void session_history_event(struct room *room, uint64_t id, const struct event *event)
{
    struct question *question = find_by_id(room->histories, id);

    if (question == NULL || !question->is_reading || question->is_full ||
        event->seq < question->answer.ask.low || event->seq > question->answer.ask.high)
        return;
    question->is_full = !history_answer_add(&question->answer, event);
}

/* The first number that was not looked at. */
static uint64_t reached(const struct question *question, uint64_t next)
{
    const struct sequenced_ask *ask = &question->answer.ask;

    if (question->is_full)
        return question->answer.at;
    if (is_falling(question))
        return next == 0 || next <= ask->low ? ask->low - 1 : next - 1;
    return next == 0 || next > ask->high ? ask->high + 1 : next;
}

void session_history_end(struct room *room, const struct moment *now, uint64_t id,
                         enum room_history_result result, uint64_t next)
{
    struct question *question = find_by_id(room->histories, id);
    struct history_answer *answer;
    uint64_t at;

    if (question == NULL || !question->is_reading)
        return;
    answer = &question->answer;
    at = reached(question, next);
    room->histories->reads--;
    question->is_reading = false;
    question->due_ns = now->mono_ns;
    if (result == ROOM_HISTORY_FAILED)
        history_answer_end(answer, answer->at, SEQUENCED_PAGE_FAILED);
    else
        history_answer_end(
            answer, at, at >= answer->ask.low && at <= answer->ask.high ? SEQUENCED_PAGE_MORE : 0);
}

/* ---- sending ---- */

/* True if there is nothing that it is owed before that, and room on the way. */
static bool is_free(struct room *room, const struct moment *now, struct member *member)
{
    const struct session *session = member->session;
    const struct slot *slot = room_slot(room, member);

    return !member->warned && slot->cursor > transcript_released(room->transcript) &&
           !nacks_any(session->nacks) &&
           !delivery_is_blocked(room->delivery, room_path(room, member), slot) &&
           session_window_has_room(&room->delivery->wiring, now, session);
}

/* The budget of a member; one that was not sent any for longest gives its place to another. */
static struct pace *pace_of(struct session_histories *histories, uint64_t token)
{
    struct pace *oldest = &histories->paces[0];

    for (size_t i = 0; i < SESSION_HISTORY_MAX; i++) {
        struct pace *pace = &histories->paces[i];

        if (pace->token == token)
            return pace;
        oldest = pace->used_ns < oldest->used_ns ? pace : oldest;
    }
    *oldest = (struct pace){.token = token};
    return oldest;
}

static int64_t refill(int64_t used_ns, int64_t now_ns, int64_t burst_ns)
{
    return used_ns < now_ns - burst_ns ? now_ns - burst_ns : used_ns;
}

/* When the budgets allow another page to that member. */
static int64_t paced_ns(struct session_histories *histories, const struct moment *now,
                        uint64_t token)
{
    struct pace *pace = pace_of(histories, token);

    histories->used_ns = refill(histories->used_ns, now->mono_ns, ALL_BURST_NS);
    pace->used_ns = refill(pace->used_ns, now->mono_ns, BURST_NS);
    return histories->used_ns > pace->used_ns ? histories->used_ns : pace->used_ns;
}

static void send_page(struct room *room, struct member *member, struct history_answer *answer)
{
    const struct history_page *page = &answer->pages[answer->sent];
    struct sequenced_down_frame frame = {
        .kind = SEQUENCED_DOWN_HISTORY,
        .past = {.id = answer->ask.id,
                 .flags = page->flags,
                 .page = answer->sent,
                 .low = page->low,
                 .high = page->high,
                 .events = {(const char *)page->bytes, page->length}}};

    answer->sent++;
    session_send_frame(room, member, &frame);
    pace_of(room->histories, member->session->token)->used_ns += PAGE_NS;
    room->histories->used_ns += ALL_PAGE_NS;
}

static void send_pages(struct room *room, const struct moment *now, struct question *question,
                       struct member *member)
{
    struct history_answer *answer = &question->answer;
    int64_t paced;

    while (answer->sent < answer->made) {
        paced = paced_ns(room->histories, now, member->session->token);
        if (paced <= now->mono_ns && !is_free(room, now, member))
            paced = now->mono_ns + RETRY_NS;
        if (paced > now->mono_ns) {
            question->due_ns = paced;
            return;
        }
        send_page(room, member, answer);
    }
}

/* The member that asks, in the run in which it did; NULL: it has left, or has resumed. */
static struct member *asker(const struct room *room, const struct question *question)
{
    struct member *member = sessions_find(room->sessions, question->token);

    return member != NULL && member->session->run == question->run ? member : NULL;
}

static bool is_over(const struct question *question, const struct member *member)
{
    return member == NULL ||
           (question->answer.done && question->answer.sent == question->answer.made);
}

void session_history_send(struct room *room, const struct moment *now)
{
    struct session_histories *histories = room->histories;

    for (size_t i = histories->count; i-- > 0;) {
        struct question *question = histories->questions[i];
        struct member *member = asker(room, question);

        if (member != NULL)
            send_pages(room, now, question, member);
        if (is_over(question, member))
            close_question(histories, i);
    }
}

/* ---- time ---- */

static uint32_t look(struct room *room, const struct moment *now, struct question *question,
                     uint32_t most)
{
    uint32_t count;

    if (question->answer.done || question->is_reading)
        return 0;
    if (question->from_log) {
        read_log(room->histories, now, question);
        return 0;
    }
    count = read_ring(room, question, most);
    question->due_ns = now->mono_ns;
    return count;
}

void session_history_tick(struct room *room, const struct moment *now)
{
    struct session_histories *histories = room->histories;
    uint32_t left = SLICE;

    for (size_t i = 0; i < histories->count; i++) {
        if (histories->questions[i]->due_ns <= now->mono_ns)
            left -= look(room, now, histories->questions[i], left);
    }
    if (histories->count > 0)
        session_history_send(room, now);
}

int64_t session_history_next_tick(const struct room *room)
{
    const struct session_histories *histories = room->histories;
    int64_t due_ns = MOMENT_NEVER_NS;

    for (size_t i = 0; i < histories->count; i++) {
        if (histories->questions[i]->due_ns < due_ns)
            due_ns = histories->questions[i]->due_ns;
    }
    return due_ns;
}
