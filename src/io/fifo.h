/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Reads lines from a FIFO in the file system, which is how scripts write into the room. */
#ifndef ROOMD_IO_FIFO_H
#define ROOMD_IO_FIFO_H

#include "io/input.h"

#include <sys/types.h>

struct fifo;

/*
 * Opens the FIFO at `path` (copied), and creates it if there is none: readable by its owner,
 * writable by its owner and group, whatever the umask. A new one is given to `group`, unless that
 * is GROUP_NONE (io/group.h). Writers may come and go without an end of input. File system errors
 * are logged. STATUS_INVALID: something else is at `path`. STATUS_TAKEN: it belongs neither to us
 * nor to root, or another program reads it. STATUS_SYSTEM with errno; STATUS_NO_MEMORY.
 */
int fifo_open(struct ev_loop *loop, const char *path, gid_t group, const struct input_sink *sink,
              struct fifo **ret_fifo);

/* As input_pause. */
void fifo_pause(struct fifo *fifo, bool paused);

/*
 * Also removes the FIFO from the file system if fifo_open created it and it is still the same one.
 * NULL is legal.
 */
void fifo_close(struct fifo *fifo);

#endif
