/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The one place where members are admitted, renamed, speak or leave, whatever the protocol. A
 * request is *proposed* (checked; nothing changes), *charged* (rate limits belong to this process,
 * not to the room's state), and *applied* (core/room/apply.h): at once, since the room gives the
 * order; what a log gives is the commit, for which answers wait (core/room/held.h). Names,
 * reserved names, bans, mutes, limits and epochs are checked here, and nowhere else.
 *
 * Nobody is answered: the caller words the outcome in its own protocol. Each function returns why
 * the request was refused, or REFUSED_NOT; a refused request has changed nothing but buckets.
 */
#ifndef ROOMD_CORE_ROOM_MEMBERSHIP_H
#define ROOMD_CORE_ROOM_MEMBERSHIP_H

#include "core/room/apply.h"

/* Makes a name of `text`, or says why nobody may have it. Members and bans are not asked. */
enum name_fault room_parse_name(const struct room *room, const char *text, size_t length,
                                struct name *ret_name);

/*
 * Adds a member, with its join event. REFUSED_NAME_BAD, _NAME_TAKEN (or it looks like a member's),
 * _BANNED, _MUTED (the endpoint may join only under the name that was muted), _ROOM_FULL, _CROWDED,
 * _LIMITED, _LOG_BEHIND, _NO_MEMORY.
 */
enum refusal room_admit(struct room *room, const struct moment *now, const struct join *join,
                        struct member **ret_member);

/*
 * Renames a member. The same reasons except _ROOM_FULL. `ret_renamed` is false if the member has
 * exactly that name already: then nothing happened. `said`: see struct event. Also _CROWDED.
 */
enum refusal room_rename(struct room *room, const struct moment *now, struct member *member,
                         const char *name, size_t name_len, uint16_t said, bool *ret_renamed);

/*
 * Appends a message; control characters become spaces. REFUSED_EMPTY_TEXT, _MUTED, _TOO_LONG,
 * _NOT_UTF8, _CROWDED, _LIMITED, _LOG_BEHIND, _NO_MEMORY (the ring has no room until something is
 * released).
 */
enum refusal room_say(struct room *room, const struct moment *now, struct member *member,
                      const char *text, size_t length, uint16_t said);

/*
 * Removes a member that asked to leave. Never refused; the cost is paid at the next join from its
 * endpoint.
 */
void room_leave(struct room *room, const struct moment *now, struct member *member);

/*
 * Checks a text for members: STATUS_INVALID (empty), STATUS_TOO_LONG (more than max_text_bytes),
 * STATUS_NOT_UTF8.
 */
int room_check_text(const struct room *room, const char *text, size_t length);

#endif
