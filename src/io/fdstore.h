/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Descriptors that the service manager has held for us over a restart, and hands back by the
 * protocol of sd_listen_fds(3). Whoever recognises one takes it; what nobody takes is closed, and
 * no longer held.
 */
#ifndef ROOMD_IO_FDSTORE_H
#define ROOMD_IO_FDSTORE_H

#include <stdbool.h>
#include <stddef.h>

/* A door for each of 32, and the members; the rest is none of ours. */
#define FDSTORE_MAX 64

/* Of systemd: sd_pid_notify_with_fds(3). */
#define FDSTORE_NAME_BYTES 256

struct fdstore_fd {
    int fd; /* owned until it is taken; then -1 */
    bool taken;
    char name[FDSTORE_NAME_BYTES]; /* it is held under; "" = unknown */
};

struct fdstore {
    struct fdstore_fd fds[FDSTORE_MAX];
    size_t count;
};

/* Finds what was handed to this process, closes it to programs that are started, and removes the
 * variables that tell of it. Nothing, where nothing was. */
void fdstore_find(struct fdstore *fdstore);

/* The index-th one becomes the caller's. */
int fdstore_take(struct fdstore *fdstore, size_t index);

/* Closes those that nobody has taken, and has the service manager let go of them. Returns how many
 * that were. */
size_t fdstore_drop(struct fdstore *fdstore);

#endif
