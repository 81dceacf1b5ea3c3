/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The protocol of the control socket between roomd and roomctl, as bytes. Knows no socket.
 *
 * A frame is a length (4 bytes, big-endian, not counting itself), a type (1 byte) and the payload.
 * The client sends one request:
 *
 *     'q'  version (1 byte), flags (1 byte), and a command of the table: the line without a slash,
 *          not terminated
 *
 * and keeps its side of the connection open: end of file from it means that it has gone. The server
 * answers with any number of
 *
 *     'l'  one line of the answer (UTF-8, no newline)
 *     'c'  one line that says why something was not done (UTF-8, no newline)
 *
 * and one
 *
 *     'e'  enum control_result (1 byte)
 *
 * and closes the connection. An answer without 'e' is incomplete.
 */
#ifndef ROOMD_BASE_CONTROL_FRAME_H
#define ROOMD_BASE_CONTROL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_FRAME_VERSION 1

/* Length and type. */
#define CONTROL_FRAME_HEADER_BYTES 5

/* Longer than any line of the console or of an answer. */
#define CONTROL_FRAME_PAYLOAD_MAX_BYTES 8192

#define CONTROL_FRAME_MAX_BYTES (CONTROL_FRAME_HEADER_BYTES + CONTROL_FRAME_PAYLOAD_MAX_BYTES)

/* Version and flags. */
#define CONTROL_FRAME_REQUEST_HEAD_BYTES 2

enum control_frame_type {
    CONTROL_FRAME_REQUEST = 'q',
    CONTROL_FRAME_LINE = 'l',
    CONTROL_FRAME_ERROR = 'c',
    CONTROL_FRAME_END = 'e',
};

enum control_result {
    CONTROL_DONE,
    CONTROL_FAILED,    /* not done; the answer says why */
    CONTROL_USAGE,     /* unknown command, or wrong arguments */
    CONTROL_FORBIDDEN, /* this user may not do that */
    CONTROL_BUSY,      /* too many clients */
};

/* `payload` is borrowed from the bytes that were read. */
struct control_frame {
    enum control_frame_type type;
    const char *payload;
    size_t length;
};

struct control_request {
    bool json; /* answer in JSON, one object per line */
    const char *line;
    size_t length;
};

/*
 * Returns the size of the frame that begins at `bytes`, or 0 if it is incomplete. STATUS_INVALID
 * (unknown type or no type) and STATUS_TOO_LONG are final: nothing after them can be parsed.
 */
int control_frame_read(const char *bytes, size_t length, struct control_frame *ret_frame);

/* Returns the size of the frame in bytes, or 0 if `size` is too small or the payload too long. */
size_t control_frame_write(char *bytes, size_t size, enum control_frame_type type,
                           const char *payload, size_t length);

/*
 * STATUS_INVALID: not a request. STATUS_NOT_FOUND: a request of another version.
 * `ret_request->line` is borrowed from the frame.
 */
int control_frame_read_request(const struct control_frame *frame,
                               struct control_request *ret_request);
/* Returns what control_frame_write does. */
size_t control_frame_write_request(char *bytes, size_t size, const struct control_request *request);

/*
 * False if the frame is not an end. An unknown result (a later version's) reads as CONTROL_FAILED.
 */
bool control_frame_read_end(const struct control_frame *frame, enum control_result *ret_result);
size_t control_frame_write_end(char *bytes, size_t size, enum control_result result);

#endif
