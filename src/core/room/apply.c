/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Appends events and changes the room accordingly. */
#include "core/room/apply.h"

#include "core/model/session.h"
#include "core/room/admission.h"
#include "core/room/commit.h"
#include "core/room/crowd.h"
#include "core/room/room_ops.h"
#include "core/room/roster.h"
#include "core/room/state.h"

#include <roomd/status.h>
#include <string.h>

/* For so long a newcomer waits for the page that names an author (doc/protocol.md, 2.7). */
#define NEWCOMER_NS (30 * MOMENT_NS_PER_S)

static struct event event_about(enum event_kind kind, const struct member *member)
{
    return (struct event){.kind = (uint8_t)kind,
                          .name = registry_shown(member),
                          .name_len = (uint16_t)registry_shown_len(member)};
}

/* True if a newcomer may not know this member's name, since the member has done nothing so far. */
static bool introduces(struct room *room, const struct moment *now, const struct member *member)
{
    return room_slot(room, member)->own < room->newcomer_seq &&
           now->mono_ns < room->newcomer_until_ns;
}

/*
 * A plain member is not owed its own event: one that has caught up stays so, and can't miss its own
 * messages.
 */
static void skip_own(struct room *room, struct member *member, uint64_t seq)
{
    struct slot *slot = room_slot(room, member);

    registry_plain(member)->said++;
    if (slot->cursor == seq)
        slot->cursor++;
}

bool apply_has_room(struct room *room, const struct moment *now, uint32_t newcomers)
{
    if (record_has_room(room->records, newcomers, false))
        return true;
    fold_flush(room, now);
    return record_has_room(room->records, newcomers, false);
}

/*
 * Appends an event from its kind, reason, name, text and `said`. Without a log it is committed at
 * once; else it is part of the open record. `member` is its author, or NULL; `folded` is its name
 * then, folded. STATUS_FULL: nothing was changed.
 */
static int append(struct room *room, const struct moment *now, struct event *event,
                  struct member *member, const char *folded)
{
    int status;

    event->author = member != NULL ? member->number : EVENT_AUTHOR_NOBODY;
    event->wall_ns = now->wall_ns;
    event->utc_offset_s = now->utc_offset_s;
    event->introduces =
        (event->kind == EVENT_CHAT || event->kind == EVENT_EXIT) && introduces(room, now, member);
    status = transcript_append(room->transcript, event, &event->seq);
    /* Events that are committed and held back keep their place in the ring. */
    if (status == STATUS_FULL) {
        fold_flush(room, now);
        status = transcript_append(room->transcript, event, &event->seq);
    }
    if (status != 0)
        return status;
    if (member != NULL)
        room_slot(room, member)->own = event->seq;
    if (member != NULL && member->session == NULL)
        skip_own(room, member, event->seq);
    if (room->records == NULL)
        commit_event(room, now, event, member != NULL ? room_path(room, member) : NULL);
    else
        record_event(room->records, member != NULL ? room_path(room, member) : NULL, folded,
                     strlen(folded));
    return STATUS_OK;
}

/*
 * Adds a member to the directory and, if it has a session, to the index of tokens and to the
 * controller of its address.
 */
static int enter(struct room *room, const struct moment *now, const struct join *join,
                 struct member *member)
{
    struct session *session = member->session;
    int status = directory_enter(room->directory, member);

    if (status != 0 || !join->sequenced)
        return status;
    session->token = join->token;
    status = controllers_reserve(&room->controllers);
    if (status == 0)
        status = sessions_add(room->sessions, member);
    if (status == 0)
        session->controller = controllers_enter(&room->controllers, join->path->peer.address,
                                                &session->congestion, session_ms(now));
    else
        directory_leave(room->directory, member, 0);
    return status;
}

/* The roster has kept a plain member since its accept was owed, and notes other changes itself. */
static void keep_in_log(struct room *room, const struct moment *now, const struct member *member)
{
    const struct keepers log = {.records = room->records, .doors = room->doors};

    roster_keep(&log, now, room->registry, member);
}

int apply_join(struct room *room, const struct moment *now, const struct join *join,
               const struct name *name, struct member **ret_member)
{
    enum registry_standing standing = crowd_standing(room, now);
    uint64_t own = transcript_appended(room->transcript) + 1;
    struct member *member;
    struct event joined;
    int status = places_reserve(&room->places);

    if (status == 0)
        status = record_reserve(room->records, registry_count(room->registry) + 1);
    if (status == 0)
        status =
            registry_add(room->registry, name, join->path, now->mono_ns, join->sequenced, &member);
    if (status != 0)
        return status;
    member->joined_wall_ns = now->wall_ns;
    member->muted_until_ns = bans_muted_until(room->bans, name->folded, now->mono_ns);
    member->first = join->sequenced ? own : own + 1;
    room_slot(room, member)->cursor = member->first;
    joined = event_about(EVENT_JOIN, member);
    status = enter(room, now, join, member);
    if (status == 0) {
        status = append(room, now, &joined, member, name->folded);
        if (status != 0) {
            directory_leave(room->directory, member, 0);
            room_protocol(room, member)->forget(room, member);
        }
    }
    if (status != 0) {
        registry_remove(room->registry, member);
        return status;
    }
    places_add(&room->places, join->path->peer.address);
    if (join->sequenced) {
        room->newcomer_seq = joined.seq;
        room->newcomer_until_ns = now->mono_ns + NEWCOMER_NS;
    } else {
        registry_plain(member)->said = 0;
    }
    registry_set_standing(room->registry, member, standing);
    state_put_room(room);
    keep_in_log(room, now, member);
    *ret_member = member;
    return STATUS_OK;
}

/* The mute covers the endpoint where the member is now. */
static void follow_mute(struct room *room, const struct moment *now, const struct member *member)
{
    if (now->mono_ns < member->muted_until_ns)
        bans_follow_mute(room->bans, registry_folded(member), &room_path(room, member)->peer,
                         now->mono_ns);
}

/* Its row in the log. A record is open, and has room for it. */
static void keep_mute(struct room *room, const struct moment *now, const struct member *member)
{
    struct room_ban mute = {.kind = ROOM_MUTE};

    memcpy(mute.name, registry_folded(member), registry_folded_len(member));
    if (now->mono_ns < member->muted_until_ns)
        state_put_ban(room, now, &mute);
}

void apply_move(struct room *room, const struct moment *now, struct member *member,
                const struct path *path)
{
    struct path *held = registry_path(room->registry, member->position);

    places_remove(&room->places, held->peer.address);
    places_add(&room->places, path->peer.address);
    *held = *path;
    room_slot(room, member)->flags &= ~SLOT_PATH_WAITS;
    follow_mute(room, now, member);
    /* A place may be forgotten, if too much waits for the log: the member will be heard again. */
    if (room->records == NULL || !record_has_room(room->records, 0, true))
        return;
    record_begin(room->records, now);
    keep_mute(room, now, member);
    keep_in_log(room, now, member);
    record_end(room->records);
}

int apply_rename(struct room *room, const struct moment *now, struct member *member,
                 const struct name *name, uint16_t said)
{
    struct event left = event_about(EVENT_EXIT, member), joined;
    char old[ROOM_NAME_MAX_BYTES], old_folded[ROOM_NAME_MAX_BYTES + 1];

    memcpy(old, left.name, left.name_len);
    memcpy(old_folded, registry_folded(member), registry_folded_len(member) + 1);
    left.name = old;
    left.reason = EXIT_RENAMED;
    left.said = said;
    if (registry_rename(room->registry, member, name) != 0)
        return STATUS_NO_MEMORY;
    member->muted_until_ns = bans_muted_until(room->bans, name->folded, now->mono_ns);
    joined = event_about(EVENT_JOIN, member);
    joined.said = said;
    record_begin(room->records, now);
    append(room, now, &left, member, old_folded);
    append(room, now, &joined, member, name->folded);
    keep_in_log(room, now, member);
    record_end(room->records);
    return STATUS_OK;
}

int apply_chat(struct room *room, const struct moment *now, struct member *member, const char *text,
               size_t length, uint16_t said)
{
    struct event chat = event_about(EVENT_CHAT, member);
    int status;

    chat.text = text;
    chat.text_len = (uint16_t)length;
    chat.said = said;
    member->spoken = true;
    room_slot(room, member)->spoken_s = (uint32_t)(now->mono_ns / MOMENT_NS_PER_S);
    record_begin(room->records, now);
    status = append(room, now, &chat, member, registry_folded(member));
    record_end(room->records);
    return status;
}

int apply_notice(struct room *room, const struct moment *now, const char *text, size_t length)
{
    struct event notice = {
        .kind = EVENT_NOTICE, .name = "", .text = text, .text_len = (uint16_t)length};
    int status;

    record_begin(room->records, now);
    status = append(room, now, &notice, NULL, "");
    record_end(room->records);
    return status;
}

void apply_exit(struct room *room, const struct moment *now, struct member *member,
                enum exit_reason reason)
{
    struct event left = event_about(EVENT_EXIT, member);
    bool told;

    left.reason = (uint8_t)reason;
    record_begin(room->records, now);
    admission_remember(room, now, member);
    follow_mute(room, now, member);
    keep_mute(room, now, member);
    told = append(room, now, &left, member, registry_folded(member)) == 0;
    directory_leave(room->directory, member, told ? left.seq : 0);
    roster_forget(&room->keepers, member);
    state_drop_session(room, member);
    places_remove(&room->places, room_path(room, member)->peer.address);
    room_protocol(room, member)->forget(room, member);
    registry_remove(room->registry, member);
    record_end(room->records);
}
