/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a log has kept becomes a room again. Rows of members are collected, since they come in any
 * order; all else is put in its place at once.
 */
#include "core/restore.h"
#include "core/restore_rows.h"

#include "core/moderation.h"
#include "core/room/epoch.h"
#include "core/room/room_ops.h"
#include "core/room/state.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

int room_restore_begin(struct room *room, const struct moment *now, const struct room_kept *kept)
{
    (void)now;
    if (room->records == NULL || room->records->made > 0 || room->restore != NULL ||
        registry_count(room->registry) > 0 || transcript_appended(room->transcript) > 0)
        return STATUS_INVALID;
    room->restore = calloc(1, sizeof(*room->restore));
    if (room->restore == NULL)
        return STATUS_NO_MEMORY;
    room->restore->kept = *kept;
    room->records->made = room->records->committed = kept->record;
    transcript_begin_at(room->transcript, kept->last_event + 1);
    return STATUS_OK;
}

void restore_free(struct restore *restore)
{
    if (restore == NULL)
        return;
    free(restore->seats);
    free(restore->ended_bans);
    free(restore);
}

/* ---- events ---- */

/* Some members may lack the name of an author that has left: a list of members may be under way. */
static bool introduces(const struct event *event)
{
    return (event->kind == EVENT_CHAT || event->kind == EVENT_EXIT) && event->name_len > 0;
}

int room_restore_event(struct room *room, const struct event *event)
{
    struct transcript *transcript = room->transcript;
    struct event copy = *event;
    bool is_first = room->restore != NULL && !room->restore->has_events;
    uint64_t seq;
    int status;

    if (room->restore == NULL || event->seq == 0 || event->seq > room->restore->kept.last_event ||
        (!is_first && event->seq != transcript_appended(transcript) + 1))
        return STATUS_INVALID;
    if (is_first)
        transcript_begin_at(transcript, event->seq);
    room->restore->has_events = true;
    copy.introduces = introduces(event);
    status = transcript_append(transcript, &copy, &seq);
    if (status != 0) {
        transcript_begin_at(transcript, event->seq + 1);
        return status;
    }
    transcript_commit(transcript, seq);
    transcript_release(transcript, seq);
    return STATUS_OK;
}

static void end_events(struct room *room, const struct room_kept *kept,
                       struct room_restored *restored)
{
    if (transcript_appended(room->transcript) != kept->last_event)
        transcript_begin_at(room->transcript, kept->last_event + 1);
    restored->events = kept->last_event + 1 - transcript_oldest(room->transcript);
    /* No datagram of this process repeats what the last one has sent. */
    transcript_set_boundary(room->transcript, kept->last_event + 1);
    room->sessions->restored = kept->last_event;
    room->newcomer_seq = kept->last_event + 1;
}

/* ---- secret and epoch ---- */

/* Returns true if something has changed that the log does not have. */
static bool restore_secret(struct room *room, struct restore *restore)
{
    const struct state_room *state = &restore->room;
    struct sessions *sessions = room->sessions;
    bool is_kept = restore->has_room && !restore->kept.renumber &&
                   memcmp(state->boot, restore->kept.boot, sizeof(state->boot)) == 0;

    memcpy(sessions->boot, restore->kept.boot, sizeof(sessions->boot));
    restore->counts.boot_is_new = restore->has_room && !is_kept && !restore->kept.renumber;
    if (!restore->has_room)
        return true;
    sessions->epoch = state->epoch;
    sessions->epochs = state->epochs;
    sessions->epoch_event = state->epoch_event;
    sessions->secrets = state->secrets + (is_kept ? 0 : 1);
    if (is_kept)
        memcpy(sessions->secret, state->secret, sizeof(sessions->secret));
    room->records->epochs = state->epochs;
    if (state->is_closed)
        restore_forget_members(restore);
    registry_set_last_number(room->registry, state->last_number);
    return !is_kept || state->is_closed;
}

/* ---- the directory ---- */

static int fill_directory(struct room *room)
{
    uint64_t seq = transcript_oldest(room->transcript),
             head = transcript_appended(room->transcript);
    struct event event;
    int status = 0;

    if (seq < room->sessions->epoch_event)
        seq = room->sessions->epoch_event;
    for (uint32_t seat = 0; status == 0 && seat < registry_seats(room->registry); seat++) {
        if (registry_seated(room->registry, seat) != NULL)
            status = directory_load(room->directory, registry_seated(room->registry, seat));
    }
    for (; status == 0 && seq <= head && transcript_get(room->transcript, seq, &event); seq++) {
        if (event.kind == EVENT_EXIT && event.reason != EXIT_RENAMED && event.name_len > 0)
            status = directory_load_gone(room->directory, event.author, seq);
    }
    directory_sort(room->directory);
    return status;
}

/* ---- what has changed ---- */

/* Rows of a seat that nobody has, and of bans that are over. */
static void drop_rows(struct room *room, const struct moment *now, const struct restore *restore)
{
    for (uint32_t seat = 0; seat < restore->seat_count; seat++) {
        const struct restore_seat *rows = &restore->seats[seat];

        if (rows->is_in || !rows->has_any)
            continue;
        record_begin(room->records, now);
        state_drop_seat(room, seat);
        record_end(room->records);
    }
    /* If there is no room for all, the next start drops the others. */
    for (size_t n = 0; n < restore->ended_count && record_has_room(room->records, 0, true); n++) {
        record_begin(room->records, now);
        state_drop_ban(room, &(struct room_ban){.serial = restore->ended_bans[n]});
        record_end(room->records);
    }
}

static uint32_t count_sessions(const struct room *room)
{
    return sessions_count(room->sessions);
}

/* Members that were numbered anew when their epoch began, but not yet in the log. */
static void keep_numbers(struct room *room, const struct moment *now, const struct restore *restore)
{
    for (uint32_t seat = 0; seat < restore->seat_count; seat++) {
        const struct restore_seat *rows = &restore->seats[seat];

        if (rows->is_in && rows->member.epochs != room->sessions->epochs)
            roster_keep(&room->keepers, now, room->registry, registry_seated(room->registry, seat));
    }
}

static void change(struct room *room, const struct moment *now, struct restore *restore,
                   bool has_changed)
{
    bool anew = restore->kept.renumber || (!restore->has_room && restore->kept.record > 0);

    if (has_changed && !anew) {
        record_begin(room->records, now);
        state_put_room(room);
        record_end(room->records);
    }
    drop_rows(room, now, restore);
    if (!anew)
        keep_numbers(room, now, restore);
    restore_exits(room, now, restore);
    moderation_enforce_bans(room, now);
    if (anew) {
        restore->counts.ended = count_sessions(room);
        restore->counts.epoch_is_new = true;
        epoch_begin(room, now);
    }
}

int room_restore_end(struct room *room, const struct moment *now,
                     struct room_restored *ret_restored)
{
    struct restore *restore = room->restore;
    bool has_changed;
    int status;

    if (restore == NULL)
        return STATUS_INVALID;
    has_changed = restore_secret(room, restore);
    end_events(room, &restore->kept, &restore->counts);
    room->newcomer_until_ns = now->mono_ns + RESTORE_NAMES_NS;
    status = restore_members(room, now, restore);
    if (status == 0)
        status = fill_directory(room);
    if (status == 0)
        status =
            record_reserve(room->records, registry_count(room->registry) + restore->seat_count);
    if (status != 0)
        return status;
    change(room, now, restore, has_changed);
    restore->counts.members = registry_count(room->registry);
    restore->counts.sessions = count_sessions(room);
    *ret_restored = restore->counts;
    restore_free(restore);
    room->restore = NULL;
    return STATUS_OK;
}
