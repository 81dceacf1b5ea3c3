/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What roomd and roomctl say to each other on the control socket, as bytes. Pure: knows no socket.
 *
 * A frame is the length of what follows the length (4 bytes, the highest first), a byte for its type, and the payload. The client sends one request:
 *
 *     'q'  the version (1 byte), flags (1 byte), the line: a command of the table, without a slash; not terminated
 *
 * and keeps its side open; an end of its input means that it is gone. It is answered with any number of
 *
 *     'l'  a line of the answer      'c'  a line that says why something was not done      both UTF-8, without a newline
 *
 * and one
 *
 *     'e'  enum wire_result (1 byte)
 *
 * after which the connection is closed. Without it, the answer has broken off.
 */
#ifndef ROOMD_BASE_CONTROL_FRAME_H
#define ROOMD_BASE_CONTROL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_VERSION 1

/* The length and the type. */
#define WIRE_HEADER_BYTES 5

/* Of a payload. A line on the console is shorter, and so are the lines of answers. */
#define WIRE_PAYLOAD_MAX_BYTES 8192

#define WIRE_FRAME_MAX_BYTES (WIRE_HEADER_BYTES + WIRE_PAYLOAD_MAX_BYTES)

/* The version and the flags. */
#define WIRE_REQUEST_HEAD_BYTES 2

enum wire_type {
    WIRE_REQUEST = 'q',
    WIRE_LINE = 'l',
    WIRE_COMPLAINT = 'c',
    WIRE_END = 'e',
};

enum wire_result {
    WIRE_DONE,
    WIRE_FAILED,    /* not done; the answer says why */
    WIRE_USAGE,     /* not a command, or not with these words */
    WIRE_FORBIDDEN, /* not from this user */
    WIRE_BUSY,      /* too many clients */
};

/* The payload is borrowed from what was read. */
struct wire_frame {
    enum wire_type type;
    const char *payload;
    size_t length;
};

struct wire_request {
    bool json; /* answer in JSON, an object to a line */
    const char *line;
    size_t length;
};

/* Bytes of the frame that begins there; 0 while some of it are missing. STATUS_INVALID (no such type), STATUS_TOO_LONG: nothing that follows can be understood. */
int wire_read(const char *bytes, size_t length, struct wire_frame *ret_frame);

/* Writes a frame. Returns its bytes, or 0 where `size` is too small for it or the payload too long. */
size_t wire_write(char *bytes, size_t size, enum wire_type type, const char *payload, size_t length);

/* STATUS_INVALID: the frame is no request. STATUS_NOT_FOUND: it is one of another version. */
int wire_read_request(const struct wire_frame *frame, struct wire_request *ret_request);
/* As wire_write. */
size_t wire_write_request(char *bytes, size_t size, const struct wire_request *request);

/* False where the frame is no end. A result of a later version reads as WIRE_FAILED. */
bool wire_read_end(const struct wire_frame *frame, enum wire_result *ret_result);
size_t wire_write_end(char *bytes, size_t size, enum wire_result result);

#endif
