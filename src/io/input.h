/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lines from a descriptor, a bounded number in each turn of the loop. Knows which descriptors can
 * be watched without spinning the loop, and leaves them as it finds them: a stdin that is shared
 * with a shell stays blocking.
 */
#ifndef ROOMD_IO_INPUT_H
#define ROOMD_IO_INPUT_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

/* A notice has at most 1000 bytes; a command is shorter. A longer line is a file that was sent here
 * by mistake. */
#define INPUT_LINE_MAX_BYTES 4096

/* Between two turns members are served: a long file on stdin must not hold them up. */
#define INPUT_LINES_PER_TURN 16

struct input_sink {
    /* A line without its ending, not terminated; it may be empty and hold any byte but '\n'.
     * Borrowed for the call. */
    void (*line)(void *ctx, const char *bytes, size_t length);
    /* A line of more than INPUT_LINE_MAX_BYTES was dropped. */
    void (*too_long)(void *ctx);
    /* Nothing more will come. May be NULL. */
    void (*ended)(void *ctx);
    void *ctx;
};

struct input;

/*
 * Reads `fd`, which is borrowed until input_close. A terminal, pipe or socket is watched; a regular
 * file is read to its end, once; anything else
 * (/dev/null, a folder, a closed descriptor) is not read, which is no error: nothing will come. The
 * sink is copied; it must not close the input from within a call. STATUS_NO_MEMORY.
 */
int input_open(struct ev_loop *loop, int fd, const struct input_sink *sink,
               struct input **ret_input);

/* Hands on no more lines, after the one that is being handed on, until it is told to go on. Nothing
 * is lost: what was not read waits where it is. */
void input_pause(struct input *input, bool paused);

/* NULL is legal. */
void input_close(struct input *input);

#endif
