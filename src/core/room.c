/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The room itself: what it is made of, what its administrator and the passing of time do to it. What members do stands in requests.c. */
#include "core/model/session.h"
#include "core/model/text.h"
#include "core/plain_server/idle.h"
#include "core/plain_server/plain_requests.h"
#include "core/plain_wire/plain.h"
#include "core/plain_wire/reply.h"
#include "core/room/room_state.h"
#include "core/sequenced_server/session_timers.h"
#include "core/sequenced_wire/sequenced_down.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making ---- */

static int make_parts(struct room *room, const struct room_setup *setup)
{
    struct delivery_wiring wiring = {.doors = room->doors,
                                     .outbox = setup->outbox,
                                     .observer = setup->observer,
                                     .keeper = setup->keeper,
                                     .stats = &room->stats};
    int status = registry_new(setup->key, &room->registry);

    if (status == 0)
        status = transcript_new(setup->ring_bytes, &room->transcript);
    if (status == 0)
        status = bucket_table_new(setup->key, &room->buckets);
    if (status == 0)
        status = bans_new(&room->bans);
    if (status == 0)
        status = roll_new(room->registry, room->transcript, &room->roll);
    if (status == 0)
        status = sessions_new(room->registry, setup->secret, &room->sessions);
    if (status == 0)
        status = early_new(&room->early);
    if (status == 0) {
        wiring.registry = room->registry;
        wiring.transcript = room->transcript;
        wiring.sessions = room->sessions;
        status = delivery_new(&wiring, &room->delivery);
    }
    return status;
}

int room_new(const struct room_setup *setup, struct room **ret_room)
{
    struct room *room = calloc(1, sizeof(*room));
    int status;

    if (room == NULL)
        return STATUS_NO_MEMORY;
    room->limits = setup->limits;
    room->observer = setup->observer;
    room->keeper = setup->keeper;
    room_set_title(room, "room");
    answers_init(&room->answers);
    release_init(&room->release);
    overload_init(&room->overload);
    status = make_parts(room, setup);
    if (status != 0) {
        room_free(room);
        return status;
    }
    *ret_room = room;
    return STATUS_OK;
}

void room_free(struct room *room)
{
    if (room == NULL)
        return;
    delivery_free(room->delivery);
    early_free(room->early);
    sessions_free(room->sessions);
    roll_free(room->roll);
    bans_free(room->bans);
    bucket_table_free(room->buckets);
    transcript_free(room->transcript);
    registry_free(room->registry);
    free(room);
}

void room_set_doors(struct room *room, const struct room_door *doors, size_t count, const struct endpoint *own,
                    size_t own_count)
{
    room->door_count = count < ROOM_DOORS_MAX ? count : ROOM_DOORS_MAX;
    room->own_count = own_count < ROOM_OWN_MAX ? own_count : ROOM_OWN_MAX;
    memcpy(room->doors, doors, room->door_count * sizeof(*doors));
    if (room->own_count > 0)
        memcpy(room->own, own, room->own_count * sizeof(*own));
    answers_set_doors(&room->answers, room->doors, room->door_count);
    name_reserved_init(&room->reserved);
    for (size_t i = 0; i < room->answers.count; i++)
        name_reserved_add_token(&room->reserved, &room->answers.tokens[i]);
    for (size_t door = 0; door < room->door_count; door++)
        name_reserved_add(&room->reserved, room->doors[door].dialect);
    delivery_forget(room->delivery);
}

void room_set_limits(struct room *room, const struct room_limits *limits)
{
    room->limits = *limits;
}

void room_set_title(struct room *room, const char *title)
{
    snprintf(room->title, sizeof(room->title), "%s", title);
}

void room_get_limits(const struct room *room, struct room_limits *ret_limits)
{
    *ret_limits = room->limits;
}

/* ---- parts, for plain_requests.c ---- */

struct slot *room_slot(struct room *room, const struct member *member)
{
    return registry_slot(room->registry, member->position);
}

const struct path *room_path(struct room *room, const struct member *member)
{
    return registry_path(room->registry, member->position);
}

const struct dialect *room_dialect(const struct room *room, uint16_t door)
{
    return room->doors[door].dialect;
}

struct event room_draft(enum event_kind kind, const struct member *member)
{
    return (struct event){
        .kind = (uint8_t)kind, .name = registry_shown(member), .name_len = (uint16_t)registry_shown_len(member)};
}

/* Its own event is not owed to it: who has caught up stays so, and can't miss what it says itself. */
static void skip_own(struct room *room, struct member *member, uint64_t seq)
{
    struct slot *slot = room_slot(room, member);

    slot->own = seq;
    member->said++;
    if (slot->cursor == seq)
        slot->cursor++;
}

int room_append(struct room *room, const struct moment *now, const struct event *draft, struct member *member)
{
    struct event event = *draft;
    int status;

    event.author = member != NULL ? member->number : EVENT_AUTHOR_NOBODY;
    event.wall_ns = now->wall_ns;
    event.utc_offset_s = now->utc_offset_s;
    status = transcript_append(room->transcript, &event, &event.seq);
    if (status == STATUS_FULL) { /* what waits for company holds its place in the ring */
        release_all(room, now);
        status = transcript_append(room->transcript, &event, &event.seq);
    }
    if (status != 0)
        return status;
    if (member != NULL && member->session == NULL)
        skip_own(room, member, event.seq);
    release_event(room, now, (enum event_kind)event.kind);
    vanish_event(room, now);
    if (room->observer.happened != NULL)
        room->observer.happened(room->observer.ctx, &event, member != NULL ? room_path(room, member) : NULL);
    return STATUS_OK;
}

void room_remove(struct room *room, const struct moment *now, struct member *member, enum exit_reason reason)
{
    struct event left = room_draft(EVENT_EXIT, member);
    bool told;

    left.reason = (uint8_t)reason;
    vanish_clear(room, member);
    told = room_append(room, now, &left, member) == 0;
    roll_leave(room->roll, member, told ? transcript_appended(room->transcript) : 0);
    keep_forget(&room->keeper, member);
    if (member->session != NULL)
        session_forget(room, member);
    registry_remove(room->registry, member);
}

void room_answer(struct room *room, const struct path *path, const struct token *token, const char *name,
                 size_t name_len, bool newline)
{
    struct token filled;

    token = token_fill(token, name, name_len, &filled);
    if (token->length == 0)
        return;
    if (!delivery_send_now(room->delivery, path, token->bytes, token->length + (newline ? 1U : 0U)))
        room->stats.answers_withheld++;
}

bool room_send(struct room *room, struct member *member, const void *bytes, size_t length)
{
    const struct slot *slot = room_slot(room, member);

    if (!delivery_may_send(member, slot, 1, length) ||
        !delivery_send_now(room->delivery, room_path(room, member), bytes, length))
        return false;
    delivery_count_probation(member, slot, length);
    return true;
}

void room_settle_accept(struct room *room, const struct moment *now, struct member *member)
{
    struct slot *slot = room_slot(room, member);
    const struct path *path = room_path(room, member);
    struct token filled;
    const struct token *accept = token_fill(dialect_token(room_dialect(room, path->door), DIALECT_ACCEPT),
                                            registry_shown(member), registry_shown_len(member), &filled);
    size_t length = accept->length + ((slot->flags & SLOT_NEWLINE) != 0 ? 1U : 0U);

    if ((slot->flags & SLOT_OWES_ACCEPT) == 0)
        return;
    /* Not before its join is released: until then nobody is told that it is in, itself included. But it is not to wait for company. */
    if (slot->cursor > transcript_released(room->transcript) + 1)
        release_all(room, now);
    if (slot->cursor <= transcript_released(room->transcript) + 1 && room_send(room, member, accept->bytes, length)) {
        slot->flags &= ~SLOT_OWES_ACCEPT;
        keep_member(&room->keeper, room->registry, member);
    }
}

static void send_line(struct room *room, const struct moment *now, struct member *member, enum dialect_key key,
                      const char *text, uint64_t count)
{
    const struct slot *slot = room_slot(room, member);
    const struct path *path = room_path(room, member);
    struct template_values values = {.text = text,
                                     .text_len = text != NULL ? strlen(text) : 0,
                                     .count = count,
                                     .wall_ns = now->wall_ns,
                                     .utc_offset_s = now->utc_offset_s};
    char line[PLAIN_LINE_MAX_BYTES];
    size_t length = plain_render_line(room_dialect(room, path->door), key, &values, line);

    line[length] = '\n';
    if (!room_send(room, member, line, length + ((slot->flags & SLOT_NEWLINE) != 0 ? 1U : 0U)))
        room->stats.answers_withheld++;
}

void room_tell(struct room *room, const struct moment *now, struct member *member, enum dialect_key key,
               const char *text, uint64_t count)
{
    int64_t interval_ns = ROOM_TOLD_INTERVAL_S * MOMENT_NS_PER_S;

    room_settle_accept(room, now, member);
    if ((room_slot(room, member)->flags & SLOT_OWES_ACCEPT) != 0 || now->mono_ns < member->quiet_until_ns) {
        room->stats.answers_withheld++;
        return;
    }
    member->quiet_until_ns = now->mono_ns + interval_ns;
    send_line(room, now, member, key, text, count);
}

/* ---- what comes in ---- */

/* A wildcard door hears from every address of this machine, and all of 127.0.0.0/8 is this machine. */
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
        if (endpoint_address_is_loopback(address) || memcmp(path->local, address, ENDPOINT_ADDRESS_BYTES) == 0)
            return true;
        for (size_t i = 0; i < room->own_count; i++) {
            if (memcmp(room->own[i].address, address, ENDPOINT_ADDRESS_BYTES) == 0)
                return true;
        }
    }
    return false;
}

void room_count_refusal(struct room *room, enum refusal refusal, const struct path *path)
{
    room->stats.refused[refusal]++;
    if (room->observer.refused != NULL)
        room->observer.refused(room->observer.ctx, refusal, path);
}

void room_receive(struct room *room, const struct moment *now, const struct path *path, const void *bytes,
                  size_t length)
{
    struct member *member;
    int refused;

    room->stats.received++;
    if (network_list_has(&room->access.deny, path->peer.address)) {
        refused = REFUSED_DENIED + 1;
    } else if (sequenced_is(bytes, length)) {
        /* Who speaks it proves its address, so that access.plain_from is not asked. */
        refused =
            is_own_address(room, path) ? REFUSED_OWN_ADDRESS + 1 : session_receive(room, now, path, bytes, length);
    } else if (!network_list_has(&room->access.plain_from, path->peer.address)) {
        refused = REFUSED_ELSEWHERE + 1;
    } else if (length == 0) {
        refused = REFUSED_EMPTY + 1;
    } else if (is_own_address(room, path)) {
        refused = REFUSED_OWN_ADDRESS + 1;
    } else if (!room->limits.plain_enabled) {
        refused = REFUSED_PLAIN_OFF + 1;
    } else if (length > PLAIN_REQUEST_MAX_BYTES) {
        refused = REFUSED_TOO_LONG + 1;
        member = registry_find_endpoint(room->registry, &path->peer);
        if (member != NULL)
            room_tell(room, now, member, DIALECT_TOO_LONG, NULL, room->limits.max_text_bytes);
    } else {
        refused = requests_handle(room, now, path, bytes, length);
    }
    if (refused != 0)
        room_count_refusal(room, (enum refusal)(refused - 1), path);
}

int room_notice(struct room *room, const struct moment *now, const char *text, size_t length, uint32_t *ret_members)
{
    struct event notice = {.kind = EVENT_NOTICE, .name = ""};
    char clean[PLAIN_LINE_MAX_BYTES];
    int status;

    if (length == 0)
        return STATUS_INVALID;
    if (length > room->limits.max_text_bytes)
        return STATUS_TOO_LONG;
    if (!text_is_utf8(text, length))
        return STATUS_NOT_UTF8;
    notice.text = clean;
    notice.text_len = (uint16_t)text_clean(text, length, clean);
    status = room_append(room, now, &notice, NULL);
    if (status == 0)
        *ret_members = registry_count(room->registry);
    return status;
}

/* ---- leaving without having asked to ---- */

void room_bye(struct room *room, struct member *member)
{
    const struct path *path = room_path(room, member);
    struct token filled;
    const struct token *bye = token_fill(dialect_token(room_dialect(room, path->door), DIALECT_BYE),
                                         registry_shown(member), registry_shown_len(member), &filled);
    size_t length = bye->length + ((room_slot(room, member)->flags & SLOT_NEWLINE) != 0 ? 1U : 0U);

    if (bye->length > 0 && !room_send(room, member, bye->bytes, length))
        room->stats.answers_withheld++;
}

bool room_fold_name(const char *text, struct name *ret_name)
{
    struct name name = {.shown_len = 0};
    int length =
        text_is_utf8(text, strlen(text)) ? text_fold(text, strlen(text), name.folded, ROOM_NAME_MAX_BYTES) : -1;

    if (length < 0)
        return false;
    name.folded_len = (uint8_t)length;
    *ret_name = name;
    return true;
}

struct member *room_find_named(struct room *room, const char *name)
{
    struct name folded;

    return room_fold_name(name, &folded) ? registry_find_name(room->registry, &folded) : NULL;
}

void room_expel(struct room *room, const struct moment *now, struct member *member, const char *reason, bool banned)
{
    if (member->session != NULL) {
        session_close(room, member, banned ? SEQUENCED_CLOSED_BANNED : SEQUENCED_CLOSED_KICKED, reason);
    } else {
        room_settle_accept(room, now, member);
        send_line(room, now, member, DIALECT_KICKED, reason, 0);
        room_bye(room, member);
    }
    room_remove(room, now, member, EXIT_KICKED);
}

void room_delay_rejoin(struct room *room, const struct moment *now, const struct member *member)
{
    bans_add_kick(room->bans, registry_folded(member), &room_path(room, member)->peer,
                  now->mono_ns + ROOM_REJOIN_DELAY_S * MOMENT_NS_PER_S);
}

int room_kick(struct room *room, const struct moment *now, const char *name, const char *reason)
{
    struct member *member = room_find_named(room, name);
    char clean[PLAIN_LINE_MAX_BYTES] = "";

    if (member == NULL)
        return STATUS_NOT_FOUND;
    if (reason != NULL && reason[0] != '\0') {
        if (strlen(reason) > room->limits.max_text_bytes)
            return STATUS_TOO_LONG;
        if (!text_is_utf8(reason, strlen(reason)))
            return STATUS_NOT_UTF8;
        clean[text_clean(reason, strlen(reason), clean)] = '\0';
    }
    room_delay_rejoin(room, now, member);
    room_expel(room, now, member, clean, false);
    return STATUS_OK;
}

int64_t room_next_tick(const struct room *room)
{
    const int64_t due_ns[] = {idle_next_tick(room), vanish_next_tick(room), release_next_tick(room),
                              overload_next_tick(room), session_timer_next_tick(room)};
    int64_t next_ns = MOMENT_NEVER_NS;

    for (size_t i = 0; i < sizeof(due_ns) / sizeof(due_ns[0]); i++)
        next_ns = due_ns[i] < next_ns ? due_ns[i] : next_ns;
    return next_ns;
}

int64_t room_tick(struct room *room, const struct moment *now)
{
    idle_tick(room, now);
    vanish_tick(room, now);
    release_tick(room, now);
    overload_tick(room, now);
    session_timer_tick(room, now);
    return room_next_tick(room);
}

/* ---- what goes out, and what can be seen ---- */

enum sweep_result room_sweep(struct room *room, const struct moment *now, size_t budget)
{
    enum sweep_result result = delivery_sweep(room->delivery, now, budget);

    release_swept(room, now, result);
    overload_swept(room, now);
    return result;
}

void room_release(struct room *room, const struct moment *now)
{
    release_all(room, now);
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
    ret_stats->behind = registry_behind(room->registry);
    ret_stats->deliveries_owed = overload_owed(room);
    ret_stats->overloaded = room->overload.active;
}

uint32_t room_members(const struct room *room)
{
    return registry_count(room->registry);
}
