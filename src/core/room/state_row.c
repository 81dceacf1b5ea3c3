/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One writer and one reader for each space. */
#include "core/room/state_row.h"

#include "base/octets.h"

#include <roomd/status.h>
#include <string.h>

/* The longest values: a member's and a ban's. */
#define ENDPOINT_BYTES (ENDPOINT_ADDRESS_BYTES + 4 + 2 + 2)

_Static_assert(1 + 4 * 8 + 1 + 2 * ENDPOINT_BYTES + ENDPOINT_ADDRESS_BYTES + ROOM_NAME_MAX_BYTES <=
                       STATE_ROW_VALUE_MAX_BYTES &&
                   1 + 1 + 8 + ENDPOINT_BYTES + 1 + ENDPOINT_ADDRESS_BYTES + 1 +
                           ROOM_NAME_MAX_BYTES <=
                       STATE_ROW_VALUE_MAX_BYTES,
               "a value fits");

/* ---- both ways ---- */

static struct octets_writer begin(struct state_row *row, enum room_space space, uint64_t key,
                                  size_t key_len)
{
    struct octets_writer keys = octets_write(row->key, sizeof(row->key));
    struct octets_writer writer = octets_write(row->value, sizeof(row->value));

    row->space = space;
    if (key_len == 4)
        octets_write_u32(&keys, (uint32_t)key);
    else if (key_len == 8)
        octets_write_u64(&keys, key);
    row->key_len = keys.length;
    octets_write_u8(&writer, STATE_ROW_VERSION);
    return writer;
}

/* False if the row is another one, or of another version. */
static bool open_row(const struct room_change *row, enum room_space space, size_t key_len,
                     uint64_t *ret_key, struct octets_reader *ret_reader)
{
    struct octets_reader keys = octets_read(row->key, row->key_len);
    struct octets_reader reader = octets_read(row->value, row->value_len);

    if (row->space != space || row->is_gone || row->key_len != key_len ||
        octets_read_u8(&reader) != STATE_ROW_VERSION)
        return false;
    *ret_key = key_len == 4 ? octets_read_u32(&keys) : key_len == 8 ? octets_read_u64(&keys) : 0;
    *ret_reader = reader;
    return true;
}

static int end(const struct octets_reader *reader)
{
    return reader->failed || reader->left > 0 ? STATUS_INVALID : STATUS_OK;
}

static void write_bytes(struct octets_writer *writer, const void *bytes, size_t length)
{
    octets_write_slice(writer, (struct octets_slice){bytes, length});
}

static void read_bytes(struct octets_reader *reader, void *bytes, size_t length)
{
    struct octets_slice slice = octets_read_slice(reader, length);

    if (!reader->failed)
        memcpy(bytes, slice.bytes, length);
}

static void write_endpoint(struct octets_writer *writer, const struct endpoint *endpoint)
{
    write_bytes(writer, endpoint->address, sizeof(endpoint->address));
    octets_write_u32(writer, endpoint->scope);
    octets_write_u16(writer, endpoint->port);
    octets_write_u16(writer, endpoint->transport);
}

static void read_endpoint(struct octets_reader *reader, struct endpoint *endpoint)
{
    read_bytes(reader, endpoint->address, sizeof(endpoint->address));
    endpoint->scope = octets_read_u32(reader);
    endpoint->port = octets_read_u16(reader);
    endpoint->transport = octets_read_u16(reader);
}

/* The monotonic time is of this boot; the wall clock's is kept. */
static void write_until(struct octets_writer *writer, const struct moment *now, int64_t until_ns)
{
    if (until_ns != MOMENT_NEVER_NS)
        until_ns += now->wall_ns - now->mono_ns;
    octets_write_u64(writer, (uint64_t)until_ns);
}

static int64_t read_until(struct octets_reader *reader, const struct moment *now)
{
    int64_t until_ns = (int64_t)octets_read_u64(reader);

    return until_ns != MOMENT_NEVER_NS ? until_ns - (now->wall_ns - now->mono_ns) : until_ns;
}

/* The rest of the value is a name. */
static void read_name(struct octets_reader *reader, char name[ROOM_NAME_MAX_BYTES + 1])
{
    size_t length = reader->left;

    if (length > ROOM_NAME_MAX_BYTES)
        return; /* bytes are left */
    read_bytes(reader, name, length);
    name[length] = '\0';
}

/* ---- the room ---- */

void state_row_write_room(const struct state_room *room, struct state_row *ret_row)
{
    struct octets_writer writer = begin(ret_row, ROOM_SPACE_ROOM, 0, 0);

    octets_write_u64(&writer, room->epochs);
    octets_write_u64(&writer, room->epoch);
    octets_write_u64(&writer, room->epoch_event);
    octets_write_u64(&writer, room->last_number);
    octets_write_u64(&writer, room->secrets);
    write_bytes(&writer, room->boot, sizeof(room->boot));
    write_bytes(&writer, room->secret, sizeof(room->secret));
    octets_write_u8(&writer, room->is_closed ? 1 : 0);
    ret_row->value_len = writer.length;
}

int state_row_read_room(const struct room_change *row, struct state_room *ret_room)
{
    struct octets_reader reader;
    struct state_room room;
    uint64_t key;
    uint8_t closed;

    memset(&room, 0, sizeof(room));
    if (!open_row(row, ROOM_SPACE_ROOM, 0, &key, &reader))
        return STATUS_INVALID;
    room.epochs = octets_read_u64(&reader);
    room.epoch = octets_read_u64(&reader);
    room.epoch_event = octets_read_u64(&reader);
    room.last_number = octets_read_u64(&reader);
    room.secrets = octets_read_u64(&reader);
    read_bytes(&reader, room.boot, sizeof(room.boot));
    read_bytes(&reader, room.secret, sizeof(room.secret));
    closed = octets_read_u8(&reader);
    room.is_closed = closed == 1;
    if (end(&reader) != 0 || closed > 1)
        return STATUS_INVALID;
    *ret_room = room;
    return STATUS_OK;
}

/* ---- members ---- */

void state_row_write_member(const struct state_member *member, struct state_row *ret_row)
{
    struct octets_writer writer = begin(ret_row, ROOM_SPACE_MEMBER, member->seat, 4);

    octets_write_u64(&writer, member->epochs);
    octets_write_u64(&writer, member->number);
    octets_write_u64(&writer, member->first);
    octets_write_u64(&writer, (uint64_t)member->joined_wall_ns);
    octets_write_u8(&writer, member->flags);
    write_endpoint(&writer, &member->path.peer);
    write_bytes(&writer, member->path.local, sizeof(member->path.local));
    write_endpoint(&writer, &member->listen);
    write_bytes(&writer, member->name, strlen(member->name));
    ret_row->value_len = writer.length;
}

int state_row_read_member(const struct room_change *row, struct state_member *ret_member)
{
    struct state_member member;
    struct octets_reader reader;
    uint64_t seat;

    memset(&member, 0, sizeof(member));
    if (!open_row(row, ROOM_SPACE_MEMBER, 4, &seat, &reader))
        return STATUS_INVALID;
    member.seat = (uint32_t)seat;
    member.epochs = octets_read_u64(&reader);
    member.number = octets_read_u64(&reader);
    member.first = octets_read_u64(&reader);
    member.joined_wall_ns = (int64_t)octets_read_u64(&reader);
    member.flags = octets_read_u8(&reader);
    read_endpoint(&reader, &member.path.peer);
    read_bytes(&reader, member.path.local, sizeof(member.path.local));
    read_endpoint(&reader, &member.listen);
    read_name(&reader, member.name);
    if (end(&reader) != 0)
        return STATUS_INVALID;
    *ret_member = member;
    return STATUS_OK;
}

/* ---- sessions ---- */

void state_row_write_session(const struct state_session *session, struct state_row *ret_row)
{
    struct octets_writer writer = begin(ret_row, ROOM_SPACE_SESSION, session->seat, 4);

    octets_write_u64(&writer, session->token);
    octets_write_u64(&writer, session->nonce);
    octets_write_u64(&writer, session->made_ms);
    octets_write_u64(&writer, session->secrets);
    octets_write_u64(&writer, session->position);
    octets_write_u16(&writer, session->run);
    ret_row->value_len = writer.length;
}

int state_row_read_session(const struct room_change *row, struct state_session *ret_session)
{
    struct state_session session;
    struct octets_reader reader;
    uint64_t seat;

    if (!open_row(row, ROOM_SPACE_SESSION, 4, &seat, &reader))
        return STATUS_INVALID;
    session.seat = (uint32_t)seat;
    session.token = octets_read_u64(&reader);
    session.nonce = octets_read_u64(&reader);
    session.made_ms = octets_read_u64(&reader);
    session.secrets = octets_read_u64(&reader);
    session.position = octets_read_u64(&reader);
    session.run = octets_read_u16(&reader);
    if (end(&reader) != 0)
        return STATUS_INVALID;
    *ret_session = session;
    return STATUS_OK;
}

void state_row_write_decided(const struct state_decided *decided, struct state_row *ret_row)
{
    struct octets_writer writer = begin(ret_row, ROOM_SPACE_DECIDED, decided->seat, 4);

    octets_write_u32(&writer, decided->upto);
    octets_write_u32(&writer, decided->refused);
    ret_row->value_len = writer.length;
}

int state_row_read_decided(const struct room_change *row, struct state_decided *ret_decided)
{
    struct state_decided decided;
    struct octets_reader reader;
    uint64_t seat;

    if (!open_row(row, ROOM_SPACE_DECIDED, 4, &seat, &reader))
        return STATUS_INVALID;
    decided.seat = (uint32_t)seat;
    decided.upto = octets_read_u32(&reader);
    decided.refused = octets_read_u32(&reader);
    if (end(&reader) != 0)
        return STATUS_INVALID;
    *ret_decided = decided;
    return STATUS_OK;
}

void state_row_write_ended(const struct state_ended *ended, struct state_row *ret_row)
{
    struct octets_writer writer = begin(ret_row, ROOM_SPACE_ENDED, ended->place, 4);

    octets_write_u64(&writer, ended->record);
    octets_write_u64(&writer, ended->token);
    octets_write_u64(&writer, ended->nonce);
    ret_row->value_len = writer.length;
}

int state_row_read_ended(const struct room_change *row, struct state_ended *ret_ended)
{
    struct state_ended ended;
    struct octets_reader reader;
    uint64_t place;

    if (!open_row(row, ROOM_SPACE_ENDED, 4, &place, &reader))
        return STATUS_INVALID;
    ended.place = (uint32_t)place;
    ended.record = octets_read_u64(&reader);
    ended.token = octets_read_u64(&reader);
    ended.nonce = octets_read_u64(&reader);
    if (end(&reader) != 0)
        return STATUS_INVALID;
    *ret_ended = ended;
    return STATUS_OK;
}

/* ---- bans ---- */

void state_row_write_ban(const struct room_ban *ban, const struct moment *now,
                         struct state_row *ret_row)
{
    struct octets_writer writer = begin(ret_row, ROOM_SPACE_BAN, ban->serial, 8);

    octets_write_u8(&writer, (uint8_t)ban->kind);
    write_until(&writer, now, ban->until_ns);
    write_endpoint(&writer, &ban->peer);
    octets_write_u8(&writer, ban->has_network ? 1 : 0);
    write_bytes(&writer, ban->network.address, sizeof(ban->network.address));
    octets_write_u8(&writer, ban->network.bits);
    write_bytes(&writer, ban->name, strlen(ban->name));
    ret_row->value_len = writer.length;
}

int state_row_read_ban(const struct room_change *row, const struct moment *now,
                       struct room_ban *ret_ban)
{
    struct octets_reader reader;
    struct room_ban ban;
    uint8_t kind, has_network;

    memset(&ban, 0, sizeof(ban));
    if (!open_row(row, ROOM_SPACE_BAN, 8, &ban.serial, &reader))
        return STATUS_INVALID;
    kind = octets_read_u8(&reader);
    ban.kind = (enum room_ban_kind)kind;
    ban.until_ns = read_until(&reader, now);
    read_endpoint(&reader, &ban.peer);
    has_network = octets_read_u8(&reader);
    ban.has_network = has_network == 1;
    read_bytes(&reader, ban.network.address, sizeof(ban.network.address));
    ban.network.bits = octets_read_u8(&reader);
    read_name(&reader, ban.name);
    if (end(&reader) != 0 || kind > ROOM_MUTE || has_network > 1 || ban.network.bits > 128)
        return STATUS_INVALID;
    *ret_ban = ban;
    return STATUS_OK;
}

void state_row_write_kick(const struct state_kick *kick, const struct moment *now,
                          struct state_row *ret_row)
{
    struct octets_writer writer = begin(ret_row, ROOM_SPACE_KICK, kick->place, 4);

    write_until(&writer, now, kick->kick.until_ns);
    write_endpoint(&writer, &kick->kick.peer);
    write_bytes(&writer, kick->kick.folded, strlen(kick->kick.folded));
    ret_row->value_len = writer.length;
}

int state_row_read_kick(const struct room_change *row, const struct moment *now,
                        struct state_kick *ret_kick)
{
    struct octets_reader reader;
    struct state_kick kick;
    uint64_t place;

    memset(&kick, 0, sizeof(kick));
    if (!open_row(row, ROOM_SPACE_KICK, 4, &place, &reader))
        return STATUS_INVALID;
    kick.place = (uint32_t)place;
    kick.kick.until_ns = read_until(&reader, now);
    read_endpoint(&reader, &kick.kick.peer);
    read_name(&reader, kick.kick.folded);
    if (end(&reader) != 0)
        return STATUS_INVALID;
    *ret_kick = kick;
    return STATUS_OK;
}
