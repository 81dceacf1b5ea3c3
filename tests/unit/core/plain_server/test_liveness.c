/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/suspects.h"
#include "core/plain_server/quotes.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002

static struct stage stage;

static void open_stage(void)
{
    stage_open(&stage);
    cr_assert_eq(stage_start(&stage), 0);
    stage_join(&stage, BOB, "bob");
    stage_join(&stage, ALICE, "alice");
    fake_outbox_clear(&stage.outbox);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(liveness, .init = open_stage, .fini = close_stage);

static void later_ms(int64_t milliseconds)
{
    stage.now.mono_ns += milliseconds * MOMENT_NS_PER_MS;
    stage.now.wall_ns += milliseconds * MOMENT_NS_PER_MS;
    room_tick(stage.room, &stage.now);
    stage_sweep(&stage);
}

static void bob_says(const char *text)
{
    char request[1100];

    snprintf(request, sizeof(request), "C bob %s", text);
    stage_send(&stage, BOB, request);
    stage_sweep(&stage);
}

/* Alice's machine says that her port is closed, and quotes a datagram with this payload. */
static void refused(const char *quoted)
{
    struct path path = stage_path(ALICE, 0);

    stage_unreachable(&stage, &path, quoted);
    stage_sweep(&stage);
}

/* Bob says a new line, which a machine refuses, if it was sent. */
static void say_and_refuse(uint16_t port)
{
    static unsigned number;
    struct path path = stage_path(port, 0);
    char text[16], line[64];

    snprintf(text, sizeof(text), "%u", ++number);
    bob_says(text);
    snprintf(line, sizeof(line), "bob ： %u", number);
    stage_unreachable(&stage, &path, line);
    stage_sweep(&stage);
}

static void expect_gone(bool gone)
{
    cr_expect_eq(room_members(stage.room), gone ? 1 : 2);
    cr_expect_eq(stage.happened[EVENT_EXIT], gone ? 1 : 0);
}

/* Two errors have been counted: a third one that counts removes her. */
static void suspect(void)
{
    say_and_refuse(ALICE);
    later_ms(2000);
    say_and_refuse(ALICE);
    later_ms(2000);
}

/* ---- counting ---- */

Test(liveness, one_error_is_only_a_hint)
{
    for (int i = 0; i < 100; i++)
        say_and_refuse(ALICE);
    expect_gone(false);
}

Test(liveness, after_three_errors_about_what_it_was_sent_a_member_has_left)
{
    suspect();
    expect_gone(false);
    fake_outbox_clear(&stage.outbox);
    say_and_refuse(ALICE);
    expect_gone(true);
    cr_expect(stage_heard(&stage, BOB, 0, "alice 退出了聊天室"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 1);
}

Test(liveness, errors_less_than_two_seconds_apart_count_once)
{
    say_and_refuse(ALICE);
    for (int i = 0; i < 19; i++) {
        later_ms(100);
        say_and_refuse(ALICE);
    }
    later_ms(100);
    say_and_refuse(ALICE);
    expect_gone(false);
    later_ms(2000);
    say_and_refuse(ALICE);
    expect_gone(true);
}

Test(liveness, whatever_is_heard_in_between_clears_it)
{
    static const char *const datagrams[] = {"C alice hm", "L alice", "C alice", "C bob not my name",
                                            "E bob",      "",        "\xff",    "\xf8",
                                            "?",          "OK"};
    char longest[2000];

    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    for (size_t i = 0; i <= sizeof(datagrams) / sizeof(datagrams[0]); i++) {
        suspect();
        stage_send(&stage, ALICE,
                   i < sizeof(datagrams) / sizeof(datagrams[0]) ? datagrams[i] : longest);
        later_ms(5000);
        say_and_refuse(ALICE);
        expect_gone(false);
        stage_send(&stage, ALICE, "C alice ");
    }
}

Test(liveness, an_error_of_a_stranger_or_by_another_door_is_nothing)
{
    struct path other_door = stage_path(ALICE, 1);

    suspect();
    say_and_refuse(4000);
    bob_says("new");
    stage_unreachable(&stage, &other_door, "bob ： new");
    expect_gone(false);
}

Test(liveness, an_error_from_another_host_is_nothing_whatever_it_quotes)
{
    struct path path = stage_path(ALICE, 0);
    struct unreachable error = {
        .peer = &path.peer, .quoted = "bob ： new", .length = strlen("bob ： new")};

    suspect();
    bob_says("new");
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 254}, error.offender);
    room_unreachable(stage.room, &stage.now, &error);
    endpoint_address_from_ipv4((const uint8_t[]){198, 51, 100, 1}, error.offender);
    room_unreachable(stage.room, &stage.now, &error);
    expect_gone(false);
    refused("bob ： new");
    expect_gone(true);
}

Test(liveness, a_suspect_may_leave_by_itself)
{
    suspect();
    stage_send(&stage, ALICE, "E alice");
    say_and_refuse(ALICE);
    expect_gone(true);
}

/* The last line is refused by all of them. */
static void all_refuse(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct path path = stage_path((uint16_t)(2000 + i), 0);

        stage_unreachable(&stage, &path, "bob ： anybody?");
    }
    stage_sweep(&stage);
}

Test(liveness, more_members_than_can_be_suspected_are_removed_in_turns)
{
    for (unsigned i = 0; i < SUSPECTS_MAX + 100; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        stage_join(&stage, (uint16_t)(2000 + i), name);
    }
    for (int round = 0; round < 6; round++) {
        bob_says("anybody?");
        all_refuse(SUSPECTS_MAX + 100);
        later_ms(2000);
    }
    cr_expect_eq(room_members(stage.room), 2, "%u are left", (unsigned)room_members(stage.room));
}

Test(liveness, old_suspects_make_room_for_new_ones)
{
    for (unsigned i = 0; i < SUSPECTS_MAX; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        stage_join(&stage, (uint16_t)(2000 + i), name);
    }
    bob_says("anybody?");
    all_refuse(SUSPECTS_MAX);
    suspect();
    say_and_refuse(ALICE);
    cr_expect_eq(stage.happened[EVENT_EXIT], 0, "there was no space for her");
    later_ms(61000);
    suspect();
    say_and_refuse(ALICE);
    cr_expect_eq(stage.happened[EVENT_EXIT], 1);
}

/* ---- what must be quoted ---- */

Test(liveness, nothing_counts_but_a_line_that_the_member_was_sent)
{
    static const char *const quotes[] = {
        "", /* RFC 792 asks for no more than the UDP header */
        "b",
        "bob ： ne", /* parts */
        "bob ： old",
        "bob ： newer",
        "bob ： new ",
        "bob ： new\n\n",
        "alice ： me",      /* her own, which only the others are sent */
        "bob 进入了聊天室", /* before her time */
        "OK",
        "EXIT",
        "管理员消息: new"};

    suspect();
    bob_says("new");
    stage_send(&stage, ALICE, "C alice me");
    suspect();
    bob_says("new");
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
        refused(quotes[i]);
        expect_gone(false);
    }
    refused("bob ： new");
    expect_gone(true);
}

Test(liveness, the_same_line_counts_once)
{
    bob_says("new");
    for (int i = 0; i < 5; i++) {
        refused("bob ： new");
        later_ms(2000);
    }
    expect_gone(false);
}

Test(liveness, a_line_is_forgotten_after_half_a_minute)
{
    suspect();
    bob_says("new");
    later_ms(QUOTES_AGE_MAX_S * 1000 + 1);
    refused("bob ： new");
    expect_gone(false);
    bob_says("newer");
    later_ms(QUOTES_AGE_MAX_S * 1000);
    refused("bob ： newer");
    expect_gone(true);
}

Test(liveness, of_a_long_line_a_part_must_reach_into_the_text)
{
    char text[601], line[1024];

    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = (char)('a' + i % 26);
    text[sizeof(text) - 1] = '\0';
    suspect();
    bob_says(text);
    snprintf(line, sizeof(line), "bob ： %s", text);
    line[QUOTES_PART_MIN_BYTES - 1] = '\0';
    refused(line);
    expect_gone(false);
    snprintf(line, sizeof(line), "bob ： %s", text);
    line[QUOTES_PART_MIN_BYTES] = '\0';
    refused(line);
    expect_gone(true);
}

Test(liveness, joins_exits_and_notices_are_lines_as_well)
{
    uint32_t members;

    stage_send(&stage, 1003, "L carol");
    stage_sweep(&stage);
    refused("carol 进入了聊天室");
    later_ms(2000);
    stage_send(&stage, 1003, "E carol");
    stage_sweep(&stage);
    refused("carol 退出了聊天室");
    later_ms(2000);
    cr_assert_eq(room_notice(stage.room, &stage.now, "tea", 3, &members), 0);
    stage_sweep(&stage);
    refused("管理员消息: tea");
    cr_expect_eq(room_members(stage.room), 1);
}

Test(liveness, lines_that_share_a_datagram_are_recognised)
{
    stage.dialects[0].max_lines = 5;
    stage_reconfigure(&stage);
    stage_send(&stage, ALICE, "L alice\n");
    stage_sweep(&stage);
    suspect();
    stage_send(&stage, BOB, "C bob 1");
    stage_send(&stage, BOB, "C bob 2");
    stage_sweep(&stage);
    refused("bob ： 1\nbob ： 3\n");
    expect_gone(false);
    refused("bob ： 1\nbob ： 2\n");
    expect_gone(true);
}

Test(liveness, datagrams_that_crossed_the_kernel_together_are_recognised)
{
    suspect();
    stage_send(&stage, BOB, "C bob 1");
    stage_send(&stage, BOB, "C bob 2");
    stage_sweep(&stage);
    refused("bob ： 1bob ： 2");
    expect_gone(true);
}

Test(liveness, a_line_that_many_others_follow_is_found_up_to_a_limit)
{
    suspect();
    for (unsigned i = 0; i < 2 * QUOTES_EVENTS_MAX; i++) {
        char text[16];

        snprintf(text, sizeof(text), "%u.", i);
        bob_says(text);
    }
    refused("bob ： 255.");
    expect_gone(false);
    refused("bob ： 256.");
    expect_gone(true);
}

Test(liveness, a_flood_of_forged_errors_is_cheap_and_ends_with_the_flood)
{
    suspect();
    for (unsigned i = 0; i < QUOTES_EVENTS_MAX; i++)
        bob_says("new");
    for (int i = 0; i < 100000; i++)
        refused("bob ： newer");
    refused("bob ： new");
    expect_gone(false);
    later_ms(1000);
    refused("bob ： new");
    expect_gone(true);
}

/* ---- a quiet room ---- */

Test(liveness, in_a_day_an_idle_room_sends_nothing)
{
    int64_t tomorrow_ns;

    stage.config.limits.idle_timeout_s = 0;
    stage_reconfigure(&stage);
    for (unsigned i = 0; i < 300; i++) {
        char request[16];

        snprintf(request, sizeof(request), i % 2 == 0 ? "L m%u" : "L m%u\n", i);
        stage_send(&stage, (uint16_t)(2000 + i), request);
    }
    room_release(stage.room, &stage.now);
    stage_sweep(&stage);
    later_ms(2000);
    fake_outbox_clear(&stage.outbox);
    tomorrow_ns = stage.now.mono_ns + 86400 * MOMENT_NS_PER_S;
    while (room_next_tick(stage.room) <= tomorrow_ns) {
        stage.now.mono_ns = room_next_tick(stage.room);
        later_ms(0);
    }
    for (int minute = 0; minute < 24 * 60; minute++)
        later_ms(60000);
    cr_expect_eq(stage.outbox.count, 0);
    cr_expect_eq(room_members(stage.room), 302);
}
