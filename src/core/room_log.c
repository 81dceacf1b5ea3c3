/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The log's side of the room: what it has kept becomes visible, in the order of the records. */
#include "core/room/commit.h"
#include "core/room/held.h"
#include "core/room/record.h"
#include "core/room/room_state.h"

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
