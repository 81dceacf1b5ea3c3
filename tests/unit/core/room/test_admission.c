/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * How often, and how many times, one address and one prefix may join: in and outside
 * access.trusted, by both protocols together.
 */
#include "core/room/admission.h"
#include "core/room/room_state.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct stage stage;

/* 10.0.0.0/8 is trusted; 198.51.100.0/24 and 2001:db8::/32 are not. */
static void open_stage(void)
{
    char why[NETWORK_WHY_BYTES];

    stage_open(&stage);
    stage.config.access.trusted.sets = 0;
    stage.config.access.trusted.count = 1;
    cr_assert_eq(network_parse("10.0.0.0/8", &stage.config.access.trusted.networks[0], why), 0);
    cr_assert_eq(stage_start(&stage), 0);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(admission, .init = open_stage, .fini = close_stage);

static struct path from(const char *network, unsigned host, uint16_t port)
{
    struct path path = stage_path(port, 0);
    struct network parsed;
    char why[NETWORK_WHY_BYTES];

    cr_assert_eq(network_parse(network, &parsed, why), 0);
    memcpy(path.peer.address, parsed.address, sizeof(path.peer.address));
    path.peer.address[14] = (uint8_t)(path.peer.address[14] + (host >> 8));
    path.peer.address[15] = (uint8_t)host;
    return path;
}

static unsigned named; /* names are used once */

static bool join_plain(const char *network, unsigned host)
{
    struct path path = from(network, host, (uint16_t)(2000 + named));
    uint32_t before = room_members(stage.room);
    char request[32];

    snprintf(request, sizeof(request), "L v%u", named++);
    stage_send_bytes(&stage, &path, request, strlen(request));
    return room_members(stage.room) > before;
}

static bool join_sequenced(const char *network, unsigned host)
{
    struct hand hand;
    char name[32];

    hand_init(&hand, &stage, (uint16_t)(2000 + named));
    hand.path = from(network, host, (uint16_t)(2000 + named));
    snprintf(name, sizeof(name), "v%u", named++);
    return hand_enter(&hand, named, name);
}

/* How many of so many joins from one address succeed, by both protocols in turn. */
static unsigned join_many(const char *network, unsigned host, unsigned count)
{
    unsigned in = 0;

    for (unsigned i = 0; i < count; i++)
        in += (i % 2 == 0 ? join_plain(network, host) : join_sequenced(network, host)) ? 1U : 0U;
    fake_outbox_clear(&stage.outbox);
    return in;
}

static unsigned join_from_many(const char *network, unsigned hosts, unsigned each)
{
    unsigned in = 0;

    for (unsigned host = 1; host <= hosts; host++)
        in += join_many(network, host, each);
    return in;
}

static void limit_joins(uint32_t burst, uint32_t trusted_burst)
{
    stage.config.limits.untrusted.joins = (struct room_rate){.per_second = 1, .burst = burst};
    stage.config.limits.trusted.joins = (struct room_rate){.per_second = 1, .burst = trusted_burst};
    stage_reconfigure(&stage);
}

static void limit_members(uint32_t members, uint32_t trusted_members)
{
    stage.config.limits.untrusted.members = members;
    stage.config.limits.trusted.members = trusted_members;
    stage_reconfigure(&stage);
}

Test(admission, joins_from_one_address_are_limited_also_inside_trusted_networks)
{
    limit_joins(20, 50);
    cr_expect_eq(join_many("198.51.100.0/24", 7, 100), 20);
    cr_expect_eq(join_many("10.0.0.0/24", 7, 100), 50);
    stage.now.mono_ns += 5 * MOMENT_NS_PER_S;
    cr_expect_eq(join_many("198.51.100.0/24", 7, 100), 5);
    cr_expect_eq(join_many("10.0.0.0/24", 7, 100), 5);
}

Test(admission, joins_from_one_prefix_are_four_times_as_many)
{
    limit_joins(2, 5);
    cr_expect_eq(join_from_many("198.51.100.0/24", 100, 3), 8);
    cr_expect_eq(join_from_many("2001:db8::/56", 100, 3), 8);
    cr_expect_eq(join_from_many("10.0.0.0/24", 100, 6), 20);
    cr_expect_eq(join_from_many("10.0.1.0/24", 100, 6), 20, "another /24");
}

Test(admission, a_join_that_the_prefix_refuses_costs_the_address_nothing)
{
    limit_joins(2, 2);
    cr_assert_eq(join_from_many("198.51.100.0/24", 4, 2), 8);
    cr_expect_eq(join_many("198.51.100.0/24", 50, 10), 0);
    stage.now.mono_ns += MOMENT_NS_PER_S / 4; /* one more for the prefix */
    cr_expect_eq(join_many("198.51.100.0/24", 50, 10), 1);
}

/* How many of so many strangers at one address may be answered. */
static unsigned answers(const char *network, unsigned host, unsigned count)
{
    struct path path = from(network, host, 9);
    unsigned in = 0;

    for (unsigned i = 0; i < count; i++)
        in += admission_may_answer(stage.room, &stage.now, path.peer.address) ? 1U : 0U;
    return in;
}

Test(admission, an_answer_that_the_prefix_withholds_costs_the_address_nothing)
{
    for (unsigned host = 1; host <= 4; host++)
        cr_assert_eq(answers("198.51.100.0/24", host, 300), 200);
    cr_expect_eq(answers("198.51.100.0/24", 50, 300), 0);
    stage.now.mono_ns += MOMENT_NS_PER_S / 200; /* one more for the prefix */
    cr_expect_eq(answers("198.51.100.0/24", 50, 300), 1);
}

Test(admission, a_stranger_whose_answer_was_withheld_is_answered_as_soon_as_it_may_be)
{
    struct path path = from("10.0.0.0/24", 50, 1001);

    for (unsigned host = 1; host <= 4; host++)
        cr_assert_eq(answers("10.0.0.0/24", host, 300), 200);
    stage_send_bytes(&stage, &path, "C alice hello", 13);
    cr_assert_eq(fake_outbox_count_to(&stage.outbox, 1001), 0);
    stage.now.mono_ns += MOMENT_NS_PER_S / 200;
    stage_send_bytes(&stage, &path, "C alice hello", 13);
    stage_send_bytes(&stage, &path, "C alice hello", 13);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1001), 1);
    cr_expect(stage_heard(&stage, 1001, 0, "请先进入聊天室"));
}

Test(admission, members_at_one_address_are_limited_also_inside_trusted_networks)
{
    limit_members(10, 30);
    cr_expect_eq(join_many("198.51.100.0/24", 7, 60), 10);
    cr_expect_eq(join_many("10.0.0.0/24", 7, 60), 30);
    cr_expect_eq(join_many("10.0.0.0/24", 8, 60), 30, "others are not concerned");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 50 + 30 + 30);
}

Test(admission, members_in_one_prefix_are_four_times_as_many)
{
    limit_members(2, 5);
    cr_expect_eq(join_from_many("198.51.100.0/24", 20, 3), 8);
    cr_expect_eq(join_from_many("2001:db8::/56", 20, 3), 8);
    cr_expect_eq(join_from_many("10.0.0.0/24", 20, 6), 20);
    cr_expect_eq(join_from_many("10.0.1.0/24", 20, 6), 20, "another /24");
}

Test(admission, an_exit_gives_the_place_back)
{
    struct path path = from("198.51.100.0/24", 7, 2000);

    limit_members(1, 1);
    cr_expect(join_plain("198.51.100.0/24", 7));
    cr_expect_not(join_plain("198.51.100.0/24", 7));
    stage_send_bytes(&stage, &path, "E v0", 4);
    cr_expect(join_plain("198.51.100.0/24", 7));
    cr_expect_not(join_sequenced("198.51.100.0/24", 7));
}

Test(admission, without_limits_there_are_none)
{
    limit_members(0, 0);
    cr_expect_eq(join_many("198.51.100.0/24", 7, 300), 300);
    cr_expect_eq(join_many("10.0.0.0/24", 7, 300), 300);
}

Test(admission, a_member_that_moves_counts_where_it_is)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};
    struct hand alice;

    limit_members(1, 1);
    hand_init(&alice, &stage, 1001);
    alice.path = from("10.0.0.0/24", 1, 1001);
    cr_assert(hand_enter(&alice, 7, "alice"));
    alice.path = from("10.0.0.0/24", 2, 1001);
    hand_report(&alice, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_PATH, &frame));
    hand_up(
        &alice,
        &(const struct sequenced_up_frame){.kind = SEQUENCED_UP_PATH, .challenge = frame.challenge},
        1);
    cr_expect(join_plain("10.0.0.0/24", 1));
    cr_expect_not(join_plain("10.0.0.0/24", 2));
}

Test(admission, members_restored_after_a_restart_count)
{
    struct roster_record record = {.name = "alice", .number = 1};

    limit_members(1, 1);
    record.path = from("10.0.0.0/24", 1, 1001);
    cr_assert_eq(room_restore(stage.room, &stage.now, &record), 0);
    cr_expect_not(join_plain("10.0.0.0/24", 1));
    cr_expect(join_plain("10.0.0.0/24", 2));
}
