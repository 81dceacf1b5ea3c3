/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The log of a world. A server that was killed at this moment would go on from what the log has
 * kept, so every datagram is compared with that: what it tells must be kept already.
 */
#include "core/room/state_row.h"
#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "support/world_internal.h"

#include <string.h>

bool world_log_is_on(const struct world *world)
{
    return world->setup.log.lag_ns > 0;
}

void world_log_init(struct world *world)
{
    fake_log_init(&world->log.fake);
    world->log.dice.state = world->setup.seed ^ UINT64_C(0x636f6d6d6974);
    world->log.due_ns = MOMENT_NEVER_NS;
}

int64_t world_log_next(const struct world *world)
{
    return world->log.due_ns;
}

/* ---- commits ---- */

static void begin_again(struct world *world)
{
    struct fake_log *fake = &world->log.fake;

    fake->is_down = false;
    world_trace(world, "log: begins again after record %llu", (unsigned long long)fake->kept);
    if (room_log_resume(world->room, &world->now, fake->kept) != 0)
        world_wrong(world, "the room does not go on after record %llu",
                    (unsigned long long)fake->kept);
    else if (fake->count != room_recorded(world->room))
        world_wrong(world, "the log was not handed over all records again");
}

void world_log_restore(struct world *world, struct room_kept kept,
                       struct room_restored *ret_restored)
{
    kept.boot[0] = 1;
    kept.boot[1] = world->log.boot;
    fake_log_restore(&world->log.fake, world->room, &world->now, kept, ret_restored);
}

/* What is kept has happened, also where the room did not hear of it in time. */
static void note_kept(struct world *world)
{
    const struct fake_log *fake = &world->log.fake;

    for (uint64_t n = 0; n < fake->kept; n++) {
        const struct fake_record *record = &fake->records[n];

        for (size_t i = 0; i < record->count; i++) {
            if (record->effects[i].is_event && record->effects[i].event.seq > world->records_count)
                world_happened(world, &record->effects[i].event);
        }
    }
}

static void kill_room(struct world *world)
{
    struct world_log *log = &world->log;
    struct room_restored restored;
    struct room_kept kept = {.renumber = false};

    log->kills++;
    log->unkept += log->fake.count - log->fake.kept;
    if (dice_chance(&log->dice, world->setup.log.boot_permille))
        log->boot++;
    kept.renumber = dice_chance(&log->dice, world->setup.log.renumber_permille);
    world_trace(world, "the room is killed after record %llu of %zu",
                (unsigned long long)log->fake.kept, log->fake.count);
    note_kept(world);
    room_free(world->room);
    world_open_room(world);
    world_log_restore(world, kept, &restored);
    if (restored.damaged + restored.gone > 0 || restored.epoch_is_new != kept.renumber)
        world_wrong(world, "%u rows could not be restored", restored.damaged);
    world_promises_killed(world);
    memset(world->flights, 0, (world->actors_count + 1) * sizeof(*world->flights));
    world->full_until_ns = 0;
    for (size_t i = 0; i < world->actors_count; i++)
        world_actor_killed(&world->actors[i], kept.renumber);
}

static void commit(struct world *world)
{
    struct fake_log *fake = &world->log.fake;
    const struct world_log_setup *setup = &world->setup.log;
    struct dice *dice = &world->log.dice;
    uint64_t waiting = fake->count - fake->kept, upto = fake->count;

    if (waiting > 1 && !world->healed && dice_chance(dice, setup->part_permille))
        upto = fake->kept + 1 + dice_below(dice, (uint32_t)waiting - 1);
    if (!world->healed && dice_chance(dice, setup->end_permille)) {
        /* Perhaps it kept something, and could not say so. */
        if (dice_chance(dice, 500))
            fake_log_keep(fake, upto);
        world_trace(world, "log: ends, has kept record %llu", (unsigned long long)fake->kept);
        fake_log_end(fake);
        return;
    }
    if (!world->healed && dice_chance(dice, setup->kill_permille)) {
        if (dice_chance(dice, 500))
            fake_log_keep(fake, upto);
        kill_room(world);
        return;
    }
    fake_log_keep(fake, upto);
    world_trace(world, "log: record %llu of %zu is kept", (unsigned long long)upto, fake->count);
    if (room_committed(world->room, &world->now, upto) != 0)
        world_wrong(world, "the room has not made record %llu", (unsigned long long)upto);
}

static int64_t delay_ns(struct world *world)
{
    const struct world_log_setup *setup = &world->setup.log;
    struct dice *dice = &world->log.dice;

    if (world->healed)
        return 0;
    return dice_between(dice, 0,
                        dice_chance(dice, setup->stop_permille) || world->log.fake.is_down
                            ? setup->stop_ns
                            : setup->lag_ns);
}

void world_log_turn(struct world *world)
{
    struct world_log *log = &world->log;

    if (!world_log_is_on(world))
        return;
    if (log->due_ns <= world->now.mono_ns) {
        if (log->fake.is_down)
            begin_again(world);
        else
            commit(world);
        log->due_ns = MOMENT_NEVER_NS;
    }
    if (log->due_ns == MOMENT_NEVER_NS &&
        (log->fake.is_down || log->fake.kept < room_recorded(world->room)))
        log->due_ns = world->now.mono_ns + delay_ns(world);
}

/* ---- what is told ---- */

/* The kept session with that token. */
static bool find_session(const struct world *world, uint64_t token,
                         struct state_session *ret_session)
{
    const struct fake_log *fake = &world->log.fake;

    for (size_t i = 0; i < fake->row_count; i++) {
        if (state_row_read_session(&fake->rows[i].change, ret_session) == 0 &&
            ret_session->token == token)
            return true;
    }
    return false;
}

static bool has_ended(const struct world *world, uint64_t token)
{
    const struct fake_log *fake = &world->log.fake;
    struct state_ended ended;

    for (size_t i = 0; i < fake->row_count; i++) {
        if (state_row_read_ended(&fake->rows[i].change, &ended) == 0 && ended.token == token)
            return true;
    }
    return false;
}

static void check_head(struct world *world, const char *what, uint64_t head)
{
    if (head > world->log.fake.kept_event)
        world_wrong(world, "%s tells of event %llu; %llu are kept", what, (unsigned long long)head,
                    (unsigned long long)world->log.fake.kept_event);
}

/* The messages that were decided, in what is kept. */
static void check_decided(struct world *world, const struct sequenced_down *down, uint32_t upto)
{
    struct state_decided decided = {.upto = 0};
    struct state_session session;
    const struct room_change *row;

    if (!find_session(world, down->token, &session)) {
        if (!has_ended(world, down->token))
            world_wrong(world, "an outcome is told in a session that is not kept");
        return;
    }
    row = fake_log_seat(&world->log.fake, ROOM_SPACE_DECIDED, session.seat);
    if (row != NULL && state_row_read_decided(row, &decided) != 0)
        world_wrong(world, "a row can't be read");
    if (upto > decided.upto)
        world_wrong(world, "the outcome of message %u is told, and %u are kept", upto,
                    decided.upto);
}

static void check_closed(struct world *world, const struct sequenced_down *down, uint8_t reason)
{
    struct state_session session;

    if (reason == SEQUENCED_CLOSED_PROGRAM_ENDS || reason == SEQUENCED_CLOSED_RESTARTS)
        return;
    if (reason == SEQUENCED_CLOSED_RESUMED_ELSEWHERE) {
        if (find_session(world, down->token, &session) && session.run <= down->run)
            world_wrong(world, "a run is told of the next one, which is not kept");
    } else if (!has_ended(world, down->token)) {
        world_wrong(world, "a session is told that it has ended (%u), which is not kept", reason);
    }
}

static void check_down(struct world *world, const struct sequenced_down *down,
                       const struct sequenced_down_frame *frame)
{
    switch (frame->kind) {
    case SEQUENCED_DOWN_TAKEN:
        check_decided(world, down, frame->taken.upto);
        break;
    case SEQUENCED_DOWN_NOT_TAKEN:
        if (frame->not_taken.why != SEQUENCED_WHY_SLOW_DOWN)
            check_decided(world, down, frame->not_taken.number);
        break;
    case SEQUENCED_DOWN_HEAD:
        check_head(world, "HEAD", frame->head);
        break;
    case SEQUENCED_DOWN_HEARTBEAT:
        check_head(world, "a heartbeat", frame->heartbeat.head);
        break;
    case SEQUENCED_DOWN_MEMBERS:
        check_head(world, "a page", frame->members.head);
        break;
    case SEQUENCED_DOWN_GAP:
        check_head(world, "a gap", frame->oldest - 1);
        break;
    case SEQUENCED_DOWN_CLOSED:
        check_closed(world, down, frame->closed.reason);
        break;
    default:
        break;
    }
}

static void check_events(struct world *world, struct sequenced_events *events)
{
    struct sequenced_event event;

    while (sequenced_events_next(events, &event))
        check_head(world, "EVENTS", event.seq);
}

static void check_welcome(struct world *world, const struct sequenced_welcome *welcome)
{
    struct state_session session;

    if (!find_session(world, welcome->token, &session)) {
        if (!has_ended(world, welcome->token))
            world_wrong(world, "a WELCOME to a session that is not kept");
    } else if (welcome->run > session.run) {
        world_wrong(world, "a WELCOME to run %u, and %u are kept", welcome->run, session.run);
    }
}

/* An accept to a plain member. */
static void check_accept(struct world *world, const struct path *path)
{
    const struct fake_log *fake = &world->log.fake;
    struct state_member member;

    for (size_t i = 0; i < fake->row_count; i++) {
        if (state_row_read_member(&fake->rows[i].change, &member) == 0 &&
            endpoint_equal(&member.path.peer, &path->peer))
            return;
    }
    world_wrong(world, "a plain member is accepted that is not kept");
}

void world_log_note(struct world *world, const struct path *path, const void *bytes, size_t length)
{
    struct sequenced_down_frame frame;
    struct octets_reader reader;
    struct sequenced_down down;
    struct sequenced_events events;
    struct sequenced_welcome welcome;
    struct sequenced_stranger stranger;
    struct state_session session;

    if (!world_log_is_on(world))
        return;
    if (length == 2 && memcmp(bytes, "OK", 2) == 0) {
        check_accept(world, path);
    } else if (sequenced_down_open(bytes, length, &down, &reader) == 0) {
        while (sequenced_down_next(&reader, &frame) == 1)
            check_down(world, &down, &frame);
    } else if (sequenced_events_open(bytes, length, &events) == 0) {
        check_events(world, &events);
    } else if (sequenced_handshake_read_welcome(bytes, length, &welcome) == 0) {
        check_welcome(world, &welcome);
    } else if (sequenced_handshake_read_stranger(bytes, length, &stranger) == 0 &&
               find_session(world, stranger.token, &session)) {
        world_wrong(world, "a session is told that it is unknown, and it is kept");
    }
}

/* ---- the end ---- */

void world_log_check_end(struct world *world)
{
    const struct fake_log *fake = &world->log.fake;
    uint32_t rows = 0;

    if (!world_log_is_on(world))
        return;
    for (size_t i = 0; i < fake->row_count; i++)
        rows += fake->rows[i].change.space == ROOM_SPACE_MEMBER ? 1U : 0U;
    if (rows != room_members(world->room))
        world_wrong(world, "%u members are kept, of %u", rows, room_members(world->room));
    for (uint32_t seat = 0; seat < room_seats(world->room); seat++) {
        const struct room_change *row = fake_log_seat(fake, ROOM_SPACE_MEMBER, seat);
        struct room_member member;
        struct state_member state;

        if (!room_member(world->room, seat, &member))
            continue;
        if (row == NULL || state_row_read_member(row, &state) != 0 ||
            strcmp(state.name, member.name) != 0 || state.number != member.number ||
            !endpoint_equal(&state.path.peer, &member.path->peer) ||
            ((state.flags & STATE_MEMBER_SEQUENCED) != 0) != member.sequenced)
            world_wrong(world, "the row of %s is not what it is", member.name);
        if (member.sequenced != (fake_log_seat(fake, ROOM_SPACE_SESSION, seat) != NULL))
            world_wrong(world, "the row of the session of %s", member.name);
    }
}
