/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Encodes and decodes handshakes. */
#include "core/sequenced_wire/sequenced_handshake.h"

#include <roomd/status.h>

#define FLAG_RESUMED 1U

/* First byte, version, type, flags or code. */
#define HEADER_BYTES 4

#define FOURTH_BYTE 3

/* Parts behind the fields; a receiver reads so many at most. */
#define PARTS_MAX          16U
#define PART_HISTORY       4U
#define PART_HISTORY_BYTES 6U

/*
 * Returns a reader after the header, failed if the datagram is not of this kind or has fewer than
 * `least` bytes. `ret_fourth`: flags, a code, or unused.
 */
static struct octets_reader open_datagram(const void *bytes, size_t length,
                                          enum sequenced_datagram wanted, size_t least,
                                          uint8_t *ret_fourth)
{
    struct octets_reader reader = octets_read(bytes, length);
    enum sequenced_datagram found = wanted;

    *ret_fourth = 0;
    reader.failed =
        length < least || sequenced_identify(bytes, length, &found) != 0 || found != wanted;
    if (octets_read_slice(&reader, HEADER_BYTES).length == HEADER_BYTES)
        *ret_fourth = ((const uint8_t *)bytes)[FOURTH_BYTE];
    return reader;
}

static struct octets_writer begin_datagram(void *bytes, size_t size, uint8_t first, uint8_t type,
                                           uint8_t fourth)
{
    struct octets_writer writer = sequenced_write(bytes, size);

    octets_write_u8(&writer, first);
    octets_write_u8(&writer, SEQUENCED_VERSION);
    octets_write_u8(&writer, type);
    octets_write_u8(&writer, fourth);
    return writer;
}

static int end_datagram(const struct octets_writer *writer)
{
    return writer->failed ? STATUS_FULL : (int)writer->length;
}

static struct octets_slice read_counted(struct octets_reader *reader)
{
    return octets_read_slice(reader, octets_read_u8(reader));
}

/* The caller has checked the length. */
static void write_counted(struct octets_writer *writer, struct octets_slice slice)
{
    octets_write_u8(writer, (uint8_t)slice.length);
    octets_write_slice(writer, slice);
}

static bool is_within(struct octets_slice slice, size_t most)
{
    return slice.length >= 1 && slice.length <= most;
}

/* ---- HELLO ---- */

int sequenced_handshake_read_hello(const void *bytes, size_t length,
                                   struct sequenced_hello *ret_hello)
{
    uint8_t unused;
    struct octets_reader reader =
        open_datagram(bytes, length, SEQUENCED_HELLO, SEQUENCED_HELLO_MIN_BYTES, &unused);
    struct sequenced_hello hello = {.nonce = octets_read_u64(&reader)};

    if (reader.failed)
        return STATUS_INVALID;
    hello.version = ((const uint8_t *)bytes)[1];
    *ret_hello = hello;
    return STATUS_OK;
}

int sequenced_handshake_write_hello(void *bytes, size_t size, const struct sequenced_hello *hello)
{
    struct octets_writer writer =
        begin_datagram(bytes, size, SEQUENCED_FIRST_HANDSHAKE_UP, SEQUENCED_TYPE_HELLO, 0);

    octets_write_u64(&writer, hello->nonce);
    octets_write_zeros(&writer, SEQUENCED_HELLO_MIN_BYTES);
    if (!writer.failed)
        writer.bytes[1] = hello->version;
    return end_datagram(&writer);
}

/* ---- CHALLENGE ---- */

int sequenced_handshake_read_challenge(const void *bytes, size_t length,
                                       struct sequenced_challenge *ret_challenge)
{
    uint8_t unused;
    struct octets_reader reader = open_datagram(bytes, length, SEQUENCED_CHALLENGE, 0, &unused);
    struct sequenced_challenge challenge = {.nonce = octets_read_u64(&reader)};

    challenge.cookie = read_counted(&reader);
    if (reader.failed || !is_within(challenge.cookie, SEQUENCED_COOKIE_MAX_BYTES))
        return STATUS_INVALID;
    *ret_challenge = challenge;
    return STATUS_OK;
}

int sequenced_handshake_write_challenge(void *bytes, size_t size,
                                        const struct sequenced_challenge *challenge)
{
    struct octets_writer writer =
        begin_datagram(bytes, size, SEQUENCED_FIRST_HANDSHAKE_DOWN, SEQUENCED_TYPE_CHALLENGE, 0);

    if (!is_within(challenge->cookie, SEQUENCED_COOKIE_MAX_BYTES))
        return STATUS_INVALID;
    octets_write_u64(&writer, challenge->nonce);
    write_counted(&writer, challenge->cookie);
    return end_datagram(&writer);
}

/* ---- JOIN ---- */

int sequenced_handshake_read_join(const void *bytes, size_t length, struct sequenced_join *ret_join)
{
    uint8_t flags;
    struct octets_reader reader =
        open_datagram(bytes, length, SEQUENCED_JOIN, SEQUENCED_JOIN_MIN_BYTES, &flags);
    struct sequenced_join join = {.nonce = octets_read_u64(&reader)};

    join.cookie = read_counted(&reader);
    join.name = read_counted(&reader);
    join.resume = (flags & FLAG_RESUMED) != 0;
    if (join.resume) {
        join.epoch = octets_read_u64(&reader);
        join.token = octets_read_u64(&reader);
        join.position = octets_read_u64(&reader);
    }
    if (reader.failed || !is_within(join.cookie, SEQUENCED_COOKIE_MAX_BYTES) ||
        join.position > OCTETS_VARINT_MAX)
        return STATUS_INVALID;
    *ret_join = join;
    return STATUS_OK;
}

int sequenced_handshake_write_join(void *bytes, size_t size, const struct sequenced_join *join)
{
    struct octets_writer writer =
        begin_datagram(bytes, size, SEQUENCED_FIRST_HANDSHAKE_UP, SEQUENCED_TYPE_JOIN,
                       join->resume ? FLAG_RESUMED : 0);

    if (!is_within(join->cookie, SEQUENCED_COOKIE_MAX_BYTES) || join->name.length > UINT8_MAX ||
        join->position > OCTETS_VARINT_MAX)
        return STATUS_INVALID;
    octets_write_u64(&writer, join->nonce);
    write_counted(&writer, join->cookie);
    write_counted(&writer, join->name);
    if (join->resume) {
        octets_write_u64(&writer, join->epoch);
        octets_write_u64(&writer, join->token);
        octets_write_u64(&writer, join->position);
    }
    octets_write_zeros(&writer, SEQUENCED_JOIN_MIN_BYTES);
    return end_datagram(&writer);
}

/* ---- WELCOME ---- */

static bool is_welcome(const struct sequenced_welcome *welcome)
{
    return welcome->run > 0 && welcome->member > 0 && welcome->member <= SEQUENCED_MEMBER_MAX &&
           welcome->position <= OCTETS_VARINT_MAX &&
           is_within(welcome->name, ROOM_NAME_MAX_BYTES) &&
           is_within(welcome->room, SEQUENCED_ROOM_MAX_BYTES);
}

/* The first part that tells of the history; what can't be read is ignored. */
static void read_history(struct octets_reader *reader, struct sequenced_welcome *welcome)
{
    for (unsigned part = 0; part < PARTS_MAX; part++) {
        uint8_t type = octets_read_u8(reader);
        struct octets_slice slice = read_counted(reader);
        struct octets_reader inner = octets_read(slice.bytes, slice.length);

        if (reader->failed || type == 0)
            return;
        if (type != PART_HISTORY || slice.length < PART_HISTORY_BYTES)
            continue;
        welcome->history = octets_read_u16(&inner);
        welcome->keep_s = octets_read_u32(&inner);
        return;
    }
}

static void write_history(struct octets_writer *writer, const struct sequenced_welcome *welcome)
{
    if (welcome->history == 0)
        return;
    octets_write_u8(writer, PART_HISTORY);
    octets_write_u8(writer, PART_HISTORY_BYTES);
    octets_write_u16(writer, welcome->history);
    octets_write_u32(writer, welcome->keep_s);
}

int sequenced_handshake_read_welcome(const void *bytes, size_t length,
                                     struct sequenced_welcome *ret_welcome)
{
    uint8_t flags;
    struct octets_reader reader = open_datagram(bytes, length, SEQUENCED_WELCOME, 0, &flags);
    struct sequenced_welcome welcome = {.resumed = (flags & FLAG_RESUMED) != 0};

    welcome.nonce = octets_read_u64(&reader);
    welcome.epoch = octets_read_u64(&reader);
    welcome.token = octets_read_u64(&reader);
    welcome.run = octets_read_u16(&reader);
    welcome.member = octets_read_u32(&reader);
    welcome.position = octets_read_u64(&reader);
    welcome.max_text_bytes = octets_read_u16(&reader);
    welcome.timeout_s = octets_read_u32(&reader);
    welcome.name = read_counted(&reader);
    welcome.room = read_counted(&reader);
    if (reader.failed || !is_welcome(&welcome))
        return STATUS_INVALID;
    read_history(&reader, &welcome);
    *ret_welcome = welcome;
    return STATUS_OK;
}

int sequenced_handshake_write_welcome(void *bytes, size_t size,
                                      const struct sequenced_welcome *welcome)
{
    struct octets_writer writer =
        begin_datagram(bytes, size, SEQUENCED_FIRST_HANDSHAKE_DOWN, SEQUENCED_TYPE_WELCOME,
                       welcome->resumed ? FLAG_RESUMED : 0);

    if (!is_welcome(welcome))
        return STATUS_INVALID;
    octets_write_u64(&writer, welcome->nonce);
    octets_write_u64(&writer, welcome->epoch);
    octets_write_u64(&writer, welcome->token);
    octets_write_u16(&writer, welcome->run);
    octets_write_u32(&writer, welcome->member);
    octets_write_u64(&writer, welcome->position);
    octets_write_u16(&writer, welcome->max_text_bytes);
    octets_write_u32(&writer, welcome->timeout_s);
    write_counted(&writer, welcome->name);
    write_counted(&writer, welcome->room);
    write_history(&writer, welcome);
    return end_datagram(&writer);
}

/* ---- REFUSAL ---- */

/* Only a refusal of the version may have another version. */
static bool is_refusal(const struct sequenced_refusal *refusal)
{
    return refusal->code != 0 &&
           (refusal->version == SEQUENCED_VERSION || refusal->code == SEQUENCED_REFUSED_VERSION);
}

int sequenced_handshake_read_refusal(const void *bytes, size_t length,
                                     struct sequenced_refusal *ret_refusal)
{
    struct sequenced_refusal refusal = {0};
    struct octets_reader reader = open_datagram(bytes, length, SEQUENCED_REFUSAL, 0, &refusal.code);

    refusal.nonce = octets_read_u64(&reader);
    refusal.wait = octets_read_u16(&reader);
    if (reader.failed)
        return STATUS_INVALID;
    refusal.version = ((const uint8_t *)bytes)[1];
    if (!is_refusal(&refusal))
        return STATUS_INVALID;
    *ret_refusal = refusal;
    return STATUS_OK;
}

int sequenced_handshake_write_refusal(void *bytes, size_t size,
                                      const struct sequenced_refusal *refusal)
{
    struct octets_writer writer = begin_datagram(bytes, size, SEQUENCED_FIRST_HANDSHAKE_DOWN,
                                                 SEQUENCED_TYPE_REFUSAL, refusal->code);

    if (!is_refusal(refusal))
        return STATUS_INVALID;
    octets_write_u64(&writer, refusal->nonce);
    octets_write_u16(&writer, refusal->wait);
    if (!writer.failed)
        writer.bytes[1] = refusal->version;
    return end_datagram(&writer);
}

/* ---- STRANGER ---- */

int sequenced_handshake_read_stranger(const void *bytes, size_t length,
                                      struct sequenced_stranger *ret_stranger)
{
    uint8_t unused;
    struct octets_reader reader = open_datagram(bytes, length, SEQUENCED_STRANGER, 0, &unused);
    struct sequenced_stranger stranger = {.token = octets_read_u64(&reader)};

    if (reader.failed)
        return STATUS_INVALID;
    *ret_stranger = stranger;
    return STATUS_OK;
}

int sequenced_handshake_write_stranger(void *bytes, size_t size,
                                       const struct sequenced_stranger *stranger)
{
    struct octets_writer writer =
        begin_datagram(bytes, size, SEQUENCED_FIRST_HANDSHAKE_DOWN, SEQUENCED_TYPE_STRANGER, 0);

    octets_write_u64(&writer, stranger->token);
    return end_datagram(&writer);
}
