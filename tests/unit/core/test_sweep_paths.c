/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Sweeps past paths that take nothing now: the members behind them wait, and nobody else does. */
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct stage stage;

static void open_stage(void)
{
    stage_new(&stage);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(sweep_paths, .init = open_stage, .fini = close_stage);

static void join_many(uint16_t first, unsigned count)
{
    char name[32];

    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "m%u", i);
        stage_join(&stage, (uint16_t)(first + i), name);
    }
    fake_outbox_clear(&stage.outbox);
}

static void say(uint16_t port, unsigned member, unsigned number)
{
    char request[64];

    snprintf(request, sizeof(request), "C m%u #%u", member, number);
    stage_send(&stage, port, request);
}

/*
 * Checks that the numbers of the "#n" lines sent to this port rise by one from `first` to `last`.
 */
static void expect_numbers(uint16_t port, unsigned first, unsigned last)
{
    unsigned expected = first;

    for (size_t n = 0; n < fake_outbox_count_to(&stage.outbox, port); n++) {
        const struct fake_datagram *datagram = fake_outbox_to(&stage.outbox, port, n);
        char text[1101];
        char *mark;

        memcpy(text, datagram->bytes, datagram->length);
        text[datagram->length] = '\0';
        for (mark = strchr(text, '#'); mark != NULL; mark = strchr(mark + 1, '#')) {
            cr_expect_eq((unsigned)atoi(mark + 1), expected, "%u expected #%u, got %s",
                         (unsigned)port, expected, mark);
            expected++;
        }
    }
    cr_expect_eq(expected, last + 1, "%u was sent #%u to #%u", (unsigned)port, first, expected - 1);
}

/* The path to this port takes so many more datagrams, then none. */
static void slow_down(uint16_t port, size_t take)
{
    stage.outbox.slow_port = port;
    stage.outbox.slow_take = take;
}

Test(sweep_paths, a_path_that_takes_nothing_keeps_nobody_else_waiting)
{
    join_many(1000, 20);
    slow_down(1007, 2);
    for (unsigned number = 1; number <= 30; number++) {
        say(1000, 0, number);
        cr_expect_eq(stage_sweep(&stage), number <= 2 ? SWEEP_DONE : SWEEP_BLOCKED);
    }
    for (uint16_t port = 1001; port < 1020; port++)
        expect_numbers(port, 1, port == 1007 ? 2 : 30);
    slow_down(1007, 5);
    room_door_writable(stage.room, 0);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    expect_numbers(1007, 1, 7);
    slow_down(1007, SIZE_MAX);
    room_door_writable(stage.room, 0);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    expect_numbers(1007, 1, 30);
}

Test(sweep_paths, a_path_that_waits_is_not_offered_anything_until_its_door_is_writable)
{
    size_t put_off;

    join_many(1000, 3);
    slow_down(1002, 0);
    say(1000, 0, 1);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    put_off = stage.outbox.put_off;
    for (unsigned number = 2; number <= 10; number++) {
        say(1000, 0, number);
        cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    }
    cr_expect_eq(stage.outbox.put_off, put_off);
    room_door_writable(stage.room, 0);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    cr_expect_gt(stage.outbox.put_off, put_off);
    expect_numbers(1001, 1, 10);
}

Test(sweep_paths, nothing_is_made_for_a_path_that_still_waits_when_another_may_send)
{
    size_t put_off;

    join_many(1000, 4);
    slow_down(1002, 0);
    say(1000, 0, 1);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    put_off = stage.outbox.put_off;
    stage.outbox.waits = true;
    for (unsigned number = 2; number <= 10; number++) {
        say(1000, 0, number);
        room_door_writable(stage.room, 0);
        cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    }
    cr_expect_eq(stage.outbox.put_off, put_off);
    stage.outbox.waits = false;
    slow_down(1002, SIZE_MAX);
    room_door_writable(stage.room, 0);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    expect_numbers(1002, 1, 10);
    expect_numbers(1003, 1, 10);
}

Test(sweep_paths, an_answer_to_a_path_that_takes_nothing_blocks_no_door)
{
    join_many(1000, 3);
    slow_down(1009, 0);
    stage_send(&stage, 1009, "L a:b"); /* a bad name: it is told at once, or not at all */
    cr_expect_gt(stage.outbox.put_off, 0);
    cr_expect_eq(stage.outbox.answers, 1, "the outbox knows that it is not offered again");
    say(1000, 0, 1);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_expect_eq(stage.outbox.answers, 1);
    expect_numbers(1001, 1, 1);
    expect_numbers(1002, 1, 1);
}

Test(sweep_paths, a_member_whose_path_waits_may_leave_and_another_take_its_place)
{
    join_many(1000, 3);
    slow_down(1002, 0);
    say(1000, 0, 1);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    stage_send(&stage, 1002, "E m2");
    stage_join(&stage, 1003, "m3");
    fake_outbox_clear(&stage.outbox);
    say(1000, 0, 2);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    expect_numbers(1003, 2, 2);
}

Test(sweep_paths, one_slow_path_is_no_overload)
{
    struct room_stats stats;

    join_many(1000, 3);
    slow_down(1002, 0);
    for (unsigned number = 1; number <= 100; number++)
        say(1000, 0, number);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.behind, 1);
    cr_expect_eq(stats.deliveries_owed, 0);
}
