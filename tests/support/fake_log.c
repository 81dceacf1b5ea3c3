/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/fake_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, uint64_t number)
{
    fprintf(stderr, "fake log: %s (record %llu)\n", what, (unsigned long long)number);
    abort();
}

static void *copy_of(const void *bytes, size_t length)
{
    char *copy = malloc(length + 1);

    if (copy == NULL)
        abort();
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

static void *grown(void *array, size_t count, size_t *max, size_t size)
{
    if (count < *max)
        return array;
    *max = *max == 0 ? 64 : *max * 2;
    array = realloc(array, *max * size);
    if (array == NULL)
        abort();
    return array;
}

static struct room_change copy_of_change(const struct room_change *change)
{
    struct room_change copy = *change;

    copy.key = copy_of(change->key, change->key_len);
    copy.value = copy_of(change->value, change->value_len);
    return copy;
}

static void free_change(struct room_change *change)
{
    free((void *)(uintptr_t)change->key);
    free((void *)(uintptr_t)change->value);
}

static void free_record(struct fake_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        free((void *)(uintptr_t)record->effects[i].event.name);
        free((void *)(uintptr_t)record->effects[i].event.text);
        free_change(&record->effects[i].change);
    }
    free(record->effects);
    *record = (struct fake_record){.count = 0};
}

void fake_log_init(struct fake_log *log)
{
    memset(log, 0, sizeof(*log));
}

void fake_log_done(struct fake_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free_record(&log->records[i]);
    for (size_t i = 0; i < log->row_count; i++)
        free_change(&log->rows[i].change);
    free(log->records);
    free(log->rows);
}

/* ---- what is handed over ---- */

static void on_begin(void *ctx, const struct room_record *record)
{
    struct fake_log *log = ctx;

    if (log->is_open)
        fail("a record begins in another one", record->number);
    log->is_open = true;
    log->open = (struct fake_record){.record = *record};
}

static struct fake_effect *add_effect(struct fake_log *log)
{
    struct fake_record *open = &log->open;

    if (!log->is_open)
        fail("an effect outside a record", 0);
    open->effects = realloc(open->effects, (open->count + 1) * sizeof(*open->effects));
    if (open->effects == NULL)
        abort();
    memset(&open->effects[open->count], 0, sizeof(*open->effects));
    return &open->effects[open->count++];
}

static void on_event(void *ctx, const struct event *event, const char *folded, size_t folded_len)
{
    struct fake_log *log = ctx;
    struct fake_effect *effect = add_effect(log);

    effect->is_event = true;
    effect->event = *event;
    effect->event.name = copy_of(event->name, event->name_len);
    effect->event.text = copy_of(event->text, event->text_len);
    if (folded_len > ROOM_NAME_MAX_BYTES)
        fail("a folded name that is too long", log->open.record.number);
    memcpy(effect->folded, folded, folded_len);
}

static void on_change(void *ctx, const struct room_change *change)
{
    struct fake_log *log = ctx;

    add_effect(log)->change = copy_of_change(change);
}

static bool same_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
    return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool same_effect(const struct fake_effect *a, const struct fake_effect *b)
{
    if (a->is_event != b->is_event)
        return false;
    if (a->is_event)
        return a->event.seq == b->event.seq && a->event.kind == b->event.kind &&
               a->event.author == b->event.author && a->event.said == b->event.said &&
               a->event.wall_ns == b->event.wall_ns && strcmp(a->folded, b->folded) == 0 &&
               same_bytes(a->event.name, a->event.name_len, b->event.name, b->event.name_len) &&
               same_bytes(a->event.text, a->event.text_len, b->event.text, b->event.text_len);
    return a->change.space == b->change.space && a->change.is_gone == b->change.is_gone &&
           same_bytes(a->change.key, a->change.key_len, b->change.key, b->change.key_len) &&
           same_bytes(a->change.value, a->change.value_len, b->change.value, b->change.value_len);
}

static bool same_record(const struct fake_record *a, const struct fake_record *b)
{
    if (a->record.number != b->record.number || a->record.first_event != b->record.first_event ||
        a->record.wall_ns != b->record.wall_ns || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!same_effect(&a->effects[i], &b->effects[i]))
            return false;
    }
    return true;
}

/* The number of the event after those of a record. */
static uint64_t next_event(const struct fake_record *record)
{
    uint64_t next = record->record.first_event;

    for (size_t i = 0; i < record->count; i++) {
        if (!record->effects[i].is_event)
            continue;
        if (record->effects[i].event.seq != next)
            fail("an event that is not the next one", record->record.number);
        next++;
    }
    return next;
}

static void add_record(struct fake_log *log)
{
    struct fake_record *open = &log->open;
    uint64_t next = log->count > 0 ? next_event(&log->records[log->count - 1]) : 1;

    if (open->record.number != log->count + 1 || open->record.first_event != next)
        fail("a record that is not the next one", open->record.number);
    (void)next_event(open);
    log->records = grown(log->records, log->count, &log->max, sizeof(*log->records));
    log->records[log->count++] = *open;
    *open = (struct fake_record){.count = 0};
}

static void on_end(void *ctx)
{
    struct fake_log *log = ctx;
    uint64_t number = log->open.record.number;

    log->is_open = false;
    if (log->open.count == 0 || log->open.count > ROOM_EFFECTS_MAX)
        fail("a record without effects, or with too many", number);
    if (log->is_down) {
        free_record(&log->open);
    } else if (number >= 1 && number <= log->count) {
        if (!same_record(&log->open, &log->records[number - 1]))
            fail("a record that was another one before", number);
        log->repeated++;
        free_record(&log->open);
    } else {
        add_record(log);
    }
}

struct room_log fake_log_port(struct fake_log *log)
{
    return (struct room_log){
        .begin = on_begin, .event = on_event, .change = on_change, .end = on_end, .ctx = log};
}

/* ---- what is kept ---- */

static struct fake_row *find_row(const struct fake_log *log, const struct room_change *like)
{
    for (size_t i = 0; i < log->row_count; i++) {
        struct fake_row *row = &log->rows[i];

        if (row->change.space == like->space &&
            same_bytes(row->change.key, row->change.key_len, like->key, like->key_len))
            return row;
    }
    return NULL;
}

static void apply(struct fake_log *log, const struct room_change *change)
{
    struct fake_row *row = find_row(log, change);

    if (row != NULL)
        free_change(&row->change);
    if (change->is_gone) {
        if (row != NULL)
            *row = log->rows[--log->row_count];
        return;
    }
    if (row == NULL) {
        log->rows = grown(log->rows, log->row_count, &log->row_max, sizeof(*log->rows));
        row = &log->rows[log->row_count++];
    }
    row->change = copy_of_change(change);
}

void fake_log_keep(struct fake_log *log, uint64_t upto)
{
    while (log->kept < upto && log->kept < log->count) {
        const struct fake_record *record = &log->records[log->kept++];

        for (size_t i = 0; i < record->count; i++) {
            if (!record->effects[i].is_event)
                apply(log, &record->effects[i].change);
        }
        log->kept_event = next_event(record) - 1;
    }
}

void fake_log_end(struct fake_log *log)
{
    log->is_down = true;
    while (log->count > log->kept)
        free_record(&log->records[--log->count]);
}

static void restore_events(struct fake_log *log, struct room *room)
{
    for (uint64_t number = 1; number <= log->kept; number++) {
        const struct fake_record *record = &log->records[number - 1];

        for (size_t i = 0; i < record->count; i++) {
            if (record->effects[i].is_event &&
                room_restore_event(room, &record->effects[i].event) != 0)
                fail("an event can't be restored", number);
        }
    }
}

void fake_log_restore(struct fake_log *log, struct room *room, const struct moment *now,
                      struct room_kept kept, struct room_restored *ret_restored)
{
    fake_log_end(log);
    log->is_down = false;
    kept.record = log->kept;
    kept.last_event = log->kept_event;
    if (room_restore_begin(room, now, &kept) != 0)
        fail("the room is not new", log->kept);
    /* The rows that became new last come first. */
    for (size_t n = log->row_count; n > 0; n--) {
        if (room_restore_row(room, now, &log->rows[n - 1].change) != 0)
            fail("a row can't be restored", n);
    }
    restore_events(log, room);
    if (room_restore_end(room, now, ret_restored) != 0)
        fail("the room can't be restored", log->kept);
}

void fake_log_commit_all(struct fake_log *log, struct room *room, const struct moment *now)
{
    fake_log_keep(log, log->count);
    if (room_committed(room, now, log->kept) != 0)
        fail("the room does not know it", log->kept);
}

const struct room_change *fake_log_row(const struct fake_log *log, enum room_space space,
                                       const void *key, size_t key_len)
{
    const struct room_change like = {.space = space, .key = key, .key_len = key_len};
    const struct fake_row *row = find_row(log, &like);

    return row != NULL ? &row->change : NULL;
}

const struct room_change *fake_log_seat(const struct fake_log *log, enum room_space space,
                                        uint32_t seat)
{
    const uint8_t key[] = {(uint8_t)(seat >> 24), (uint8_t)(seat >> 16), (uint8_t)(seat >> 8),
                           (uint8_t)seat};

    return fake_log_row(log, space, key, sizeof(key));
}

static int write_effect(char *text, size_t size, const struct fake_effect *effect)
{
    static const char *const spaces[] = {"?",       "room",  "member", "session",
                                         "decided", "ended", "ban",    "kick"};
    const struct event *event = &effect->event;

    if (!effect->is_event)
        return snprintf(text, size, "%s%s", effect->change.is_gone ? "~" : "",
                        spaces[effect->change.space]);
    switch ((enum event_kind)event->kind) {
    case EVENT_JOIN:
        return snprintf(text, size, "+%s", event->name);
    case EVENT_EXIT:
        return snprintf(text, size, "-%s", event->name);
    case EVENT_CHAT:
        return snprintf(text, size, "%s:%s", event->name, event->text);
    default:
        return snprintf(text, size, "!%s", event->text);
    }
}

const char *fake_log_text(const struct fake_log *log, uint64_t record, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    if (record == 0 || record > log->count)
        return text;
    for (size_t i = 0; i < log->records[record - 1].count && used + 1 < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s", used > 0 ? " " : "");
        used +=
            (size_t)write_effect(text + used, size - used, &log->records[record - 1].effects[i]);
    }
    return text;
}
