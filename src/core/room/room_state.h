/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a room is made of, for the files that share it: room.c (what the administrator and time do) and plain_requests.c (what members do).
 */
#ifndef ROOMD_CORE_ROOM_ROOM_STATE_H
#define ROOMD_CORE_ROOM_ROOM_STATE_H

#include "core/model/bans.h"
#include "core/model/bucket.h"
#include "core/model/directory.h"
#include "core/model/name.h"
#include "core/model/reorder.h"
#include "core/model/sessions.h"
#include "core/plain_server/liveness.h"
#include "core/plain_wire/known_replies.h"
#include "core/plain_wire/template.h"
#include "core/room/delivery.h"
#include "core/room/fold.h"
#include "core/room/overload.h"
#include "core/room/roster.h"

#include "core/model/registry.h"
#include <roomd/room.h>
#include <roomd/transcript.h>

struct room {
    struct room_limits limits;
    struct registry *registry;
    struct transcript *transcript;
    struct delivery *delivery;
    struct bucket_table *buckets;
    struct bans *bans;
    struct directory *directory;
    struct sessions *sessions;
    struct reorder *reorder;
    struct room_access access;
    struct room_door doors[ROOM_DOORS_MAX];
    size_t door_count;
    struct endpoint own[ROOM_OWN_MAX];
    size_t own_count;
    struct name_reserved reserved;
    struct known_replies known_replies;
    struct observer observer;
    struct roster roster;
    struct room_stats stats;
    struct vanish vanish;
    struct fold fold;
    struct overload overload;
    char title[ROOM_TITLE_MAX_BYTES + 1];
};

/*
 * Appends what the draft says (kind, reason, name, text), shows it to the observer, and makes it everybody's, at once or, a join or exit in a large room, in company. `member` is its author, or NULL. STATUS_FULL: nothing happened.
 */
int room_append(struct room *room, const struct moment *now, const struct event *draft, struct member *member);

/* A draft about a member, under the name it has now. */
struct event room_draft(enum event_kind kind, const struct member *member);

/* The form that names are compared in, without asking whether anybody may have it; not the one they are shown in. False where it has none. */
bool room_fold_name(const char *text, struct name *ret_name);
/* The member that has this name, however it is written, or NULL. */
struct member *room_find_named(struct room *room, const char *name);

/* Removes a member whom the administrator wants out: told why as a line, then its bye; or, with its session, by CLOSED. `reason` is clean, and may be empty. */
void room_expel(struct room *room, const struct moment *now, struct member *member, const char *reason, bool banned);

/* Sends a member its bye at once or not at all: it is how such a client's receiving process ends, and goes even where the line before it could not. */
void room_bye(struct room *room, struct member *member);

/* Whoever has this member's endpoint, or its name at its address, may not join for ROOM_REJOIN_DELAY_S. */
void room_delay_rejoin(struct room *room, const struct moment *now, const struct member *member);

/* Takes a member out, with the exit event. */
void room_remove(struct room *room, const struct moment *now, struct member *member, enum exit_reason reason);

/* Counts it, and tells the observer. */
void room_count_refusal(struct room *room, enum refusal refusal, const struct path *path);

struct slot *room_slot(struct room *room, const struct member *member);
const struct path *room_path(struct room *room, const struct member *member);
const struct dialect *room_dialect(const struct room *room, uint16_t door);

/* Sends a reply at once or not at all; an empty one is none. `name`: whom it goes to, for a reply that holds {name}. */
void room_answer(struct room *room, const struct path *path, const struct reply *reply, const char *name,
                 size_t name_len, bool newline);

/* Sends a member one datagram at once or not at all. False where it was not taken, or the member is on probation and has been sent all it may be. */
bool room_send(struct room *room, struct member *member, const void *bytes, size_t length);

/*
 * Before anything else is sent to a member at once: the accept, if it is still owed. Clients take the first datagram for the answer to their join.
 */
void room_settle_accept(struct room *room, const struct moment *now, struct member *member);

/* Sends a member a line that is no event, at once or not at all; not before its accept, which clients take the first datagram for. */
void room_tell(struct room *room, const struct moment *now, struct member *member, enum dialect_key key,
               const char *text, uint64_t count);

/* The line itself, whatever was told lately. */
void room_send_line(struct room *room, const struct moment *now, struct member *member, enum dialect_key key,
                    const char *text, uint64_t count);

#endif
