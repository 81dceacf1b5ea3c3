/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The changes of the room, after a proposal was accepted: members, directory and transcript change
 * together. Nothing is checked here and nobody is answered; the same calls in the same order make
 * the same room. This is the only code that appends events. With a log, what it does is part of the
 * open record, and nobody may be told before that is committed.
 */
#ifndef ROOMD_CORE_ROOM_APPLY_H
#define ROOMD_CORE_ROOM_APPLY_H

#include "core/room/room_state.h"

/*
 * True if a request may be applied: ring and log have room for it, and for the exits of all
 * members, which are never refused. `newcomers`: members that it adds. To be asked for each.
 */
bool apply_has_room(struct room *room, const struct moment *now, uint32_t newcomers);

/* A proposed member. */
struct join {
    const char *name; /* as requested; not terminated */
    size_t name_len;
    const struct path *path;
    bool sequenced;
    uint64_t token; /* of its session, if sequenced; unique */
};

/*
 * Adds a member under a free name, with the join event. It is owed the events after that one or, if
 * sequenced, from that one on. STATUS_NO_MEMORY, STATUS_FULL: nothing was changed. A record is
 * open.
 */
int apply_join(struct room *room, const struct moment *now, const struct join *join,
               const struct name *name, struct member **ret_member);

/*
 * Gives a member a free name: for the others the old name leaves and the new one joins. `said` is
 * put into both events, see struct event. STATUS_NO_MEMORY: nothing was changed.
 */
int apply_rename(struct room *room, const struct moment *now, struct member *member,
                 const struct name *name, uint16_t said);

/* A sequenced member is at another endpoint, and so is its mute. */
void apply_move(struct room *room, const struct moment *now, struct member *member,
                const struct path *path);

/* Appends a member's message, a clean text. STATUS_FULL: nothing was changed. */
int apply_chat(struct room *room, const struct moment *now, struct member *member, const char *text,
               size_t length, uint16_t said);

/* Appends the administrator's message, a clean text. STATUS_FULL: nothing was changed. */
int apply_notice(struct room *room, const struct moment *now, const char *text, size_t length);

/* Removes a member, with the exit event. */
void apply_exit(struct room *room, const struct moment *now, struct member *member,
                enum exit_reason reason);

#endif
