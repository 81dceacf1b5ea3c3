/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What changes the room, once it was found good: members, directory and transcript move together.
 * Nothing is asked here and nobody is answered; the same calls in the same order make the same
 * room. It is the only code that appends events.
 */
#ifndef ROOMD_CORE_ROOM_APPLY_H
#define ROOMD_CORE_ROOM_APPLY_H

#include "core/room/room_state.h"

/* Somebody who wants to come in. */
struct join {
    const char *name; /* as asked for; not terminated */
    size_t name_len;
    const struct path *path;
    bool sequenced;
    uint64_t token; /* of its session, if sequenced; nobody else has it */
};

/*
 * Lets it in under a name that is free, with the join event; what it is owed begins behind that
 * event, or, if it speaks the sequenced protocol, with it. STATUS_NO_MEMORY, STATUS_FULL: nothing
 * was changed.
 */
int apply_join(struct room *room, const struct moment *now, const struct join *join,
               const struct name *name, struct member **ret_member);

/* Gives a member a name that is free: for the others the old one leaves and the new one joins.
 * `said` is put into both events, see struct event. STATUS_NO_MEMORY: nothing was changed. */
int apply_rename(struct room *room, const struct moment *now, struct member *member,
                 const struct name *name, uint16_t said);

/* A member says something: clean text. STATUS_FULL: nothing was changed. */
int apply_chat(struct room *room, const struct moment *now, struct member *member, const char *text,
               size_t length, uint16_t said);

/* The same of the administrator. */
int apply_notice(struct room *room, const struct moment *now, const char *text, size_t length);

/* Takes a member out, with the exit event, for whatever reason. */
void apply_exit(struct room *room, const struct moment *now, struct member *member,
                enum exit_reason reason);

#endif
