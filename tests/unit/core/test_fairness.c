/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A hundred thousand members, and a sweep of them that takes as many turns: requests that come in
 * meanwhile must not wait for its end. This test counts the work of a turn; the benchmark measures
 * its time.
 */
#include "core/room/delivery.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS  100000U
#define MESSAGES 3U
#define BUDGET   1024U

/* The budget is checked before a member is served, so a turn may exceed it by one batch. */
#define BEYOND DELIVERY_BATCH

static struct stage stage;
static uint8_t told[MEMBERS]; /* number of the last message sent to it */
static unsigned wrong;        /* messages out of order */
static size_t taken;          /* datagrams in all */
static bool answered;         /* the newcomer, whose index is MEMBERS */

static struct path path_of(uint32_t index)
{
    struct path path = stage_path(4000, 0);

    endpoint_address_from_ipv4(
        (const uint8_t[]){10, (uint8_t)(index >> 16), (uint8_t)(index >> 8), (uint8_t)index},
        path.peer.address);
    return path;
}

/* From the last four bytes of a v4-mapped address. */
static uint32_t index_of(const struct path *path)
{
    const uint8_t *address = path->peer.address + 12;

    return (uint32_t)address[1] << 16 | (uint32_t)address[2] << 8 | address[3];
}

static void take_one(const struct outbox_entry *entry)
{
    const char *mark = memchr(entry->bytes, '#', entry->length);
    uint32_t index = index_of(entry->path);

    taken++;
    if (index == MEMBERS) {
        answered = true;
    } else if (mark != NULL) {
        wrong += mark[1] - '0' <= told[index];
        told[index] = (uint8_t)(mark[1] - '0');
    }
}

static void take_all(void *ctx, struct outbox_entry *entries, size_t count)
{
    (void)ctx;
    for (size_t i = 0; i < count; i++) {
        take_one(&entries[i]);
        entries[i].result = OUTBOX_TAKEN;
    }
}

/* Members from before a restart, so that nobody has to be told of anybody. */
static void fill_room(void)
{
    for (uint32_t index = 0; index < MEMBERS; index++) {
        struct roster_record record = {.number = index + 1, .path = path_of(index)};

        snprintf(record.name, sizeof(record.name), "m%u", (unsigned)index);
        cr_assert_eq(room_restore(stage.room, &stage.now, &record), 0);
    }
}

static void open_full_room(void)
{
    stage_open(&stage);
    stage.config.limits.max_members = MEMBERS + 1;
    stage.setup.outbox = (struct outbox){.send = take_all};
    cr_assert_eq(stage_start(&stage), 0);
    fill_room();
    cr_assert_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_assert_eq(taken, 0);
}

static void close_room(void)
{
    stage_done(&stage);
}

TestSuite(fairness, .init = open_full_room, .fini = close_room);

static void say(uint32_t author, unsigned number)
{
    struct path path = path_of(author);
    char request[32];

    snprintf(request, sizeof(request), "C m%u #%u", (unsigned)author, number);
    stage_send_bytes(&stage, &path, request, strlen(request));
}

/*
 * Turns of the server's loop, as far as the sweep is concerned. Returns how many it took until
 * nobody was owed anything, at most `turns`.
 */
static size_t sweep_turns(size_t turns)
{
    for (size_t turn = 1; turn <= turns; turn++) {
        size_t before = taken;
        enum sweep_result result = room_sweep(stage.room, &stage.now, BUDGET);

        cr_assert_leq(taken - before, BUDGET + BEYOND, "a turn sent %zu datagrams", taken - before);
        if (result == SWEEP_DONE)
            return turn;
    }
    return turns;
}

static struct room_stats stats(void)
{
    struct room_stats stats;

    room_stats(stage.room, &stats);
    return stats;
}

Test(fairness, what_is_said_while_a_sweep_is_under_way_is_ordered_at_once)
{
    uint64_t before = stats().appended;
    size_t turns;

    say(0, 1);
    sweep_turns(10);
    cr_expect_gt(stats().behind, MEMBERS - 10 * (BUDGET + BEYOND) - 2);
    say(50000, 2);
    cr_expect_eq(stats().appended, before + 2, "before anybody else is told of the first");
    sweep_turns(10);
    cr_expect_gt(stats().behind, MEMBERS / 2);
    say(99999, 3);
    cr_expect_eq(stats().appended, before + 3);
    turns = sweep_turns(SIZE_MAX);
    cr_expect_leq(turns, MESSAGES * MEMBERS / BUDGET + 2, "%zu turns", turns);
    cr_expect_eq(wrong, 0, "%u messages came out of turn", wrong);
    cr_expect_eq(taken, MESSAGES * (MEMBERS - 1));
}

/*
 * Nobody is served twice while another member waits to be served once, however much is said
 * meanwhile.
 */
Test(fairness, a_newcomer_during_a_sweep_is_answered_within_one_round)
{
    struct path path = path_of(MEMBERS);

    say(0, 1);
    sweep_turns(10);
    stage_send_bytes(&stage, &path, "L newcomer", 10);
    room_release(stage.room, &stage.now);
    for (uint32_t turn = 0; !answered; turn++) {
        cr_assert_leq(turn, MEMBERS * DELIVERY_PORTION / BUDGET + 1, "it is still waiting");
        say(turn, 2);
        sweep_turns(1);
    }
}
