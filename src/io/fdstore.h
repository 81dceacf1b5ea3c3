/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Descriptors that the service manager has kept for us across a restart, passed by the protocol of
 * sd_listen_fds(3). The caller takes those that it recognises; fdstore_drop closes the others and
 * has the service manager drop them.
 */
#ifndef ROOMD_IO_FDSTORE_H
#define ROOMD_IO_FDSTORE_H

#include <stdbool.h>
#include <stddef.h>

/* Up to 32 doors and the roster file; the rest is not ours. */
#define FDSTORE_MAX 64

/* systemd's limit: sd_pid_notify_with_fds(3). */
#define FDSTORE_NAME_BYTES 256

struct fdstore_fd {
    int fd; /* owned until it is taken; then -1 */
    bool taken;
    char name[FDSTORE_NAME_BYTES]; /* its name in the store; "" = unknown */
};

struct fdstore {
    struct fdstore_fd fds[FDSTORE_MAX];
    size_t count;
};

/*
 * Finds the descriptors that were passed to this process, sets FD_CLOEXEC on them, and removes the
 * environment variables that describe them. There may be none.
 */
void fdstore_find(struct fdstore *fdstore);

/* Returns the descriptor at `index`, which the caller owns from now on. */
int fdstore_take(struct fdstore *fdstore, size_t index);

/*
 * Closes the descriptors that were not taken and has the service manager drop them, unless their
 * name is in use. Returns how many were closed.
 */
size_t fdstore_drop(struct fdstore *fdstore);

#endif
