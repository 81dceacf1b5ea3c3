/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The most that a plain address outside access.trusted can be made to receive: in any hour, three
 * times the bytes that it sent in that hour.
 */
#include "support/dice.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/room_admin.h>
#include <stdio.h>
#include <string.h>

#define ALICE  1001
#define VICTIM 2000

/* The last byte of the address of trusted members is 1; these are outside. */
#define OUTSIDE 7

static struct stage stage;

static struct path outside_path(uint8_t host, uint16_t port)
{
    struct path path = stage_path(port, 0);

    endpoint_address_from_ipv4((const uint8_t[]){198, 51, 100, host}, path.peer.address);
    return path;
}

/* Returns the bytes. */
static size_t send_as_victim(uint16_t port, const char *text)
{
    struct path path = outside_path(OUTSIDE, port);

    stage_send_bytes(&stage, &path, text, strlen(text));
    return strlen(text);
}

/* Alice's network is trusted, the victim's is not. */
static void open_stage(void)
{
    char why[NETWORK_WHY_BYTES];

    stage_open(&stage);
    cr_assert_eq(network_parse("192.0.2.0/24", &stage.config.access.trusted.networks[0], why), 0);
    stage.config.access.trusted.sets = 0;
    stage.config.access.trusted.count = 1;
    cr_assert_eq(stage_start(&stage), 0);
    stage_join(&stage, ALICE, "alice");
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(untrusted, .init = open_stage, .fini = close_stage);

static size_t bytes_outside(void)
{
    size_t bytes = 0;

    for (size_t n = 0; n < stage.outbox.count; n++)
        bytes +=
            stage.outbox.sent[n].path.peer.address[12] == 198 ? stage.outbox.sent[n].length : 0;
    return bytes;
}

static void say(const char *text, int times)
{
    char request[1100];

    snprintf(request, sizeof(request), "C alice %s", text);
    for (int i = 0; i < times; i++) {
        stage_send(&stage, ALICE, request);
        stage_sweep(&stage);
    }
}

static void pass(int64_t seconds)
{
    stage.now.mono_ns += seconds * MOMENT_NS_PER_S;
    room_tick(stage.room, &stage.now);
    stage_sweep(&stage);
}

/* ---- what is never exceeded ---- */

Test(untrusted, two_blind_datagrams_bring_three_times_their_bytes_at_most_whatever_is_said)
{
    size_t sent = send_as_victim(VICTIM, "L victim");
    uint32_t members;

    sent += send_as_victim(VICTIM, "C victim hello");
    for (int minute = 0; minute < 120; minute++) {
        struct path path = outside_path(OUTSIDE, VICTIM);

        say("The rain in Spain stays mainly in the plain.", 5);
        room_notice(stage.room, &stage.now, "z", 1, &members);
        stage_unreachable(&stage, &path, "管理员消息: z");
        pass(60);
    }
    room_kick(stage.room, &stage.now, "victim", "because");
    stage_sweep(&stage);
    cr_expect_geq(bytes_outside(), 2, "the accept");
    cr_expect_leq(bytes_outside(), 3 * sent);
    cr_expect_eq(sent, 22);
}

Test(untrusted, neither_another_port_nor_another_name_nor_joining_again_brings_more)
{
    size_t sent = 0;
    char request[32];

    for (unsigned i = 0; i < 40; i++) {
        snprintf(request, sizeof(request), "L v%u", i);
        sent += send_as_victim((uint16_t)(VICTIM + i % 4), request);
        say("The rain in Spain stays mainly in the plain.", 20);
        snprintf(request, sizeof(request), "E v%u", i);
        sent += i % 3 == 0 ? send_as_victim((uint16_t)(VICTIM + i % 4), request) : 0;
    }
    cr_expect_leq(bytes_outside(), 3 * sent);
}

Test(untrusted, long_lines_bring_no_more)
{
    char text[901];
    size_t sent;

    memset(text, 'x', sizeof(text));
    text[900] = '\0';
    sent = send_as_victim(VICTIM, "L victim");
    sent += send_as_victim(VICTIM, "C victim hello");
    say(text, 50);
    cr_expect_leq(bytes_outside(), 3 * sent);
}

Test(untrusted, replies_to_strangers_come_out_of_the_same_bytes)
{
    size_t sent = 0;

    stage_join(&stage, 1002, "v");
    for (int i = 0; i < 50; i++) {
        fake_outbox_clear(&stage.outbox);
        sent = send_as_victim(VICTIM, "L v"); /* name_taken: 21 bytes for 3 */
        stage.now.mono_ns += 10 * MOMENT_NS_PER_S;
        cr_assert_leq(bytes_outside(), 3 * 50 * sent);
    }
    pass(2 * 3600);
    fake_outbox_clear(&stage.outbox);
    for (int i = 0; i < 50; i++)
        send_as_victim(VICTIM, "L v");
    cr_expect_leq(bytes_outside(), 50 * 3 * 3);
    cr_expect_geq(bytes_outside(), 21, "in the end there is a reply");
}

/* ---- any traffic ---- */

#define ENTRIES 20000

struct entry {
    int64_t at_ns;
    size_t bytes;
    uint8_t host;
};

static struct entry heard[ENTRIES];
static size_t heard_count;

/* In the hour that ends now. */
static size_t sum_in_hour(const struct entry *entries, size_t count, uint8_t host)
{
    size_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum +=
            entries[i].host == host && entries[i].at_ns > stage.now.mono_ns - 3600 * MOMENT_NS_PER_S
                ? entries[i].bytes
                : 0;
    return sum;
}

static struct entry sent[ENTRIES];
static size_t sent_count;

/* Moves what the outbox has to `sent`, and checks the hour that ends with each datagram. */
static void check_sent(size_t seed)
{
    for (size_t n = 0; n < stage.outbox.count; n++) {
        const struct fake_datagram *datagram = &stage.outbox.sent[n];
        uint8_t host = datagram->path.peer.address[15];

        if (datagram->path.peer.address[12] != 198 || datagram->length == 0)
            continue;
        cr_assert_lt(sent_count, ENTRIES);
        sent[sent_count++] =
            (struct entry){.at_ns = stage.now.mono_ns, .bytes = datagram->length, .host = host};
        cr_assert_leq(sum_in_hour(sent, sent_count, host),
                      3 * sum_in_hour(heard, heard_count, host), "seed %zu", seed);
    }
    fake_outbox_clear(&stage.outbox);
}

static void random_request(struct dice *dice, char request[64])
{
    static const struct {
        const char *verb;
        const char *text;
    } rows[] = {
        {"L", ""}, {"L", "\n"},   {"C", " hello"}, {"C", " hello there, how are you today?"},
        {"E", ""}, {"LOGIN", ""}, {"x", ""},       {"Q", ""}};
    uint32_t row = dice_below(dice, sizeof(rows) / sizeof(rows[0]));

    snprintf(request, 64, "%s v%u%s", rows[row].verb, (unsigned)dice_below(dice, 6),
             rows[row].text);
}

static void random_step(struct dice *dice)
{
    uint8_t host = (uint8_t)(OUTSIDE + dice_below(dice, 3));
    struct path path = outside_path(host, (uint16_t)(VICTIM + dice_below(dice, 3)));
    char request[64];

    switch (dice_below(dice, 8)) {
    case 0:
        stage.now.mono_ns += (int64_t)dice_below(dice, 1200) * MOMENT_NS_PER_S;
        room_tick(stage.room, &stage.now);
        break;
    case 1:
    case 2:
        say("The rain in Spain", 1 + (int)dice_below(dice, 12));
        break;
    case 3:
        stage.outbox.take = dice_below(dice, 4) == 0 ? dice_below(dice, 4) : SIZE_MAX;
        stage.outbox.full_doors = 0;
        stage.outbox.slow_port = (uint16_t)(VICTIM + dice_below(dice, 3));
        stage.outbox.slow_take = dice_below(dice, 2) == 0 ? dice_below(dice, 4) : SIZE_MAX;
        room_door_writable(stage.room, 0);
        break;
    default:
        random_request(dice, request);
        cr_assert_lt(heard_count, ENTRIES);
        heard[heard_count++] =
            (struct entry){.at_ns = stage.now.mono_ns, .bytes = strlen(request), .host = host};
        stage_send_bytes(&stage, &path, request, strlen(request));
        break;
    }
    stage_sweep(&stage);
}

Test(untrusted, whatever_comes_and_goes_no_hour_brings_more_than_three_times_its_bytes)
{
    for (size_t seed = 1; seed <= 20; seed++) {
        struct dice dice = {.state = seed};

        heard_count = sent_count = 0;
        for (unsigned step = 0; step < 800; step++) {
            random_step(&dice);
            check_sent(seed);
        }
        cr_expect_gt(sent_count, 100);
        stage_done(&stage);
        open_stage();
    }
}

/* ---- what a person sees ---- */

Test(untrusted, a_member_hears_what_its_bytes_allow_and_then_how_many_it_missed)
{
    send_as_victim(VICTIM, "L victim"); /* 24 bytes: the accept has 2, a line 15 */
    say("hi", 30);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 2);
    cr_expect(stage_heard(&stage, VICTIM, 0, "OK"));
    cr_expect(stage_heard(&stage, VICTIM, 1, "alice ： hi"));
    send_as_victim(VICTIM, "C victim is anybody here, please?");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 3);
    cr_expect(stage_heard(&stage, VICTIM, 2, "您错过了 29 条消息"),
              "29 of alice's, none of its own");
    say("yes", 1);
    cr_expect(stage_heard(&stage, VICTIM, 3, "alice ： yes"));
}

Test(untrusted, a_single_event_that_was_held_back_is_sent_instead_of_a_count)
{
    send_as_victim(VICTIM, "L victim");
    say("hi", 1);
    say("how are you?", 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 2);
    send_as_victim(VICTIM, "C victim well, and you?");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, VICTIM, 2, "alice ： how are you?"));
}

Test(untrusted, its_own_messages_are_not_among_those_that_it_missed)
{
    char request[300];
    struct room_member member;

    send_as_victim(VICTIM, "L victim");
    say("hi", 10);
    stage.outbox.full_doors = 1; /* so the line about 9 missed ones waits, too */
    send_as_victim(VICTIM, "C victim one");
    send_as_victim(VICTIM, "C victim two");
    say("hi", 5);
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    memset(request, 'x', sizeof(request));
    memcpy(request, "C victim ", 9);
    request[sizeof(request) - 1] = '\0';
    send_as_victim(VICTIM, request);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, VICTIM, 2, "您错过了 14 条消息"));
    cr_assert(room_member(stage.room, 1, &member));
    cr_expect_eq(member.lost, 14);
    cr_expect_eq(member.delivered, 1);
    cr_expect_eq(member.owed, 0);
}

Test(untrusted, a_member_that_is_held_back_costs_a_sweep_nothing_more)
{
    struct room_stats stats;
    size_t offered;

    send_as_victim(VICTIM, "L victim");
    say("hi", 100);
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.behind, 0);
    offered = stage.outbox.offered;
    cr_expect_eq(room_sweep(stage.room, &stage.now, 100), SWEEP_DONE);
    cr_expect_eq(stage.outbox.offered, offered);
}

/*
 * Heard in the first quarter, sent in the second, heard again in the fifth: what was sent counts
 * until the seventh begins.
 */
Test(untrusted, when_what_it_was_sent_no_longer_counts_it_is_told_without_being_heard)
{
    char request[101] = "C victim ";

    memset(request + 9, 'x', 91);
    stage.now.mono_ns = 3600 * MOMENT_NS_PER_S; /* a quarter begins */
    send_as_victim(VICTIM, "L victim");
    send_as_victim(VICTIM, request);
    pass(900);
    say("The rain in Spain stays mainly in the plain.", 30);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 1 + 5);
    pass(3 * 900);
    request[50] = '\0';
    send_as_victim(VICTIM, request);
    stage_sweep(&stage);
    pass(900);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 1 + 5);
    cr_assert_eq(room_next_tick(stage.room), stage.now.mono_ns + 900 * MOMENT_NS_PER_S);
    pass(900);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 1 + 5 + 1);
    cr_expect(stage_heard(&stage, VICTIM, 6, "您错过了 25 条消息"));
}

Test(untrusted, a_full_socket_costs_nothing_of_the_budget)
{
    send_as_victim(VICTIM, "L victim");
    stage_sweep(&stage);
    for (int i = 0; i < 10; i++) {
        stage.outbox.full_doors = 1;
        say("hi", 1);
        stage.outbox.full_doors = 0;
        room_door_writable(stage.room, 0);
    }
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, VICTIM, 1, "alice ： hi"));
}

Test(untrusted, a_path_that_waits_costs_nothing_of_the_budget)
{
    send_as_victim(VICTIM, "L victim");
    stage_sweep(&stage);
    stage.outbox.slow_port = VICTIM;
    for (int i = 0; i < 10; i++) {
        stage.outbox.slow_take = 0;
        say("hi", 1);
        room_door_writable(stage.room, 0);
        stage_sweep(&stage);
    }
    cr_expect_geq(stage.outbox.put_off, 10);
    stage.outbox.slow_take = SIZE_MAX;
    room_door_writable(stage.room, 0);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, VICTIM, 1, "alice ： hi"));
}

Test(untrusted, when_its_network_becomes_trusted_it_is_sent_what_was_held_back)
{
    send_as_victim(VICTIM, "L victim");
    say("hi", 30);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 2);
    stage.config.access.trusted.sets = NETWORK_SET_BIT(NETWORK_ALL);
    stage_reconfigure(&stage);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 31);
    stage.config.access.trusted.sets = 0;
    stage_reconfigure(&stage);
    say("hi", 30);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 31);
}

Test(untrusted, in_a_trusted_network_there_is_no_limit)
{
    stage_send(&stage, VICTIM, "L friend");
    say("x", 100);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 101);
}
