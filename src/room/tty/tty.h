/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The terminal as a device: its modes, size and signals, and bytes in and out, on the loop. Its
 * former modes are restored when it is closed or stopped, or the program crashes. Knows no lines
 * and no keys.
 */
#ifndef ROOMD_ROOM_TTY_TTY_H
#define ROOMD_ROOM_TTY_TTY_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Output that may wait for a terminal that takes nothing (stopped, or behind a dead connection), so
 * that it blocks nobody. Enough for a file of ten thousand lines that is said at once.
 */
#define TTY_WAITING_MAX_BYTES ((size_t)1024 * 1024)

struct tty_sink {
    /* Bytes that were typed; borrowed for the call. `more`: there are more to read. */
    void (*input)(void *ctx, const char *bytes, size_t length, bool more);
    /* The terminal is gone. Called once. */
    void (*closed)(void *ctx);
    void (*resized)(void *ctx);
    /* The program is about to be stopped: the last chance to tidy up the screen. */
    void (*stopping)(void *ctx);
    /* The program was continued; the screen may look different. */
    void (*continued)(void *ctx);
    void *ctx;
};

struct tty;

/*
 * Takes over the terminal on stdin and stdout: keys come one by one and are not echoed. With
 * `paste`, the terminal is asked to mark pastes. Only one can be open at a time, since the crash
 * handler restores one. The sink is copied. STATUS_NO_MEMORY; STATUS_SYSTEM.
 */
int tty_open(struct ev_loop *loop, bool paste, const struct tty_sink *sink, struct tty **ret_tty);
/* Writes what waits, for at most a second, and restores the terminal. NULL is legal. */
void tty_close(struct tty *tty);

/*
 * Writes now, or when the terminal takes it. Once TTY_WAITING_MAX_BYTES wait, output is dropped:
 * see tty_is_stuck.
 */
void tty_write(struct tty *tty, const char *bytes, size_t length);
bool tty_is_stuck(const struct tty *tty);

/* At least 1 each. */
size_t tty_columns(const struct tty *tty);
size_t tty_rows(const struct tty *tty);

#endif
