/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Records in a queue: a head, then effects, each with a key and a value. Of an event, the key is
 * the author's path and the value its folded name; all else is in the transcript.
 */
#include "core/room/record.h"

#include "core/room/held.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

struct head {
    struct room_record record;
    uint32_t bytes; /* of the record, head included */
    uint32_t events;
    uint32_t effects;
};

/* Of an effect that is no change. */
#define KIND_EVENT 0U
#define KIND_PUT   1U
#define KIND_GONE  2U

struct effect {
    uint8_t kind;
    uint8_t space;
    uint8_t key_len;
    uint8_t value_len;
};

int record_new(const struct room_log *log, const struct registry *registry,
               const struct transcript *transcript, struct records **ret_records)
{
    struct records *records = calloc(1, sizeof(*records));

    if (records == NULL)
        return STATUS_NO_MEMORY;
    records->log = *log;
    records->registry = registry;
    records->transcript = transcript;
    if (record_reserve(records, 0) != 0) {
        free(records);
        return STATUS_NO_MEMORY;
    }
    *ret_records = records;
    return STATUS_OK;
}

void record_free(struct records *records)
{
    if (records == NULL)
        return;
    byte_queue_done(&records->queue);
    free(records);
}

/* ---- room ---- */

int record_reserve(struct records *records, uint32_t members)
{
    size_t places = 64;

    if (records == NULL)
        return STATUS_OK;
    while (places < members)
        places *= 2;
    return byte_queue_reserve(&records->queue, RECORD_WAITING_BYTES + RECORD_ADMIN_BYTES +
                                                   2 * RECORD_MAX_BYTES +
                                                   places * RECORD_EXIT_BYTES);
}

bool record_has_room(const struct records *records, uint32_t newcomers, bool admin)
{
    size_t exits;

    if (records == NULL)
        return true;
    exits = (size_t)registry_count(records->registry) + newcomers;
    return records->queue.used <= RECORD_WAITING_BYTES + (admin ? RECORD_ADMIN_BYTES : 0U) &&
           (admin || transcript_has_room(records->transcript, 2 + exits,
                                         TRANSCRIPT_EVENT_BYTES + exits * TRANSCRIPT_EXIT_BYTES));
}

/* ---- making one ---- */

static struct head head_at(const struct records *records, size_t offset)
{
    struct head head;

    memcpy(&head, byte_queue_at(&records->queue, offset), sizeof(head));
    return head;
}

/* There is room for it: record_has_room was asked, or it is an exit. */
static uint8_t *place(struct records *records, size_t size)
{
    return byte_queue_add(&records->queue, size);
}

void record_begin(struct records *records, const struct moment *now)
{
    struct head head = {.bytes = 0};

    if (records == NULL || records->depth++ > 0)
        return;
    head.record = (struct room_record){.number = records->made + 1,
                                       .first_event = transcript_appended(records->transcript) + 1,
                                       .wall_ns = now->wall_ns,
                                       .utc_offset_s = now->utc_offset_s};
    records->open = records->queue.used;
    memcpy(place(records, sizeof(head)), &head, sizeof(head));
}

static void add(struct records *records, const struct effect *effect, const void *key,
                const void *value)
{
    size_t size = sizeof(*effect) + effect->key_len + effect->value_len;
    uint8_t *at = place(records, size);
    struct head head = head_at(records, records->open);

    memcpy(at, effect, sizeof(*effect));
    if (effect->key_len > 0)
        memcpy(at + sizeof(*effect), key, effect->key_len);
    if (effect->value_len > 0)
        memcpy(at + sizeof(*effect) + effect->key_len, value, effect->value_len);
    head.events += effect->kind == KIND_EVENT ? 1U : 0U;
    head.effects++;
    memcpy(byte_queue_at(&records->queue, records->open), &head, sizeof(head));
}

void record_event(struct records *records, const struct path *path, const char *folded,
                  size_t folded_len)
{
    struct effect effect = {.kind = KIND_EVENT,
                            .key_len = path != NULL ? (uint8_t)sizeof(*path) : 0,
                            .value_len = (uint8_t)folded_len};

    add(records, &effect, path, folded);
}

void record_change(struct records *records, const struct room_change *change)
{
    struct effect effect = {.kind = change->is_gone ? KIND_GONE : KIND_PUT,
                            .space = (uint8_t)change->space,
                            .key_len = (uint8_t)change->key_len,
                            .value_len = (uint8_t)change->value_len};

    add(records, &effect, change->key, change->value);
}

/* ---- handing over ---- */

/* Reads the effect at that offset, and moves it on. */
static struct effect effect_at(const struct records *records, size_t *offset,
                               const uint8_t **ret_key)
{
    struct effect effect;
    const uint8_t *at = byte_queue_at(&records->queue, *offset);

    memcpy(&effect, at, sizeof(effect));
    *ret_key = at + sizeof(effect);
    *offset += sizeof(effect) + effect.key_len + effect.value_len;
    return effect;
}

static void hand_over(const struct records *records, size_t offset)
{
    const struct room_log *log = &records->log;
    struct head head = head_at(records, offset);
    uint64_t seq = head.record.first_event;

    log->begin(log->ctx, &head.record);
    offset += sizeof(head);
    for (uint32_t n = 0; n < head.effects; n++) {
        const uint8_t *key;
        struct effect effect = effect_at(records, &offset, &key);
        struct event event;

        if (effect.kind != KIND_EVENT)
            log->change(log->ctx, &(struct room_change){.space = (enum room_space)effect.space,
                                                        .is_gone = effect.kind == KIND_GONE,
                                                        .key = key,
                                                        .key_len = effect.key_len,
                                                        .value = key + effect.key_len,
                                                        .value_len = effect.value_len});
        else if (transcript_get(records->transcript, seq++, &event))
            log->event(log->ctx, &event, (const char *)key + effect.key_len, effect.value_len);
    }
    log->end(log->ctx);
}

void record_end(struct records *records)
{
    struct head head;

    if (records == NULL || --records->depth > 0)
        return;
    head = head_at(records, records->open);
    if (head.effects == 0) {
        byte_queue_truncate(&records->queue, records->open);
        held_release(records->held, records->made, records->committed);
        return;
    }
    head.bytes = (uint32_t)(records->queue.used - records->open);
    memcpy(byte_queue_at(&records->queue, records->open), &head, sizeof(head));
    records->made++;
    hand_over(records, records->open);
}

void record_split(struct records *records, const struct moment *now)
{
    unsigned depth = records != NULL ? records->depth : 0;

    if (depth == 0)
        return;
    records->depth = 1;
    record_end(records);
    record_begin(records, now);
    records->depth = depth;
}

void record_repeat(struct records *records)
{
    for (size_t offset = 0; offset < records->queue.used; offset += head_at(records, offset).bytes)
        hand_over(records, offset);
}

/* ---- those that wait ---- */

bool record_at(const struct records *records, size_t offset, struct record_view *ret_view)
{
    struct head head;

    if (offset == records->queue.used)
        return false;
    head = head_at(records, offset);
    *ret_view = (struct record_view){.record = head.record,
                                     .events = head.events,
                                     .bytes = head.bytes,
                                     .at = offset + sizeof(head),
                                     .end = offset + head.bytes,
                                     .seq = head.record.first_event};
    return true;
}

bool record_next_event(const struct records *records, struct record_view *view,
                       struct event *ret_event, struct path *ret_path, bool *ret_has_path)
{
    while (view->at < view->end) {
        const uint8_t *key;
        struct effect effect = effect_at(records, &view->at, &key);

        if (effect.kind != KIND_EVENT)
            continue;
        *ret_has_path = effect.key_len > 0;
        if (*ret_has_path)
            memcpy(ret_path, key, sizeof(*ret_path));
        return transcript_get(records->transcript, view->seq++, ret_event);
    }
    return false;
}

void record_drop(struct records *records, const struct record_view *view)
{
    byte_queue_drop(&records->queue, view->bytes);
    records->committed = view->record.number;
}
