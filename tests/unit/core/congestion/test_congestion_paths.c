/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The congestion controller on simulated paths (support/path_world.h): 200 random ones, or as the
 * environment says, and some of which it is known what must come out.
 *
 *     ROOMD_SEED=17          one path
 *     ROOMD_SEEDS=1-10000    a range of paths, both ends included
 */
#include "core/congestion/congestion.h"
#include "support/path_world.h"

#include <criterion/criterion.h>
#include <roomd/moment.h>
#include <stdlib.h>
#include <string.h>

#define MS MOMENT_NS_PER_MS
#define S  MOMENT_NS_PER_S

/* The simulated clock begins at 1 s. */
#define START S

#define SEEDS 200U

/* Members at one address behind 500 kbit/s with a queue of 30 000 bytes. */
static struct path_world_setup slow_link(int64_t round_trip_ns)
{
    const struct link link = {
        .bytes_s = 62500, .queue_bytes = 30000, .delay_ns = round_trip_ns / 2};

    return (struct path_world_setup){
        .seed = 1,
        .members = 10,
        .addresses = 1,
        .down = link,
        .up = link,
        .talk_ns = START + S,
        .end_ns = START + 120 * S,
        .stop_when_done = true,
    };
}

Test(congestion_paths, ten_members_behind_a_slow_link_are_sent_little_in_vain)
{
    static const unsigned rates[] = {0, 100, 200, 400, 1000};

    /* Each says 150 lines: at once, or as fast as their own link takes them. */
    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
        struct path_world_setup setup = slow_link(40 * MS);
        struct path_world_result result;

        setup.lines = rates[i] == 0 ? 1500 : 0;
        setup.lines_s = rates[i];
        setup.talk_ends_ns = rates[i] == 0 ? setup.talk_ns : setup.talk_ns + 1500 * S / rates[i];
        path_world_run(&setup, &result);
        cr_expect_eq(result.wrong, 0);
        cr_expect_eq(result.missing, 0);
        cr_expect_lt(10 * result.payload_bytes, 13 * result.useful_bytes, "%u: %lu of %lu",
                     rates[i], (unsigned long)result.payload_bytes,
                     (unsigned long)result.useful_bytes);
        cr_expect_lt(20 * result.dropped, result.offered, "%u: %lu of %lu", rates[i],
                     (unsigned long)result.dropped, (unsigned long)result.offered);
    }
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The median of TCP's share in 60 s, in percent, over nine moments at which the second one begins.
 */
static int tcp_share(bool cubic, bool tcp_first, int64_t round_trip_ns)
{
    int shares[9];

    for (unsigned i = 0; i < 9; i++) {
        struct path_world_setup setup = slow_link(round_trip_ns);
        struct path_world_result result;
        int64_t later_ns = START + 10 * S + (int64_t)i * 317 * MS;

        setup.lines = 1000000;
        setup.tcp = true;
        setup.cubic = cubic;
        setup.tcp_ns = tcp_first ? START + S : later_ns;
        setup.talk_ns = tcp_first ? later_ns : START + S;
        setup.counted_ns = later_ns;
        setup.end_ns = later_ns + 60 * S;
        path_world_run(&setup, &result);
        cr_expect_eq(result.wrong, 0);
        shares[i] = (int)(100 * result.tcp_counted / (result.tcp_counted + result.wire_counted));
    }
    qsort(shares, 9, sizeof(*shares), compare);
    return shares[4];
}

/*
 * Beside Reno, and beside a CUBIC that has had the link for itself before, the share depends on
 * which datagrams happen to find the queue full: it is only shown that neither starves the other.
 */
Test(congestion_paths, a_tcp_connection_has_about_half_of_the_link)
{
    static const int64_t round_trips_ns[] = {20 * MS, 100 * MS, 300 * MS};

    for (unsigned first = 0; first < 2; first++) {
        for (unsigned i = 0; i < 3; i++) {
            int cubic = tcp_share(true, first == 1, round_trips_ns[i]);
            int reno = tcp_share(false, first == 1, round_trips_ns[i]);

            cr_expect(cubic >= 35 && cubic <= (first == 1 ? 75 : 65), "%u %u: %d", first, i, cubic);
            cr_expect(reno >= 15 && reno <= 65, "%u %u: %d", first, i, reno);
        }
    }
}

/* Random losses in both directions, without a bottleneck. */
Test(congestion_paths, random_losses_stop_nothing)
{
    for (unsigned members = 1; members <= 10; members += 9) {
        for (uint32_t permille = 50; permille <= 300; permille += 50) {
            struct path_world_setup setup = slow_link(2 * MS);
            struct path_world_result result;

            setup.members = members;
            setup.down = setup.up = (struct link){.delay_ns = MS, .loss_permille = permille};
            setup.lines = 10000;
            path_world_run(&setup, &result);
            cr_expect_eq(result.wrong, 0);
            cr_expect_neq(result.done_ns, 0);
            cr_expect_lt(result.done_ns, (members == 1 ? 30 : 6) * S, "%u members, %u: %ld ms",
                         members, permille, (long)(result.done_ns / MS));
        }
    }
}

Test(congestion_paths, after_a_longer_route_the_window_is_regained_within_150_rounds)
{
    for (int64_t by_ns = 50 * MS; by_ns <= 400 * MS; by_ns *= 2) {
        struct path_world_setup setup = slow_link(20 * MS);
        struct path_world_result result;

        setup.down = setup.up = (struct link){.delay_ns = 10 * MS, .loss_permille = 100};
        setup.lines_s = 2000;
        setup.talk_ends_ns = setup.end_ns;
        setup.change_ns = START + 10 * S;
        setup.change_by_ns = by_ns;
        path_world_run(&setup, &result);
        cr_expect_eq(result.wrong, 0);
        cr_expect_neq(result.regained_ns, 0);
        cr_expect_leq(result.regained_rounds, 150, "%lu", (unsigned long)result.regained_rounds);
    }
}

/* ---- random paths ---- */

static struct link random_link(struct dice *dice)
{
    static const uint64_t rates[] = {0, 12500, 62500, 250000, 1250000, 12500000};
    struct link link = {
        .bytes_s = rates[dice_below(dice, 6)],
        .delay_ns = dice_between(dice, 0, 200) * MS + 50000,
    };

    link.queue_bytes = (uint64_t)dice_between(dice, 3000, 100000);
    if (link.bytes_s != 0 && link.queue_bytes > 2 * link.bytes_s)
        link.queue_bytes = 2 * link.bytes_s;
    if (dice_below(dice, 2) == 0)
        link.loss_permille = dice_below(dice, 301);
    if (dice_below(dice, 4) == 0) {
        link.burst_permille = 1 + dice_below(dice, 5);
        link.calm_permille = 50 + dice_below(dice, 200);
    }
    return link;
}

static struct path_world_setup random_setup(uint64_t seed)
{
    struct dice dice = {.state = seed};
    struct path_world_setup setup = {
        .seed = seed,
        .members = 1 + dice_below(&dice, 20),
        .down = random_link(&dice),
        .up = random_link(&dice),
        .talk_ns = START + dice_between(&dice, 0, 2000) * MS,
        .end_ns = START + 1000 * S,
        .stop_when_done = true,
    };

    setup.addresses = 1 + dice_below(&dice, setup.members);
    setup.lines = dice_below(&dice, 300);
    setup.lines_s = 1 + dice_below(&dice, 200);
    setup.talk_ends_ns = setup.talk_ns + dice_between(&dice, 0, 5000) * MS;
    setup.tcp = dice_below(&dice, 3) == 0;
    setup.cubic = dice_below(&dice, 2) == 0;
    setup.tcp_ns = START + dice_between(&dice, 0, 5000) * MS;
    if (dice_below(&dice, 3) == 0) {
        setup.change_ns = START + dice_between(&dice, 0, 5000) * MS;
        setup.change_by_ns = dice_between(&dice, 0, 300) * MS;
    }
    if (dice_below(&dice, 4) == 0)
        setup.silent_ns = START + dice_between(&dice, 0, 5000) * MS;
    return setup;
}

static void seeds(uint64_t *ret_first, uint64_t *ret_last)
{
    const char *one = getenv("ROOMD_SEED"), *range = getenv("ROOMD_SEEDS");

    *ret_first = 1;
    *ret_last = SEEDS;
    if (one != NULL)
        *ret_first = *ret_last = strtoull(one, NULL, 10);
    else if (range != NULL && strchr(range, '-') != NULL) {
        *ret_first = strtoull(range, NULL, 10);
        *ret_last = strtoull(strchr(range, '-') + 1, NULL, 10);
    }
}

Test(congestion_paths, on_random_paths_nothing_is_sent_beyond_the_window_and_all_arrives)
{
    uint64_t first, last;

    seeds(&first, &last);
    for (uint64_t seed = first; seed <= last; seed++) {
        struct path_world_setup setup = random_setup(seed);
        struct path_world_result result;

        path_world_run(&setup, &result);
        cr_expect_eq(result.wrong, 0, "seed %lu", (unsigned long)seed);
        cr_expect_eq(result.missing, 0, "seed %lu: %lu lines missing", (unsigned long)seed,
                     (unsigned long)result.missing);
    }
}
