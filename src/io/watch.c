/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * libev hands a watcher to the kernel only in the next iteration of the loop. If that fails, it
 * stops the watcher and calls it once, with EV_ERROR, but not before that iteration has waited: so
 * a timer of no length goes with each start.
 */
#include "io/watch.h"

#include "base/log.h"
#include "io/timer.h"

#include <errno.h>
#include <roomd/status.h>
#include <sys/epoll.h>
#include <unistd.h>

#define WATCH_RETRY_S 1.0

static void on_event(struct ev_loop *loop, ev_io *io, int events)
{
    struct watch *watch = io->data;

    if ((events & EV_ERROR) == 0) {
        watch->refused = false;
        watch->ready(watch->ctx);
        return;
    }
    if (!watch->refused)
        log_warnx("the kernel refuses to watch %s; asking again every second", watch->what);
    watch->refused = true;
    ev_io_stop(loop, io);
    timer_start(watch->loop, &watch->retry, WATCH_RETRY_S);
}

static void on_retry(struct ev_loop *loop, ev_timer *retry, int events)
{
    struct watch *watch = retry->data;

    (void)loop;
    (void)events;
    watch_start(watch);
}

void watch_init(struct watch *watch, struct ev_loop *loop, const char *what,
                void (*ready)(void *ctx), void *ctx)
{
    *watch = (struct watch){.loop = loop, .what = what, .ready = ready, .ctx = ctx};
    ev_io_init(&watch->io, on_event, -1, EV_READ);
    ev_timer_init(&watch->retry, on_retry, WATCH_RETRY_S, 0.0);
    watch->io.data = watch->retry.data = watch;
}

void watch_set(struct watch *watch, int fd, int events)
{
    ev_io_set(&watch->io, fd, events);
}

/* libev keeps its own epoll descriptor to itself, so another one is asked. */
int watch_check(const struct watch *watch)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    bool watched = epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, watch->io.fd, &event) == 0;
    int error = errno;

    if (epoll >= 0)
        close(epoll);
    errno = error;
    if (watched)
        return STATUS_OK;
    log_error("the kernel refuses to watch %s", watch->what);
    return STATUS_FULL;
}

void watch_start(struct watch *watch)
{
    if (ev_is_active(&watch->io) || ev_is_active(&watch->retry))
        return;
    ev_io_start(watch->loop, &watch->io);
    timer_start(watch->loop, &watch->retry, 0.0);
}

void watch_stop(struct watch *watch)
{
    ev_io_stop(watch->loop, &watch->io);
    ev_timer_stop(watch->loop, &watch->retry);
}
