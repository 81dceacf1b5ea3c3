/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A log with rows of any bytes, as after a damage that SQLite did not see. A room is restored from
 * them or not, but does not fall; and what it records then makes the same room again.
 */
#include "fuzz/fuzz_input.h"
#include "support/fake_log.h"
#include "support/fake_outbox.h"

#include <roomd/room_admin.h>
#include <string.h>

#define SPACES   9U
#define SEATS    64U
#define EVENT    0xf0U /* so high is the first byte of an event */
#define ROWS_MAX 200U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct dialect dialect;
static struct fake_outbox outbox;
static struct fake_log logged;
static const struct moment begin = {.mono_ns = 1000 * MOMENT_NS_PER_S,
                                    .wall_ns = 1700000000 * MOMENT_NS_PER_S};

static struct room *make_room(void)
{
    struct room_door door = {.dialect = &dialect};
    const struct room_setup setup = {
        .ring_bytes = ROOM_RING_MIN_BYTES,
        .config = {.limits = {.max_members = 100,
                              .max_name_codepoints = 32,
                              .max_text_bytes = 900,
                              .session_timeout_s = 600,
                              .plain_enabled = true,
                              .sequenced_enabled = true},
                   .access = {.plain_from = {.sets = NETWORK_SET_BIT(NETWORK_ALL)},
                              .trusted = {.sets = NETWORK_SET_BIT(NETWORK_ALL)}},
                   .title = "room",
                   .doors = &door,
                   .door_count = 1},
        .outbox = fake_outbox_port(&outbox),
        .log = fake_log_port(&logged)};
    struct room *room;

    FUZZ_CHECK(endpoint_parse("0.0.0.0:8888", &door.listen) == 0);
    FUZZ_CHECK(room_new(&setup, &room) == 0);
    return room;
}

/* ---- the log ---- */

static size_t take_bytes(struct input *input, uint8_t *bytes, size_t length)
{
    size_t count = length < input->size ? length : input->size;

    memcpy(bytes, input->data, count);
    input->data += count;
    input->size -= count;
    return count;
}

static void add_event(const struct room_log *log, struct input *input, uint64_t seq)
{
    char name[ROOM_NAME_MAX_BYTES + 1], text[ROOM_TEXT_MAX_BYTES];
    struct event event = {.seq = seq, .wall_ns = begin.wall_ns, .name = name, .text = text};

    event.kind = take_byte(input) % 4;
    event.reason = take_byte(input);
    event.author = take_byte(input);
    event.name_len = (uint16_t)take_bytes(input, (uint8_t *)name, take_byte(input) % 65U);
    event.text_len = (uint16_t)take_bytes(input, (uint8_t *)text, take_byte(input));
    log->event(log->ctx, &event, "", 0);
}

static void add_row(const struct room_log *log, struct input *input, uint8_t first)
{
    uint8_t key[16], value[255];
    struct room_change row = {
        .space = (enum room_space)(first % SPACES), .key = key, .value = value};

    row.key_len = take_bytes(input, key, take_byte(input) % sizeof(key));
    row.value_len = take_bytes(input, value, take_byte(input));
    log->change(log->ctx, &row);
}

static void fill_log(struct input *input)
{
    const struct room_log log = fake_log_port(&logged);
    struct room_record record = {.first_event = 1, .wall_ns = begin.wall_ns};

    while (input->size > 0 && record.number < ROWS_MAX) {
        uint8_t first = take_byte(input);

        record.number++;
        log.begin(log.ctx, &record);
        if (first >= EVENT)
            add_event(&log, input, record.first_event++);
        else
            add_row(&log, input, first);
        log.end(log.ctx);
    }
    fake_log_keep(&logged, record.number);
}

/* ---- the room ---- */

static void restore(struct room *room, const struct room_kept *like)
{
    struct room_kept kept = *like;
    struct room_restored restored;

    kept.record = logged.kept;
    kept.last_event = logged.kept_event;
    FUZZ_CHECK(room_restore_begin(room, &begin, &kept) == 0);
    for (size_t n = 0; n < logged.row_count; n++)
        (void)room_restore_row(room, &begin, &logged.rows[n].change);
    for (uint64_t n = 0; n < logged.kept; n++) {
        for (size_t i = 0; i < logged.records[n].count; i++) {
            if (logged.records[n].effects[i].is_event)
                (void)room_restore_event(room, &logged.records[n].effects[i].event);
        }
    }
    FUZZ_CHECK(room_restore_end(room, &begin, &restored) == 0);
    FUZZ_CHECK(restored.members == room_members(room) || restored.gone + restored.ended > 0);
}

static void live(struct room *room)
{
    struct moment now = begin;

    for (unsigned n = 0; n < 4; n++) {
        fake_log_commit_all(&logged, room, &now);
        (void)room_tick(room, &now);
        while (room_sweep(room, &now, 64) == SWEEP_MORE)
            continue;
        now.mono_ns += MOMENT_NS_PER_S;
        now.wall_ns += MOMENT_NS_PER_S;
    }
    fake_log_commit_all(&logged, room, &now);
}

struct seat {
    bool is_taken, sequenced;
    uint64_t number;
    char name[ROOM_NAME_MAX_BYTES + 1];
};

static void look(const struct room *room, struct seat seats[SEATS])
{
    struct room_member member;

    memset(seats, 0, SEATS * sizeof(*seats));
    for (uint32_t seat = 0; seat < SEATS && seat < room_seats(room); seat++) {
        if (!room_member(room, seat, &member))
            continue;
        seats[seat].is_taken = true;
        seats[seat].sequenced = member.sequenced;
        seats[seat].number = member.number;
        memcpy(seats[seat].name, member.name, strlen(member.name) + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {.data = data, .size = size};
    static struct seat before[SEATS], after[SEATS];
    struct room_kept kept = {.boot = {1}};
    struct room *room;

    FUZZ_CHECK(dialect.max_lines > 0 || dialect_init(&dialect, "course", DIALECT_EN) == 0);
    fake_outbox_init(&outbox);
    fake_log_init(&logged);
    kept.renumber = (take_byte(&input) & 1) != 0;
    fill_log(&input);
    room = make_room();
    restore(room, &kept);
    live(room);
    look(room, before);
    room_free(room);
    kept.renumber = false;
    room = make_room();
    restore(room, &kept);
    look(room, after);
    FUZZ_CHECK(memcmp(before, after, sizeof(before)) == 0);
    live(room);
    room_free(room);
    fake_log_done(&logged);
    fake_outbox_done(&outbox);
    return 0;
}
