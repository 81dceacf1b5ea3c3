/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What was written is read, and nothing else is. */
#include "core/room/state_row.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static struct moment now = {.mono_ns = 5 * MOMENT_NS_PER_S,
                            .wall_ns = 1700000000 * MOMENT_NS_PER_S};

static struct room_change change_of(const struct state_row *row)
{
    return (struct room_change){.space = row->space,
                                .key = row->key,
                                .key_len = row->key_len,
                                .value = row->value,
                                .value_len = row->value_len};
}

typedef int reader(const struct room_change *row);

static int read_room(const struct room_change *row)
{
    struct state_room room;

    return state_row_read_room(row, &room);
}

static int read_member(const struct room_change *row)
{
    struct state_member member;

    return state_row_read_member(row, &member);
}

static int read_session(const struct room_change *row)
{
    struct state_session session;

    return state_row_read_session(row, &session);
}

static int read_decided(const struct room_change *row)
{
    struct state_decided decided;

    return state_row_read_decided(row, &decided);
}

static int read_ended(const struct room_change *row)
{
    struct state_ended ended;

    return state_row_read_ended(row, &ended);
}

static int read_ban(const struct room_change *row)
{
    struct room_ban ban;

    return state_row_read_ban(row, &now, &ban);
}

static int read_kick(const struct room_change *row)
{
    struct state_kick kick;

    return state_row_read_kick(row, &now, &kick);
}

/* `tail`: bytes at the end that may be any number. */
static void expect_strict(const struct state_row *row, reader *reads, size_t tail)
{
    struct room_change change = change_of(row), wrong = change;
    uint8_t longer[STATE_ROW_VALUE_MAX_BYTES + 100] = {0};

    cr_expect_eq(reads(&change), 0);
    for (wrong.value_len = 0; wrong.value_len < change.value_len - tail; wrong.value_len++)
        cr_expect_eq(reads(&wrong), STATUS_INVALID, "%zu bytes", wrong.value_len);
    memcpy(longer, row->value, row->value_len);
    wrong.value = longer;
    wrong.value_len = tail > 0 ? change.value_len - tail + 65 : change.value_len + 1;
    cr_expect_eq(reads(&wrong), STATUS_INVALID);
    longer[0]++;
    wrong.value_len = change.value_len;
    cr_expect_eq(reads(&wrong), STATUS_INVALID, "of another version");
    wrong = change;
    wrong.is_gone = true;
    cr_expect_eq(reads(&wrong), STATUS_INVALID);
    wrong = change;
    wrong.key_len++;
    cr_expect_eq(reads(&wrong), STATUS_INVALID);
    wrong = change;
    wrong.space = (enum room_space)(change.space + 1);
    cr_expect_eq(reads(&wrong), STATUS_INVALID);
}

Test(state_row, room)
{
    struct state_room in = {.epochs = 3,
                            .epoch = UINT64_MAX,
                            .epoch_event = 7,
                            .last_number = 99,
                            .secrets = 2,
                            .boot = {1},
                            .secret = {[31] = 2},
                            .is_closed = true},
                      out;
    struct state_row row;
    struct room_change change;

    state_row_write_room(&in, &row);
    change = change_of(&row);
    cr_assert_eq(state_row_read_room(&change, &out), 0);
    cr_expect(out.epochs == 3 && out.epoch == UINT64_MAX && out.epoch_event == 7 &&
              out.last_number == 99 && out.secrets == 2 && out.boot[0] == 1 &&
              out.secret[31] == 2 && out.is_closed);
    expect_strict(&row, read_room, 0);
}

Test(state_row, member)
{
    struct state_member in, out;
    struct state_row row;
    struct room_change change;

    memset(&in, 0, sizeof(in));
    in.seat = 70000;
    in.epochs = 1;
    in.number = 12;
    in.first = 5;
    in.joined_wall_ns = -1;
    in.flags = ROSTER_NEWLINE | STATE_MEMBER_SEQUENCED;
    endpoint_parse("[fe80::1%3]:9999", &in.path.peer);
    memset(in.path.local, 7, sizeof(in.path.local));
    endpoint_parse("0.0.0.0:8888", &in.listen);
    memset(in.name, 'x', ROOM_NAME_MAX_BYTES);
    state_row_write_member(&in, &row);
    change = change_of(&row);
    memset(&out, 0, sizeof(out));
    cr_assert_eq(state_row_read_member(&change, &out), 0);
    cr_expect_eq(memcmp(&in, &out, sizeof(in)), 0);
    expect_strict(&row, read_member, ROOM_NAME_MAX_BYTES);
}

Test(state_row, session)
{
    struct state_session in = {.seat = 1,
                               .token = UINT64_MAX,
                               .nonce = 2,
                               .made_ms = 3,
                               .secrets = 9,
                               .position = 4,
                               .run = UINT16_MAX},
                         out;
    struct state_row row;
    struct room_change change;

    state_row_write_session(&in, &row);
    change = change_of(&row);
    cr_assert_eq(state_row_read_session(&change, &out), 0);
    cr_expect(out.seat == 1 && out.token == UINT64_MAX && out.nonce == 2 && out.made_ms == 3 &&
              out.secrets == 9 && out.position == 4 && out.run == UINT16_MAX);
    expect_strict(&row, read_session, 0);
}

Test(state_row, decided_and_ended)
{
    struct state_decided decided = {.seat = 9, .upto = UINT32_MAX, .refused = 5}, decided_out;
    struct state_ended ended = {.place = 1023, .record = 8, .token = 6, .nonce = 7}, ended_out;
    struct state_row row;
    struct room_change change;

    state_row_write_decided(&decided, &row);
    change = change_of(&row);
    cr_assert_eq(state_row_read_decided(&change, &decided_out), 0);
    cr_expect(decided_out.seat == 9 && decided_out.upto == UINT32_MAX && decided_out.refused == 5);
    expect_strict(&row, read_decided, 0);
    state_row_write_ended(&ended, &row);
    change = change_of(&row);
    cr_assert_eq(state_row_read_ended(&change, &ended_out), 0);
    cr_expect(ended_out.place == 1023 && ended_out.record == 8 && ended_out.token == 6 &&
              ended_out.nonce == 7);
    expect_strict(&row, read_ended, 0);
}

Test(state_row, a_ban_lasts_as_long_under_another_clock)
{
    struct room_ban in, out;
    struct state_row row;
    struct room_change change;
    struct moment later = {.mono_ns = 0, .wall_ns = now.wall_ns + 10 * MOMENT_NS_PER_S};

    memset(&in, 0, sizeof(in));
    in.kind = ROOM_MUTE;
    in.serial = 1000;
    in.until_ns = now.mono_ns + 25 * MOMENT_NS_PER_S;
    memcpy(in.name, "alice", 6);
    in.has_network = true;
    in.network.bits = 128;
    endpoint_parse("192.0.2.1:4", &in.peer);
    state_row_write_ban(&in, &now, &row);
    change = change_of(&row);
    cr_assert_eq(state_row_read_ban(&change, &later, &out), 0);
    cr_expect_eq(out.until_ns, 15 * MOMENT_NS_PER_S);
    cr_expect(out.kind == ROOM_MUTE && out.serial == 1000 && out.has_network &&
              out.network.bits == 128 && endpoint_equal(&out.peer, &in.peer));
    cr_expect_str_eq(out.name, "alice");
    expect_strict(&row, read_ban, 5);

    in.until_ns = MOMENT_NEVER_NS;
    in.name[0] = '\0';
    state_row_write_ban(&in, &now, &row);
    change = change_of(&row);
    cr_assert_eq(state_row_read_ban(&change, &later, &out), 0);
    cr_expect_eq(out.until_ns, MOMENT_NEVER_NS);
    row.value[1] = ROOM_MUTE + 1;
    cr_expect_eq(state_row_read_ban(&change, &later, &out), STATUS_INVALID, "an unknown kind");
}

Test(state_row, kick)
{
    struct moment later = {.mono_ns = MOMENT_NS_PER_S, .wall_ns = now.wall_ns};
    struct state_kick in, out;
    struct state_row row;
    struct room_change change;

    memset(&in, 0, sizeof(in));
    in.place = 63;
    in.kick.until_ns = 9 * MOMENT_NS_PER_S;
    endpoint_parse("192.0.2.1:9999", &in.kick.peer);
    memset(in.kick.folded, 'x', ROOM_NAME_MAX_BYTES);
    state_row_write_kick(&in, &now, &row);
    change = change_of(&row);
    cr_assert_eq(state_row_read_kick(&change, &now, &out), 0);
    cr_expect_eq(memcmp(&in, &out, sizeof(in)), 0);
    cr_assert_eq(state_row_read_kick(&change, &later, &out), 0);
    cr_expect_eq(out.kick.until_ns, 5 * MOMENT_NS_PER_S, "the clock has begun anew");
    expect_strict(&row, read_kick, ROOM_NAME_MAX_BYTES);
}
