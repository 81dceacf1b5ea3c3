/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Who makes room for a newcomer in a full room, and who does not. */
#include "core/room/displacement.h"
#include "core/room/room_state.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DISPLACED "您很久没有发言, 聊天室已满, 您的位置已让给新来的人"
#define FULL      "聊天室已满"

static struct stage stage;

/* 10.0.0.0/8 is trusted. */
static void open_stage(void)
{
    char why[NETWORK_WHY_BYTES];

    stage_open(&stage);
    stage.config.limits.max_members = 4;
    stage.config.limits.untrusted.members = 1000;
    stage.config.limits.trusted.members = 1000;
    stage.config.access.trusted.sets = 0;
    stage.config.access.trusted.count = 1;
    cr_assert_eq(network_parse("10.0.0.0/8", &stage.config.access.trusted.networks[0], why), 0);
    cr_assert_eq(stage_start(&stage), 0);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(displacement, .init = open_stage, .fini = close_stage);

/* Members have one port each: 1001, 1002 … */
static struct path from(const char *address, unsigned port)
{
    struct path path = stage_path((uint16_t)port, 0);
    struct network network;
    char why[NETWORK_WHY_BYTES];

    cr_assert_eq(network_parse(address, &network, why), 0);
    memcpy(path.peer.address, network.address, sizeof(path.peer.address));
    return path;
}

__attribute__((format(printf, 3, 4))) static void ask(const char *address, unsigned port,
                                                      const char *format, ...)
{
    struct path path = from(address, port);
    char request[64];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(request, sizeof(request), format, arguments);
    va_end(arguments);
    stage_send_bytes(&stage, &path, request, strlen(request));
    stage_sweep(&stage);
}

/* True if it is in. Forgets what was sent. */
static bool join(const char *address, unsigned port)
{
    bool in;

    fake_outbox_clear(&stage.outbox);
    ask(address, port, "L m%u", port);
    in = stage_heard(&stage, (uint16_t)port, 0, "OK");
    cr_assert(in || stage_heard(&stage, (uint16_t)port, 0, FULL));
    fake_outbox_clear(&stage.outbox);
    return in;
}

static bool has(unsigned port)
{
    char name[16];
    struct room_member member;

    snprintf(name, sizeof(name), "m%u", port);
    for (uint32_t seat = 0; seat < room_seats(stage.room); seat++) {
        if (room_member(stage.room, seat, &member) && strcmp(member.name, name) == 0)
            return true;
    }
    return false;
}

/* Three members at one address, one at another, a second apart. */
static void fill(void)
{
    for (unsigned port = 1001; port <= 1003; port++) {
        cr_assert(join("10.0.0.1", port));
        stage.now.mono_ns += MOMENT_NS_PER_S;
    }
    cr_assert(join("10.0.1.2", 1004));
    stage.now.mono_ns += MOMENT_NS_PER_S;
}

Test(displacement, a_newcomer_takes_the_place_of_a_silent_member_where_most_members_are)
{
    struct room_stats stats;
    struct event event;
    uint64_t oldest, newest;

    fill();
    ask("10.0.2.3", 1005, "L m1005");
    cr_expect(stage_heard(&stage, 1005, 0, "OK"));
    cr_expect(stage_heard(&stage, 1001, 0, DISPLACED));
    cr_expect(stage_heard(&stage, 1001, 1, "EXIT"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1001), 2);
    cr_expect(stage_heard(&stage, 1004, 0, "m1001 退出了聊天室"));
    cr_expect(stage_heard(&stage, 1004, 1, "m1005 进入了聊天室"));
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.members, 4);
    cr_expect_eq(stats.displaced, 1);
    room_events(stage.room, &oldest, &newest);
    cr_assert(room_event(stage.room, newest - 1, &event));
    cr_expect_eq(event.reason, EXIT_DISPLACED);
    cr_expect_str_eq(exit_reason_text(EXIT_DISPLACED), "displaced");
}

Test(displacement, a_sequenced_member_is_told_so_in_its_own_words)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_TAKEN};
    struct hand alice, bob;

    hand_init(&alice, &stage, 1001);
    alice.path = from("10.0.0.1", 1001);
    cr_assert(hand_enter(&alice, 7, "m1001"));
    for (unsigned port = 1002; port <= 1004; port++)
        cr_assert(join("10.0.0.1", port));
    alice.read = 0;
    hand_init(&bob, &stage, 1005);
    bob.path = from("192.0.2.7", 1005); /* not trusted, but confirmed */
    cr_expect(hand_enter(&bob, 8, "m1005"));
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &closed));
    cr_expect_eq(closed.closed.reason, SEQUENCED_CLOSED_DISPLACED);
    cr_expect_eq(SEQUENCED_CLOSED_DISPLACED, 9);
    cr_expect_eq(EXIT_DISPLACED, 6, "on the wire");
    cr_expect_not(has(1001));
}

Test(displacement, a_member_that_speaks_keeps_its_place_for_a_while)
{
    fill();
    ask("10.0.0.1", 1001, "C m1001 hello");
    ask("10.0.0.1", 1002, "C m1002 hello");
    cr_expect(join("10.0.2.3", 1005));
    cr_expect(has(1001) && has(1002) && !has(1003));
    stage.now.mono_ns += (ROOM_SILENT_S - 1) * MOMENT_NS_PER_S;
    ask("10.0.0.1", 1001, "C m1001 hello");
    ask("10.0.1.2", 1004, "C m1004 hello");
    ask("10.0.2.3", 1005, "C m1005 hello");
    cr_expect_not(join("10.0.3.4", 1006));
    stage.now.mono_ns += MOMENT_NS_PER_S;
    cr_expect(join("10.0.3.4", 1006));
    cr_expect(has(1001) && !has(1002));
}

Test(displacement, a_rename_or_a_repeated_join_is_no_message)
{
    fill();
    ask("10.0.0.1", 1001, "L m1001");
    ask("10.0.0.1", 1001, "L other");
    cr_expect(join("10.0.2.3", 1005));
    cr_expect_eq(room_members(stage.room), 4);
    cr_expect(has(1002) && has(1003) && has(1004));
}

Test(displacement, a_newcomer_from_an_address_that_has_a_place_is_refused)
{
    fill();
    cr_expect_not(join("10.0.1.2", 1005));
    cr_expect_not(join("10.0.0.1", 1006));
    cr_expect_eq(stage.refused[REFUSED_ROOM_FULL], 2);
    cr_expect(has(1001));
}

Test(displacement, a_newcomer_whose_address_may_be_forged_displaces_nobody)
{
    fill();
    cr_expect_not(join("192.0.2.7", 1005));
    cr_expect(has(1001));
}

Test(displacement, a_newcomer_that_is_refused_otherwise_displaces_nobody)
{
    stage.config.limits.trusted.joins = (struct room_rate){.per_second = 1, .burst = 1};
    fill();
    stage_reconfigure(&stage);
    ask("10.0.2.3", 1005, "L 管理员");
    ask("10.0.2.3", 1006, "L M1001");
    cr_expect(has(1001));
    cr_expect(join("10.0.2.3", 1005));
    ask("10.0.2.3", 1005, "E m1005");
    cr_expect(join("10.0.0.1", 1007));
    stage.now.mono_ns -= MOMENT_NS_PER_S;
    cr_expect_not(join("10.0.2.3", 1008), "one join a second");
    cr_expect_eq(room_members(stage.room), 4);
    cr_expect(has(1002));
}

Test(displacement, those_that_are_refused_otherwise_leave_the_ten_a_second_to_others)
{
    stage.config.limits.trusted.joins = (struct room_rate){.per_second = 1, .burst = 1};
    stage_reconfigure(&stage);
    for (unsigned port = 1001; port <= 1004; port++) {
        stage.now.mono_ns += MOMENT_NS_PER_S;
        cr_assert(join("10.0.0.1", port));
    }
    cr_assert(join("10.0.2.3", 1005));
    ask("10.0.2.3", 1005, "E m1005");
    cr_assert(join("10.0.1.2", 1006));
    for (unsigned i = 0; i < 2 * DISPLACEMENTS_PER_S; i++)
        cr_assert_not(join("10.0.2.3", 1007), "one join a second");
    cr_expect(join("10.0.3.4", 1008));
}

Test(displacement, where_the_number_of_members_is_not_limited_nobody_is_displaced)
{
    stage.config.limits.trusted.members = 0;
    stage_reconfigure(&stage);
    fill();
    cr_expect_not(join("10.0.2.3", 1005));
    stage.config.limits.trusted.members = 1000;
    stage_reconfigure(&stage);
    stage.now.mono_ns += MOMENT_NS_PER_S;
    cr_expect(join("10.0.2.3", 1005));
}

Test(displacement, of_equal_addresses_the_prefix_with_most_members_makes_room)
{
    cr_assert(join("10.0.0.1", 1001));
    cr_assert(join("10.0.1.1", 1002));
    cr_assert(join("10.0.1.2", 1003));
    cr_assert(join("10.0.2.1", 1004));
    cr_expect(join("10.0.3.1", 1005));
    cr_expect(!has(1002) && has(1001) && has(1003) && has(1004));
    cr_expect_not(join("10.0.4.1", 1006), "now each has its prefix for itself");
    cr_expect_eq(room_members(stage.room), 4);
}

Test(displacement, no_more_than_ten_a_second)
{
    char address[32];
    unsigned in = 0;

    stage.config.limits.max_members = 100;
    stage_reconfigure(&stage);
    for (unsigned port = 1001; port <= 1100; port++)
        cr_assert(join("10.0.0.1", port));
    for (unsigned i = 0; i < 50; i++) {
        snprintf(address, sizeof(address), "10.1.%u.1", i);
        in += join(address, 2000 + i) ? 1U : 0U;
    }
    cr_expect_eq(in, DISPLACEMENTS_PER_S);
    stage.now.mono_ns += MOMENT_NS_PER_S;
    for (unsigned i = 50; i < 100; i++) {
        snprintf(address, sizeof(address), "10.1.%u.1", i);
        in += join(address, 2000 + i) ? 1U : 0U;
    }
    cr_expect_eq(in, 2 * DISPLACEMENTS_PER_S);
    cr_expect_eq(room_members(stage.room), 100);
}

/* Bots hold all places but those of the members that speak; then people come, one by one. */
Test(displacement, one_machine_can_not_keep_a_room_to_itself)
{
    char address[32];

    stage.config.limits.max_members = 50;
    stage_reconfigure(&stage);
    for (unsigned port = 1001; port <= 1050; port++)
        cr_assert(join("10.0.0.1", port));
    for (unsigned i = 0; i < 48; i++) {
        snprintf(address, sizeof(address), "10.1.%u.1", i);
        stage.now.mono_ns += MOMENT_NS_PER_S;
        cr_expect(join(address, 2000 + i));
    }
    cr_expect_eq(places_at_address(&stage.room->places, from("10.0.0.1", 1).peer.address), 2);
}

Test(displacement, members_restored_after_a_restart_keep_their_places_at_first)
{
    struct roster_record record = {.number = 1};

    for (unsigned port = 1001; port <= 1004; port++) {
        snprintf(record.name, sizeof(record.name), "m%u", port);
        record.path = from("10.0.0.1", port);
        record.number = port;
        cr_assert_eq(room_restore(stage.room, &stage.now, &record), 0);
    }
    cr_expect_not(join("10.0.2.3", 1005));
    stage.now.mono_ns += ROOM_SILENT_S * MOMENT_NS_PER_S;
    cr_expect(join("10.0.2.3", 1005));
}

Test(displacement, those_that_came_in_a_mass_make_room_before_people_at_one_address)
{
    unsigned in = 0;

    stage.config.limits.max_members = 200;
    room_reconfigure(stage.room, &stage.now, &stage.config);
    for (unsigned port = 1001; port <= 1010; port++)
        cr_assert(join("10.0.0.1", port));
    for (unsigned host = 1; host <= 190; host++) {
        char address[16];

        snprintf(address, sizeof(address), "10.0.9.%u", host);
        cr_assert(join(address, 2000 + host));
    }
    cr_assert(join("10.0.2.3", 1011));
    for (unsigned port = 1001; port <= 1010; port++)
        in += has(port) ? 1 : 0;
    cr_expect_eq(in, 10);
    cr_expect_eq(room_members(stage.room), 200);
}

/* 128 are established, 72 came in a mass; none shares even its prefix. */
Test(displacement, those_that_came_in_a_mass_make_room_also_if_each_has_a_prefix_for_itself)
{
    char address[32];
    unsigned in = 0;

    stage.config.limits.max_members = 200;
    stage_reconfigure(&stage);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(address, sizeof(address), "10.1.%u.1", i);
        cr_assert(join(address, 1001 + i));
    }
    ask("10.1.130.1", 1131, "C m1131 hello");
    for (unsigned i = 0; i < 100; i++) {
        snprintf(address, sizeof(address), "10.2.%u.1", i);
        stage.now.mono_ns += MOMENT_NS_PER_S;
        in += join(address, 2000 + i) ? 1U : 0U;
    }
    cr_expect_eq(in, 71);
    cr_expect(has(1001) && has(1128) && !has(1129) && has(1131) && !has(1200));
}

/* Twenty people at one address are among 122 that came in a mass; the others are alone. */
Test(displacement, no_flood_can_arrange_who_of_a_mass_makes_room)
{
    char address[32];
    unsigned left = 0;

    stage.config.limits.max_members = 250;
    stage_reconfigure(&stage);
    for (unsigned i = 0; i < 250; i++) {
        snprintf(address, sizeof(address), "10.1.%u.1", i);
        cr_assert(join(i < 150 || i >= 170 ? address : "10.0.0.1", 1001 + i));
    }
    for (unsigned i = 0; i < 61; i++) {
        snprintf(address, sizeof(address), "10.2.%u.1", i);
        stage.now.mono_ns += MOMENT_NS_PER_S / DISPLACEMENTS_PER_S;
        cr_assert(join(address, 2000 + i));
    }
    for (unsigned i = 150; i < 170; i++)
        left += has(1001 + i) ? 1U : 0U;
    cr_expect(left >= 5 && left <= 15, "half of the mass made room; of these 20, %u are left",
              left);
}

/* Couples, each at an address of its own, say nothing; then others come from one IPv6 network. */
static uint32_t places_of_a_network(const char *words)
{
    char address[32];

    stage.config.limits.max_members = 40;
    stage_reconfigure(&stage);
    for (unsigned i = 0; i < 40; i++) {
        snprintf(address, sizeof(address), "10.1.%u.1", i / 2);
        cr_assert(join(address, 1001 + i));
    }
    for (unsigned i = 0; i < 100; i++) {
        struct hand hand;
        char name[16];

        stage.now.mono_ns += MOMENT_NS_PER_S;
        hand_init(&hand, &stage, (uint16_t)(2000 + i));
        snprintf(address, sizeof(address), "2001:db8::%x", i + 1);
        hand.path = from(address, 2000 + i);
        snprintf(name, sizeof(name), "m%u", 2000 + i);
        if (hand_enter(&hand, i + 1, name) && words != NULL)
            hand_say(&hand, 1, words);
        fake_outbox_clear(&stage.outbox);
    }
    return places_in_prefix(&stage.room->places, from("2001:db8::1", 1).peer.address);
}

Test(displacement, one_machine_with_a_whole_network_does_not_push_out_couples)
{
    cr_expect_eq(places_of_a_network(NULL), 8);
    cr_expect_eq(room_members(stage.room), 40);
}

Test(displacement, nor_if_all_that_it_lets_in_speak)
{
    cr_expect_eq(places_of_a_network("hello"), 12);
    cr_expect_eq(room_members(stage.room), 40);
}

Test(displacement, one_address_with_many_members_makes_room_for_a_network_with_more)
{
    char address[32];

    stage.config.limits.max_members = 90;
    stage_reconfigure(&stage);
    for (unsigned port = 1001; port <= 1030; port++)
        cr_assert(join("10.0.0.1", port));
    for (unsigned host = 1; host <= 60; host++) {
        snprintf(address, sizeof(address), "10.0.1.%u", host);
        cr_assert(join(address, 2000 + host));
    }
    cr_expect(join("10.0.1.61", 2061));
    cr_expect(!has(1001) && has(1002) && has(2001));
}
