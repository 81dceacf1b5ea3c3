/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The checks: each event when a client reports it, and each message and list of members when all is
 * quiet.
 */
#include "support/world_internal.h"

#include <stdio.h>
#include <string.h>

/* Times of events are precise to a second; on the wire they have milliseconds. */
#define TIME_ERROR_NS (MOMENT_NS_PER_S + MOMENT_NS_PER_MS)

/* ---- the transcript ---- */

static void check_author(struct world *world, const struct record *record, uint32_t id,
                         uint32_t index)
{
    struct actor *actor = id < world->actors_count ? &world->actors[id] : NULL;
    char name[ROOM_NAME_MAX_BYTES + 1];
    unsigned author;

    snprintf(name, sizeof(name), "%.*s", (int)record->name_len, record->name);
    if (actor == NULL || index >= actor->said || sscanf(name, "m%u", &author) != 1 ||
        author != id) {
        world_wrong(world, "event %zu: %s says #%u.%u#, which is not its own or was not said",
                    world->records_count, name, id, index);
        return;
    }
    if (actor->messages[index].seen++ > 0)
        world_wrong(world, "event %zu: #%u.%u# is in the transcript a second time",
                    world->records_count, id, index);
    /* All later ones of the same author must come after it. */
    for (uint32_t later = index + 1; later < actor->said; later++) {
        if (actor->messages[later].seen > 0) {
            world_wrong(world, "event %zu: #%u.%u# comes after #%u.%u#", world->records_count, id,
                        index, id, later);
            return;
        }
    }
}

void world_check_record(struct world *world, const struct record *record)
{
    const struct record *before = world->records_count > 1 ? record - 1 : NULL;
    char name[ROOM_NAME_MAX_BYTES + 1];
    unsigned id, index;

    if (record->kind == EVENT_CHAT)
        check_author(world, record, record->actor, record->index);
    if (record->kind != EVENT_JOIN || before == NULL || before->kind != EVENT_EXIT ||
        before->reason != EXIT_RENAMED)
        return;
    if (before->author != record->author)
        world_wrong(world, "event %zu: a rename changes the number from %llu to %llu",
                    world->records_count, (unsigned long long)before->author,
                    (unsigned long long)record->author);
    snprintf(name, sizeof(name), "%.*s", (int)record->name_len, record->name);
    if (sscanf(name, "m%u_%u", &id, &index) == 2)
        check_author(world, record, id, index);
}

/* ---- what a client reports ---- */

static bool is_text(const struct world *world, const struct event *event,
                    const struct record *record)
{
    char text[WORLD_TEXT_BYTES];
    size_t length;

    if (record->kind != EVENT_CHAT && record->kind != EVENT_NOTICE)
        return event->text_len == 0;
    length = world_text(world, record->actor, record->index, text);
    return event->text_len == length && memcmp(event->text, text, length) == 0;
}

/* A member's names are m2, m2x5, m2_7 and so on: of those it asks for, a later one is higher. */
static bool is_later_name(const char *told, const char *right)
{
    unsigned told_id, right_id, told_index = 0, right_index = 0;

    return sscanf(told, "m%u_%u", &told_id, &told_index) > 0 &&
           sscanf(right, "m%u_%u", &right_id, &right_index) > 0 && told_id == right_id &&
           told_index >= right_index;
}

/*
 * The name of a join is the same to the byte. The name of another event is one that its author had
 * then or later: a page made after a rename may arrive before earlier events.
 */
static bool is_name(const struct world *world, const struct event *event,
                    const struct record *record)
{
    char told[ROOM_NAME_MAX_BYTES + 1], right[ROOM_NAME_MAX_BYTES + 1];

    if (event->name_len == record->name_len &&
        memcmp(event->name, record->name, record->name_len) == 0)
        return true;
    if (event->name_len > ROOM_NAME_MAX_BYTES || record->kind == EVENT_JOIN)
        return false;
    /* A client does not wait for ever for a page that can't come. */
    if (event->name_len == 0)
        return world->setup.cut_ns >= 30 * MOMENT_NS_PER_S;
    snprintf(told, sizeof(told), "%.*s", (int)event->name_len, event->name);
    snprintf(right, sizeof(right), "%.*s", (int)record->name_len, record->name);
    return is_later_name(told, right);
}

/*
 * True if the running program has said something under that number. Messages of a killed program
 * must not be taken for it.
 */
static bool is_number_of_life(const struct actor *actor, uint32_t number)
{
    for (uint32_t n = 0; n < actor->said; n++) {
        if (number != 0 && actor->messages[n].number == number &&
            actor->messages[n].life == actor->life)
            return true;
    }
    return false;
}

/* Its own messages are reported with their numbers, and no others. */
static void check_own(struct actor *actor, const struct event *event, const struct record *record,
                      uint32_t own)
{
    const struct message *message;

    if (record->kind != EVENT_CHAT || record->actor != actor->id) {
        if (own != 0 && record->kind != EVENT_JOIN && record->kind != EVENT_EXIT)
            world_wrong(actor->world, "m%u takes event %llu for its message %u", actor->id,
                        (unsigned long long)event->seq, own);
        return;
    }
    message = &actor->messages[record->index];
    if (message->life == actor->life ? own != message->number : is_number_of_life(actor, own))
        world_wrong(actor->world,
                    "m%u takes event %llu for its message %u, but it is message %u of program %u",
                    actor->id, (unsigned long long)event->seq, own, message->number, message->life);
}

static void check_order(struct actor *actor, const struct event *event)
{
    if (actor->last != 0 && event->seq != actor->last + 1)
        world_wrong(actor->world, "m%u is told event %llu after event %llu", actor->id,
                    (unsigned long long)event->seq, (unsigned long long)actor->last);
    if (actor->first == 0 && actor->missed == 0 &&
        (event->kind != EVENT_JOIN || event->author != client_number(actor->client)))
        world_wrong(actor->world, "the first event that m%u is told, %llu, is not its own join",
                    actor->id, (unsigned long long)event->seq);
}

void world_check_event(struct actor *actor, const struct event *event, uint32_t own)
{
    struct world *world = actor->world;
    const struct record *record;
    int64_t error_ns;

    if (event->seq == 0 || event->seq > world->records_count) {
        world_wrong(world, "m%u is told event %llu, which has not happened", actor->id,
                    (unsigned long long)event->seq);
        return;
    }
    record = &world->records[event->seq - 1];
    check_order(actor, event);
    if (event->kind != record->kind || event->author != record->author ||
        event->reason != record->reason)
        world_wrong(world,
                    "m%u is told event %llu as kind %u of member %llu, reason %u; it is kind %u of "
                    "%llu, reason %u",
                    actor->id, (unsigned long long)event->seq, event->kind,
                    (unsigned long long)event->author, event->reason, record->kind,
                    (unsigned long long)record->author, record->reason);
    if (!is_text(world, event, record))
        world_wrong(world, "m%u is told event %llu with another text: %.*s", actor->id,
                    (unsigned long long)event->seq,
                    (int)(event->text_len < 60 ? event->text_len : 60), event->text);
    if (!is_name(world, event, record))
        world_wrong(world, "m%u is told event %llu (kind %u) with the name '%.*s', not '%.*s'",
                    actor->id, (unsigned long long)event->seq, record->kind, (int)event->name_len,
                    event->name, (int)record->name_len, record->name);
    error_ns = event->wall_ns - record->wall_ns;
    if (error_ns > TIME_ERROR_NS || error_ns < -TIME_ERROR_NS)
        world_wrong(world, "m%u is told event %llu with a time that is %lld ms off", actor->id,
                    (unsigned long long)event->seq, (long long)(error_ns / MOMENT_NS_PER_MS));
    check_own(actor, event, record, own);
    world_routes_told(actor, event->seq);
}

/* ---- the end ---- */

/* Compares its list of members with the room's. */
bool world_check_members(struct actor *actor, bool tell)
{
    struct world *world = actor->world;
    uint32_t members = 0;

    for (uint32_t seat = 0; seat < room_seats(world->room); seat++) {
        struct room_member member;
        uint32_t at = 0;

        if (!room_member(world->room, seat, &member))
            continue;
        members++;
        while (at < actor->members_count && actor->members[at].number != member.number)
            at++;
        if (at < actor->members_count && strcmp(actor->members[at].name, member.name) == 0)
            continue;
        if (tell)
            world_wrong(world, "m%u knows nothing of member %llu (%s)%s%s", actor->id,
                        (unsigned long long)member.number, member.name,
                        at < actor->members_count ? " but as " : "",
                        at < actor->members_count ? actor->members[at].name : "");
        return false;
    }
    if (actor->members_count == members && client_members(actor->client) == members)
        return true;
    if (tell)
        world_wrong(world, "m%u knows of %u members (it counts %u), the room of %u", actor->id,
                    actor->members_count, client_members(actor->client), members);
    return false;
}

static bool is_up_to_date(const struct actor *actor)
{
    uint64_t oldest, released;

    room_events(actor->world->room, &oldest, &released);
    return client_state(actor->client) == CLIENT_IN && client_pending(actor->client) == 0 &&
           actor->last == released;
}

/* A plain member was sent all texts of others, and its own have arrived. */
static bool is_plain_up_to_date(struct actor *actor, bool tell)
{
    struct world *world = actor->world;

    for (size_t n = actor->first; n < world->records_count; n++) {
        const struct record *record = &world->records[n];

        if ((record->kind != EVENT_CHAT && record->kind != EVENT_NOTICE) ||
            record->actor == actor->id || n < actor->forgiven)
            continue;
        if (tell)
            world_wrong(world, "m%u, a plain member, was not sent #%u.%u#, event %zu", actor->id,
                        record->actor, record->index, n + 1);
        return false;
    }
    for (uint32_t n = 0; n < actor->said; n++) {
        if (actor->messages[n].outcome == MESSAGE_TAKEN && actor->messages[n].seen == 0)
            return false; /* checked with the others */
    }
    return true;
}

bool world_is_quiet(struct world *world)
{
    struct room_log_stats log;
    struct room_stats stats;

    room_stats(world->room, &stats);
    room_log_stats(world->room, &log);
    if (log.kept < log.recorded)
        return false;
    if (world->acts_done < world->acts_count || stats.behind > 0)
        return false;
    for (size_t i = 0; i < world->actors_count; i++) {
        struct actor *actor = &world->actors[i];

        if (actor->plain ? !is_plain_up_to_date(actor, false)
                         : actor->running && !is_up_to_date(actor))
            return false;
    }
    for (size_t i = 0; i < world->setup.sequenced; i++) {
        if (world->actors[i].running && !world_check_members(&world->actors[i], false))
            return false;
    }
    return true;
}

static void check_messages(struct actor *actor)
{
    static const char *const words[] = {"told nothing of", "told that it has said", "refused",
                                        "told not to know of", "killed after"};

    for (uint32_t n = 0; n < actor->said; n++) {
        const struct message *message = &actor->messages[n];
        /*
         * The room refuses none of these messages; but one that was never sent when its author left
         * is refused, too.
         */
        bool may_refuse = message->is_name || actor->ever_left || actor->may_lose;
        bool is_right = message->outcome == MESSAGE_TAKEN ? message->seen == 1
                        : message->outcome == MESSAGE_REFUSED
                            ? message->seen == 0 && may_refuse
                            : message->outcome != MESSAGE_WAITS && message->seen <= 1;

        if (!is_right)
            world_wrong(
                actor->world,
                "m%u is %s #%u.%u# (message %u, why %u), which is in the transcript %u times",
                actor->id, words[message->outcome], actor->id, n, message->number, message->why,
                message->seen);
    }
}

/* A client that is alive and has not lost its session has no unknown outcomes. */
static void check_unknown(struct actor *actor)
{
    for (uint32_t n = 0; n < actor->said; n++) {
        if (actor->messages[n].outcome == MESSAGE_UNKNOWN && !actor->may_lose && !actor->ever_left)
            world_wrong(actor->world,
                        "m%u has not lost its session, and is told that #%u.%u# is unknown",
                        actor->id, actor->id, n);
    }
}

void world_check_end(struct world *world)
{
    uint64_t oldest, released;

    room_events(world->room, &oldest, &released);
    for (size_t i = 0; i < world->actors_count; i++) {
        struct actor *actor = &world->actors[i];

        if (actor->running && !actor->plain) {
            if (!is_up_to_date(actor))
                world_wrong(
                    world, "m%u is in state %d with event %llu of %llu, and %u messages pending",
                    actor->id, (int)client_state(actor->client), (unsigned long long)actor->last,
                    (unsigned long long)released, client_pending(actor->client));
            world_check_members(actor, true);
        }
        if (actor->plain)
            is_plain_up_to_date(actor, true);
        check_messages(actor);
        check_unknown(actor);
    }
    if (!world_is_quiet(world))
        world_wrong(world, "all are up to date, and it is not quiet");
}
