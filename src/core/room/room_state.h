/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The parts of a room, for core's own files. Operations on it are in room_ops.h. */
#ifndef ROOMD_CORE_ROOM_ROOM_STATE_H
#define ROOMD_CORE_ROOM_ROOM_STATE_H

#include "core/model/bans.h"
#include "core/model/bucket.h"
#include "core/model/budget.h"
#include "core/model/directory.h"
#include "core/model/name.h"
#include "core/model/places.h"
#include "core/model/registry.h"
#include "core/model/reorder.h"
#include "core/model/sessions.h"
#include "core/plain_wire/known_replies.h"
#include "core/room/controllers.h"
#include "core/room/crowd.h"
#include "core/room/delivery.h"
#include "core/room/fold.h"
#include "core/room/observers.h"
#include "core/room/overload.h"
#include "core/room/protocol.h"
#include "core/room/record.h"
#include "core/room/roster.h"
#include "core/room/terms.h"

#include "core/model/transcript.h"
#include <roomd/room_admin.h>

struct plain_server; /* core/plain_server/plain_state.h */
struct restore;
struct session_histories; /* core/sequenced_server/session_history.h */

struct room {
    struct room_limits limits;
    struct registry *registry;
    struct transcript *transcript;
    struct delivery *delivery;
    struct bucket_table *buckets;
    struct budget_table *budgets; /* of plain addresses outside access.trusted */
    struct bans *bans;
    uint64_t kick_rows; /* a bit for each kick that has a row in the log */
    struct directory *directory;
    struct sessions *sessions;
    struct reorder *reorder;
    struct places places; /* members by address */
    struct controllers controllers;
    struct plain_server *plain;
    struct session_histories *histories;
    const struct protocol *protocols[2]; /* by protocol_index */
    struct room_access access;
    struct room_door doors[ROOM_DOORS_MAX];
    size_t door_count;
    /* What a door's replies can be to other servers; `by_name`: to be asked again for a name. */
    struct {
        enum request_form form;
        bool by_name;
    } replies[ROOM_DOORS_MAX];
    struct endpoint own[ROOM_OWN_MAX];
    size_t own_count;
    struct name_reserved reserved;
    struct known_replies known_replies;
    struct observers observers;
    struct keepers keepers;
    struct records *records; /* of the log; NULL: none */
    bool is_closed;          /* for good */
    struct restore *restore; /* while the room is restored from it: core/restore.h */
    struct room_stats stats;
    /*
     * Until then a sequenced member may lack the names of those whose last event is before this
     * one, its join: the list of members has many pages, and they may be lost.
     */
    uint64_t newcomer_seq;
    int64_t newcomer_until_ns;
    struct fold fold;
    struct overload overload;
    struct crowd crowd;
    int64_t displacement_full_ns; /* the bucket of core/room/displacement.h */
    uint32_t displacement_next;   /* the position from which it searches next */
    struct terms_history terms;
};

#endif
