/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reads lines from a descriptor, a bounded number per loop iteration. Knows which descriptors can
 * be watched without spinning the loop. Leaves their flags alone: a stdin shared with a shell stays
 * blocking.
 */
#ifndef ROOMD_IO_INPUT_H
#define ROOMD_IO_INPUT_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A notice has at most 1000 bytes and a command fewer. A longer line probably comes from a file
 * that was sent by mistake.
 */
#define INPUT_LINE_MAX_BYTES 4096

/* Members are served between two turns, so a long file on stdin does not hold them up. */
#define INPUT_LINES_PER_TURN 16

struct input_sink {
    /*
     * A line without its ending, not terminated; it may be empty and hold any byte but '\n'.
     * Borrowed for the call.
     */
    void (*line)(void *ctx, const char *bytes, size_t length);
    /* A line of more than INPUT_LINE_MAX_BYTES was dropped. */
    void (*too_long)(void *ctx);
    /* No more lines will come. May be NULL. */
    void (*ended)(void *ctx);
    void *ctx;
};

struct input;

/*
 * Reads `fd`, which is borrowed until input_close. A terminal, pipe or socket is watched; a regular
 * file is read to its end, once. Anything else (/dev/null, a folder, a closed descriptor) is not
 * read, which is not an error: only `ended` is called. The sink is copied; it must not close the
 * input from within a call. `what` names the input in messages; borrowed until input_close.
 * STATUS_NO_MEMORY; STATUS_FULL: the kernel refuses to watch it, which was logged.
 */
int input_open(struct ev_loop *loop, int fd, const char *what, const struct input_sink *sink,
               struct input **ret_input);

/*
 * Passes on no more lines, after the current one, until it is called with false. Nothing is lost:
 * the rest stays in the buffer or in the kernel.
 */
void input_pause(struct input *input, bool paused);

/* NULL is legal. */
void input_close(struct input *input);

#endif
