/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Look-ups, appending and removing. */
#include "core/room/room_ops.h"

#include "core/model/text.h"
#include "core/room/roster.h"

#include <roomd/status.h>
#include <string.h>

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

const struct protocol *room_protocol(const struct room *room, const struct member *member)
{
    return room->protocols[protocol_index(registry_slot(room->registry, member->position)->flags)];
}

struct event room_event_about(enum event_kind kind, const struct member *member)
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
        fold_flush(room, now);
        status = transcript_append(room->transcript, &event, &event.seq);
    }
    if (status != 0)
        return status;
    if (member != NULL && member->session == NULL)
        skip_own(room, member, event.seq);
    fold_event(room, now, (enum event_kind)event.kind);
    room->last_event_ns = now->mono_ns;
    observers_happened(&room->observers, now, &event, member != NULL ? room_path(room, member) : NULL);
    return STATUS_OK;
}

void room_count_refusal(struct room *room, const struct moment *now, enum refusal refusal, const struct path *path)
{
    room->stats.refused[refusal]++;
    observers_refused(&room->observers, now, refusal, path);
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

void room_remove(struct room *room, const struct moment *now, struct member *member, enum exit_reason reason)
{
    struct event left = room_event_about(EVENT_EXIT, member);
    bool told;

    left.reason = (uint8_t)reason;
    told = room_append(room, now, &left, member) == 0;
    directory_leave(room->directory, member, told ? transcript_appended(room->transcript) : 0);
    roster_forget(&room->roster, member);
    room_protocol(room, member)->forget(room, member);
    registry_remove(room->registry, member);
}
