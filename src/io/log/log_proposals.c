/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A record is written on its own first, and copied to the frame when it is complete: so the frame
 * never holds a part of one.
 */
#include "io/log/log_proposals.h"

#include <assert.h>
#include <string.h>

_Static_assert(LOG_JOIN == (int)EVENT_JOIN && LOG_CHAT == (int)EVENT_CHAT &&
                   LOG_EXIT == (int)EVENT_EXIT && LOG_NOTICE == (int)EVENT_NOTICE,
               "kinds of events have the same numbers in core and in the log");

void log_proposals_init(struct log_proposals *proposals, struct log_outgoing *outgoing)
{
    proposals->outgoing = outgoing;
    log_proposals_begin(proposals, 0);
}

void log_proposals_begin(struct log_proposals *proposals, uint64_t next)
{
    proposals->next = next;
    proposals->behind = false;
    proposals->taking = false;
    proposals->count = 0;
}

uint64_t log_proposals_last(const struct log_proposals *proposals)
{
    return proposals->next > 0 ? proposals->next - 1 : 0;
}

void log_proposals_flush(struct log_proposals *proposals)
{
    size_t length;

    if (proposals->count == 0)
        return;
    length = log_frame_end(&proposals->frame, proposals->count);
    /* A frame is only begun where it finds room, and the reserve is for the rest. */
    (void)log_outgoing_add(proposals->outgoing, proposals->frame_bytes, length, -1);
    proposals->count = 0;
}

/* ---- the port ---- */

static void on_begin(void *ctx, const struct room_record *record)
{
    struct log_proposals *proposals = ctx;
    const struct log_record head = {.number = record->number,
                                    .first_event = record->first_event,
                                    .time_ns = record->wall_ns,
                                    .utc_offset_s = record->utc_offset_s};

    proposals->taking = record->number == proposals->next && !proposals->behind &&
                        log_outgoing_takes_records(proposals->outgoing);
    if (!proposals->taking) {
        proposals->behind =
            proposals->behind || (proposals->next != 0 && record->number >= proposals->next);
        return;
    }
    proposals->effects = 0;
    proposals->record = octets_write(proposals->record_bytes, sizeof(proposals->record_bytes));
    proposals->place = log_record_begin(&proposals->record, &head);
}

static void add(struct log_proposals *proposals, const struct log_effect *effect)
{
    log_effect_add(&proposals->record, effect);
    proposals->effects++;
}

static void on_event(void *ctx, const struct event *event, const char *folded, size_t folded_len)
{
    struct log_proposals *proposals = ctx;
    bool same = folded_len == event->name_len && memcmp(folded, event->name, folded_len) == 0;
    const struct log_effect effect = {.kind = LOG_EVENT,
                                      .event = {.kind = (enum log_event_kind)event->kind,
                                                .flags = event->forgotten ? LOG_EVENT_FORGOTTEN : 0,
                                                .reason = event->reason,
                                                .said = event->said,
                                                .member = event->author,
                                                .name = {event->name, event->name_len},
                                                .folded = {folded, same ? 0 : folded_len},
                                                .text = {event->text, event->text_len}}};

    if (proposals->taking)
        add(proposals, &effect);
}

static void on_change(void *ctx, const struct room_change *change)
{
    struct log_proposals *proposals = ctx;
    const struct log_effect effect = {.kind = change->is_gone ? LOG_DROP : LOG_PUT,
                                      .value = {.space = (uint8_t)change->space,
                                                .key = {change->key, change->key_len},
                                                .value = {change->value, change->value_len}}};

    if (proposals->taking)
        add(proposals, &effect);
}

/* Opens a frame if none is open. */
static void open_frame(struct log_proposals *proposals)
{
    if (proposals->count == 0)
        proposals->frame = log_frame_begin(proposals->frame_bytes, sizeof(proposals->frame_bytes),
                                           LOG_PROPOSE, 0, proposals->next, 0);
}

static void on_end(void *ctx)
{
    struct log_proposals *proposals = ctx;
    size_t length;

    if (!proposals->taking)
        return;
    proposals->taking = false;
    log_record_end(&proposals->record, proposals->place, proposals->effects);
    /* ROOM_EFFECTS_MAX effects of the longest kind are half a frame. */
    assert(!proposals->record.failed);
    length = proposals->record.length;
    if (proposals->count > 0 && proposals->frame.length + length > LOG_FRAME_MAX_BYTES)
        log_proposals_flush(proposals);
    open_frame(proposals);
    octets_write_slice(&proposals->frame,
                       (struct octets_slice){(const char *)proposals->record_bytes, length});
    proposals->count++;
    proposals->next++;
}

struct room_log log_proposals_port(struct log_proposals *proposals)
{
    return (struct room_log){
        .begin = on_begin, .event = on_event, .change = on_change, .end = on_end, .ctx = proposals};
}
