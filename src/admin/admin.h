/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What an administrator says, line by line: a notice, or a command of the one table. Where the line came from (a terminal, a FIFO) and where the answer goes is the caller's business.
 */
#ifndef ROOMD_ADMIN_ADMIN_H
#define ROOMD_ADMIN_ADMIN_H

#include <roomd/moment.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stddef.h>

/* A longer line is refused; the longest notice is room.max_text. */
#define ADMIN_LINE_MAX_BYTES 4096

/* What a source of lines may do. */
enum admin_rights {
    ADMIN_NOTICES,  /* say something to everybody */
    ADMIN_COMMANDS, /* and give commands */
};

/* Where the answer goes, a line at a time, without its newline; borrowed for the call. */
struct admin_reply {
    void (*line)(void *ctx, const char *text);
    void *ctx;
};

/* What a command needs of the program around the room. */
struct admin_host {
    void (*stop)(void *ctx);
    void (*reload)(void *ctx, const struct admin_reply *reply);
    /* Adds lines to what /stats tells: what the room itself can't know. */
    void (*stats)(void *ctx, const struct admin_reply *reply);
    void *ctx;
};

struct admin {
    struct room *room; /* borrowed */
    struct admin_host host;
};

/*
 * Does what the line says. "text" is a notice, "/command …" a command, "//text" a notice that begins with a slash; an empty line is nothing. Whatever is wrong with it is said in the reply,
 * and then nothing was done.
 */
void admin_line(const struct admin *admin, const struct moment *now, enum admin_rights rights, const char *bytes,
                size_t length, const struct admin_reply *reply);

/* The line was longer than ADMIN_LINE_MAX_BYTES, and was dropped. */
void admin_line_too_long(const struct admin_reply *reply);

/* Formats one line of an answer. */
void admin_say(const struct admin_reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
