/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The terminal as a device: its modes, its size, its signals, and bytes in and out, on the loop.
 * What it was like before is restored when it is closed, stopped or the program crashes. Knows no
 * lines and no keys.
 */
#ifndef ROOMD_ROOM_TTY_TTY_H
#define ROOMD_ROOM_TTY_TTY_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

/* A terminal that takes nothing (stopped, or behind a dead line) holds up nobody: so many bytes
 * wait for it. A file of ten thousand lines that somebody says in one moment does. */
#define TTY_WAITING_MAX_BYTES ((size_t)1024 * 1024)

struct tty_sink {
    /* Bytes that were typed; borrowed for the call. `more`: there are more already. */
    void (*input)(void *ctx, const char *bytes, size_t length, bool more);
    /* There is nobody any more. Told once. */
    void (*closed)(void *ctx);
    void (*resized)(void *ctx);
    /* The program is to be stopped: the last moment to tidy up. */
    void (*stopping)(void *ctx);
    /* It goes on, after it was stopped; the screen may be another. */
    void (*continued)(void *ctx);
    void *ctx;
};

struct tty;

/*
 * Takes the terminal on stdin and stdout: keys come one by one and are not shown. With `paste`, it
 * is asked to say what was pasted. One at a time can be open, since a crash can restore but one.
 * The sink is copied. STATUS_NO_MEMORY; STATUS_SYSTEM.
 */
int tty_open(struct ev_loop *loop, bool paste, const struct tty_sink *sink, struct tty **ret_tty);
/* Restores it, after what waits was written, for a second at most. NULL is legal. */
void tty_close(struct tty *tty);

/* Writes, now or when the terminal takes it. Beyond TTY_WAITING_MAX_BYTES, nothing is taken: see
 * tty_is_stuck. */
void tty_write(struct tty *tty, const char *bytes, size_t length);
bool tty_is_stuck(const struct tty *tty);

/* At least 1 each. */
size_t tty_columns(const struct tty *tty);
size_t tty_rows(const struct tty *tty);

#endif
