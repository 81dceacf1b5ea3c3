/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Watches, on a kernel that refuses them. */
#include "fake_loop.h"
#include "io/watch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <roomd/status.h>
#include <unistd.h>

static struct ev_loop *loop;
static struct watch watch;
static int ends[2];
static unsigned called;

static void on_ready(void *ctx)
{
    char byte;

    cr_assert_eq(ctx, &called);
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    called++;
}

static void set_up(void)
{
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_not_null(loop);
    cr_assert_eq(pipe(ends), 0);
    watch_init(&watch, loop, "the pipe", on_ready, &called);
    watch_set(&watch, ends[0], EV_READ);
}

static void tear_down(void)
{
    watch_stop(&watch);
    close(ends[0]);
    close(ends[1]);
    ev_loop_destroy(loop);
}

TestSuite(watch, .init = set_up, .fini = tear_down);

static void refuse(int error)
{
    fake_loop.refused = ends[0];
    fake_loop.error = error;
}

Test(watch, what_is_ready_is_told)
{
    watch_start(&watch);
    fake_loop_run(loop, 1.0);
    cr_expect_eq(called, 0);
    cr_assert_eq(write(ends[1], "xy", 2), 2);
    fake_loop_run(loop, 1.0);
    cr_expect_eq(called, 2);
}

Test(watch, the_kernel_is_asked_again_every_second_until_it_watches)
{
    refuse(ENOSPC);
    watch_start(&watch);
    cr_assert_eq(write(ends[1], "x", 1), 1);
    fake_loop_run(loop, 3.5);
    cr_expect_eq(fake_loop.refusals, 4, "%u", fake_loop.refusals);
    cr_expect_eq(called, 0);
    fake_loop.refused = -1;
    fake_loop_run(loop, 1.0);
    cr_expect_eq(called, 1);
    cr_assert_eq(write(ends[1], "x", 1), 1);
    fake_loop_run(loop, 1.0);
    cr_expect_eq(called, 2);
}

Test(watch, starting_it_again_meanwhile_changes_nothing)
{
    refuse(ENOMEM);
    watch_start(&watch);
    for (unsigned i = 0; i < 10; i++) {
        fake_loop_run(loop, 0.05);
        watch_start(&watch);
    }
    cr_expect_eq(fake_loop.refusals, 1);
}

Test(watch, nobody_asks_for_a_stopped_one)
{
    refuse(ENOMEM);
    watch_start(&watch);
    fake_loop_run(loop, 0.5);
    watch_stop(&watch);
    fake_loop_run(loop, 5.0);
    cr_expect_eq(fake_loop.refusals, 1);
}

Test(watch, a_program_can_ask_before_it_starts)
{
    static const int errors[] = {ENOSPC, ENOMEM, EPERM};

    cr_expect_eq(watch_check(&watch), STATUS_OK);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        refuse(errors[i]);
        cr_expect_eq(watch_check(&watch), STATUS_FULL);
    }
}
