/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sequenced protocol, as doc/protocol.md, section 2, specifies it for a client, but lighter
 * than the client of core. All members are sent the same bytes, so a datagram is decoded once, and
 * compared for each of the others. Events beyond a gap are not kept, but requested again. Pages of
 * members are not requested.
 */
#include "load.h"
#include "silent.h"

#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * When a position is reported (2.5), which is sooner for so long after a gap; and when a range is
 * requested again.
 */
#define REPORT_EVENTS 5
#define REPORT_MISSED 2
#define MISSED_NS     LOAD_NS_PER_S
#define REPORT_NS     (LOAD_NS_PER_S / 50)
#define MISSING_NS    (LOAD_NS_PER_S / 20)

/* The unit of `delay` in an UP. */
#define DELAY_UNIT_NS (LOAD_NS_PER_S / 10000)

/* Decoded datagrams that are remembered. */
#define DECODED_PLACES 256

/* Reports that are sent without checking whether the server keeps up. */
#define WAKE_BATCH 256

/* After so many rounds of reports, members that receive nothing have caught up with the joins. */
#define CATCH_UP_MAX 64

struct session {
    uint64_t nonce, token, position;
    uint32_t packet, member;
    uint32_t message, decided; /* the last that it has sent, and whose outcome it knows */
    uint32_t message_base;     /* number of the text before message 1 */
    int64_t due_ns;            /* when the position must be reported; 0: it is */
    int64_t missing_ns;        /* when something was last requested */
    int64_t position_ns;       /* when the event at its position came; 0: none has */
    uint16_t run;
    uint16_t received;  /* datagrams of this run */
    uint16_t lost;      /* gaps for which something was requested, each time */
    uint8_t unreported; /* EVENTS */
    uint8_t cookie_length;
    char cookie[SEQUENCED_COOKIE_MAX_BYTES];
};

/* The contents of one datagram. */
struct decoded {
    uint64_t first, last;           /* events */
    uint32_t text_first, text_last; /* consecutive messages; 0: none */
    uint32_t joins;
    uint32_t own[4]; /* chats of each author */
    uint16_t length;
    bool right;
    char bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
};

struct state {
    uint64_t epoch;
    uint32_t queue_first, queue_count; /* members whose reports are due, in that order */
    uint32_t *queue;
    /* EVENTS sent to members that receive nothing since these last reported. */
    uint32_t silent_unreported;
    int64_t silent_due_ns;
    struct decoded decoded[DECODED_PLACES];
    struct session sessions[];
};

_Static_assert(sizeof(((struct decoded *)NULL)->own) / sizeof(uint32_t) == 4,
               "as many authors as --authors may say");

static struct state *state_of(struct load *load)
{
    if (load->sessions == NULL) {
        struct state *state = calloc(1, sizeof(*state) + load->capacity * sizeof(struct session));

        if (state == NULL || (state->queue = calloc(load->capacity, sizeof(*state->queue))) == NULL)
            load_die("out of memory");
        load->sessions = state;
    }
    return load->sessions;
}

/* ---- joining ---- */

static void enter(struct load *load, uint32_t index)
{
    struct session *session = &state_of(load)->sessions[index];
    char name[16], bytes[SEQUENCED_JOIN_MIN_BYTES];
    int length;

    if (session->nonce == 0)
        session->nonce = (uint64_t)load_now_ns() << 20 | (index + 1);
    if (session->cookie_length == 0) {
        struct sequenced_hello hello = {.version = SEQUENCED_VERSION, .nonce = session->nonce};

        length = sequenced_handshake_write_hello(bytes, sizeof(bytes), &hello);
    } else {
        struct sequenced_join join = {.nonce = session->nonce,
                                      .cookie = {session->cookie, session->cookie_length}};

        join.name.bytes = name;
        join.name.length = (size_t)snprintf(name, sizeof(name), "m%u", index);
        length = sequenced_handshake_write_join(bytes, sizeof(bytes), &join);
    }
    members_send(load, index, bytes, (size_t)length);
}

/*
 * A room that can't keep up lets few in, and a cookie is good for some seconds: then it is asked
 * again, as after a loss.
 */
static void take_refusal(struct session *session, const char *bytes, size_t length)
{
    struct sequenced_refusal refusal;

    if (sequenced_handshake_read_refusal(bytes, length, &refusal) != 0 ||
        refusal.nonce != session->nonce)
        return;
    if (refusal.code == SEQUENCED_REFUSED_COOKIE)
        session->cookie_length = 0;
    else if (refusal.code != SEQUENCED_REFUSED_TOO_MANY)
        load_die("a sequenced member was refused");
}

static void take_handshake(struct load *load, uint32_t index, const char *bytes, size_t length,
                           enum sequenced_datagram datagram)
{
    struct state *state = state_of(load);
    struct session *session = &state->sessions[index];
    struct sequenced_challenge challenge;
    struct sequenced_welcome welcome;

    if (datagram == SEQUENCED_REFUSAL)
        take_refusal(session, bytes, length);
    if (datagram == SEQUENCED_CHALLENGE && session->cookie_length == 0 &&
        sequenced_handshake_read_challenge(bytes, length, &challenge) == 0 &&
        challenge.nonce == session->nonce) {
        memcpy(session->cookie, challenge.cookie.bytes, challenge.cookie.length);
        session->cookie_length = (uint8_t)challenge.cookie.length;
        enter(load, index);
    }
    if (datagram == SEQUENCED_WELCOME && !load->members[index].in &&
        sequenced_handshake_read_welcome(bytes, length, &welcome) == 0 &&
        welcome.nonce == session->nonce) {
        state->epoch = welcome.epoch;
        session->token = welcome.token;
        session->run = welcome.run;
        session->member = welcome.member;
        session->position = welcome.position;
        members_is_in(load, index);
    }
}

/* ---- reports ---- */

static uint16_t delay_of(const struct session *session)
{
    int64_t units = (load_now_ns() - session->position_ns) / DELAY_UNIT_NS;

    return session->position_ns != 0 && units < SEQUENCED_DELAY_UNKNOWN ? (uint16_t)units
                                                                        : SEQUENCED_DELAY_UNKNOWN;
}

static struct sequenced_up up_of(struct session *session)
{
    session->unreported = 0;
    session->due_ns = 0;
    return (struct sequenced_up){.token = session->token,
                                 .run = session->run,
                                 .packet = ++session->packet,
                                 .position = session->position,
                                 .received = session->received,
                                 .lost = session->lost,
                                 .delay = delay_of(session)};
}

/* `missing`: the last event requested; 0: none. */
static void report(struct load *load, uint32_t index, uint64_t missing)
{
    struct session *session = &state_of(load)->sessions[index];
    struct sequenced_up up = up_of(session);
    char bytes[128];
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MISSING};

    sequenced_up_begin(&writer, &up);
    for (uint64_t n = 0; n < SEQUENCED_MISSING_MAX && session->position + n < missing; n++)
        sequenced_up_ask(&frame, n);
    if (missing > session->position)
        sequenced_up_add(&writer, &frame);
    members_send(load, index, bytes, writer.length);
}

/* Members that receive nothing report the position of the first author. */
static void report_silent(struct load *load)
{
    struct state *state = state_of(load);
    uint16_t received = (uint16_t)state->silent_unreported;

    state->silent_unreported = 0;
    state->silent_due_ns = 0;
    for (uint32_t index = load->authors; index < load->count; index++) {
        struct session *session = &state->sessions[index];

        if (!load->members[index].in)
            continue;
        session->position = state->sessions[0].position;
        session->position_ns = state->sessions[0].position_ns;
        session->received += received;
        report(load, index, 0);
    }
    silent_flush(load->silent);
}

/*
 * They are sent what the first author is sent, but do not speak, so they have to report more often
 * than it does.
 */
static void note_silent(struct load *load)
{
    struct state *state = state_of(load);

    if (++state->silent_unreported >= REPORT_EVENTS)
        report_silent(load);
    else if (state->silent_unreported == 1)
        state->silent_due_ns = load_now_ns() + REPORT_NS;
}

static uint8_t report_interval(const struct session *session)
{
    bool missed = session->missing_ns != 0 && load_now_ns() - session->missing_ns < MISSED_NS;

    return missed ? REPORT_MISSED : REPORT_EVENTS;
}

static void note_events(struct load *load, uint32_t index)
{
    struct state *state = state_of(load);
    struct session *session = &state->sessions[index];

    if (++session->unreported >= report_interval(session)) {
        report(load, index, 0);
    } else if (session->unreported == 1) {
        session->due_ns = load_now_ns() + REPORT_NS;
        state->queue[(state->queue_first + state->queue_count++) % load->capacity] = index;
    }
}

/*
 * All waits are equally long, so the queue is in the order of due times. A member that has reported
 * meanwhile is skipped, or is in the queue again.
 */
static int64_t tick(struct load *load, int64_t now_ns, bool everything)
{
    struct state *state = state_of(load);
    int64_t silent_ns = state->silent_due_ns != 0 ? state->silent_due_ns : INT64_MAX;

    if (silent_ns != INT64_MAX && (silent_ns <= now_ns || everything)) {
        report_silent(load);
        silent_ns = INT64_MAX;
    }
    while (state->queue_count > 0) {
        uint32_t index = state->queue[state->queue_first];
        int64_t due_ns = state->sessions[index].due_ns;

        if (due_ns > now_ns && !everything)
            return due_ns < silent_ns ? due_ns : silent_ns;
        state->queue_first = (state->queue_first + 1) % load->capacity;
        state->queue_count--;
        if (due_ns != 0)
            report(load, index, 0);
    }
    return silent_ns;
}

static void request_missing(struct load *load, uint32_t index, uint64_t upto)
{
    struct session *session = &state_of(load)->sessions[index];
    int64_t now_ns = load_now_ns();

    if (now_ns - session->missing_ns < MISSING_NS)
        return;
    session->missing_ns = now_ns;
    session->lost++;
    load->repeats++;
    report(load, index, upto);
}

/* ---- events ---- */

static void count_event(struct load *load, struct decoded *decoded,
                        const struct sequenced_event *event)
{
    uint32_t number;

    if (event->kind == SEQUENCED_EVENT_JOIN)
        decoded->joins++;
    if (event->kind != SEQUENCED_EVENT_CHAT)
        return;
    number = event->text.length == LOAD_TEXT_BYTES ? talk_read(event->text.bytes) : 0;
    if (number == 0 || (decoded->text_last != 0 && number != decoded->text_last + 1)) {
        decoded->right = false;
        return;
    }
    if (decoded->text_first == 0)
        decoded->text_first = number;
    decoded->text_last = number;
    for (uint32_t author = 0; author < load->authors; author++)
        decoded->own[author] += event->member == state_of(load)->sessions[author].member ? 1 : 0;
}

/* Decodes a datagram, from event `from` on. */
static bool open_events(struct load *load, const char *bytes, size_t length, uint64_t from,
                        struct decoded *ret_decoded)
{
    struct sequenced_events events;
    struct sequenced_event event;

    if (length > sizeof(ret_decoded->bytes) || sequenced_events_open(bytes, length, &events) != 0 ||
        events.epoch != state_of(load)->epoch)
        return false;
    *ret_decoded =
        (struct decoded){.first = events.first, .right = true, .length = (uint16_t)length};
    ret_decoded->last = events.first + events.count - 1;
    memcpy(ret_decoded->bytes, bytes, length);
    while (sequenced_events_next(&events, &event)) {
        if (event.seq >= from)
            count_event(load, ret_decoded, &event);
    }
    return true;
}

static uint64_t first_of(const char *bytes)
{
    struct octets_reader reader = octets_read(bytes + 12, 8);

    return octets_read_varint(&reader);
}

/*
 * Nearly always these are the same bytes that another member was sent. NULL: they can't be decoded.
 */
static const struct decoded *decode(struct load *load, const char *bytes, size_t length)
{
    uint64_t first = length > SEQUENCED_EVENTS_HEADER_MIN_BYTES + 1 ? first_of(bytes) : 0;
    struct decoded *decoded = &state_of(load)->decoded[first % DECODED_PLACES];

    if (decoded->length == length && memcmp(decoded->bytes, bytes, length) == 0)
        return decoded;
    return open_events(load, bytes, length, 0, decoded) ? decoded : NULL;
}

static void take_decoded(struct load *load, uint32_t index, const struct decoded *decoded)
{
    struct session *session = &state_of(load)->sessions[index];
    uint32_t own = index < load->authors ? decoded->own[index] : 0;

    session->position = decoded->last;
    session->position_ns = load->received_ns;
    session->decided += own;
    load->members[index].told += decoded->joins;
    if (!decoded->right)
        load->wrong++;
    else if (decoded->text_first != 0)
        talk_arrived(load, &load->members[index], decoded->text_first, decoded->text_last, own);
}

static void take_events(struct load *load, uint32_t index, const char *bytes, size_t length)
{
    struct session *session = &state_of(load)->sessions[index];
    const struct decoded *decoded;
    struct decoded rest;

    if (!load->members[index].in)
        return;
    decoded = decode(load, bytes, length);
    if (decoded == NULL) {
        load->wrong++;
        return;
    }
    session->received++;
    if (decoded->first > session->position + 1) {
        request_missing(load, index, decoded->last);
        return;
    }
    if (decoded->last > session->position && decoded->first == session->position + 1)
        take_decoded(load, index, decoded);
    else if (decoded->last > session->position &&
             open_events(load, bytes, length, session->position + 1, &rest))
        take_decoded(load, index, &rest);
    if (load->silent == NULL || index < load->authors)
        note_events(load, index);
    if (load->silent != NULL && index == 0)
        note_silent(load);
}

/* ---- DOWN ---- */

static void take_down(struct load *load, uint32_t index, const char *bytes, size_t length)
{
    struct session *session = &state_of(load)->sessions[index];
    struct sequenced_down_frame frame;
    struct sequenced_down down;
    struct octets_reader reader;

    if (sequenced_down_open(bytes, length, &down, &reader) != 0 || down.token != session->token)
        return;
    session->received++;
    while (sequenced_down_next(&reader, &frame) == 1) {
        if (frame.kind == SEQUENCED_DOWN_HEAD && frame.head > session->position)
            request_missing(load, index, frame.head);
        else if (frame.kind == SEQUENCED_DOWN_HEAD)
            report(load, index, 0);
        else if (frame.kind != SEQUENCED_DOWN_TAKEN && frame.kind != SEQUENCED_DOWN_REPORT)
            load_die("a sequenced member was told of a gap, or that a message was not taken, or "
                     "the end");
    }
}

static size_t input(struct load *load, uint32_t index, char *bytes, size_t length)
{
    enum sequenced_datagram datagram;

    if (sequenced_identify(bytes, length, &datagram) != 0)
        load->wrong++;
    else if (datagram == SEQUENCED_EVENTS)
        take_events(load, index, bytes, length);
    else if (datagram == SEQUENCED_DOWN)
        take_down(load, index, bytes, length);
    else
        take_handshake(load, index, bytes, length, datagram);
    return length;
}

/* ---- messages ---- */

/* Messages `from` … `to` of this author, as many in an UP as fit. */
static void send_messages(struct load *load, uint32_t author, uint32_t from, uint32_t to)
{
    struct session *session = &state_of(load)->sessions[author];
    char bytes[SEQUENCED_DATAGRAM_MAX_BYTES], text[LOAD_TEXT_BYTES];

    while (from <= to) {
        struct sequenced_up up = up_of(session);
        struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));
        struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MESSAGE,
                                           .message.text = {text, sizeof(text)}};

        sequenced_up_begin(&writer, &up);
        for (; from <= to; from++) {
            frame.message.number = from;
            talk_write(text, session->message_base + from);
            if (sequenced_up_add(&writer, &frame) != 0)
                break;
        }
        members_send(load, author, bytes, writer.length);
    }
}

static void say(struct load *load, uint32_t author, uint32_t first, uint32_t count)
{
    struct session *session = &state_of(load)->sessions[author];

    session->message_base = first - session->message - 1;
    send_messages(load, author, session->message + 1, session->message + count);
    session->message += count;
}

static void repeat(struct load *load)
{
    for (uint32_t author = 0; author < load->authors; author++) {
        struct session *session = &state_of(load)->sessions[author];

        if (session->decided < session->message) {
            load->repeats++;
            send_messages(load, author, session->decided + 1, session->message);
        }
    }
}

/*
 * All members report their positions, so that none is away. Members that receive nothing catch up
 * this way, too.
 */
static void wake(struct load *load)
{
    struct subject_counters before, after;

    for (unsigned round = 0; round < (load->silent != NULL ? CATCH_UP_MAX : 1); round++) {
        subject_counters(&before);
        for (uint32_t index = 0; index < load->count; index++) {
            if (load->silent != NULL)
                state_of(load)->sessions[index].position = state_of(load)->sessions[0].position;
            report(load, index, 0);
            if (index % WAKE_BATCH == 0) {
                silent_flush(load->silent);
                subject_wait_quiet(&load->subject);
            }
        }
        silent_flush(load->silent);
        subject_wait_quiet(&load->subject);
        while (members_pump(load, 0))
            ;
        subject_counters(&after);
        /* The authors' own reports are sent over UDP, too. */
        if (after.sent - before.sent <= load->authors)
            return;
    }
}

const struct protocol sequenced_protocol = {
    .name = "sequenced",
    .authors_listen = true,
    .window = 32,
    .counts_own_join = true,
    .reports_delay = true,
    .enter = enter,
    .input = input,
    .say = say,
    .repeat = repeat,
    .wake = wake,
    .tick = tick,
};
