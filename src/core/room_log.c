/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The log's side of the room: what it has kept becomes visible, in the order of the records. */
#include "core/room/commit.h"
#include "core/room/held.h"
#include "core/room/record.h"
#include "core/room/room_state.h"
#include "core/room/roster.h"
#include "core/room/state.h"

#include <roomd/status.h>

/* Moves the committed head over all records up to that one. */
static void commit_events(struct room *room, uint64_t record)
{
    struct record_view view;
    size_t offset = 0;

    while (record_at(room->records, offset, &view) && view.record.number <= record) {
        transcript_commit(room->transcript, view.record.first_event + view.events - 1);
        offset += view.bytes;
    }
}

static void tell(struct room *room, const struct moment *now, struct record_view *view)
{
    struct event event;
    struct path path;
    bool has_path;

    while (record_next_event(room->records, view, &event, &path, &has_path))
        commit_event(room, now, &event, has_path ? &path : NULL);
}

int room_committed(struct room *room, const struct moment *now, uint64_t record)
{
    struct records *records = room->records;
    struct record_view view;

    if (records == NULL || record > records->made)
        return STATUS_INVALID;
    commit_events(room, record);
    while (record_at(records, 0, &view) && view.record.number <= record) {
        tell(room, now, &view);
        record_drop(records, &view);
    }
    held_release(records->held, records->made, records->committed);
    return STATUS_OK;
}

int room_log_resume(struct room *room, const struct moment *now, uint64_t record)
{
    int status;

    if (room->records == NULL || record < room->records->committed)
        return STATUS_INVALID;
    status = room_committed(room, now, record);
    if (status == 0)
        record_repeat(room->records);
    return status;
}

/* Of a member or ban, with the head of its record: two kilobytes are more than its rows take. */
static bool reserve(struct room *room)
{
    size_t rows = 1 + (size_t)registry_seats(room->registry) + ROOM_BANS_MAX;

    return byte_queue_reserve(&room->records->queue,
                              room->records->queue.most + rows * RECORD_MAX_BYTES) == STATUS_OK;
}

static void keep_member(struct room *room, const struct moment *now, const struct member *member)
{
    record_begin(room->records, now);
    roster_keep_in_log(&room->keepers, now, room->registry, member);
    if (member->session != NULL) {
        state_put_session(room, member);
        state_put_decided(room, member);
    }
    record_end(room->records);
}

static void keep_bans(struct room *room, const struct moment *now)
{
    const struct room_ban *ban = NULL;

    while ((ban = bans_after(room->bans, ban != NULL ? ban->serial : 0, now->mono_ns)) != NULL) {
        record_begin(room->records, now);
        state_put_ban(room, now, ban);
        record_end(room->records);
    }
}

/* Kicks and ended sessions are left out: they are soon of no use. */
int room_log_renew(struct room *room, const struct moment *now)
{
    if (room->records == NULL)
        return STATUS_INVALID;
    if (!reserve(room))
        return STATUS_NO_MEMORY;
    record_repeat(room->records);
    record_begin(room->records, now);
    state_put_room(room);
    record_end(room->records);
    for (uint32_t seat = 0; seat < registry_seats(room->registry); seat++) {
        const struct member *member = registry_seated(room->registry, seat);

        if (member != NULL)
            keep_member(room, now, member);
    }
    keep_bans(room, now);
    return STATUS_OK;
}

uint64_t room_recorded(const struct room *room)
{
    return room->records != NULL ? room->records->made : 0;
}

void room_log_stats(const struct room *room, struct room_log_stats *ret_stats)
{
    const struct records *records = room->records;

    *ret_stats = (struct room_log_stats){.recorded = 0};
    if (records == NULL)
        return;
    *ret_stats = (struct room_log_stats){.recorded = records->made,
                                         .kept = records->committed,
                                         .committed = transcript_committed(room->transcript),
                                         .waiting_bytes = records->queue.used,
                                         .answers_held = held_count(records->held)};
}
