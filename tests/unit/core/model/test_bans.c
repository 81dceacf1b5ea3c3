/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/bans.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static struct bans *bans;

static void make(void)
{
    cr_assert_eq(bans_new(&bans), 0);
}

static void clear(void)
{
    bans_free(bans);
}

TestSuite(bans, .init = make, .fini = clear);

static struct network network(const char *text)
{
    struct network result = {.bits = 0};
    char why[NETWORK_WHY_BYTES];

    cr_assert_eq(network_parse(text, &result, why), 0);
    return result;
}

/* `name` or `cidr` may be NULL. */
static int add_at(int64_t now_ns, enum room_ban_kind kind, const char *name, const char *cidr,
                  int64_t until_ns)
{
    struct room_ban ban = {.kind = kind, .has_network = cidr != NULL, .until_ns = until_ns};

    if (name != NULL)
        snprintf(ban.name, sizeof(ban.name), "%s", name);
    if (cidr != NULL)
        ban.network = network(cidr);
    return bans_add(bans, &ban, now_ns);
}

static int add(enum room_ban_kind kind, const char *name, const char *cidr, int64_t until_ns)
{
    return add_at(0, kind, name, cidr, until_ns);
}

/* The number of bans in force, and the `index`-th of them. */
static uint32_t count_at(int64_t now_ns)
{
    const struct room_ban *ban = NULL;
    uint32_t count = 0;

    while ((ban = bans_after(bans, ban != NULL ? ban->serial : 0, now_ns)) != NULL)
        count++;
    return count;
}

static const struct room_ban *at(uint32_t index, int64_t now_ns)
{
    const struct room_ban *ban = bans_after(bans, 0, now_ns);

    while (index-- > 0)
        ban = bans_after(bans, ban->serial, now_ns);
    return ban;
}

static bool forbidden(const char *name, const char *endpoint, int64_t now_ns)
{
    struct endpoint peer = {.port = 0};

    cr_assert_eq(endpoint_parse(endpoint, &peer), 0);
    return bans_forbid(bans, name, &peer, now_ns);
}

Test(bans, a_name_or_a_network_is_forbidden_until_its_time_and_not_at_it)
{
    add(ROOM_BAN, "bob", NULL, 100);
    add(ROOM_BAN, NULL, "192.0.2.0/24", 200);
    add(ROOM_BAN, "eve", NULL, MOMENT_NEVER_NS);
    cr_expect(forbidden("bob", "10.0.0.1:1", 99));
    cr_expect_not(forbidden("bob", "10.0.0.1:1", 100));
    cr_expect(forbidden("alice", "192.0.2.9:1", 199));
    cr_expect_not(forbidden("alice", "192.0.2.9:1", 200));
    cr_expect(forbidden("eve", "10.0.0.1:1", MOMENT_NEVER_NS - 1));
    cr_expect_not(forbidden("bo", "10.0.0.1:1", 0));
    cr_expect_not(forbidden("bobb", "192.0.3.1:1", 0));
    cr_expect_eq(count_at(100), 2);
    cr_expect_eq(count_at(200), 1);
    cr_expect_str_eq(at(0, 200)->name, "eve");
}

Test(bans, a_mute_is_no_ban_and_a_ban_no_mute)
{
    add(ROOM_MUTE, "bob", NULL, 100);
    add(ROOM_BAN, "eve", "192.0.2.7", 100);
    cr_expect_not(forbidden("bob", "10.0.0.1:1", 0));
    cr_expect_eq(bans_muted_until(bans, "bob", 99), 100);
    cr_expect_eq(bans_muted_until(bans, "bob", 100), 0);
    cr_expect_eq(bans_muted_until(bans, "eve", 0), 0);
    cr_expect_eq(bans_muted_until(bans, "", 0), 0);
}

Test(bans, a_second_ban_takes_the_place_of_the_first)
{
    add(ROOM_BAN, "bob", "192.0.2.7", 100);
    add(ROOM_BAN, NULL, "192.0.2.7", 300);
    add(ROOM_BAN, "bob", NULL, 200);
    add(ROOM_BAN, NULL, "192.0.2.7", 400);
    cr_assert_eq(count_at(0), 2);
    cr_expect_eq(at(0, 0)->until_ns, 200);
    cr_expect(at(0, 0)->has_network, "the address stays banned with the name");
    cr_expect_eq(at(1, 0)->until_ns, 400);
    add(ROOM_BAN, "bob", "10.0.0.1", 500);
    cr_expect(forbidden("alice", "10.0.0.1:1", 450));
    cr_expect_not(forbidden("alice", "192.0.2.7:1", 450));
}

Test(bans, lifting_takes_the_name_or_exactly_the_network)
{
    struct network wide = network("192.0.2.0/24"), narrow = network("192.0.2.7");
    struct room_ban lifted;

    add(ROOM_BAN, "bob", "192.0.2.7", 100);
    add(ROOM_BAN, NULL, "192.0.2.0/24", 100);
    cr_expect_not(bans_lift_name(bans, ROOM_BAN, "", 0, &lifted), "a ban without a name has none");
    cr_expect_not(bans_lift_name(bans, ROOM_MUTE, "bob", 0, &lifted));
    cr_expect_not(bans_lift_name(bans, ROOM_BAN, "bob", 100, &lifted), "it has ended by itself");
    add(ROOM_BAN, "bob", "192.0.2.7", 300);
    add(ROOM_BAN, NULL, "192.0.2.0/24", 300);
    cr_expect(bans_lift_network(bans, &narrow, 200, &lifted));
    cr_expect_str_eq(lifted.name, "bob");
    cr_expect_not(bans_lift_network(bans, &narrow, 200, &lifted));
    cr_expect(forbidden("x", "192.0.2.7:1", 200));
    cr_expect(bans_lift_network(bans, &wide, 200, &lifted));
    cr_expect_not(forbidden("bob", "192.0.2.7:1", 200));
}

Test(bans, the_table_is_full_after_so_many_and_has_place_when_one_has_ended)
{
    char name[16];

    for (int i = 0; i < ROOM_BANS_MAX; i++) {
        snprintf(name, sizeof(name), "m%d", i);
        cr_assert_eq(add(ROOM_BAN, name, NULL, i == 500 ? 100 : MOMENT_NEVER_NS), 0);
    }
    cr_expect_eq(add(ROOM_BAN, "one more", NULL, 100), STATUS_FULL);
    cr_expect_eq(add(ROOM_BAN, "m7", NULL, 900), 0, "no new place is needed");
    cr_expect_eq(count_at(100), ROOM_BANS_MAX - 1);
    cr_expect_eq(add_at(100, ROOM_BAN, "one more", NULL, 900), 0);
    cr_expect(forbidden("one more", "10.0.0.1:1", 100));
    cr_expect(forbidden("m1023", "10.0.0.1:1", 100));
    cr_expect_not(forbidden("m500", "10.0.0.1:1", 100));
}

static void kick(const char *name, const char *endpoint, int64_t until_ns)
{
    struct endpoint peer = {.port = 0};

    cr_assert_eq(endpoint_parse(endpoint, &peer), 0);
    bans_add_kick(bans, name, &peer, until_ns);
}

Test(bans, after_a_kick_the_endpoint_and_the_name_at_its_address_have_to_wait)
{
    kick("bob", "192.0.2.7:1000", 100);
    cr_expect(forbidden("bob", "192.0.2.7:1000", 99));
    cr_expect(forbidden("rob", "192.0.2.7:1000", 99), "the same endpoint");
    cr_expect(forbidden("bob", "192.0.2.7:1001", 99), "the same name at its address");
    cr_expect_not(forbidden("rob", "192.0.2.7:1001", 99), "somebody else there");
    cr_expect_not(forbidden("bob", "192.0.2.8:1000", 99), "a namesake elsewhere");
    cr_expect_not(forbidden("bob", "192.0.2.7:1000", 100));
    cr_expect_eq(count_at(0), 0, "a kick is no ban");
}

Test(bans, of_many_kicks_the_oldest_is_forgotten)
{
    char name[16], endpoint[32];

    for (int i = 0; i <= BANS_KICKS_MAX; i++) {
        snprintf(name, sizeof(name), "m%d", i);
        snprintf(endpoint, sizeof(endpoint), "192.0.2.7:%d", 1000 + i);
        kick(name, endpoint, 100);
    }
    cr_expect_not(forbidden("m0", "192.0.2.7:1000", 0));
    cr_expect(forbidden("m1", "192.0.2.7:1001", 0));
    cr_expect(forbidden(name, endpoint, 0));
}

Test(bans, lifting_a_ban_ends_the_wait_after_its_kick)
{
    struct room_ban lifted;

    kick("bob", "192.0.2.7:1000", 100);
    add(ROOM_BAN, "bob", NULL, 1000);
    cr_expect(bans_lift_name(bans, ROOM_BAN, "bob", 50, &lifted));
    cr_expect_not(forbidden("bob", "192.0.2.7:1000", 50));
}

Test(bans, a_walk_over_the_serials_meets_each_that_stays_once)
{
    const struct room_ban *ban;
    struct room_ban lifted;
    uint64_t serial = 0;

    cr_assert_eq(add(ROOM_BAN, "a", NULL, MOMENT_NEVER_NS), 0);
    cr_assert_eq(add(ROOM_BAN, "b", NULL, 5), 0);
    cr_assert_eq(add(ROOM_BAN, "c", NULL, MOMENT_NEVER_NS), 0);
    cr_assert_eq(add(ROOM_MUTE, "d", NULL, MOMENT_NEVER_NS), 0);
    ban = bans_after(bans, serial, 0);
    cr_assert(ban != NULL && strcmp(ban->name, "a") == 0);
    serial = ban->serial;
    /* Meanwhile the first is lifted, the second ends, the third is replaced, and one is added. */
    cr_assert(bans_lift_name(bans, ROOM_BAN, "a", 10, &lifted));
    cr_assert_eq(add(ROOM_BAN, "c", NULL, 100), 0);
    cr_assert_eq(add(ROOM_BAN, "e", NULL, MOMENT_NEVER_NS), 0);
    for (const char *expected = "cde"; *expected != '\0'; expected++) {
        ban = bans_after(bans, serial, 10);
        cr_assert(ban != NULL && ban->name[0] == *expected, "%s", expected);
        serial = ban->serial;
    }
    cr_expect_null(bans_after(bans, serial, 10));
    cr_expect_null(bans_after(bans, UINT64_MAX, 0));
}

Test(bans, a_mute_covers_the_endpoint_where_its_member_was_last)
{
    struct endpoint first, second;

    cr_assert_eq(endpoint_parse("192.0.2.1:1000", &first), 0);
    cr_assert_eq(endpoint_parse("192.0.2.1:1001", &second), 0);
    cr_assert_eq(bans_mute(bans, "bob", &first, 100, 0), 0);
    cr_expect_eq(bans_muted_until(bans, "bob", 99), 100);
    cr_expect(bans_mute_elsewhere(bans, "eve", &first, 99));
    cr_expect_not(bans_mute_elsewhere(bans, "bob", &first, 99), "under its own name it may");
    cr_expect_not(bans_mute_elsewhere(bans, "eve", &second, 99),
                  "another port is another endpoint");
    cr_expect_not(bans_mute_elsewhere(bans, "eve", &first, 100), "it has ended");
    bans_follow_mute(bans, "bob", &second, 50);
    cr_expect(bans_mute_elsewhere(bans, "eve", &second, 99));
    cr_expect_not(bans_mute_elsewhere(bans, "eve", &first, 99));
    bans_follow_mute(bans, "eve", &first, 50);
    cr_expect_not(bans_mute_elsewhere(bans, "bob", &first, 99), "eve is not muted");
}
