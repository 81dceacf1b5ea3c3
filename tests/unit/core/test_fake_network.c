/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The simulation's network does what it says; otherwise the simulation would prove nothing. */
#include "support/fake_network.h"

#include <criterion/criterion.h>
#include <roomd/moment.h>
#include <stdlib.h>
#include <string.h>

#define SENT 10000U

static struct fake_network network;
static struct fake_link line;
static struct path path;

static void open_network(void)
{
    fake_network_init(&network, 1);
    memset(&line, 0, sizeof(line));
    memset(&path, 0, sizeof(path));
}

static void close_network(void)
{
    fake_network_done(&network);
}

TestSuite(fake_network, .init = open_network, .fini = close_network);

static void send_number(uint32_t number, int64_t now_ns)
{
    fake_network_send(&network, &line, FAKE_UP, now_ns, &path, &number, sizeof(number));
}

/*
 * Counts the datagrams that have arrived by then; `ret_disorder` counts lower numbers that came
 * after higher ones.
 */
static unsigned arrived(int64_t now_ns, unsigned *ret_disorder)
{
    struct fake_flight *flight;
    uint32_t highest = 0, number;
    unsigned count = 0;

    *ret_disorder = 0;
    for (; (flight = fake_network_take(&network, now_ns)) != NULL; count++) {
        memcpy(&number, flight->bytes, sizeof(number));
        *ret_disorder += number < highest ? 1U : 0U;
        highest = number > highest ? number : highest;
        free(flight);
    }
    return count;
}

Test(fake_network, in_good_weather_all_arrive_in_order_after_the_delay)
{
    unsigned disorder;

    line.weather[FAKE_UP].delay_ns = 5;
    for (uint32_t n = 0; n < SENT; n++)
        send_number(n, 100 + n);
    cr_assert_eq(fake_network_next(&network), 105);
    cr_assert_eq(arrived(104, &disorder), 0);
    cr_assert_eq(arrived(105, &disorder), 1);
    cr_assert_eq(arrived(MOMENT_NEVER_NS, &disorder), SENT - 1);
    cr_assert_eq(disorder, 0);
    cr_assert_eq(fake_network_next(&network), MOMENT_NEVER_NS);
    cr_assert_eq(line.bytes[FAKE_UP], 4 * SENT);
}

Test(fake_network, a_fifth_is_lost_where_a_fifth_is_to_be_lost)
{
    unsigned disorder, count;

    line.weather[FAKE_UP].loss_permille = 200;
    for (uint32_t n = 0; n < SENT; n++)
        send_number(n, n);
    count = arrived(SENT, &disorder);
    cr_assert_eq(count + line.lost[FAKE_UP], SENT);
    cr_assert(count > SENT * 78 / 100 && count < SENT * 82 / 100, "%u", count);
    cr_assert_eq(line.datagrams[FAKE_UP], SENT, "what is lost was sent all the same");
}

Test(fake_network, a_tenth_comes_twice_where_a_tenth_is_to_come_twice)
{
    unsigned disorder, count;

    line.weather[FAKE_UP].twice_permille = 100;
    for (uint32_t n = 0; n < SENT; n++)
        send_number(n, n);
    count = arrived(SENT, &disorder);
    cr_assert(count > SENT * 108 / 100 && count < SENT * 112 / 100, "%u", count);
    cr_assert_eq(line.datagrams[FAKE_UP], SENT, "the network's copies are nobody's bytes");
}

Test(fake_network, jitter_makes_datagrams_change_places)
{
    unsigned disorder;

    line.weather[FAKE_UP].jitter_ns = 100;
    for (uint32_t n = 0; n < SENT; n++)
        send_number(n, n);
    cr_assert_eq(arrived(SENT + 100, &disorder), SENT);
    cr_assert_gt(disorder, SENT / 2);
}

Test(fake_network, a_late_one_comes_long_after_the_others)
{
    unsigned disorder, count;

    line.weather[FAKE_UP] = (struct fake_weather){.late_permille = 500, .late_ns = 1000 * SENT};
    for (uint32_t n = 0; n < SENT; n++)
        send_number(n, n);
    count = arrived(SENT, &disorder);
    cr_assert(count > SENT * 48 / 100 && count < SENT * 52 / 100, "%u", count);
    cr_assert_eq(count + arrived(1001 * SENT, &disorder), SENT);
}

Test(fake_network, nothing_passes_a_link_that_is_cut)
{
    unsigned disorder;

    line.cut_until_ns = 50;
    send_number(1, 49);
    send_number(2, 50);
    cr_assert_eq(arrived(100, &disorder), 1);
    cr_assert_eq(line.lost[FAKE_UP], 1);
}

Test(fake_network, all_at_one_address_share_its_bottleneck_and_its_queue)
{
    /* A datagram of 32 bytes, headers included, takes 32 ns. */
    struct fake_access access = {
        .ways[FAKE_UP] = {.bytes_s = MOMENT_NS_PER_S, .queue_bytes = 64, .delay_ns = 5}};
    struct fake_link neighbour = {.access = &access};
    uint32_t number = 0;
    unsigned disorder;

    line.access = &access;
    send_number(1, 100);
    fake_network_send(&network, &neighbour, FAKE_UP, 100, &path, &number, sizeof(number));
    send_number(3, 100);
    cr_assert_eq(line.lost[FAKE_UP], 1, "one is under way, one waits, and there is no room");
    cr_assert_eq(access.ways[FAKE_UP].dropped, 1);
    cr_assert_eq(fake_network_next(&network), 100 + 32 + 5);
    cr_assert_eq(arrived(100 + 63 + 5, &disorder), 1);
    cr_assert_eq(arrived(100 + 64 + 5, &disorder), 1);
}

Test(fake_network, losses_in_bursts_follow_each_other)
{
    struct fake_access access = {.ways[FAKE_UP] = {.burst_permille = 20, .calm_permille = 200}};
    unsigned bursts = 0, disorder;
    uint64_t before = 0;

    line.access = &access;
    for (uint32_t n = 0; n < SENT; n++) {
        bool was_lost = line.lost[FAKE_UP] > before;

        before = line.lost[FAKE_UP];
        send_number(n, n);
        bursts += line.lost[FAKE_UP] > before && !was_lost ? 1U : 0U;
    }
    /* A share of 20 / 220, in runs of five. */
    cr_assert(before > SENT * 7 / 100 && before < SENT * 12 / 100, "%llu",
              (unsigned long long)before);
    cr_assert(before > 4ULL * bursts && before < 6ULL * bursts, "%u bursts", bursts);
    cr_assert_eq(arrived(SENT, &disorder), SENT - line.lost[FAKE_UP]);
}

Test(fake_network, what_is_lost_on_the_link_has_passed_the_bottleneck_downwards_only)
{
    struct fake_access access = {0};

    line.access = &access;
    line.cut_until_ns = 100;
    send_number(1, 50);
    fake_network_send(&network, &line, FAKE_DOWN, 50, &path, "", 0);
    cr_assert_eq(access.ways[FAKE_UP].offered, 0);
    cr_assert_eq(access.ways[FAKE_DOWN].offered, 1);
    cr_assert_eq(fake_network_next(&network), MOMENT_NEVER_NS);
}

Test(fake_network, a_flight_keeps_where_it_was_sent)
{
    struct fake_flight *flight;

    path.peer.port = 7;
    fake_network_send(&network, &line, FAKE_DOWN, 0, &path, "", 0);
    path.peer.port = 8;
    flight = fake_network_take(&network, 0);
    cr_assert_not_null(flight);
    cr_assert_eq(flight->path.peer.port, 7);
    cr_assert_eq(flight->way, FAKE_DOWN);
    cr_assert_eq(flight->length, 0);
    free(flight);
}
