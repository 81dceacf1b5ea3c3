/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The one place where somebody is admitted, renamed, speaks or leaves, whatever the protocol. A
 * wish is *proposed* (checked: nothing changes), *charged* (limits are this process's own, and no
 * part of the room), and *applied* (core/room/apply.h). Names, reserved names, bans, mutes, limits
 * and epochs are asked here, and nowhere else.
 *
 * Nobody is answered: the caller words the outcome in its own protocol. Each of these returns why
 * the wish was refused, or REFUSED_NOT; refused, it has changed nothing but buckets.
 */
#ifndef ROOMD_CORE_ROOM_MEMBERSHIP_H
#define ROOMD_CORE_ROOM_MEMBERSHIP_H

#include "core/room/apply.h"

/* REFUSED_NAME_BAD, _NAME_TAKEN, _BANNED, _MUTED (the endpoint may join under the name that was
 * muted only), _ROOM_FULL, _LIMITED, _NO_MEMORY. The member is in, with its join event. */
enum refusal room_admit(struct room *room, const struct moment *now, const struct join *join,
                        struct member **ret_member);

/* The same reasons but _ROOM_FULL. `ret_renamed` is false where the member has just that name
 * already: then nothing happened. `said`: see struct event. */
enum refusal room_rename(struct room *room, const struct moment *now, struct member *member,
                         const char *name, size_t name_len, uint16_t said, bool *ret_renamed);

/* REFUSED_EMPTY_TEXT, _MUTED, _TOO_LONG, _NOT_UTF8, _LIMITED, _NO_MEMORY (the ring has no place
 * until something is released). Control characters become spaces. */
enum refusal room_say(struct room *room, const struct moment *now, struct member *member,
                      const char *text, size_t length, uint16_t said);

/* It has asked to. Never refused, so that nobody is kept in; what it costs is paid at the next join
 * from its endpoint. */
void room_leave(struct room *room, const struct moment *now, struct member *member);

/* Of a text for members to see: STATUS_INVALID (empty), STATUS_TOO_LONG (more than max_text_bytes),
 * STATUS_NOT_UTF8. */
int room_check_text(const struct room *room, const char *text, size_t length);

#endif
