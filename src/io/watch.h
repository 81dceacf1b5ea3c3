/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Waits for a descriptor to become ready. The kernel may refuse to watch one (no memory, or more
 * than fs.epoll.max_user_watches); libev then stops its watcher, and whoever counts on it is deaf.
 * This one asks again every second, and says so.
 */
#ifndef ROOMD_IO_WATCH_H
#define ROOMD_IO_WATCH_H

#include <ev.h>
#include <stdbool.h>

/* All fields are private. */
struct watch {
    struct ev_loop *loop; /* borrowed */
    const char *what;     /* borrowed */
    void (*ready)(void *ctx);
    void *ctx;
    ev_io io;
    ev_timer retry; /* active after a start, and while the kernel refuses */
    bool refused;   /* logged since it was last ready */
};

/*
 * `what` names the descriptor in messages. `ready` may stop the watch and free its memory. Loop and
 * name are borrowed until the watch is stopped for good.
 */
void watch_init(struct watch *watch, struct ev_loop *loop, const char *what,
                void (*ready)(void *ctx), void *ctx);

/* Sets the descriptor and EV_READ or EV_WRITE; the watch must be stopped. */
void watch_set(struct watch *watch, int fd, int events);

/*
 * Asks the kernel whether it would watch the descriptor; for the start of a program, which should
 * fail rather than be deaf. STATUS_FULL: it refuses, and that was logged.
 */
int watch_check(const struct watch *watch);

/* Both may be repeated. */
void watch_start(struct watch *watch);
void watch_stop(struct watch *watch);

#endif
