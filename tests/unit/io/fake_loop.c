/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "fake_loop.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* More iterations than any test needs for one call of fake_loop_run. */
#define ITERATIONS_MAX 2000

struct fake_loop fake_loop = {.refused = -1};

/* Criterion has a thread that waits for events, too. */
static bool running;

static bool is_under_test(void)
{
    return running && syscall(SYS_gettid) == getpid();
}

int clock_gettime(clockid_t id, struct timespec *ret_time)
{
    int result = (int)syscall(SYS_clock_gettime, id, ret_time);
    int64_t now_ns;

    if (result != 0 || syscall(SYS_gettid) != getpid())
        return result;
    now_ns = (int64_t)ret_time->tv_sec * NS_PER_S + ret_time->tv_nsec + fake_loop.ahead_ns;
    *ret_time = (struct timespec){.tv_sec = now_ns / NS_PER_S, .tv_nsec = now_ns % NS_PER_S};
    return 0;
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    if (fd != fake_loop.refused || operation == EPOLL_CTL_DEL)
        return (int)syscall(SYS_epoll_ctl, epoll, operation, fd, event);
    fake_loop.refusals++;
    errno = fake_loop.error;
    return -1;
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int timeout_ms)
{
    bool faked = is_under_test();
    int ready =
        (int)syscall(SYS_epoll_pwait, epoll, events, count, faked ? 0 : timeout_ms, NULL, 0);

    if (faked && ready == 0 && timeout_ms > 0)
        fake_loop.ahead_ns += timeout_ms * NS_PER_MS;
    return ready;
}

static void on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    timer->data = NULL;
}

void fake_loop_run(struct ev_loop *loop, double seconds)
{
    ev_timer end;
    unsigned iterations = 0;

    ev_timer_init(&end, on_end, seconds, 0.0);
    end.data = &end;
    running = true;
    ev_now_update(loop);
    ev_timer_start(loop, &end);
    for (; end.data != NULL && iterations < ITERATIONS_MAX; iterations++)
        ev_run(loop, EVRUN_ONCE);
    ev_timer_stop(loop, &end);
    running = false;
    cr_assert_lt(iterations, ITERATIONS_MAX, "the loop spins");
}
