/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The most that a sender outside access.trusted can make the room send to a spoofed address. */
#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/room_admin.h>
#include <stdio.h>
#include <string.h>

#define ALICE  1001
#define VICTIM 1002

static struct stage stage;

static struct path victim_path(uint16_t port)
{
    struct path path = stage_path(port, 0);

    endpoint_address_from_ipv4((const uint8_t[]){198, 51, 100, 7}, path.peer.address);
    return path;
}

static void send_as_victim(uint16_t port, const char *text)
{
    struct path path = victim_path(port);

    stage_send_bytes(&stage, &path, text, strlen(text));
}

/* Alice's network is trusted, the victim's is not. */
static void open_stage(void)
{
    char why[NETWORK_WHY_BYTES];

    stage_open(&stage);
    stage.config.limits.idle_timeout_s = 600;
    stage.config.limits.probe_interval_s = 60;
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

TestSuite(probation, .init = open_stage, .fini = close_stage);

static size_t bytes_to_victim(void)
{
    size_t bytes = 0;

    for (size_t n = 0; n < fake_outbox_count_to(&stage.outbox, VICTIM); n++)
        bytes += fake_outbox_to(&stage.outbox, VICTIM, n)->length;
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

Test(probation, a_spoofed_join_brings_eight_datagrams_and_no_more_whatever_happens)
{
    uint32_t members;

    send_as_victim(VICTIM, "L victim");
    say("x", 100);
    for (int i = 0; i < 20; i++) { /* suspicion, rounds of probes, the idle warning and the bye */
        struct path path = victim_path(VICTIM);

        stage.now.mono_ns += 61 * MOMENT_NS_PER_S;
        room_unreachable(stage.room, &stage.now, &path.peer, 1);
        stage_send(&stage, ALICE, "C alice y");
        room_tick(stage.room, &stage.now);
        room_notice(stage.room, &stage.now, "z", 1, &members);
        stage_sweep(&stage);
    }
    cr_expect_eq(room_members(stage.room), 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 8);
    cr_expect(stage_heard(&stage, VICTIM, 0, "OK"));
}

Test(probation, long_lines_bring_two_kibibytes_and_no_more)
{
    char text[901];

    memset(text, 'x', sizeof(text));
    text[900] = '\0';
    send_as_victim(VICTIM, "L victim");
    say(text, 50);
    cr_expect_leq(bytes_to_victim(), 2048);
    cr_expect_geq(bytes_to_victim(), 900);
    room_kick(stage.room, &stage.now, "victim", text);
    cr_expect_leq(bytes_to_victim(), 2048);
}

Test(probation, a_second_datagram_ends_it_and_what_was_held_back_is_sent)
{
    send_as_victim(VICTIM, "L victim");
    say("x", 100);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 8);
    send_as_victim(VICTIM, "C victim here I am");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 101);
    say("x", 10);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 111);
}

Test(probation, a_member_that_is_held_back_costs_a_sweep_nothing_more)
{
    struct room_stats stats;

    send_as_victim(VICTIM, "L victim");
    say("x", 100);
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.behind, 0);
    cr_expect_eq(room_sweep(stage.room, &stage.now, 100), SWEEP_DONE);
}

Test(probation, a_late_accept_counts_too)
{
    struct room_limits limits = stage.config.limits;

    stage.outbox.take = 0;
    send_as_victim(VICTIM, "L victim");
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    limits.idle_timeout_s = 2;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    for (int i = 0; i < 20; i++) {
        struct path path = victim_path(VICTIM);

        stage.outbox.take = i % 2 == 0 ? 0 : 1;
        stage.outbox.full_doors = 0;
        room_door_writable(stage.room, 0);
        stage.now.mono_ns += 2050 * MOMENT_NS_PER_MS;
        room_unreachable(stage.room, &stage.now, &path.peer, 0);
        room_tick(stage.room, &stage.now);
        stage_sweep(&stage);
    }
    cr_expect_leq(fake_outbox_count_to(&stage.outbox, VICTIM), 8);
    cr_expect(fake_outbox_count_to(&stage.outbox, VICTIM) == 0 ||
                  stage_heard(&stage, VICTIM, 0, "OK"),
              "nothing goes before the accept");
}

Test(probation, in_a_trusted_network_there_is_none)
{
    stage_send(&stage, VICTIM, "L friend");
    say("x", 100);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VICTIM), 101);
}

static uint32_t join_many(uint16_t first, unsigned count)
{
    char request[32];

    for (unsigned i = 0; i < count; i++) {
        snprintf(request, sizeof(request), "L v%u", (unsigned)first + i);
        send_as_victim((uint16_t)(first + i), request);
    }
    stage_sweep(&stage);
    return room_members(stage.room) - 1;
}

Test(probation, joins_from_one_address_are_limited)
{
    stage.config.limits.joins = (struct room_rate){.per_second = 1, .burst = 20};
    stage_reconfigure(&stage);
    cr_expect_eq(join_many(2000, 100), 20);
    stage.now.mono_ns += 5 * MOMENT_NS_PER_S;
    cr_expect_eq(join_many(3000, 100), 25);
}

Test(probation, joins_from_one_prefix_are_limited)
{
    stage.config.limits.joins = (struct room_rate){.per_second = 1, .burst = 2};
    stage_reconfigure(&stage);
    for (unsigned host = 0; host < 100; host++) {
        struct path path = victim_path(2000);
        char request[32];

        path.peer.address[15] = (uint8_t)host;
        snprintf(request, sizeof(request), "L v%u", host);
        stage_send_bytes(&stage, &path, request, strlen(request));
    }
    cr_expect_eq(room_members(stage.room) - 1, 8);
}

Test(probation, members_from_one_address_are_limited)
{
    stage.config.limits.members_per_address = 10;
    stage_reconfigure(&stage);
    cr_expect_eq(join_many(2000, 100), 10);
    send_as_victim(2000, "E v2000");
    cr_expect_eq(join_many(3000, 100), 10);
    stage_send(&stage, 4000, "L friend");
    cr_expect_eq(room_members(stage.room), 12, "others are not concerned");
}
