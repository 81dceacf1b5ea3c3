/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The room's construction and configuration, and the dispatch of datagrams, time and errors to the
 * protocols. The protocols' own folders hold what a request does.
 */
#include "core/model/text.h"
#include "core/moderation.h"
#include "core/plain_server/plain_reply.h"
#include "core/plain_server/plain_requests.h"
#include "core/plain_server/plain_server.h"
#include "core/plain_wire/plain.h"
#include "core/plain_wire/reserved_names.h"
#include "core/restore.h"
#include "core/room/admission.h"
#include "core/room/held.h"
#include "core/room/room_ops.h"
#include "core/room/state.h"
#include "core/sequenced_server/sequenced_server.h"
#include "core/sequenced_server/session_history.h"
#include "core/sequenced_server/session_receive.h"
#include "core/sequenced_wire/sequenced.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- construction ---- */

static int make_log(struct room *room, const struct room_setup *setup)
{
    int status = record_new(&setup->log, room->registry, room->transcript, &room->records);

    if (status != 0)
        return status;
    room->keepers.records = room->records;
    room->records->epochs = room->sessions->epochs;
    transcript_await_commits(room->transcript);
    return held_new(room->delivery, &room->records->held);
}

static int make_parts(struct room *room, const struct room_setup *setup)
{
    struct delivery_wiring wiring = {
        .doors = room->doors,
        .limits = &room->limits,
        .known_replies = &room->known_replies,
        .outbox = setup->outbox,
        .observers = &room->observers,
        .keepers = &room->keepers,
        .protocols = {plain_protocol.delivery, sequenced_protocol.delivery},
        .stats = &room->stats};
    int status = registry_new(setup->key, &room->registry);

    if (status == 0)
        status = transcript_new(setup->ring_bytes, &room->transcript);
    if (status == 0)
        status = bucket_table_new(setup->key, &room->buckets);
    if (status == 0)
        status = budget_table_new(setup->key, &room->budgets);
    if (status == 0)
        status = bans_new(&room->bans);
    if (status == 0)
        status = directory_new(room->registry, room->transcript, &room->directory);
    if (status == 0)
        status = sessions_new(room->registry, setup->secret, &room->sessions);
    if (status == 0)
        status = reorder_new(&room->reorder);
    if (status == 0)
        status = session_histories_new(&setup->past, &room->histories);
    if (status == 0)
        status = plain_server_new(&room->plain);
    if (status == 0) {
        wiring.registry = room->registry;
        wiring.transcript = room->transcript;
        wiring.sessions = room->sessions;
        wiring.controllers = &room->controllers;
        status = delivery_new(&wiring, &room->delivery);
    }
    if (status == 0 && setup->log.end != NULL)
        status = make_log(room, setup);
    return status;
}

static struct terms terms_of(const struct room_config *config)
{
    struct terms terms = {.max_text_bytes = (uint16_t)config->limits.max_text_bytes,
                          .session_timeout_s = config->limits.session_timeout_s,
                          .history = (uint16_t)config->limits.history,
                          .keep_s = config->limits.keep_s};

    snprintf(terms.title, sizeof(terms.title), "%s", config->title);
    return terms;
}

/* Everything but removing the members that it no longer admits, and the terms. */
static void configure(struct room *room, const struct room_config *config)
{
    room->limits = config->limits;
    room->access = config->access;
    room->door_count = config->door_count < ROOM_DOORS_MAX ? config->door_count : ROOM_DOORS_MAX;
    room->own_count = config->own_count < ROOM_OWN_MAX ? config->own_count : ROOM_OWN_MAX;
    memcpy(room->doors, config->doors, room->door_count * sizeof(*config->doors));
    if (room->own_count > 0)
        memcpy(room->own, config->own, room->own_count * sizeof(*config->own));
    known_replies_set_doors(&room->known_replies, room->doors, room->door_count);
    name_reserved_reset(&room->reserved);
    for (size_t door = 0; door < room->door_count; door++) {
        const struct dialect *dialect = room->doors[door].dialect;

        room->replies[door].form = known_replies_form(&room->known_replies, dialect, "?", 1);
        room->replies[door].by_name = known_replies_begin_with_name(dialect);
        reserved_names_add_dialect(&room->reserved, dialect);
    }
    delivery_forget(room->delivery);
}

uint32_t room_reconfigure(struct room *room, const struct moment *now,
                          const struct room_config *config)
{
    struct terms terms = terms_of(config);
    uint32_t removed;

    configure(room, config);
    terms_change(&room->terms, now->mono_ns, &terms);
    removed = moderation_enforce_access(room, now);
    /* After that: those who are removed are still told so. */
    admission_review_budgets(room, now);
    return removed;
}

int room_new(const struct room_setup *setup, struct room **ret_room)
{
    struct room *room = calloc(1, sizeof(*room));
    struct terms terms = terms_of(&setup->config);
    int status;

    if (room == NULL)
        return STATUS_NO_MEMORY;
    room->keepers.roster = setup->roster;
    room->keepers.doors = room->doors;
    room->protocols[0] = &plain_protocol;
    room->protocols[1] = &sequenced_protocol;
    known_replies_init(&room->known_replies);
    reserved_names_init(&room->reserved);
    fold_init(&room->fold);
    overload_init(&room->overload);
    crowd_init(&room->crowd);
    places_init(&room->places, setup->key);
    terms_init(&room->terms, &terms);
    controllers_init(&room->controllers, setup->key);
    status = make_parts(room, setup);
    if (status != 0) {
        room_free(room);
        return status;
    }
    configure(room, &setup->config);
    *ret_room = room;
    return STATUS_OK;
}

int room_observe(struct room *room, const struct observer *observer)
{
    if (room->observers.count == ROOM_OBSERVERS_MAX)
        return STATUS_FULL;
    room->observers.list[room->observers.count++] = *observer;
    return STATUS_OK;
}

void room_free(struct room *room)
{
    if (room == NULL)
        return;
    restore_free(room->restore);
    if (room->records != NULL)
        held_free(room->records->held);
    record_free(room->records);
    delivery_free(room->delivery);
    plain_server_free(room->plain);
    session_histories_free(room->histories);
    reorder_free(room->reorder);
    sessions_free(room->sessions);
    directory_free(room->directory);
    bans_free(room->bans);
    budget_table_free(room->budgets);
    bucket_table_free(room->buckets);
    transcript_free(room->transcript);
    places_done(&room->places);
    controllers_done(&room->controllers);
    registry_free(room->registry);
    free(room);
}

const struct room_limits *room_limits(const struct room *room)
{
    return &room->limits;
}

/* ---- input ---- */

/*
 * A wildcard door receives on every address of this machine, and all of 127.0.0.0/8 is this
 * machine.
 */
static bool is_own_address(const struct room *room, const struct path *path)
{
    const uint8_t *address = path->peer.address;

    for (size_t door = 0; door < room->door_count; door++) {
        const struct endpoint *listen = &room->doors[door].listen;

        if (listen->port != path->peer.port)
            continue;
        if (memcmp(listen->address, address, ENDPOINT_ADDRESS_BYTES) == 0)
            return true;
        if (!endpoint_address_is_any(listen->address))
            continue;
        if (endpoint_address_is_loopback(address) ||
            memcmp(path->local, address, ENDPOINT_ADDRESS_BYTES) == 0)
            return true;
        for (size_t i = 0; i < room->own_count; i++) {
            if (memcmp(room->own[i].address, address, ENDPOINT_ADDRESS_BYTES) == 0)
                return true;
        }
    }
    return false;
}

static enum refusal receive_plain(struct room *room, const struct moment *now,
                                  const struct path *path, const void *bytes, size_t length)
{
    struct member *member;

    if (!network_list_has(&room->access.plain_from, path->peer.address))
        return REFUSED_ELSEWHERE;
    if (length == 0)
        return REFUSED_EMPTY;
    if (is_own_address(room, path))
        return REFUSED_OWN_ADDRESS;
    admission_heard(room, now, &path->peer, length);
    if (!room->limits.plain_enabled)
        return REFUSED_PLAIN_OFF;
    if (length <= PLAIN_REQUEST_MAX_BYTES)
        return plain_requests_handle(room, now, path, bytes, length);
    member = registry_find_endpoint(room->registry, &path->peer);
    if (member != NULL)
        plain_reply_tell(room, now, member, DIALECT_TOO_LONG, NULL, room->limits.max_text_bytes);
    return REFUSED_TOO_LONG;
}

void room_receive(struct room *room, const struct moment *now, const struct path *path,
                  const void *bytes, size_t length)
{
    enum refusal refused;

    room->stats.received++;
    /* Whatever it is, its sender's program runs. */
    plain_server_heard(room, &path->peer);
    if (network_list_has(&room->access.deny, path->peer.address))
        refused = REFUSED_DENIED;
    else if (!sequenced_is(bytes, length))
        refused = receive_plain(room, now, path, bytes, length);
    else if (is_own_address(room, path))
        refused = REFUSED_OWN_ADDRESS;
    else /* Its sender proves its address, so access.plain_from does not apply. */
        refused = session_receive(room, now, path, bytes, length);
    if (refused != REFUSED_NOT)
        room_count_refusal(room, now, refused, path);
}

void room_input_waits(struct room *room, bool waits)
{
    room->crowd.input_waits = waits;
}

/* ---- time ---- */

int64_t room_next_tick(const struct room *room)
{
    const int64_t due_ns[] = {plain_protocol.next_tick(room),
                              sequenced_protocol.next_tick(room),
                              fold_next_tick(room),
                              overload_next_tick(room),
                              delivery_next_tick(room->delivery),
                              moderation_next_tick(room)};
    int64_t next_ns = MOMENT_NEVER_NS;

    for (size_t i = 0; i < sizeof(due_ns) / sizeof(due_ns[0]); i++)
        next_ns = due_ns[i] < next_ns ? due_ns[i] : next_ns;
    return next_ns;
}

int64_t room_tick(struct room *room, const struct moment *now)
{
    plain_protocol.tick(room, now);
    sequenced_protocol.tick(room, now);
    fold_tick(room, now);
    overload_tick(room, now);
    delivery_tick(room->delivery, now);
    moderation_tick(room, now);
    return room_next_tick(room);
}

void room_unreachable(struct room *room, const struct moment *now, const struct unreachable *error)
{
    struct member *member = registry_find_endpoint(room->registry, error->peer);

    room->stats.unreachable++;
    /*
     * Only the member's machine knows its ports. Through another door it may be the error of an
     * old membership.
     */
    if (member != NULL && room_path(room, member)->door == error->door &&
        memcmp(error->offender, error->peer->address, ENDPOINT_ADDRESS_BYTES) == 0)
        plain_server_unreachable(room, now, member, error);
}

/* ---- output and statistics ---- */

void room_release(struct room *room, const struct moment *now)
{
    plain_server_close(room, now);
    fold_flush(room, now);
}

void room_door_writable(struct room *room, uint16_t door)
{
    delivery_door_writable(room->delivery, door);
}

void room_stats(const struct room *room, struct room_stats *ret_stats)
{
    *ret_stats = room->stats;
    ret_stats->appended = transcript_appended(room->transcript);
    ret_stats->released = transcript_released(room->transcript);
    ret_stats->members = registry_count(room->registry);
    ret_stats->sequenced = sessions_count(room->sessions);
    ret_stats->newcomers = registry_standing_count(room->registry, REGISTRY_NEWCOMER);
    ret_stats->behind = registry_behind(room->registry);
    ret_stats->deliveries_owed = overload_owed(room);
    ret_stats->overloaded = room->overload.active;
    ret_stats->crowded = crowd_is_strained(room);
}

uint32_t room_members(const struct room *room)
{
    return registry_count(room->registry);
}

void room_close_for_good(struct room *room, const struct moment *now)
{
    if (room->records == NULL || room->is_closed || !record_has_room(room->records, 0, true))
        return;
    room->is_closed = true;
    record_begin(room->records, now);
    state_put_room(room);
    record_end(room->records);
}

void room_close(struct room *room, bool restarts)
{
    /* The next process goes on with what the log has. */
    if (restarts && room->records != NULL)
        return;
    sequenced_server_close(room, restarts);
}
