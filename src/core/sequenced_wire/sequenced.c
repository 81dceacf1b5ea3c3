/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Identifies datagrams; writes and reads what all of them have in common. */
#include "core/sequenced_wire/sequenced.h"

#include <roomd/status.h>

/* 0 is reserved for "none", so there is one less. */
#define SAID_VALUES UINT16_MAX

struct identity {
    enum sequenced_datagram datagram;
    uint8_t first;
    uint8_t type;     /* 0: this kind has none */
    bool any_version; /* its form never changes */
};

/* Searched from the top, so the most frequent datagrams precede the handshakes. */
static const struct identity identities[] = {
    {SEQUENCED_UP, SEQUENCED_FIRST_UP, 0, false},
    {SEQUENCED_EVENTS, SEQUENCED_FIRST_EVENTS, 0, false},
    {SEQUENCED_DOWN, SEQUENCED_FIRST_DOWN, 0, false},
    {SEQUENCED_HELLO, SEQUENCED_FIRST_HANDSHAKE_UP, SEQUENCED_TYPE_HELLO, true},
    {SEQUENCED_JOIN, SEQUENCED_FIRST_HANDSHAKE_UP, SEQUENCED_TYPE_JOIN, false},
    {SEQUENCED_CHALLENGE, SEQUENCED_FIRST_HANDSHAKE_DOWN, SEQUENCED_TYPE_CHALLENGE, false},
    {SEQUENCED_WELCOME, SEQUENCED_FIRST_HANDSHAKE_DOWN, SEQUENCED_TYPE_WELCOME, false},
    {SEQUENCED_REFUSAL, SEQUENCED_FIRST_HANDSHAKE_DOWN, SEQUENCED_TYPE_REFUSAL, true},
    {SEQUENCED_STRANGER, SEQUENCED_FIRST_HANDSHAKE_DOWN, SEQUENCED_TYPE_STRANGER, false},
};

bool sequenced_is(const void *bytes, size_t length)
{
    const uint8_t *first = bytes;

    return length > 0 && first[0] >= SEQUENCED_FIRST_HANDSHAKE_UP &&
           first[0] <= SEQUENCED_FIRST_RESERVED;
}

int sequenced_identify(const void *bytes, size_t length, enum sequenced_datagram *ret_datagram)
{
    struct octets_reader reader = octets_read(bytes, length);
    uint8_t first = octets_read_u8(&reader);
    uint8_t version = octets_read_u8(&reader);

    if (reader.failed)
        return STATUS_INVALID;
    if (length > SEQUENCED_DATAGRAM_MAX_BYTES)
        return STATUS_TOO_LONG;
    for (size_t i = 0; i < sizeof(identities) / sizeof(*identities); i++) {
        const struct identity *identity = &identities[i];

        if (identity->first != first ||
            (identity->type != 0 && (reader.left == 0 || identity->type != reader.at[0])))
            continue;
        if (version != SEQUENCED_VERSION && !identity->any_version)
            return STATUS_NOT_FOUND;
        *ret_datagram = identity->datagram;
        return STATUS_OK;
    }
    return STATUS_INVALID;
}

int sequenced_open(const void *bytes, size_t length, enum sequenced_datagram datagram,
                   struct octets_reader *ret_reader)
{
    struct octets_reader reader = octets_read(bytes, length);
    enum sequenced_datagram identity = SEQUENCED_HELLO;

    if (sequenced_identify(bytes, length, &identity) != 0 || identity != datagram)
        return STATUS_INVALID;
    octets_read_u16(&reader);
    if (octets_read_u8(&reader) != SEQUENCED_KEY_NONE)
        return STATUS_INVALID;
    *ret_reader = reader;
    return STATUS_OK;
}

struct octets_writer sequenced_write(void *bytes, size_t size)
{
    return octets_write(bytes,
                        size < SEQUENCED_DATAGRAM_MAX_BYTES ? size : SEQUENCED_DATAGRAM_MAX_BYTES);
}

int sequenced_pad(struct octets_writer *writer, size_t length)
{
    size_t before = writer->length;

    if (!writer->failed)
        octets_write_zeros(writer, length);
    if (!writer->failed)
        return (int)writer->length;
    octets_rewind(writer, before);
    return STATUS_FULL;
}

int sequenced_next_frame(struct octets_reader *reader)
{
    while (!reader->failed && reader->left > 0) {
        uint8_t kind = octets_read_u8(reader);

        /* Padding: the rest is ignored. */
        if (kind == 0) {
            reader->left = 0;
            break;
        }
        if (kind <= SEQUENCED_FRAME_HISTORY)
            return kind;
        octets_read_slice(reader, octets_read_varint(reader));
    }
    return reader->failed ? STATUS_INVALID : 0;
}

uint16_t sequenced_said(uint32_t number)
{
    return number == 0 ? 0 : (uint16_t)(1 + (number - 1) % SAID_VALUES);
}
