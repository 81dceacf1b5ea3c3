/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Frames to bytes, and back. */
#include "base/control_frame.h"

#include <roomd/status.h>
#include <string.h>

#define WIRE_LENGTH_BYTES 4

/* Bits of the flags; unknown ones are a later version's, and refused with it. */
#define WIRE_FLAG_JSON 1U

int wire_read(const char *bytes, size_t length, struct wire_frame *ret_frame)
{
    uint32_t size = 0;

    if (length < WIRE_LENGTH_BYTES)
        return 0;
    for (size_t i = 0; i < WIRE_LENGTH_BYTES; i++)
        size = size << 8 | (unsigned char)bytes[i];
    if (size == 0)
        return STATUS_INVALID;
    if (size > WIRE_PAYLOAD_MAX_BYTES + 1)
        return STATUS_TOO_LONG;
    if (length < WIRE_HEADER_BYTES)
        return 0;
    switch (bytes[WIRE_LENGTH_BYTES]) {
    case WIRE_REQUEST:
    case WIRE_LINE:
    case WIRE_COMPLAINT:
    case WIRE_END:
        break;
    default:
        return STATUS_INVALID;
    }
    if (length < WIRE_LENGTH_BYTES + size)
        return 0;
    ret_frame->type = (enum wire_type)bytes[WIRE_LENGTH_BYTES];
    ret_frame->payload = bytes + WIRE_HEADER_BYTES;
    ret_frame->length = size - 1;
    return (int)(WIRE_LENGTH_BYTES + size);
}

/* Returns the bytes of the whole frame, or 0. */
static size_t write_header(char *bytes, size_t size, enum wire_type type, size_t length)
{
    size_t told = length + 1;

    if (length > WIRE_PAYLOAD_MAX_BYTES || size < WIRE_HEADER_BYTES + length)
        return 0;
    for (size_t i = 0; i < WIRE_LENGTH_BYTES; i++)
        bytes[i] = (char)(told >> (8 * (WIRE_LENGTH_BYTES - 1 - i)) & 0xff);
    bytes[WIRE_LENGTH_BYTES] = (char)type;
    return WIRE_HEADER_BYTES + length;
}

size_t wire_write(char *bytes, size_t size, enum wire_type type, const char *payload, size_t length)
{
    size_t written = write_header(bytes, size, type, length);

    if (written > 0 && length > 0)
        memcpy(bytes + WIRE_HEADER_BYTES, payload, length);
    return written;
}

int wire_read_request(const struct wire_frame *frame, struct wire_request *ret_request)
{
    unsigned char flags;

    if (frame->type != WIRE_REQUEST || frame->length < WIRE_REQUEST_HEAD_BYTES)
        return STATUS_INVALID;
    flags = (unsigned char)frame->payload[1];
    if (frame->payload[0] != WIRE_VERSION || (flags & ~WIRE_FLAG_JSON) != 0)
        return STATUS_NOT_FOUND;
    ret_request->json = (flags & WIRE_FLAG_JSON) != 0;
    ret_request->line = frame->payload + WIRE_REQUEST_HEAD_BYTES;
    ret_request->length = frame->length - WIRE_REQUEST_HEAD_BYTES;
    return STATUS_OK;
}

size_t wire_write_request(char *bytes, size_t size, const struct wire_request *request)
{
    size_t written = write_header(bytes, size, WIRE_REQUEST, WIRE_REQUEST_HEAD_BYTES + request->length);

    if (written == 0)
        return 0;
    bytes[WIRE_HEADER_BYTES] = WIRE_VERSION;
    bytes[WIRE_HEADER_BYTES + 1] = request->json ? WIRE_FLAG_JSON : 0;
    memcpy(bytes + WIRE_HEADER_BYTES + WIRE_REQUEST_HEAD_BYTES, request->line, request->length);
    return written;
}

bool wire_read_end(const struct wire_frame *frame, enum wire_result *ret_result)
{
    if (frame->type != WIRE_END || frame->length < 1)
        return false;
    *ret_result = (unsigned char)frame->payload[0] <= WIRE_BUSY ? (enum wire_result)frame->payload[0] : WIRE_FAILED;
    return true;
}

size_t wire_write_end(char *bytes, size_t size, enum wire_result result)
{
    char byte = (char)result;

    return wire_write(bytes, size, WIRE_END, &byte, 1);
}
