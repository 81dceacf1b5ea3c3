/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Answers that hold {name}: every way that they are sent, and what is taken for one on receipt. */
#include "core/plain_wire/known_replies.h"
#include "core/plain_wire/reply.h"
#include "support/dice.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

static struct stage stage;

static void set(enum dialect_key key, const char *text)
{
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(dialect_set(&stage.dialects[0], key, text, why), 0, "%s", why);
}

static void open_stage(void)
{
    char why[DIALECT_WHY_BYTES];

    stage_new(&stage);
    set(DIALECT_ACCEPT, "L {name} ok");
    set(DIALECT_NAME_TAKEN, "L {name} taken");
    set(DIALECT_NAME_BAD, "L {name} bad");
    set(DIALECT_ROOM_FULL, "L {name} full");
    set(DIALECT_REFUSED, "C {name} first");
    set(DIALECT_BYE, "Q {name} bye");
    cr_assert_eq(dialect_set_bye(&stage.dialects[0], "QUIT", "{name} QUIT", why), 0);
    stage_reconfigure(&stage);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(known_replies, .init = open_stage, .fini = close_stage);

/* Expects this text in the last datagram to the port. */
static void expect_last(uint16_t port, const char *text)
{
    size_t count;

    stage_sweep(&stage);
    count = fake_outbox_count_to(&stage.outbox, port);
    cr_assert_gt(count, 0, "%s", text);
    cr_expect(stage_heard(&stage, port, count - 1, text), "'%.*s', not '%s'",
              (int)fake_outbox_to(&stage.outbox, port, count - 1)->length,
              fake_outbox_to(&stage.outbox, port, count - 1)->bytes, text);
}

/* At such a door joins and exits of an endpoint are answered once in four seconds. */
static void pass(void)
{
    stage.now.mono_ns += 4 * MOMENT_NS_PER_S;
}

static void expect_answer(uint16_t port, const char *request, const char *answer)
{
    pass();
    stage_send(&stage, port, request);
    expect_last(port, answer);
}

Test(known_replies, a_member_is_called_by_its_name)
{
    expect_answer(ALICE, "L Alice", "L Alice ok");
    expect_answer(ALICE, "L ALICE", "L Alice ok");
    expect_answer(ALICE, "Q aLICE", "Q Alice bye");
    expect_answer(ALICE, "L Alicia\n", "L Alicia ok\n");
    expect_answer(ALICE, "L Alice", "L Alice ok");
    expect_answer(ALICE, "QUIT Alice", "Alice QUIT");
}

Test(known_replies, others_are_called_as_they_call_themselves)
{
    struct room_limits limits = stage.config.limits;

    stage_join_elsewhere(&stage, ALICE, "alice");
    expect_answer(BOB, "L ALICE", "L ALICE taken");
    expect_answer(BOB, "L a b", "L a_b bad");
    expect_answer(BOB, "L ", "L ? bad");
    expect_answer(BOB, "L \xff\xfe", "L ? bad");
    expect_answer(BOB, "L admin\n", "L admin bad\n");
    expect_answer(BOB, "C Bob hello there", "C Bob first");
    expect_answer(BOB, "E Bob ##", "Q Bob bye");
    expect_answer(BOB, "QUIT x:y", "x:y QUIT");
    limits.max_members = 1;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    expect_answer(BOB, "L bob", "L bob full");
}

Test(known_replies, no_name_makes_an_answer_longer_than_120_bytes)
{
    char request[PLAIN_REQUEST_MAX_BYTES + 1] = "L ";

    memset(request + 2, 'x', sizeof(request) - 3);
    stage_send(&stage, ALICE, request);
    cr_expect_eq(fake_outbox_to(&stage.outbox, ALICE, 0)->length, DIALECT_REPLY_MAX_BYTES);
    request[0] = 'E';
    pass();
    stage_send(&stage, ALICE, request);
    cr_expect_eq(fake_outbox_to(&stage.outbox, ALICE, 1)->length, DIALECT_REPLY_MAX_BYTES);
}

Test(known_replies, the_accept_comes_first_whatever_follows_at_once)
{
    stage_send(&stage, ALICE, "L alice");
    stage_send(&stage, ALICE, "E alice");
    cr_expect(stage_heard(&stage, ALICE, 0, "L alice ok"));
    cr_expect(stage_heard(&stage, ALICE, 1, "Q alice bye"));
    stage_send(&stage, BOB, "L bob\n");
    cr_expect_eq(room_kick(stage.room, &stage.now, "bob", "no"), 0);
    cr_expect(stage_heard(&stage, BOB, 0, "L bob ok\n"));
    cr_expect(stage_heard(&stage, BOB, 2, "Q bob bye\n"));
}

Test(known_replies, the_accept_waits_for_a_full_socket)
{
    stage.outbox.take = 0;
    stage_send(&stage, ALICE, "L alice");
    stage_send(&stage, BOB, "L bob");
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    stage.outbox.take = SIZE_MAX;
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, ALICE, 0, "L alice ok"));
    cr_expect(stage_heard(&stage, BOB, 0, "L bob ok"));
}

Test(known_replies, an_idle_member_that_is_removed_is_called_by_its_name)
{
    stage_join(&stage, ALICE, "alice");
    stage.now.mono_ns += (43200 - 60) * MOMENT_NS_PER_S;
    room_tick(stage.room, &stage.now);
    stage.now.mono_ns += 60 * MOMENT_NS_PER_S;
    room_tick(stage.room, &stage.now);
    expect_last(ALICE, "Q alice bye");
    cr_expect_eq(room_members(stage.room), 0);
}

Test(known_replies, repeated_joins_are_limited_where_the_name_makes_the_accept_longer)
{
    set(DIALECT_ACCEPT, "L{name}");
    set(DIALECT_REFUSED, "first");
    set(DIALECT_BYE, "bye");
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    for (int i = 0; i < 300; i++) {
        stage_send(&stage, ALICE, "L alice");
        expect_last(ALICE, "Lalice");
        pass();
    }
    cr_expect_eq(stage.outbox.count, 300);
    set(DIALECT_ACCEPT, "OK {name}");
    stage_reconfigure(&stage);
    fake_outbox_clear(&stage.outbox);
    for (int i = 0; i < 200; i++)
        stage_send(&stage, BOB, "E nobody");
    stage_send(&stage, ALICE, "L alice");
    cr_expect_eq(stage.outbox.count, 200, "nothing is left for the address");
    pass();
    stage_send(&stage, ALICE, "L alice");
    expect_last(ALICE, "OK alice");
}

/* ---- receiving answers ---- */

Test(known_replies, a_datagram_that_could_be_an_answer_is_dropped_at_every_door)
{
    const char *const answers[] = {"L alice ok", "L bob taken\n", "L ? bad",    "L a_b bad",
                                   "L x full",   "C bob first",   "Q bob bye",  "alice QUIT",
                                   "L 小明 ok",  "Q x:y bye\r\n", "L LOGIN ok", "L C ok"};
    uint64_t dropped = 0;

    stage_join(&stage, BOB, "bob");
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        for (uint16_t door = 0; door < 2; door++) {
            struct path path = stage_path(door == 0 ? BOB : CAROL, door);

            stage_send_bytes(&stage, &path, answers[i], strlen(answers[i]));
            cr_expect_eq(stage.refused[REFUSED_REPLY], ++dropped, "%s", answers[i]);
        }
    }
    stage_sweep(&stage);
    cr_expect_eq(stage.outbox.count, 0);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(known_replies, a_datagram_that_only_resembles_an_answer_is_accepted)
{
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    stage_send(&stage, BOB, "C bob I was first");
    expect_last(ALICE, "bob ： I was first");
    stage_send(&stage, BOB, "C bob ok");
    expect_last(ALICE, "bob ： ok");
}

/* One room's answer to any request is dropped by another room of its kind. */
Test(known_replies, no_answer_is_answered)
{
    const char *const requests[] = {"L a b",        "L ",       "L \xff",  "L admin",   "L alice",
                                    "L x\x01\x02y", "E nobody", "QUIT a:", "C bob way", "L a:b c"};

    stage_join_elsewhere(&stage, BOB, "alice");
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        char answer[DIALECT_REPLY_MAX_BYTES + 1];
        uint64_t dropped = stage.refused[REFUSED_REPLY];

        pass();
        fake_outbox_clear(&stage.outbox);
        stage_send(&stage, ALICE, requests[i]);
        cr_assert_eq(stage.outbox.count, 1, "%s", requests[i]);
        memcpy(answer, stage.outbox.sent[0].bytes, stage.outbox.sent[0].length);
        answer[stage.outbox.sent[0].length] = '\0';
        stage_send(&stage, CAROL, answer);
        cr_expect_eq(stage.outbox.count, 1, "%s", answer);
        cr_expect_eq(stage.refused[REFUSED_REPLY], dropped + 1, "%s", answer);
    }
}

/* ---- the filter ---- */

/* Without the filter: any reply of a built-in dialect, or of the doors'. */
static bool is_any(const struct known_replies *known, const char *bytes, size_t length)
{
    for (size_t i = 0; i < known->count; i++) {
        if (reply_matches(&known->replies[i], bytes, length))
            return true;
    }
    return dialect_is_reply(&stage.dialects[0], bytes, length) ||
           dialect_is_reply(&stage.dialects[1], bytes, length);
}

static const struct reply *roll_reply(struct dice *dice, const struct known_replies *known)
{
    const struct dialect *dialect = &stage.dialects[dice_below(dice, 2)];

    switch (dice_below(dice, 3)) {
    case 0:
        return &known->replies[dice_below(dice, (uint32_t)known->count)];
    case 1:
        return dialect_reply(dialect,
                             (enum dialect_key)dice_between(dice, DIALECT_ACCEPT, DIALECT_BYE));
    default:
        return dialect->byes_count > 0 ? &dialect->byes[0] : dialect_reply(dialect, DIALECT_BYE);
    }
}

/* An answer, nearly one, or something else. Returns its length. */
static size_t random_datagram(struct dice *dice, const struct known_replies *known,
                              char bytes[DIALECT_REPLY_MAX_BYTES + 2])
{
    char name[DIALECT_REPLY_MAX_BYTES];
    size_t name_len = dice_below(dice, dice_chance(dice, 100) ? sizeof(name) : 12), length;
    struct reply filled;
    const struct reply *reply;

    for (size_t i = 0; i < name_len; i++)
        name[i] = (char)dice_between(dice, 'a', 'z');
    reply = reply_fill(roll_reply(dice, known), name, name_len, &filled);
    length = reply->length;
    memcpy(bytes, reply->bytes, length);
    if (length > 0 && dice_chance(dice, 300))
        bytes[dice_below(dice, (uint32_t)length)] = (char)dice_roll(dice);
    if (length > 0 && dice_chance(dice, 200))
        length--;
    if (dice_chance(dice, 200))
        bytes[length++] = (char)dice_between(dice, ' ', '~');
    return length;
}

static void expect_the_same(uint64_t seed)
{
    static struct known_replies known;
    const struct room_door doors[] = {{.dialect = &stage.dialects[0]},
                                      {.dialect = &stage.dialects[1]},
                                      {.dialect = &stage.dialects[0]}};
    struct dice dice = {.state = seed};
    unsigned found = 0;

    known_replies_init(&known);
    known_replies_set_doors(&known, doors, sizeof(doors) / sizeof(*doors));
    for (int round = 0; round < 20000; round++) {
        char bytes[DIALECT_REPLY_MAX_BYTES + 2];
        size_t length = random_datagram(&dice, &known, bytes);

        found += is_any(&known, bytes, length) ? 1 : 0;
        cr_assert_eq(known_replies_have(&known, bytes, length), is_any(&known, bytes, length),
                     "'%.*s'", (int)length, bytes);
    }
    cr_expect(found > 5000 && found < 19000, "%u of 20000 are answers", found);
}

Test(known_replies, the_filter_never_differs_from_comparing_every_reply)
{
    expect_the_same(1);
    set(DIALECT_NAME_BAD, "{name}, no");
    expect_the_same(2);
    set(DIALECT_NAME_BAD, "{name}");
    expect_the_same(3);
    set(DIALECT_BYE, "");
    expect_the_same(4);
}

Test(known_replies, replies_of_closed_doors_are_forgotten)
{
    static struct known_replies known;
    const struct room_door door = {.dialect = &stage.dialects[0]};

    known_replies_init(&known);
    cr_expect_not(known_replies_have(&known, "L alice ok", 10));
    known_replies_set_doors(&known, &door, 1);
    cr_expect(known_replies_have(&known, "L alice ok", 10));
    known_replies_set_doors(&known, &door, 0);
    cr_expect_not(known_replies_have(&known, "L alice ok", 10));
    cr_expect(known_replies_have(&known, "OK", 2));
}

/* Two servers that answer each other's answers come to an end. */
Test(known_replies, an_endpoint_that_may_be_a_server_is_answered_once)
{
    struct path other = stage_path(BOB, 1);

    for (unsigned i = 0; i < 5; i++)
        stage_send(&stage, BOB, "L x_bad bad!");
    cr_expect_eq(stage.outbox.count, 1);
    stage_send(&stage, ALICE, "L a b");
    cr_expect_eq(stage.outbox.count, 2, "others are answered");
    pass();
    stage_send(&stage, BOB, "L a b");
    cr_expect_eq(stage.outbox.count, 3);
    for (unsigned i = 0; i < 5; i++)
        stage_send_bytes(&stage, &other, "L a b", 5);
    cr_expect_eq(stage.outbox.count, 8, "no server answers the replies of a built-in dialect");
}

Test(known_replies, where_no_reply_can_let_in_a_server_people_try_as_many_names_as_they_like)
{
    set(DIALECT_REFUSED, "L {name} first");
    set(DIALECT_BYE, "");
    stage_reconfigure(&stage);
    for (unsigned i = 0; i < 20; i++)
        stage_send(&stage, BOB, "L admin");
    cr_expect_eq(stage.outbox.count, 20);
    for (unsigned i = 0; i < 20; i++)
        stage_send(&stage, BOB, "L a b");
    cr_expect_eq(stage.outbox.count, 22);
}
