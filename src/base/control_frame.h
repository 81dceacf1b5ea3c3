/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What roomd and roomctl say to each other on the control socket, as bytes. Pure: knows no socket.
 *
 * A frame is the length of what follows the length (4 bytes, the highest first), a byte for its
 * type, and the payload. The client sends one request:
 *
 *     'q'  the version (1 byte), flags (1 byte), the line: a command of the table, without a slash;
 * not terminated
 *
 * and keeps its side open; an end of its input means that it is gone. It is answered with any
 * number of
 *
 *     'l'  a line of the answer      'c'  a line that says why something was not done      both
 * UTF-8, without a newline
 *
 * and one
 *
 *     'e'  enum control_result (1 byte)
 *
 * after which the connection is closed. Without it, the answer has broken off.
 */
#ifndef ROOMD_BASE_CONTROL_FRAME_H
#define ROOMD_BASE_CONTROL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_FRAME_VERSION 1

/* The length and the type. */
#define CONTROL_FRAME_HEADER_BYTES 5

/* Of a payload. A line on the console is shorter, and so are the lines of answers. */
#define CONTROL_FRAME_PAYLOAD_MAX_BYTES 8192

#define CONTROL_FRAME_MAX_BYTES (CONTROL_FRAME_HEADER_BYTES + CONTROL_FRAME_PAYLOAD_MAX_BYTES)

/* The version and the flags. */
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
    CONTROL_USAGE,     /* not a command, or not with these words */
    CONTROL_FORBIDDEN, /* not from this user */
    CONTROL_BUSY,      /* too many clients */
};

/* The payload is borrowed from what was read. */
struct control_frame {
    enum control_frame_type type;
    const char *payload;
    size_t length;
};

struct control_request {
    bool json; /* answer in JSON, an object to a line */
    const char *line;
    size_t length;
};

/* Bytes of the frame that begins there; 0 while some of it are missing. STATUS_INVALID (no such
 * type), STATUS_TOO_LONG: nothing that follows can be understood. */
int control_frame_read(const char *bytes, size_t length, struct control_frame *ret_frame);

/* Writes a frame. Returns its bytes, or 0 where `size` is too small for it or the payload too long.
 */
size_t control_frame_write(char *bytes, size_t size, enum control_frame_type type,
                           const char *payload, size_t length);

/* STATUS_INVALID: the frame is no request. STATUS_NOT_FOUND: it is one of another version. */
int control_frame_read_request(const struct control_frame *frame,
                               struct control_request *ret_request);
/* As control_frame_write. */
size_t control_frame_write_request(char *bytes, size_t size, const struct control_request *request);

/* False where the frame is no end. A result of a later version reads as CONTROL_FAILED. */
bool control_frame_read_end(const struct control_frame *frame, enum control_result *ret_result);
size_t control_frame_write_end(char *bytes, size_t size, enum control_result result);

#endif
