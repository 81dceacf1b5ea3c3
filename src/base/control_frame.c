/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Encoding and decoding of control frames. */
#include "base/control_frame.h"

#include <roomd/status.h>
#include <string.h>

#define CONTROL_FRAME_LENGTH_BYTES 4

/* A bit of the flags byte. An unknown bit belongs to a later version and is refused like one. */
#define CONTROL_FRAME_FLAG_JSON 1U

int control_frame_read(const char *bytes, size_t length, struct control_frame *ret_frame)
{
    uint32_t size = 0;

    if (length < CONTROL_FRAME_LENGTH_BYTES)
        return 0;
    for (size_t i = 0; i < CONTROL_FRAME_LENGTH_BYTES; i++)
        size = size << 8 | (unsigned char)bytes[i];
    if (size == 0)
        return STATUS_INVALID;
    if (size > CONTROL_FRAME_PAYLOAD_MAX_BYTES + 1)
        return STATUS_TOO_LONG;
    if (length < CONTROL_FRAME_HEADER_BYTES)
        return 0;
    switch (bytes[CONTROL_FRAME_LENGTH_BYTES]) {
    case CONTROL_FRAME_REQUEST:
    case CONTROL_FRAME_LINE:
    case CONTROL_FRAME_ERROR:
    case CONTROL_FRAME_END:
        break;
    default:
        return STATUS_INVALID;
    }
    if (length < CONTROL_FRAME_LENGTH_BYTES + size)
        return 0;
    ret_frame->type = (enum control_frame_type)bytes[CONTROL_FRAME_LENGTH_BYTES];
    ret_frame->payload = bytes + CONTROL_FRAME_HEADER_BYTES;
    ret_frame->length = size - 1;
    return (int)(CONTROL_FRAME_LENGTH_BYTES + size);
}

/* Returns the size of the whole frame in bytes, or 0. */
static size_t write_header(char *bytes, size_t size, enum control_frame_type type, size_t length)
{
    size_t frame_length = length + 1;

    if (length > CONTROL_FRAME_PAYLOAD_MAX_BYTES || size < CONTROL_FRAME_HEADER_BYTES + length)
        return 0;
    for (size_t i = 0; i < CONTROL_FRAME_LENGTH_BYTES; i++)
        bytes[i] = (char)(frame_length >> (8 * (CONTROL_FRAME_LENGTH_BYTES - 1 - i)) & 0xff);
    bytes[CONTROL_FRAME_LENGTH_BYTES] = (char)type;
    return CONTROL_FRAME_HEADER_BYTES + length;
}

size_t control_frame_write(char *bytes, size_t size, enum control_frame_type type,
                           const char *payload, size_t length)
{
    size_t written = write_header(bytes, size, type, length);

    if (written > 0 && length > 0)
        memcpy(bytes + CONTROL_FRAME_HEADER_BYTES, payload, length);
    return written;
}

int control_frame_read_request(const struct control_frame *frame,
                               struct control_request *ret_request)
{
    unsigned char flags;

    if (frame->type != CONTROL_FRAME_REQUEST || frame->length < CONTROL_FRAME_REQUEST_HEAD_BYTES)
        return STATUS_INVALID;
    flags = (unsigned char)frame->payload[1];
    if (frame->payload[0] != CONTROL_FRAME_VERSION || (flags & ~CONTROL_FRAME_FLAG_JSON) != 0)
        return STATUS_NOT_FOUND;
    ret_request->json = (flags & CONTROL_FRAME_FLAG_JSON) != 0;
    ret_request->line = frame->payload + CONTROL_FRAME_REQUEST_HEAD_BYTES;
    ret_request->length = frame->length - CONTROL_FRAME_REQUEST_HEAD_BYTES;
    return STATUS_OK;
}

size_t control_frame_write_request(char *bytes, size_t size, const struct control_request *request)
{
    size_t written = write_header(bytes, size, CONTROL_FRAME_REQUEST,
                                  CONTROL_FRAME_REQUEST_HEAD_BYTES + request->length);

    if (written == 0)
        return 0;
    bytes[CONTROL_FRAME_HEADER_BYTES] = CONTROL_FRAME_VERSION;
    bytes[CONTROL_FRAME_HEADER_BYTES + 1] = request->json ? CONTROL_FRAME_FLAG_JSON : 0;
    memcpy(bytes + CONTROL_FRAME_HEADER_BYTES + CONTROL_FRAME_REQUEST_HEAD_BYTES, request->line,
           request->length);
    return written;
}

bool control_frame_read_end(const struct control_frame *frame, enum control_result *ret_result)
{
    if (frame->type != CONTROL_FRAME_END || frame->length < 1)
        return false;
    *ret_result = (unsigned char)frame->payload[0] <= CONTROL_BUSY
                      ? (enum control_result)frame->payload[0]
                      : CONTROL_FAILED;
    return true;
}

size_t control_frame_write_end(char *bytes, size_t size, enum control_result result)
{
    char byte = (char)result;

    return control_frame_write(bytes, size, CONTROL_FRAME_END, &byte, 1);
}
