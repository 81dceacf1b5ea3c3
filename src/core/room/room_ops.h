/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What every part of the room may do to members and transcript. Knows no protocol.
 */
#ifndef ROOMD_CORE_ROOM_ROOM_OPS_H
#define ROOMD_CORE_ROOM_ROOM_OPS_H

#include "core/room/room_state.h"

/*
 * Appends what the draft says (kind, reason, name, text), shows it to the observers, and makes it
 * everybody's: at once or, a join or exit in a large room, together with others. `member` is its author,
 * or NULL. STATUS_FULL: nothing happened.
 */
int room_append(struct room *room, const struct moment *now, const struct event *draft, struct member *member);

/* An event about a member, under the name it has now. */
struct event room_event_about(enum event_kind kind, const struct member *member);

/* Takes a member out, with the exit event. */
void room_remove(struct room *room, const struct moment *now, struct member *member, enum exit_reason reason);

/* The form that names are compared in, without asking whether anybody may have it; not the one they are
 * shown in. False where it has none. */
bool room_fold_name(const char *text, struct name *ret_name);
/* The member that has this name, however it is written, or NULL. */
struct member *room_find_named(struct room *room, const char *name);

/* Counts it, and tells the observers. */
void room_count_refusal(struct room *room, const struct moment *now, enum refusal refusal, const struct path *path);

struct slot *room_slot(struct room *room, const struct member *member);
const struct path *room_path(struct room *room, const struct member *member);
const struct dialect *room_dialect(const struct room *room, uint16_t door);
const struct protocol *room_protocol(const struct room *room, const struct member *member);

/* Sends a member one datagram at once or not at all. False where it was not taken, or the member is on
 * probation and has been sent all it may be. */
bool room_send(struct room *room, struct member *member, const void *bytes, size_t length);

#endif
