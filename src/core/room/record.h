/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The records that the room makes for its log (roomd/ports.h): all effects of one input are one
 * record. A record is handed over when it is complete, and kept here until it is committed. Its
 * events are in the transcript. Does not know what a commit lets happen (core/room_log.c).
 *
 * Without a log there are no records: the pointer is NULL, and every function accepts that.
 */
#ifndef ROOMD_CORE_ROOM_RECORD_H
#define ROOMD_CORE_ROOM_RECORD_H

#include "base/byte_queue.h"

#include "core/model/registry.h"
#include "core/model/transcript.h"
#include <roomd/moment.h>
#include <roomd/ports.h>

/* Of records that wait for the log, without their events: several thousand messages. */
#define RECORD_WAITING_BYTES (1024U * 1024U)

/* So much more for what the administrator does, who may be the one to end the trouble. */
#define RECORD_ADMIN_BYTES (64U * 1024U)

/* The largest record of one request, and of an exit. */
#define RECORD_MAX_BYTES  2048U
#define RECORD_EXIT_BYTES 384U

struct held;

struct records {
    struct room_log log;
    const struct registry *registry;
    const struct transcript *transcript;
    struct held *held;
    uint64_t made;
    uint64_t committed;
    uint64_t epochs;         /* as in the sessions: members' numbers belong to one */
    struct byte_queue queue; /* records that are not committed, and the open one */
    size_t open;             /* offset of the open one */
    unsigned depth;          /* of record_begin; 0: no record is open */
};

/* For a log that has none yet. STATUS_NO_MEMORY. */
int record_new(const struct room_log *log, const struct registry *registry,
               const struct transcript *transcript, struct records **ret_records);
void record_free(struct records *records);

/* True if what is said now is only true once a record is committed that is not yet. */
static inline bool record_waits(const struct records *records)
{
    return records != NULL && (records->depth > 0 || records->made > records->committed);
}

/* Exits of so many members will find room, whatever else waits. STATUS_NO_MEMORY. */
int record_reserve(struct records *records, uint32_t members);

/*
 * True if a request may be applied: its record, those of `newcomers`, and the exits of all members
 * find room here and in the transcript. `admin`: it is the administrator's, and appends nothing
 * but exits.
 */
bool record_has_room(const struct records *records, uint32_t newcomers, bool admin);

/* ---- making one ---- */

/* Begins a record, or goes on with the one that is open; each needs its record_end. */
void record_begin(struct records *records, const struct moment *now);
/* The outermost hands the record over, if it has an effect. */
void record_end(struct records *records);
/* What comes next is another record, even inside an outer record_begin: one must not grow. */
void record_split(struct records *records, const struct moment *now);

/* Adds an event that was just appended; `path` is where its author was, or NULL. */
void record_event(struct records *records, const struct path *path, const char *folded,
                  size_t folded_len);
/* Adds a change. The record is open, and has room for it. */
void record_change(struct records *records, const struct room_change *change);

/* ---- those that wait ---- */

struct record_view {
    struct room_record record;
    uint32_t events;
    size_t bytes; /* of it in the queue */
    size_t at;    /* offset of its next effect */
    size_t end;
    uint64_t seq; /* of its next event */
};

/* The one at that offset, 0 = the oldest; false if there is none. */
bool record_at(const struct records *records, size_t offset, struct record_view *ret_view);
/* Its next event, and where the author was; false at the end. */
bool record_next_event(const struct records *records, struct record_view *view,
                       struct event *ret_event, struct path *ret_path, bool *ret_has_path);
/* It was the oldest, and is committed. */
void record_drop(struct records *records, const struct record_view *view);

/* Hands over again all that wait. */
void record_repeat(struct records *records);

#endif
