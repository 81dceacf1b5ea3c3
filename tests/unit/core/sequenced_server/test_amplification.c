/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Before its address is confirmed, a sender is sent no more bytes than it sent, whatever its first
 * datagram is (doc/protocol.md, 2.11). Tested by kind and length exhaustively, by content at
 * random; while the limits for answers allow everything, while they are exhausted, and in a room
 * that does not speak the protocol. The seed is that of ROOMD_SEED, or 1.
 */
#include "support/dice.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ALICE    1001
#define STRANGER 1002

/* Longer than the room reads of a datagram. */
#define LENGTH_MAX 1300U

#define FIRST_MIN 0xf8U
#define FIRST_MAX 0xfeU

/* First bytes of answers. */
#define HANDSHAKE 0xf9U
#define DOWN      0xfbU

/* Rarely enough for no limit to apply, and all at one time. */
static const int64_t pauses_ns[] = {100 * MOMENT_NS_PER_MS, 0};

static struct stage stage;
static struct dice dice;
static struct path stranger;
static uint64_t answers[256]; /* datagrams to the stranger, by first byte */

static void open_stage(void)
{
    const char *seed = getenv("ROOMD_SEED");

    stage_new(&stage);
    dice.state = seed != NULL && *seed != '\0' ? strtoull(seed, NULL, 10) : 1;
    stranger = stage_path(STRANGER, 0);
    memset(answers, 0, sizeof(answers));
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(amplification, .init = open_stage, .fini = close_stage, .timeout = 300);

static void fill(uint8_t bytes[LENGTH_MAX], size_t from)
{
    for (size_t i = from; i < LENGTH_MAX; i += sizeof(uint64_t)) {
        uint64_t roll = dice_roll(&dice);

        memcpy(bytes + i, &roll, LENGTH_MAX - i < sizeof(roll) ? LENGTH_MAX - i : sizeof(roll));
    }
}

/* Half of them random, the others all alike: small numbers, and lengths that fit. */
static void fill_anyhow(uint8_t bytes[LENGTH_MAX])
{
    if (dice_chance(&dice, 500))
        fill(bytes, 0);
    else
        memset(bytes, (int)dice_below(&dice, 4), LENGTH_MAX);
}

/* Checks the answers to the source of the datagram, at once and with the next sweep. */
static void expect_no_more_than_came(const uint8_t *bytes, size_t length)
{
    size_t sent = 0;

    stage_send_bytes(&stage, &stranger, bytes, length);
    stage_sweep(&stage);
    for (size_t i = 0; i < stage.outbox.count; i++) {
        if (stage.outbox.sent[i].path.peer.port != STRANGER)
            continue;
        sent += stage.outbox.sent[i].length;
        answers[(uint8_t)stage.outbox.sent[i].bytes[0]]++;
    }
    if (sent > length) /* checked here, because a million expectations take their time */
        cr_expect_leq(sent, length, "%02x %02x %02x of %zu bytes", bytes[0], bytes[1], bytes[2],
                      length);
    fake_outbox_clear(&stage.outbox);
}

static void pass(int64_t ns)
{
    stage.now.mono_ns += ns;
    stage.now.wall_ns += ns;
}

static void speak(bool enabled)
{
    struct room_limits limits;

    limits = stage.config.limits;
    limits.sequenced_enabled = enabled;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
}

/* ---- arbitrary datagrams ---- */

Test(amplification, each_first_byte_version_and_type)
{
    uint8_t bytes[LENGTH_MAX];

    for (uint32_t head = FIRST_MIN << 16; head < (FIRST_MAX + 1) << 16; head++) {
        fill_anyhow(bytes);
        bytes[0] = (uint8_t)(head >> 16);
        bytes[1] = (uint8_t)(head >> 8);
        bytes[2] = (uint8_t)head;
        speak(!dice_chance(&dice, 200));
        expect_no_more_than_came(bytes, 1 + dice_below(&dice, LENGTH_MAX));
        pass(pauses_ns[dice_below(&dice, 2)]);
    }
    cr_expect_gt(answers[HANDSHAKE], 10); /* random versions are rarely its own */
    cr_expect_eq(room_members(stage.room), 0);
}

static void send_each_length(unsigned first, unsigned type)
{
    uint8_t bytes[LENGTH_MAX];

    for (size_t length = 0; length <= LENGTH_MAX; length++) {
        fill_anyhow(bytes);
        bytes[0] = (uint8_t)first;
        bytes[1] = SEQUENCED_VERSION;
        bytes[2] = (uint8_t)type;
        if (dice_chance(&dice, 500))
            bytes[3] = 0; /* no flags, if it has any */
        expect_no_more_than_came(bytes, length);
        pass(pauses_ns[dice_below(&dice, 2)]);
    }
}

Test(amplification, each_first_byte_type_and_length)
{
    for (unsigned first = FIRST_MIN; first <= FIRST_MAX; first++) {
        for (unsigned type = 0; type < 256; type++)
            send_each_length(first, type);
    }
    cr_expect_gt(answers[HANDSHAKE], 1000);
    cr_expect_eq(room_members(stage.room), 0);
}

/* ---- well-formed up to the end ---- */

/* Sends it cut short, unchanged, and with anything appended. */
static void send_stretched(const uint8_t *written, size_t written_length)
{
    uint8_t bytes[LENGTH_MAX];

    fill(bytes, 0);
    memcpy(bytes, written, written_length);
    for (size_t i = 0; i < 2; i++) {
        for (size_t length = 1; length <= LENGTH_MAX; length++) {
            expect_no_more_than_came(bytes, length);
            pass(pauses_ns[i]);
        }
    }
}

Test(amplification, hellos_of_each_version_and_length)
{
    uint8_t bytes[SEQUENCED_HELLO_MIN_BYTES];

    for (unsigned version = 0; version < 4; version++) {
        const struct sequenced_hello hello = {.version = (uint8_t)version,
                                              .nonce = dice_roll(&dice)};

        sequenced_handshake_write_hello(bytes, sizeof(bytes), &hello);
        speak(true);
        send_stretched(bytes, sizeof(bytes));
        speak(false);
        send_stretched(bytes, sizeof(bytes));
    }
    cr_expect_gt(answers[HANDSHAKE], 4000);
}

Test(amplification, joins_whose_cookies_are_not_theirs)
{
    char cookie[SEQUENCED_COOKIE_MAX_BYTES], name[255];
    uint8_t bytes[LENGTH_MAX];

    memset(name, 'n', sizeof(name));
    for (unsigned turn = 0; turn < 64; turn++) {
        struct sequenced_join join = {.resume = turn % 2 == 1, .nonce = dice_roll(&dice)};
        uint64_t rolls[4] = {dice_roll(&dice), dice_roll(&dice), dice_roll(&dice),
                             dice_roll(&dice)};
        int length;

        memcpy(cookie, rolls, sizeof(cookie));
        join.cookie = (struct octets_slice){cookie, 1 + dice_below(&dice, sizeof(cookie))};
        join.name = (struct octets_slice){name, dice_below(&dice, sizeof(name) + 1)};
        if (join.resume) {
            join.epoch = dice_roll(&dice);
            join.token = dice_roll(&dice);
        }
        length = sequenced_handshake_write_join(bytes, sizeof(bytes), &join);
        cr_assert_gt(length, 0);
        send_stretched(bytes, (size_t)length);
    }
    cr_expect_gt(answers[HANDSHAKE], 1000);
    cr_expect_eq(room_members(stage.room), 0);
}

/* ---- with a member's token ---- */

static size_t write_up(uint8_t bytes[LENGTH_MAX], const struct sequenced_up *up)
{
    struct octets_writer writer = sequenced_write(bytes, SEQUENCED_DATAGRAM_MAX_BYTES);

    sequenced_up_begin(&writer, up);
    return writer.length;
}

/* Its run is 2, so that there is an earlier one. */
static void enter(struct hand *alice, uint64_t nonce)
{
    pass(20 * MOMENT_NS_PER_S); /* so that the limits for answers have recovered */
    hand_init(alice, &stage, ALICE);
    cr_assert(hand_enter(alice, 2 * nonce, "alice"));
    cr_assert(hand_hello(alice, 2 * nonce + 1) && hand_join(alice, "alice", true));
}

/*
 * A sender that knows a member's token, or guesses one, is sent no more at its own address; its
 * other effects are on the member.
 */
Test(amplification, ups_with_the_token_of_a_member_or_of_nobody)
{
    struct sequenced_up up = {.packet = 1};
    uint8_t bytes[LENGTH_MAX];
    struct hand alice;

    for (unsigned turn = 0; turn < 64; turn++) {
        /* After a LEAVE among the frames, or the timeout. */
        if (room_members(stage.room) == 0)
            enter(&alice, 1 + turn);
        up.token = alice.token + turn % 2;
        up.run = (uint16_t)(1 + turn / 2 % 3);
        up.packet = turn % 4 == 3 ? UINT32_MAX : up.packet + 1;
        for (uint8_t kind = 0; kind <= SEQUENCED_UP_PATH; kind++) {
            fill_anyhow(bytes);
            bytes[write_up(bytes, &up)] = kind;
            expect_no_more_than_came(bytes, 24 + dice_below(&dice, LENGTH_MAX - 24));
        }
        send_stretched(bytes, write_up(bytes, &up));
    }
    cr_expect_gt(answers[HANDSHAKE], 1000); /* STRANGER */
    cr_expect_gt(answers[DOWN], 100);       /* PATH; CLOSED, "resumed elsewhere" */
}
