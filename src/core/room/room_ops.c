/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Look-ups, and single datagrams to members. */
#include "core/room/room_ops.h"

#include "core/model/text.h"

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

void room_count_refusal(struct room *room, const struct moment *now, enum refusal refusal,
                        const struct path *path)
{
    room->stats.refused[refusal]++;
    observers_refused(&room->observers, now, refusal, path);
}

bool room_send(struct room *room, const struct moment *now, struct member *member,
               const void *bytes, size_t length)
{
    return delivery_send_within(room->delivery, now,
                                delivery_budget(member, room_slot(room, member)),
                                room_path(room, member), bytes, length);
}

bool room_fold_name(const char *text, struct name *ret_name)
{
    struct name name = {.shown_len = 0};
    int length = text_is_utf8(text, strlen(text))
                     ? text_fold(text, strlen(text), name.folded, ROOM_NAME_MAX_BYTES)
                     : -1;

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
