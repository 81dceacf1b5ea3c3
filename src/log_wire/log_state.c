/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Values of the state, each with a reader and a writer. */
#include "log_wire/log_state.h"

#include <roomd/status.h>
#include <string.h>

#define KEY_BYTES 8U

/* ---- parts ---- */

static void read_bytes(struct octets_reader *reader, uint8_t *ret_bytes, size_t length)
{
    struct octets_slice slice = octets_read_slice(reader, length);

    if (slice.length == length)
        memcpy(ret_bytes, slice.bytes, length);
}

static void write_bytes(struct octets_writer *writer, const uint8_t *bytes, size_t length)
{
    octets_write_slice(writer, (struct octets_slice){(const char *)bytes, length});
}

static int64_t read_time(struct octets_reader *reader)
{
    return (int64_t)octets_read_u64(reader);
}

static void write_time(struct octets_writer *writer, int64_t time_ns)
{
    octets_write_u64(writer, (uint64_t)time_ns);
}

static struct octets_slice read_name(struct octets_reader *reader)
{
    return octets_read_slice(reader, octets_read_u8(reader));
}

static void write_name(struct octets_writer *writer, struct octets_slice name)
{
    writer->failed = writer->failed || name.length > LOG_NAME_MAX_BYTES;
    octets_write_u8(writer, (uint8_t)name.length);
    octets_write_slice(writer, name);
}

static struct endpoint read_endpoint(struct octets_reader *reader)
{
    struct endpoint endpoint = {.transport = 0};

    read_bytes(reader, endpoint.address, sizeof(endpoint.address));
    endpoint.scope = octets_read_u32(reader);
    endpoint.port = octets_read_u16(reader);
    endpoint.transport = octets_read_u16(reader);
    return endpoint;
}

static void write_endpoint(struct octets_writer *writer, const struct endpoint *endpoint)
{
    write_bytes(writer, endpoint->address, sizeof(endpoint->address));
    octets_write_u32(writer, endpoint->scope);
    octets_write_u16(writer, endpoint->port);
    octets_write_u16(writer, endpoint->transport);
}

/* ---- reading ---- */

static void read_room(struct octets_reader *reader, struct log_state *state)
{
    state->room.epoch = octets_read_u64(reader);
    state->room.epochs = octets_read_u64(reader);
    state->room.last_member = octets_read_u64(reader);
    read_bytes(reader, state->room.secret, LOG_SECRET_BYTES);
    read_bytes(reader, state->room.boot, LOG_ID_BYTES);
}

static void read_member(struct octets_reader *reader, struct log_state *state)
{
    state->member.flags = octets_read_u8(reader);
    state->member.joined_ns = read_time(reader);
    state->member.heard_ns = read_time(reader);
    state->member.muted_until_ns = read_time(reader);
    state->member.peer = read_endpoint(reader);
    read_bytes(reader, state->member.local, ENDPOINT_ADDRESS_BYTES);
    state->member.door = read_endpoint(reader);
    state->member.name = read_name(reader);
}

static void read_session(struct octets_reader *reader, struct log_state *state)
{
    state->session.token = octets_read_u64(reader);
    state->session.nonce = octets_read_u64(reader);
    state->session.made_ms = octets_read_u64(reader);
    state->session.run = octets_read_u16(reader);
}

static void read_ban(struct octets_reader *reader, struct log_state *state)
{
    uint8_t has_network;

    state->ban.kind = octets_read_u8(reader);
    has_network = octets_read_u8(reader);
    state->ban.has_network = has_network != 0;
    read_bytes(reader, state->ban.network, ENDPOINT_ADDRESS_BYTES);
    state->ban.bits = octets_read_u8(reader);
    state->ban.peer = read_endpoint(reader);
    state->ban.until_ns = read_time(reader);
    state->ban.name = read_name(reader);
    reader->failed =
        reader->failed || state->ban.kind > 1 || has_network > 1 || state->ban.bits > 128;
}

int log_state_read(const struct log_value *value, struct log_state *ret_state)
{
    struct octets_reader key = octets_read(value->key.bytes, value->key.length);
    struct octets_reader reader = octets_read(value->value.bytes, value->value.length);
    struct log_state state = {.space = (enum log_space)value->space};
    uint64_t number = value->space != LOG_SPACE_ROOM ? octets_read_u64(&key) : 0;

    switch (state.space) {
    case LOG_SPACE_ROOM:
        read_room(&reader, &state);
        break;
    case LOG_SPACE_MEMBER:
        state.member.number = number;
        read_member(&reader, &state);
        break;
    case LOG_SPACE_SESSION:
        state.session.member = number;
        read_session(&reader, &state);
        break;
    case LOG_SPACE_SAID:
        state.said.member = number;
        state.said.decided = octets_read_u32(&reader);
        state.said.refused = octets_read_u32(&reader);
        break;
    case LOG_SPACE_ENDED:
        state.ended.token = number;
        state.ended.nonce = octets_read_u64(&reader);
        state.ended.ended_ns = read_time(&reader);
        break;
    case LOG_SPACE_BAN:
        state.ban.serial = number;
        read_ban(&reader, &state);
        break;
    case LOG_SPACE_POSITION:
        state.position.member = number;
        state.position.position = octets_read_u64(&reader);
        break;
    default:
        return STATUS_NOT_FOUND;
    }
    if (key.failed || key.left > 0 || reader.failed)
        return STATUS_INVALID;
    *ret_state = state;
    return STATUS_OK;
}

/* ---- writing ---- */

static void write_room(struct octets_writer *writer, const struct log_state *state)
{
    octets_write_u64(writer, state->room.epoch);
    octets_write_u64(writer, state->room.epochs);
    octets_write_u64(writer, state->room.last_member);
    write_bytes(writer, state->room.secret, LOG_SECRET_BYTES);
    write_bytes(writer, state->room.boot, LOG_ID_BYTES);
}

static void write_member(struct octets_writer *writer, const struct log_state *state)
{
    octets_write_u8(writer, state->member.flags);
    write_time(writer, state->member.joined_ns);
    write_time(writer, state->member.heard_ns);
    write_time(writer, state->member.muted_until_ns);
    write_endpoint(writer, &state->member.peer);
    write_bytes(writer, state->member.local, ENDPOINT_ADDRESS_BYTES);
    write_endpoint(writer, &state->member.door);
    write_name(writer, state->member.name);
}

static void write_session(struct octets_writer *writer, const struct log_state *state)
{
    octets_write_u64(writer, state->session.token);
    octets_write_u64(writer, state->session.nonce);
    octets_write_u64(writer, state->session.made_ms);
    octets_write_u16(writer, state->session.run);
}

static void write_ban(struct octets_writer *writer, const struct log_state *state)
{
    writer->failed = writer->failed || state->ban.kind > 1 || state->ban.bits > 128;
    octets_write_u8(writer, state->ban.kind);
    octets_write_u8(writer, state->ban.has_network);
    write_bytes(writer, state->ban.network, ENDPOINT_ADDRESS_BYTES);
    octets_write_u8(writer, state->ban.bits);
    write_endpoint(writer, &state->ban.peer);
    write_time(writer, state->ban.until_ns);
    write_name(writer, state->ban.name);
}

/* False: a space that does not exist. `ret_number` is its key. */
static bool write_value(struct octets_writer *writer, const struct log_state *state,
                        uint64_t *ret_number)
{
    switch (state->space) {
    case LOG_SPACE_ROOM:
        write_room(writer, state);
        return true;
    case LOG_SPACE_MEMBER:
        *ret_number = state->member.number;
        write_member(writer, state);
        return true;
    case LOG_SPACE_SESSION:
        *ret_number = state->session.member;
        write_session(writer, state);
        return true;
    case LOG_SPACE_SAID:
        *ret_number = state->said.member;
        octets_write_u32(writer, state->said.decided);
        octets_write_u32(writer, state->said.refused);
        return true;
    case LOG_SPACE_ENDED:
        *ret_number = state->ended.token;
        octets_write_u64(writer, state->ended.nonce);
        write_time(writer, state->ended.ended_ns);
        return true;
    case LOG_SPACE_BAN:
        *ret_number = state->ban.serial;
        write_ban(writer, state);
        return true;
    case LOG_SPACE_POSITION:
        *ret_number = state->position.member;
        octets_write_u64(writer, state->position.position);
        return true;
    default:
        return false;
    }
}

bool log_state_write(const struct log_state *state, uint8_t bytes[LOG_STATE_MAX_BYTES],
                     struct log_value *ret_value)
{
    struct octets_writer writer = octets_write(bytes + KEY_BYTES, LOG_STATE_MAX_BYTES - KEY_BYTES);
    struct octets_writer key = octets_write(bytes, KEY_BYTES);
    uint64_t number = 0;

    if (!write_value(&writer, state, &number) || writer.failed)
        return false;
    octets_write_u64(&key, number);
    *ret_value = (struct log_value){
        .space = (uint8_t)state->space,
        .key = {(const char *)bytes, state->space != LOG_SPACE_ROOM ? KEY_BYTES : 0},
        .value = {(const char *)bytes + KEY_BYTES, writer.length}};
    return true;
}
