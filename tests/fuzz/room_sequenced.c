/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Programs of the sequenced protocol in the world of fuzz_room. They answer challenges by
 * themselves, so that an input reaches the sessions. The datagrams sent to them are compared with
 * the events that have happened. They are not clients: the input decides when anything is sent, and
 * what.
 */
#include "core/model/session.h"
#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_up.h"
#include "fuzz/room_world.h"

/* Of one second each, at the end; a window grows by one datagram in it. */
#define SETTLE_ROUNDS 2000U

/* ---- what happens ---- */

static bool has_session(const struct world *world, uint64_t number)
{
    const struct registry *registry = world->fuzz.room->registry;

    for (uint32_t i = 0; i < registry_count(registry); i++) {
        if (registry_member(registry, i)->number == number)
            return registry_member(registry, i)->session != NULL;
    }
    return false;
}

/* No message makes two events, and events come in the order of message numbers. */
static void check_said(struct world *world, const struct event *event, bool renamed)
{
    uint16_t *said = &world->history->said[event->author];

    if (event->kind == EVENT_JOIN && !renamed)
        *said = 0;
    if (event->said == 0)
        return;
    FUZZ_CHECK(event->kind == EVENT_JOIN ? event->said == *said : event->said > *said);
    *said = event->said;
}

bool room_sequenced_happened(struct world *world, const struct event *event)
{
    bool renamed = event->kind == EVENT_JOIN && world->renamed == event->author;

    FUZZ_CHECK(event->seq < NUMBERS && event->author < NUMBERS);
    world->history->events[event->seq].kind = event->kind;
    world->history->events[event->seq].author = (uint32_t)event->author;
    world->history->events[event->seq].said = event->said;
    world->renamed = 0;
    if (event->author == EVENT_AUTHOR_NOBODY || !has_session(world, event->author))
        return false;
    check_said(world, event, renamed);
    if (event->kind == EVENT_EXIT && event->reason == EXIT_RENAMED)
        world->renamed = event->author;
    else if (event->kind == EVENT_EXIT)
        world->sequenced--;
    else if (event->kind == EVENT_JOIN && !renamed)
        world->sequenced++;
    return true;
}

void room_sequenced_forget(struct world *world)
{
    for (size_t i = 0; i < PROGRAMS; i++)
        world->programs[i].in = false;
    world->sequenced = 0;
    world->renamed = 0;
}

/* ---- what is sent ---- */

static bool has(const struct program *program, uint64_t seq)
{
    return seq < NUMBERS && (program->has[seq / 8] >> seq % 8 & 1) != 0;
}

static void learn_head(struct program *program, uint64_t head)
{
    program->head = head > program->head ? head : program->head;
    while (has(program, program->position + 1))
        program->position++;
}

static void begin_at(struct program *program, uint64_t position)
{
    memset(program->has, 0, sizeof(program->has));
    program->position = program->head = position;
}

static void on_challenge(struct world *world, const struct outbox_entry *entry)
{
    struct sequenced_challenge challenge;

    FUZZ_CHECK(sequenced_handshake_read_challenge(entry->bytes, entry->length, &challenge) == 0);
    for (size_t i = 0; i < PROGRAMS; i++) {
        struct program *program = &world->programs[i];

        if (program->nonce != challenge.nonce)
            continue;
        memcpy(program->cookie, challenge.cookie.bytes, challenge.cookie.length);
        program->cookie_length = challenge.cookie.length;
    }
}

static void on_welcome(struct world *world, const struct outbox_entry *entry)
{
    struct sequenced_welcome welcome;

    FUZZ_CHECK(sequenced_handshake_read_welcome(entry->bytes, entry->length, &welcome) == 0);
    FUZZ_CHECK(welcome.epoch == world->fuzz.room->sessions->epoch);
    FUZZ_CHECK(welcome.resumed == (welcome.run > 1));
    for (size_t i = 0; i < PROGRAMS; i++) {
        struct program *program = &world->programs[i];

        if (program->nonce != welcome.nonce || (program->in && program->run == welcome.run))
            continue;
        program->in = true;
        program->epoch = welcome.epoch;
        program->token = welcome.token;
        program->run = welcome.run;
        program->packet = 0;
        program->said = 0;
        program->resuming = welcome.resumed;
        program->wild = false;
        begin_at(program, welcome.position);
    }
}

static void on_handshake(struct world *world, const struct outbox_entry *entry,
                         enum sequenced_datagram datagram)
{
    struct sequenced_refusal refusal;
    struct sequenced_stranger stranger;

    if (datagram == SEQUENCED_CHALLENGE)
        on_challenge(world, entry);
    else if (datagram == SEQUENCED_WELCOME)
        on_welcome(world, entry);
    else if (datagram == SEQUENCED_REFUSAL)
        FUZZ_CHECK(sequenced_handshake_read_refusal(entry->bytes, entry->length, &refusal) == 0);
    else
        FUZZ_CHECK(sequenced_handshake_read_stranger(entry->bytes, entry->length, &stranger) == 0);
}

/* A member that joins while joins are held back has a position beyond the released head. */
static void on_frame(struct world *world, struct program *program, const struct path *path,
                     const struct sequenced_down_frame *frame)
{
    uint64_t released = transcript_released(world->fuzz.room->transcript);

    switch (frame->kind) {
    case SEQUENCED_DOWN_HEAD:
        FUZZ_CHECK(frame->head <= released || frame->head <= program->position);
        learn_head(program, frame->head);
        break;
    case SEQUENCED_DOWN_HEARTBEAT:
        FUZZ_CHECK(frame->heartbeat.head <= released || frame->heartbeat.head <= program->position);
        learn_head(program, frame->heartbeat.head);
        break;
    case SEQUENCED_DOWN_GAP:
        FUZZ_CHECK(frame->oldest <= released + 1);
        if (frame->oldest > program->position + 1)
            program->position = frame->oldest - 1;
        learn_head(program, program->position);
        break;
    case SEQUENCED_DOWN_PATH:
        program->challenge = frame->challenge;
        program->challenged = *path;
        break;
    case SEQUENCED_DOWN_CLOSED:
        program->in = program->in && frame->closed.reason == SEQUENCED_CLOSED_RESUMED_ELSEWHERE;
        break;
    case SEQUENCED_DOWN_TAKEN:
        if (program->resuming && frame->taken.upto > program->said)
            program->said = frame->taken.upto;
        program->resuming = false;
        FUZZ_CHECK(frame->taken.upto <= program->said || program->wild);
        break;
    case SEQUENCED_DOWN_NOT_TAKEN:
        FUZZ_CHECK(frame->not_taken.number <= program->said || program->wild);
        break;
    case SEQUENCED_DOWN_MEMBERS:
        FUZZ_CHECK(frame->members.head <= transcript_appended(world->fuzz.room->transcript));
        break;
    case SEQUENCED_DOWN_HISTORY:
        FUZZ_CHECK(frame->past.high <= released);
        break;
    case SEQUENCED_DOWN_REPORT:
        FUZZ_CHECK(frame->report.packet <= program->packet || program->wild);
        break;
    }
}

static void on_down(struct world *world, const struct outbox_entry *entry, bool arrives)
{
    struct sequenced_down_frame frame;
    struct octets_reader reader;
    struct sequenced_down down;
    int status;

    FUZZ_CHECK(sequenced_down_open(entry->bytes, entry->length, &down, &reader) == 0);
    while ((status = sequenced_down_next(&reader, &frame)) == 1) {
        for (size_t i = 0; i < PROGRAMS && arrives; i++) {
            struct program *program = &world->programs[i];

            if (program->in && program->token == down.token && program->run == down.run)
                on_frame(world, program, entry->path, &frame);
        }
    }
    FUZZ_CHECK(status == 0);
}

static void check_event(const struct world *world, const struct sequenced_event *event)
{
    static const uint8_t kinds[] = {[SEQUENCED_EVENT_JOIN] = EVENT_JOIN,
                                    [SEQUENCED_EVENT_CHAT] = EVENT_CHAT,
                                    [SEQUENCED_EVENT_EXIT] = EVENT_EXIT,
                                    [SEQUENCED_EVENT_NOTICE] = EVENT_NOTICE};
    const struct history *history = world->history;

    FUZZ_CHECK(event->seq <= transcript_released(world->fuzz.room->transcript));
    FUZZ_CHECK(event->kind <= SEQUENCED_EVENT_NOTICE &&
               kinds[event->kind] == history->events[event->seq].kind);
    FUZZ_CHECK(event->member == history->events[event->seq].author);
    FUZZ_CHECK(event->said == history->events[event->seq].said);
}

static void on_events(struct world *world, const struct outbox_entry *entry, bool arrives)
{
    struct sequenced_events events;
    struct sequenced_event event;

    FUZZ_CHECK(sequenced_events_open(entry->bytes, entry->length, &events) == 0);
    FUZZ_CHECK(events.epoch == world->fuzz.room->sessions->epoch);
    while (sequenced_events_next(&events, &event)) {
        check_event(world, &event);
        for (size_t i = 0; i < PROGRAMS && arrives; i++) {
            struct program *program = &world->programs[i];

            if (!program->in || program->epoch != events.epoch ||
                peer_of(&program->path) != peer_of(entry->path))
                continue;
            if (event.seq > program->position)
                program->has[event.seq / 8] |= (uint8_t)(1U << event.seq % 8);
            learn_head(program, event.seq);
        }
    }
}

void room_sequenced_sent(struct world *world, const struct outbox_entry *entry, bool arrives)
{
    enum sequenced_datagram datagram;

    FUZZ_CHECK(sequenced_identify(entry->bytes, entry->length, &datagram) == 0);
    FUZZ_CHECK(entry->length <= SEQUENCED_DATAGRAM_MAX_BYTES);
    switch (datagram) {
    case SEQUENCED_CHALLENGE:
    case SEQUENCED_WELCOME:
    case SEQUENCED_REFUSAL:
    case SEQUENCED_STRANGER:
        if (arrives)
            on_handshake(world, entry, datagram);
        break;
    case SEQUENCED_DOWN:
        on_down(world, entry, arrives);
        break;
    case SEQUENCED_EVENTS:
        on_events(world, entry, arrives);
        break;
    default:
        FUZZ_CHECK(false); /* it belongs to the other direction */
    }
}

/* ---- what they do ---- */

static void hello(struct world *world, struct program *program)
{
    const struct sequenced_hello hello = {.version = SEQUENCED_VERSION, .nonce = ++world->nonce};
    uint8_t bytes[SEQUENCED_HELLO_MIN_BYTES];

    program->nonce = hello.nonce;
    program->cookie_length = 0;
    FUZZ_CHECK(sequenced_handshake_write_hello(bytes, sizeof(bytes), &hello) == sizeof(bytes));
    room_world_receive(world, &program->path, bytes, sizeof(bytes));
}

/*
 * Joins with the cookie that it has; does nothing without one. `what`: which name, and the position
 * to resume from.
 */
static void join(struct world *world, struct program *program, uint8_t what, bool resume)
{
    const char name[2] = {(what & 8) != 0 ? 'N' : 'n', (char)('0' + (what & 7))};
    struct sequenced_join join = {
        .resume = resume, .nonce = program->nonce, .name = {name, sizeof(name)}};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    int length;

    if (program->cookie_length == 0)
        return;
    join.cookie = (struct octets_slice){(const char *)program->cookie, program->cookie_length};
    if (resume) {
        join.epoch = program->epoch;
        join.token = program->token;
        join.position = program->position > what >> 4 ? program->position - (what >> 4) : 0;
    }
    length = sequenced_handshake_write_join(bytes, sizeof(bytes), &join);
    FUZZ_CHECK(length > 0);
    room_world_receive(world, &program->path, bytes, (size_t)length);
}

static struct octets_writer begin_up(struct program *program, uint8_t *bytes,
                                     struct sequenced_up *ret_up)
{
    struct octets_writer writer = sequenced_write(bytes, SEQUENCED_DATAGRAM_MAX_BYTES);

    *ret_up = (struct sequenced_up){.token = program->token,
                                    .run = program->run != 0 ? program->run : 1,
                                    .packet = ++program->packet,
                                    .position = program->position};
    FUZZ_CHECK(sequenced_up_begin(&writer, ret_up) == 0);
    return writer;
}

/* `frame` may be NULL: the position only. */
static void up(struct world *world, struct program *program, const struct sequenced_up_frame *frame)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct sequenced_up header;
    struct octets_writer writer = begin_up(program, bytes, &header);

    if (frame != NULL)
        FUZZ_CHECK(sequenced_up_add(&writer, frame) == 0);
    room_world_receive(world, &program->path, bytes, writer.length);
}

/* Messages that are repeated, early, or too early; texts and names. */
static void say(struct world *world, struct program *program, uint8_t what)
{
    static const char *const texts[] = {"hello", "", "\xff", "#1", "n1", "n2", "N3", "admin"};
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MESSAGE};
    uint32_t number = program->said + 1;

    if ((what & 8) != 0)
        number = program->said > what >> 5 ? program->said - (what >> 5) : 1;
    else if ((what & 16) != 0)
        number += (what >> 5) * 6U;
    frame.message.number = number;
    frame.message.what = (uint8_t)((what & 4) != 0 ? SEQUENCED_WHAT_NAME : SEQUENCED_WHAT_TEXT);
    frame.message.text = (struct octets_slice){texts[what & 7], strlen(texts[what & 7])};
    program->said = number > program->said ? number : program->said;
    up(world, program, &frame);
}

/* Some of the events after its position, missing or not. */
static void report_missing(struct world *world, struct program *program, uint8_t what)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MISSING};

    for (size_t n = 0; n <= (what >> 3 & 7U); n++)
        sequenced_up_ask(&frame, (what & 7U) + n * ((what & 0x80) != 0 ? 31 : 1));
    up(world, program, &frame);
}

/* Frames from the input, after a valid header. */
static void up_anything(struct world *world, struct program *program, uint8_t length,
                        struct input *input)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct sequenced_up header;
    struct octets_writer writer = begin_up(program, bytes, &header);
    size_t count = length < input->size ? length : input->size;

    program->wild = true;
    memcpy(bytes + writer.length, input->data, count);
    input->data += count;
    input->size -= count;
    room_world_receive(world, &program->path, bytes, writer.length + count);
}

static void change_path(struct world *world, struct program *program, uint8_t what)
{
    const struct sequenced_up_frame path = {.kind = SEQUENCED_UP_PATH,
                                            .challenge = program->challenge};
    const struct sequenced_up_frame heartbeat = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = what};

    program->path = peer_path(what);
    up(world, program, &heartbeat);
    if (what >= 128 && program->challenge != 0 &&
        peer_of(&program->challenged) == peer_of(&program->path))
        up(world, program, &path);
}

static void ask(struct world *world, struct program *program, uint8_t what)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = what};

    if (what >= 240) {
        frame.kind = SEQUENCED_UP_LEAVE;
    } else if (what >= 120) {
        frame.kind = SEQUENCED_UP_MEMBERS;
        frame.after = what & 7;
    }
    up(world, program, &frame);
}

void room_sequenced_step(struct world *world, uint8_t step, struct input *input)
{
    uint8_t which = take_byte(input), what = take_byte(input);
    struct program *program = &world->programs[which % PROGRAMS];

    switch (step % 8) {
    case 0:
        program->path = peer_path(which >> 2);
        hello(world, program);
        join(world, program, what, false);
        break;
    /* From another path, or from the old one. */
    case 1:
        if (which >= 128)
            program->path = peer_path(which >> 2);
        hello(world, program);
        join(world, program, what, true);
        break;
    case 2:
        say(world, program, what);
        break;
    case 3:
        up(world, program, NULL);
        break;
    case 4:
        report_missing(world, program, what);
        break;
    case 5:
        change_path(world, program, what);
        break;
    case 6:
        ask(world, program, what);
        break;
    default:
        up_anything(world, program, what, input);
    }
}

/* ---- the end ---- */

/* The member whose session this program has, in this run and at this path; else NULL. */
static struct member *member_of(const struct world *world, const struct program *program)
{
    const struct room *room = world->fuzz.room;
    struct member *member = program->in ? sessions_find(room->sessions, program->token) : NULL;

    if (member == NULL || member->session->run != program->run ||
        !endpoint_equal(&registry_path(room->registry, member->position)->peer,
                        &program->path.peer))
        return NULL;
    return member;
}

static bool is_behind(const struct world *world, const struct program *program)
{
    return member_of(world, program) != NULL &&
           program->position < transcript_released(world->fuzz.room->transcript);
}

/*
 * Requests the missing events up to the head, as a client would; if nothing is missing, reports the
 * position. It may know of more: another session was at its endpoint.
 */
static void request_missing(struct world *world, struct program *program)
{
    const struct registry *registry = world->fuzz.room->registry;
    uint64_t cursor = registry_slot(registry, member_of(world, program)->position)->cursor;
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MISSING};
    uint64_t first = program->position + 1, last = first;

    if (program->head < first || cursor <= first) {
        up(world, program, NULL);
        return;
    }
    sequenced_up_ask(&frame, 0);
    while (last + 1 < cursor && last < program->head && last - first + 1 < SEQUENCED_MISSING_MAX &&
           !has(program, last + 1))
        sequenced_up_ask(&frame, ++last - first);
    up(world, program, &frame);
}

void room_sequenced_settle(struct world *world)
{
    bool waiting = true;

    for (unsigned round = 0; round < SETTLE_ROUNDS && waiting; round++) {
        waiting = false;
        for (size_t i = 0; i < PROGRAMS; i++) {
            struct program *program = &world->programs[i];

            if (!is_behind(world, program))
                continue;
            waiting = true;
            /* Others may have used its token since: only the highest packet number counts. */
            program->packet = member_of(world, program)->session->packet;
            request_missing(world, program);
        }
        world->fuzz.now.mono_ns += MOMENT_NS_PER_S;
        room_tick(world->fuzz.room, &world->fuzz.now);
        while (room_sweep(world->fuzz.room, &world->fuzz.now, 64) == SWEEP_MORE)
            ;
    }
    FUZZ_CHECK(!waiting);
}
