/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Appends events and changes the room accordingly. */
#include "core/room/apply.h"

#include "core/model/session.h"
#include "core/room/admission.h"
#include "core/room/crowd.h"
#include "core/room/room_ops.h"
#include "core/room/roster.h"

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

/*
 * Appends an event from its kind, reason, name, text and `said`, tells the observers, and releases
 * it: at once, or, for a join or exit in a large room, folded with others. `member` is its author,
 * or NULL. STATUS_FULL: nothing was changed.
 */
static int append(struct room *room, const struct moment *now, struct event *event,
                  struct member *member)
{
    int status;

    event->author = member != NULL ? member->number : EVENT_AUTHOR_NOBODY;
    event->wall_ns = now->wall_ns;
    event->utc_offset_s = now->utc_offset_s;
    event->introduces =
        (event->kind == EVENT_CHAT || event->kind == EVENT_EXIT) && introduces(room, now, member);
    status = transcript_append(room->transcript, event, &event->seq);
    /* Events that are held back keep their place in the ring. */
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
    fold_event(room, now, (enum event_kind)event->kind);
    observers_happened(&room->observers, now, event,
                       member != NULL ? room_path(room, member) : NULL);
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

int apply_join(struct room *room, const struct moment *now, const struct join *join,
               const struct name *name, struct member **ret_member)
{
    enum registry_standing standing = crowd_standing(room, now);
    uint64_t own = transcript_appended(room->transcript) + 1;
    struct member *member;
    struct event joined;
    int status = places_reserve(&room->places);

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
        status = append(room, now, &joined, member);
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

void apply_move(struct room *room, const struct moment *now, struct member *member,
                const struct path *path)
{
    struct path *held = registry_path(room->registry, member->position);

    places_remove(&room->places, held->peer.address);
    places_add(&room->places, path->peer.address);
    *held = *path;
    room_slot(room, member)->flags &= ~SLOT_PATH_WAITS;
    follow_mute(room, now, member);
}

int apply_rename(struct room *room, const struct moment *now, struct member *member,
                 const struct name *name, uint16_t said)
{
    struct event left = event_about(EVENT_EXIT, member), joined;
    char old[ROOM_NAME_MAX_BYTES];

    memcpy(old, left.name, left.name_len);
    left.name = old;
    left.reason = EXIT_RENAMED;
    left.said = said;
    if (registry_rename(room->registry, member, name) != 0)
        return STATUS_NO_MEMORY;
    member->muted_until_ns = bans_muted_until(room->bans, name->folded, now->mono_ns);
    joined = event_about(EVENT_JOIN, member);
    joined.said = said;
    append(room, now, &left, member);
    append(room, now, &joined, member);
    return STATUS_OK;
}

int apply_chat(struct room *room, const struct moment *now, struct member *member, const char *text,
               size_t length, uint16_t said)
{
    struct event chat = event_about(EVENT_CHAT, member);

    chat.text = text;
    chat.text_len = (uint16_t)length;
    chat.said = said;
    member->spoken = true;
    room_slot(room, member)->spoken_s = (uint32_t)(now->mono_ns / MOMENT_NS_PER_S);
    return append(room, now, &chat, member);
}

int apply_notice(struct room *room, const struct moment *now, const char *text, size_t length)
{
    struct event notice = {
        .kind = EVENT_NOTICE, .name = "", .text = text, .text_len = (uint16_t)length};

    return append(room, now, &notice, NULL);
}

void apply_exit(struct room *room, const struct moment *now, struct member *member,
                enum exit_reason reason)
{
    struct event left = event_about(EVENT_EXIT, member);
    bool told;

    left.reason = (uint8_t)reason;
    admission_remember(room, now, member);
    follow_mute(room, now, member);
    told = append(room, now, &left, member) == 0;
    directory_leave(room->directory, member, told ? left.seq : 0);
    roster_forget(&room->roster, member);
    places_remove(&room->places, room_path(room, member)->peer.address);
    room_protocol(room, member)->forget(room, member);
    registry_remove(room->registry, member);
}
