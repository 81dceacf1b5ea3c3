/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Whether all is right: each event at each client when it is told, each message and each list of
 * members when all is quiet. */
#include "support/world_inside.h"

#include <stdio.h>
#include <string.h>

/* Times of events are right to the second; what travels has milliseconds. */
#define TIME_ERROR_NS (MOMENT_NS_PER_S + MOMENT_NS_PER_MS)

/* ---- the transcript
 * --------------------------------------------------------------------------------------------- */

static void judge_author(struct world *world, const struct record *record, uint32_t id,
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
    if (actor->sayings[index].seen++ > 0)
        world_wrong(world, "event %zu: #%u.%u# is in the transcript a second time",
                    world->records_count, id, index);
    /* Others of the same author have to be before it. */
    for (uint32_t later = index + 1; later < actor->said; later++) {
        if (actor->sayings[later].seen > 0) {
            world_wrong(world, "event %zu: #%u.%u# comes after #%u.%u#", world->records_count, id,
                        index, id, later);
            return;
        }
    }
}

void world_judge_record(struct world *world, const struct record *record)
{
    const struct record *before = world->records_count > 1 ? record - 1 : NULL;
    char name[ROOM_NAME_MAX_BYTES + 1];
    unsigned id, index;

    if (record->kind == EVENT_CHAT)
        judge_author(world, record, record->actor, record->index);
    if (record->kind != EVENT_JOIN || before == NULL || before->kind != EVENT_EXIT ||
        before->reason != EXIT_RENAMED)
        return;
    if (before->author != record->author)
        world_wrong(world, "event %zu: a rename changes the number from %llu to %llu",
                    world->records_count, (unsigned long long)before->author,
                    (unsigned long long)record->author);
    snprintf(name, sizeof(name), "%.*s", (int)record->name_len, record->name);
    if (sscanf(name, "m%u_%u", &id, &index) == 2)
        judge_author(world, record, id, index);
}

/* ---- what a client is told
 * -------------------------------------------------------------------------------------- */

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

/* The name is that of the join, to the byte; of another event it is one that its author had: a page
 * of members that was made after a rename may come before the events before it. */
static bool is_name(const struct world *world, const struct event *event,
                    const struct record *record)
{
    char told[ROOM_NAME_MAX_BYTES + 1], right[ROOM_NAME_MAX_BYTES + 1];
    unsigned told_id, right_id;

    if (event->name_len == record->name_len &&
        memcmp(event->name, record->name, record->name_len) == 0)
        return true;
    if (event->name_len > ROOM_NAME_MAX_BYTES || record->kind == EVENT_JOIN)
        return false;
    /* Nobody waits for ever for a page that can't come. */
    if (event->name_len == 0)
        return world->setup.cut_ns >= 30 * MOMENT_NS_PER_S;
    snprintf(told, sizeof(told), "%.*s", (int)event->name_len, event->name);
    snprintf(right, sizeof(right), "%.*s", (int)record->name_len, record->name);
    return sscanf(told, "m%u", &told_id) == 1 && sscanf(right, "m%u", &right_id) == 1 &&
           told_id == right_id;
}

/* Whether the program that runs now has said something under that number. What a killed one has
 * said must not be taken for it. */
static bool is_number_of_life(const struct actor *actor, uint32_t number)
{
    for (uint32_t n = 0; n < actor->said; n++) {
        if (number != 0 && actor->sayings[n].number == number &&
            actor->sayings[n].life == actor->life)
            return true;
    }
    return false;
}

/* Its own messages are told with their numbers, and nobody else's. */
static void judge_own(struct actor *actor, const struct event *event, const struct record *record,
                      uint32_t own)
{
    const struct saying *saying;

    if (record->kind != EVENT_CHAT || record->actor != actor->id) {
        if (own != 0 && record->kind != EVENT_JOIN && record->kind != EVENT_EXIT)
            world_wrong(actor->world, "m%u takes event %llu for its message %u", actor->id,
                        (unsigned long long)event->seq, own);
        return;
    }
    saying = &actor->sayings[record->index];
    if (saying->life == actor->life ? own != saying->number : is_number_of_life(actor, own))
        world_wrong(actor->world,
                    "m%u takes event %llu for its message %u, but it is message %u of program %u",
                    actor->id, (unsigned long long)event->seq, own, saying->number, saying->life);
}

static void judge_order(struct actor *actor, const struct event *event)
{
    if (actor->last != 0 && event->seq != actor->last + 1)
        world_wrong(actor->world, "m%u is told event %llu after event %llu", actor->id,
                    (unsigned long long)event->seq, (unsigned long long)actor->last);
    if (actor->first == 0 && actor->missed == 0 &&
        (event->kind != EVENT_JOIN || event->author != client_number(actor->client)))
        world_wrong(actor->world, "the first event that m%u is told, %llu, is not its own join",
                    actor->id, (unsigned long long)event->seq);
}

void world_judge_event(struct actor *actor, const struct event *event, uint32_t own)
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
    judge_order(actor, event);
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
    judge_own(actor, event, record, own);
}

/* ---- in the end
 * -------------------------------------------------------------------------------------------------
 */

/* Compares its list of members with the room's. */
bool world_judge_people(struct actor *actor, bool tell)
{
    struct world *world = actor->world;
    uint32_t members = 0;

    for (uint32_t seat = 0; seat < room_seats(world->room); seat++) {
        struct room_member member;
        uint32_t at = 0;

        if (!room_member(world->room, seat, &member))
            continue;
        members++;
        while (at < actor->people_count && actor->people[at].number != member.number)
            at++;
        if (at < actor->people_count && strcmp(actor->people[at].name, member.name) == 0)
            continue;
        if (tell)
            world_wrong(world, "m%u knows nothing of member %llu (%s)%s%s", actor->id,
                        (unsigned long long)member.number, member.name,
                        at < actor->people_count ? " but as " : "",
                        at < actor->people_count ? actor->people[at].name : "");
        return false;
    }
    if (actor->people_count == members && client_members(actor->client) == members)
        return true;
    if (tell)
        world_wrong(world, "m%u knows of %u members (it counts %u), the room of %u", actor->id,
                    actor->people_count, client_members(actor->client), members);
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
            record->actor == actor->id)
            continue;
        if (tell)
            world_wrong(world, "m%u, a plain member, was not sent #%u.%u#, event %zu", actor->id,
                        record->actor, record->index, n + 1);
        return false;
    }
    for (uint32_t n = 0; n < actor->said; n++) {
        if (actor->sayings[n].outcome == SAYING_TAKEN && actor->sayings[n].seen == 0)
            return false; /* judged with the others */
    }
    return true;
}

bool world_is_quiet(struct world *world)
{
    struct room_stats stats;

    room_stats(world->room, &stats);
    if (world->acts_done < world->acts_count || stats.behind > 0)
        return false;
    for (size_t i = 0; i < world->actors_count; i++) {
        struct actor *actor = &world->actors[i];

        if (actor->plain ? !is_plain_up_to_date(actor, false)
                         : actor->running && !is_up_to_date(actor))
            return false;
    }
    for (size_t i = 0; i < world->setup.sequenced; i++) {
        if (world->actors[i].running && !world_judge_people(&world->actors[i], false))
            return false;
    }
    return true;
}

static void judge_sayings(struct actor *actor)
{
    static const char *const words[] = {"told nothing of", "told that it has said", "refused",
                                        "told not to know of", "killed after"};

    for (uint32_t n = 0; n < actor->said; n++) {
        const struct saying *saying = &actor->sayings[n];
        /* Nobody here says what a room refuses; but what was never sent when its author went is
         * refused, too. */
        bool may_refuse = saying->is_name || actor->ever_left || actor->may_lose;
        bool is_right = saying->outcome == SAYING_TAKEN ? saying->seen == 1
                        : saying->outcome == SAYING_REFUSED
                            ? saying->seen == 0 && may_refuse
                            : saying->outcome != SAYING_WAITS && saying->seen <= 1;

        if (!is_right)
            world_wrong(
                actor->world,
                "m%u is %s #%u.%u# (message %u, why %u), which is in the transcript %u times",
                actor->id, words[saying->outcome], actor->id, n, saying->number, saying->why,
                saying->seen);
    }
}

/* Nobody who lives and has not lost its session may be left in doubt. */
static void judge_doubt(struct actor *actor)
{
    for (uint32_t n = 0; n < actor->said; n++) {
        if (actor->sayings[n].outcome == SAYING_UNKNOWN && !actor->may_lose && !actor->ever_left)
            world_wrong(actor->world,
                        "m%u has not lost its session, and is told that #%u.%u# is unknown",
                        actor->id, actor->id, n);
    }
}

void world_judge_end(struct world *world)
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
            world_judge_people(actor, true);
        }
        if (actor->plain)
            is_plain_up_to_date(actor, true);
        judge_sayings(actor);
        judge_doubt(actor);
    }
    if (!world_is_quiet(world))
        world_wrong(world, "all are up to date, and it is not quiet");
}
