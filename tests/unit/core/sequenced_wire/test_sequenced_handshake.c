/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The handshake beyond the vectors: how long answers are, and what a writer refuses. */
#include "core/sequenced_wire/sequenced_handshake.h"

#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_up.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
static char long_text[300];

static struct octets_slice slice(size_t length)
{
    memset(long_text, 'n', sizeof(long_text));
    return (struct octets_slice){long_text, length};
}

static struct sequenced_welcome largest_welcome(void)
{
    return (struct sequenced_welcome){.run = 1,
                                      .member = SEQUENCED_MEMBER_MAX,
                                      .position = OCTETS_VARINT_MAX,
                                      .name = slice(ROOM_NAME_MAX_BYTES),
                                      .room = slice(SEQUENCED_ROOM_MAX_BYTES),
                                      .history = 1};
}

Test(sequenced_handshake, no_answer_is_longer_than_its_shortest_request)
{
    struct sequenced_hello hello = {.version = SEQUENCED_VERSION};
    struct sequenced_join join = {.cookie = slice(1), .name = slice(0)};
    struct sequenced_challenge challenge = {.cookie = slice(SEQUENCED_COOKIE_MAX_BYTES)};
    struct sequenced_welcome welcome = largest_welcome();
    struct sequenced_refusal refusal = {.version = SEQUENCED_VERSION,
                                        .code = SEQUENCED_REFUSED_FULL};
    struct sequenced_stranger stranger = {0};
    int hello_bytes = sequenced_handshake_write_hello(bytes, sizeof(bytes), &hello);
    int join_bytes = sequenced_handshake_write_join(bytes, sizeof(bytes), &join);

    cr_expect_eq(hello_bytes, SEQUENCED_HELLO_MIN_BYTES);
    cr_expect_eq(join_bytes, SEQUENCED_JOIN_MIN_BYTES);
    cr_expect_eq(sequenced_handshake_write_challenge(bytes, sizeof(bytes), &challenge),
                 SEQUENCED_CHALLENGE_MAX_BYTES);
    cr_expect_eq(sequenced_handshake_write_welcome(bytes, sizeof(bytes), &welcome),
                 SEQUENCED_WELCOME_MAX_BYTES);
    cr_expect_eq(sequenced_handshake_write_refusal(bytes, sizeof(bytes), &refusal),
                 SEQUENCED_REFUSAL_BYTES);
    cr_expect_eq(sequenced_handshake_write_stranger(bytes, sizeof(bytes), &stranger),
                 SEQUENCED_STRANGER_BYTES);
    cr_expect_leq(SEQUENCED_CHALLENGE_MAX_BYTES, hello_bytes);
    cr_expect_leq(SEQUENCED_REFUSAL_BYTES, hello_bytes);
    cr_expect_leq(SEQUENCED_WELCOME_MAX_BYTES, join_bytes);
    cr_expect_leq(SEQUENCED_STRANGER_BYTES, SEQUENCED_UP_HEADER_MIN_BYTES);
}

Test(sequenced_handshake, a_datagram_to_an_unproved_address_is_no_longer_than_an_up)
{
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_PATH};
    struct sequenced_down down = {.run = 1};
    struct sequenced_up up = {.run = 1, .packet = 1};

    cr_assert_eq(sequenced_up_begin(&writer, &up), 0);
    cr_expect_eq(writer.length, SEQUENCED_UP_HEADER_MIN_BYTES);
    writer = sequenced_write(bytes, sizeof(bytes));
    cr_assert_eq(sequenced_down_begin(&writer, &down), 0);
    cr_expect_eq(writer.length, SEQUENCED_DOWN_HEADER_BYTES);
    cr_assert_eq(sequenced_down_add(&writer, &frame), 0);
    cr_expect_leq(writer.length, SEQUENCED_UP_HEADER_MIN_BYTES);
    octets_rewind(&writer, SEQUENCED_DOWN_HEADER_BYTES);
    frame = (struct sequenced_down_frame){.kind = SEQUENCED_DOWN_CLOSED};
    frame.closed.reason = SEQUENCED_CLOSED_RESUMED_ELSEWHERE;
    frame.closed.text = slice(0);
    cr_assert_eq(sequenced_down_add(&writer, &frame), 0);
    cr_expect_leq(writer.length, SEQUENCED_UP_HEADER_MIN_BYTES);
}

Test(sequenced_handshake, fields_out_of_their_range_are_not_written)
{
    struct sequenced_challenge challenge = {.cookie = slice(0)};
    struct sequenced_join join = {.cookie = slice(0), .name = slice(1)};
    struct sequenced_refusal refusal = {.version = SEQUENCED_VERSION};

    cr_expect_eq(sequenced_handshake_write_challenge(bytes, sizeof(bytes), &challenge),
                 STATUS_INVALID);
    challenge.cookie = slice(SEQUENCED_COOKIE_MAX_BYTES + 1);
    cr_expect_eq(sequenced_handshake_write_challenge(bytes, sizeof(bytes), &challenge),
                 STATUS_INVALID);
    cr_expect_eq(sequenced_handshake_write_join(bytes, sizeof(bytes), &join), STATUS_INVALID);
    join = (struct sequenced_join){.cookie = slice(1), .name = slice(256)};
    cr_expect_eq(sequenced_handshake_write_join(bytes, sizeof(bytes), &join), STATUS_INVALID);
    join = (struct sequenced_join){
        .resume = true, .cookie = slice(1), .name = slice(1), .position = OCTETS_VARINT_MAX + 1};
    cr_expect_eq(sequenced_handshake_write_join(bytes, sizeof(bytes), &join), STATUS_INVALID);
    cr_expect_eq(sequenced_handshake_write_refusal(bytes, sizeof(bytes), &refusal), STATUS_INVALID);
    refusal = (struct sequenced_refusal){.version = 2, .code = SEQUENCED_REFUSED_TAKEN};
    cr_expect_eq(sequenced_handshake_write_refusal(bytes, sizeof(bytes), &refusal), STATUS_INVALID);
}

Test(sequenced_handshake, a_welcome_out_of_range_is_not_written)
{
    struct sequenced_welcome rows[7];

    for (size_t i = 0; i < 7; i++)
        rows[i] = largest_welcome();
    rows[0].run = 0;
    rows[1].member = 0;
    rows[2].member = SEQUENCED_MEMBER_MAX + 1;
    rows[3].position++;
    rows[4].name = slice(0);
    rows[5].name = slice(ROOM_NAME_MAX_BYTES + 1);
    rows[6].room = slice(SEQUENCED_ROOM_MAX_BYTES + 1);
    for (size_t i = 0; i < 7; i++)
        cr_expect_eq(sequenced_handshake_write_welcome(bytes, sizeof(bytes), &rows[i]),
                     STATUS_INVALID, "%zu", i);
}
