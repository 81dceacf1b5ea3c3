/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "log_wire/log_state.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static uint8_t bytes[LOG_STATE_MAX_BYTES];
static struct log_value value;

/* Written, read and written again, it has the same bytes; and shorter ones are refused. */
static struct log_state check(const struct log_state *state)
{
    static uint8_t again[LOG_STATE_MAX_BYTES];
    struct log_state got;
    struct log_value second;

    cr_assert(log_state_write(state, bytes, &value));
    cr_assert_eq(log_state_read(&value, &got), 0);
    cr_assert(log_state_write(&got, again, &second));
    cr_expect_eq(second.value.length, value.value.length);
    cr_expect_arr_eq(second.value.bytes, value.value.bytes, value.value.length);
    cr_expect_arr_eq(second.key.bytes, value.key.bytes, value.key.length);
    for (second = value; second.value.length > 0;) {
        struct log_state none;

        second.value.length--;
        cr_expect_eq(log_state_read(&second, &none), STATUS_INVALID);
    }
    return got;
}

Test(log_state, values_come_back_as_they_were)
{
    struct log_state room = {.space = LOG_SPACE_ROOM,
                             .room = {.epoch = 1, .epochs = 2, .last_member = 3, .secret = {4}}};
    struct log_state member = {.space = LOG_SPACE_MEMBER,
                               .member = {.number = 17,
                                          .flags = 2,
                                          .joined_ns = -1,
                                          .muted_until_ns = INT64_MAX,
                                          .peer = {.scope = 3, .port = 8888},
                                          .name = {"alice", 5}}};
    struct log_state session = {.space = LOG_SPACE_SESSION, .session = {1, 2, 3, 4, 5}};
    struct log_state said = {.space = LOG_SPACE_SAID, .said = {7, UINT32_MAX, 1}};
    struct log_state ended = {.space = LOG_SPACE_ENDED, .ended = {8, 9, 10}};
    struct log_state position = {.space = LOG_SPACE_POSITION, .position = {11, 12}};

    cr_expect_eq(check(&room).room.last_member, 3);
    cr_expect_eq(value.key.length, 0);
    member = check(&member);
    cr_expect(member.member.number == 17 && member.member.muted_until_ns == INT64_MAX &&
              member.member.peer.port == 8888 && member.member.name.length == 5);
    cr_expect_eq(check(&session).session.run, 5);
    cr_expect_eq(check(&said).said.decided, UINT32_MAX);
    cr_expect_eq(check(&ended).ended.ended_ns, 10);
    cr_expect_eq(check(&position).position.position, 12);
}

Test(log_state, a_ban_has_a_kind_and_the_bits_of_a_network)
{
    struct log_state ban = {
        .space = LOG_SPACE_BAN,
        .ban = {.serial = 1, .kind = 1, .has_network = true, .bits = 128, .name = {"bob", 3}}};

    cr_expect(check(&ban).ban.has_network);
    ban.ban.bits = 129;
    cr_expect_not(log_state_write(&ban, bytes, &value));
    ban.ban.bits = 0;
    ban.ban.kind = 2;
    cr_expect_not(log_state_write(&ban, bytes, &value));
}

Test(log_state, fields_of_a_later_version_are_ignored_and_its_spaces_are_told)
{
    struct log_state said = {.space = LOG_SPACE_SAID, .said = {7, 8, 9}}, got;

    cr_assert(log_state_write(&said, bytes, &value));
    value.value.length++;
    cr_expect_eq(log_state_read(&value, &got), 0);
    value.key.length--;
    cr_expect_eq(log_state_read(&value, &got), STATUS_INVALID);
    value.space = 99;
    cr_expect_eq(log_state_read(&value, &got), STATUS_NOT_FOUND);
    said.space = (enum log_space)99;
    cr_expect_not(log_state_write(&said, bytes, &value));
}
