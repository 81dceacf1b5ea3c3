/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

#define NOT_NOW "您现在不能进入聊天室"
#define KICKED  "您已被管理员移出聊天室。"
#define MUTED   "消息没有发送: 您已被管理员禁言"

static struct stage stage;

static void open_stage(void)
{
    stage_new(&stage);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(moderation, .init = open_stage, .fini = close_stage);

static void later(int64_t seconds)
{
    stage.now.mono_ns += seconds * MOMENT_NS_PER_S;
}

static int64_t in(int64_t seconds)
{
    return stage.now.mono_ns + seconds * MOMENT_NS_PER_S;
}

/* A datagram from that address; the port is a member's number, as elsewhere. */
static void send_from(const char *address, uint16_t port, const char *text)
{
    struct path path = stage_path(port, 0);
    char endpoint[64];

    snprintf(endpoint, sizeof(endpoint), strchr(address, ':') != NULL ? "[%s]:%u" : "%s:%u",
             address, (unsigned)port);
    cr_assert_eq(endpoint_parse(endpoint, &path.peer), 0, "%s", endpoint);
    stage_send_bytes(&stage, &path, text, strlen(text));
    stage_sweep(&stage);
}

static void join_from(const char *address, uint16_t port, const char *name)
{
    char request[128];

    snprintf(request, sizeof(request), "L %s", name);
    fake_outbox_clear(&stage.outbox);
    send_from(address, port, request);
    cr_assert(stage_heard(&stage, port, 0, "OK"), "%s", name);
    fake_outbox_clear(&stage.outbox);
}

static void expect_answer(const char *address, uint16_t port, const char *request,
                          const char *answer)
{
    fake_outbox_clear(&stage.outbox);
    send_from(address, port, request);
    if (answer == NULL)
        cr_expect_eq(fake_outbox_count_to(&stage.outbox, port), 0, "%s from %s", request, address);
    else
        cr_expect(stage_heard(&stage, port, 0, answer), "%s from %s", request, address);
    fake_outbox_clear(&stage.outbox);
}

static struct network network(const char *text)
{
    struct network result = {.bits = 0};
    char why[NETWORK_WHY_BYTES];

    cr_assert_eq(network_parse(text, &result, why), 0, "%s", text);
    return result;
}

static uint32_t ban_network(const char *text, int64_t until_ns)
{
    struct network parsed = network(text);
    uint32_t removed = UINT32_MAX;

    cr_assert_eq(room_ban_network(stage.room, &stage.now, &parsed, until_ns, &removed), 0);
    stage_sweep(&stage);
    return removed;
}

static void add(struct network_list *list, const char *word)
{
    char why[NETWORK_WHY_BYTES];

    cr_assert_eq(network_list_add(list, word, why), 0, "%s", word);
}

static uint32_t set_access(void)
{
    uint32_t removed = stage_reconfigure(&stage);

    stage_sweep(&stage);
    return removed;
}

/* ---- networks ---- */

Test(moderation, an_empty_list_of_networks_lets_nobody_in)
{
    struct stage closed;

    stage_open(&closed);
    memset(&closed.config.access, 0, sizeof(closed.config.access));
    cr_assert_eq(stage_start(&closed), 0);
    stage_send(&closed, ALICE, "L alice");
    stage_sweep(&closed);
    cr_expect_eq(closed.outbox.count, 0);
    cr_expect_eq(closed.refused[REFUSED_ELSEWHERE], 1);
    stage_done(&closed);
}

Test(moderation, what_comes_from_elsewhere_is_dropped_and_counted_whatever_it_is)
{
    static const char *const requests[] = {"L bob", "E bob", "C bob hello", "nonsense", ""};

    memset(&stage.config.access, 0, sizeof(stage.config.access));
    add(&stage.config.access.plain_from, "loopback");
    add(&stage.config.access.plain_from, "10.0.0.0/8");
    set_access();
    for (size_t i = 0; i < 5; i++)
        expect_answer("192.0.2.1", BOB, requests[i], NULL);
    cr_expect_eq(stage.refused[REFUSED_ELSEWHERE], 5);
    cr_expect_eq(stage.refused[REFUSED_EMPTY], 0);
    expect_answer("10.255.255.255", BOB, "L bob", "OK");
    expect_answer("::1", ALICE, "L alice", "OK");
    expect_answer("11.0.0.0", CAROL, "L carol", NULL);
}

Test(moderation, a_denied_sender_gets_no_answer_and_deny_wins)
{
    add(&stage.config.access.deny, "192.0.2.0/25");
    cr_expect_eq(set_access(), 0);
    expect_answer("192.0.2.127", BOB, "L bob", NULL);
    cr_expect_eq(stage.refused[REFUSED_DENIED], 1);
    cr_expect_eq(stage.refused[REFUSED_ELSEWHERE], 0);
    expect_answer("192.0.2.128", BOB, "L bob", "OK");
}

Test(moderation, members_that_new_networks_shut_out_are_removed_as_by_a_kick)
{
    join_from("192.0.2.1", ALICE, "alice");
    join_from("10.0.0.1", BOB, "bob");
    join_from("198.51.100.1", CAROL, "carol");
    fake_outbox_clear(&stage.outbox);
    memset(&stage.config.access, 0, sizeof(stage.config.access));
    add(&stage.config.access.trusted, "192.0.2.0/24");
    add(&stage.config.access.plain_from, "192.0.2.0/24");
    add(&stage.config.access.plain_from, "10.0.0.0/8");
    add(&stage.config.access.deny, "10.0.0.0/24");
    cr_expect_eq(set_access(), 2);
    cr_expect(stage_heard(&stage, BOB, 0, KICKED));
    cr_expect(stage_heard(&stage, BOB, 1, "EXIT"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 2);
    cr_expect(stage_heard(&stage, CAROL, 0, KICKED));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 2);
    cr_expect_eq(room_members(stage.room), 1);
    /* Once admitted again, they need not wait. */
    stage.config.access.plain_from.sets = NETWORK_SET_BIT(NETWORK_ALL);
    stage.config.access.deny.count = 0;
    cr_expect_eq(set_access(), 0);
    join_from("10.0.0.1", BOB, "bob");
}

Test(moderation, all_members_to_be_removed_are_removed_and_nobody_else_whatever_their_order)
{
    char name[16], address[16];

    for (uint16_t i = 0; i < 240; i++) {
        snprintf(name, sizeof(name), "m%u", (unsigned)i);
        snprintf(address, sizeof(address), "10.0.%u.7", (unsigned)(i % 3));
        join_from(address, (uint16_t)(2000 + i), name);
    }
    /* Some of them lag meanwhile. */
    send_from("10.0.1.7", 2001, "C m1 hello");
    room_sweep(stage.room, &stage.now, 50);
    cr_expect_eq(ban_network("10.0.2.0/24", MOMENT_NEVER_NS), 80);
    cr_expect_eq(room_members(stage.room), 160);
    for (uint32_t seat = 0; seat < room_seats(stage.room); seat++) {
        struct room_member member;

        if (!room_member(stage.room, seat, &member))
            continue;
        cr_expect_neq(member.path->peer.address[14], 2, "%s", member.name);
    }
}

/* ---- kicks ---- */

Test(moderation, a_kick_without_a_reason_sends_no_empty_line)
{
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(dialect_set(&stage.dialects[0], DIALECT_KICKED, "{text}", why), 0);
    stage_reconfigure(&stage);
    stage_join(&stage, BOB, "bob");
    cr_expect_eq(room_kick(stage.room, &stage.now, "bob", NULL), 0);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 1);
    cr_expect(stage_heard(&stage, BOB, 0, "EXIT"));
}

Test(moderation, a_kicked_member_is_not_back_at_once)
{
    join_from("192.0.2.1", ALICE, "alice");
    join_from("192.0.2.1", BOB, "bob");
    cr_expect_eq(room_kick(stage.room, &stage.now, "Bob", NULL), 0);
    expect_answer("192.0.2.1", BOB, "L bob", NOT_NOW);
    expect_answer("192.0.2.1", BOB, "L rob", NOT_NOW);
    expect_answer("192.0.2.1", CAROL, "L BOB", NOT_NOW);
    expect_answer("192.0.2.1", ALICE, "L bob", NOT_NOW); /* nor by a rename */
    cr_expect_eq(stage.refused[REFUSED_BANNED], 4);
    expect_answer("192.0.2.1", ALICE, "L alice", "OK");
    expect_answer("192.0.2.1", CAROL, "L carol", "OK");
    later(ROOM_REJOIN_DELAY_S - 1);
    expect_answer("192.0.2.1", BOB, "L bob", NOT_NOW);
    later(1);
    expect_answer("192.0.2.1", BOB, "L bob", "OK");
}

/* ---- bans ---- */

static struct room_banned ban_name(const char *name, int64_t until_ns)
{
    struct room_banned banned = {.sharing = UINT32_MAX};

    cr_assert_eq(room_ban_name(stage.room, &stage.now, name, until_ns, &banned), 0, "%s", name);
    stage_sweep(&stage);
    return banned;
}

Test(moderation, a_banned_name_takes_its_address_along)
{
    struct room_banned banned;

    join_from("192.0.2.1", ALICE, "alice");
    join_from("10.0.0.1", BOB, "Bob");
    fake_outbox_clear(&stage.outbox);
    banned = ban_name("bob", in(60));
    cr_expect(banned.was_member && banned.has_address);
    cr_expect(stage_heard(&stage, BOB, 0, KICKED));
    cr_expect(stage_heard(&stage, BOB, 1, "EXIT"));
    cr_expect(stage_heard(&stage, ALICE, 0, "Bob 退出了聊天室"));
    later(30);
    expect_answer("10.0.0.1", BOB, "L bob", NOT_NOW);
    expect_answer("10.0.0.1", CAROL, "L carol", NOT_NOW);
    expect_answer("192.0.2.9", CAROL, "L ＢＯＢ", NOT_NOW);
    expect_answer("10.0.0.2", CAROL, "L carol", "OK");
    expect_answer("10.0.0.2", CAROL, "L bob", NOT_NOW); /* nor by a rename */
    later(30);
    expect_answer("10.0.0.1", BOB, "L bob", "OK");
}

Test(moderation, an_address_that_others_share_is_not_banned_with_a_name)
{
    struct room_banned banned;

    join_from("10.0.0.1", ALICE, "alice");
    join_from("10.0.0.1", BOB, "bob");
    banned = ban_name("bob", MOMENT_NEVER_NS);
    cr_expect_not(banned.has_address);
    cr_expect_eq(banned.sharing, 1);
    expect_answer("10.0.0.1", BOB, "L rob", NOT_NOW); /* as after a kick */
    expect_answer("10.0.0.1", CAROL, "L carol", "OK");
    expect_answer("10.0.0.1", ALICE, "L alice", "OK");
    later(ROOM_REJOIN_DELAY_S);
    expect_answer("10.0.0.1", BOB, "L bob", NOT_NOW);
    expect_answer("10.0.0.1", BOB, "L rob", "OK");
}

Test(moderation, loopback_is_never_banned_with_a_name)
{
    struct room_banned banned;

    join_from("127.0.0.1", ALICE, "alice");
    banned = ban_name("alice", MOMENT_NEVER_NS);
    cr_expect(banned.was_member && !banned.has_address);
    cr_expect_eq(banned.sharing, 0);
    expect_answer("127.0.0.1", BOB, "L bob", "OK");
}

Test(moderation, a_name_can_be_banned_before_it_comes)
{
    struct room_banned banned = ban_name("Bob", MOMENT_NEVER_NS);

    cr_expect_not(banned.was_member || banned.has_address);
    expect_answer("10.0.0.1", BOB, "L BOB", NOT_NOW);
    expect_answer("10.0.0.1", BOB, "L bobby", "OK");
}

Test(moderation, what_is_no_name_is_not_banned)
{
    static const char *const names[] = {"", "a:b", "\xff", "OK", "x管理员", "a\tb"};
    struct room_banned banned;
    char longest[80];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        cr_expect_eq(room_ban_name(stage.room, &stage.now, names[i], MOMENT_NEVER_NS, &banned),
                     STATUS_INVALID, "%s", names[i]);
    memset(longest, 'x', sizeof(longest));
    longest[65] = '\0';
    cr_expect_eq(room_ban_name(stage.room, &stage.now, longest, MOMENT_NEVER_NS, &banned),
                 STATUS_INVALID);
    cr_expect_null(room_ban_after(stage.room, &stage.now, 0));
    longest[64] = '\0';
    cr_expect_eq(room_ban_name(stage.room, &stage.now, longest, MOMENT_NEVER_NS, &banned), 0);
}

Test(moderation, a_banned_network_is_emptied_and_stays_so)
{
    join_from("10.0.0.1", ALICE, "alice");
    join_from("10.0.1.1", BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    cr_expect_eq(ban_network("::ffff:10.0.1.0/120", in(60)), 1);
    cr_expect(stage_heard(&stage, BOB, 0, KICKED));
    cr_expect(stage_heard(&stage, BOB, 1, "EXIT"));
    cr_expect(stage_heard(&stage, ALICE, 0, "bob 退出了聊天室"));
    expect_answer("10.0.1.255", BOB, "L bob", NOT_NOW);
    expect_answer("10.0.1.255", BOB, "C bob hello", NOT_NOW);
    expect_answer("10.0.1.255", BOB, "E bob", "EXIT"); /* its receiving process may wait for it */
    expect_answer("10.0.2.1", CAROL, "C carol hello", "请先进入聊天室");
    later(60);
    expect_answer("10.0.1.255", BOB, "L bob", "OK");
}

Test(moderation, everybody_is_not_banned)
{
    static const char *const everybody[] = {"0.0.0.0/0", "::/0"};
    uint32_t removed;

    join_from("10.0.0.1", ALICE, "alice");
    for (size_t i = 0; i < 2; i++) {
        struct network all = network(everybody[i]);

        cr_expect_eq(room_ban_network(stage.room, &stage.now, &all, MOMENT_NEVER_NS, &removed),
                     STATUS_INVALID);
    }
    cr_expect_eq(room_members(stage.room), 1);
    cr_expect_eq(ban_network("::/1", MOMENT_NEVER_NS), 0);
    cr_expect_eq(ban_network("0.0.0.0/1", MOMENT_NEVER_NS), 1);
}

Test(moderation, a_lifted_ban_lets_them_in_at_once)
{
    struct network net = network("10.0.0.0/24");
    struct room_ban ban;

    join_from("10.0.1.1", BOB, "bob");
    ban_name("bob", MOMENT_NEVER_NS);
    ban_network("10.0.0.0/24", MOMENT_NEVER_NS);
    cr_expect_not_null(room_ban_after(stage.room, &stage.now, 1));
    cr_expect_null(room_ban_after(stage.room, &stage.now, 2));
    cr_expect_eq(room_unban_name(stage.room, &stage.now, "BOB", &ban), 0);
    cr_expect(ban.has_network);
    cr_expect_eq(room_unban_name(stage.room, &stage.now, "bob", &ban), STATUS_NOT_FOUND);
    expect_answer("10.0.1.1", BOB, "L bob", "OK");
    expect_answer("10.0.0.1", CAROL, "L carol", NOT_NOW);
    cr_expect_eq(room_unban_network(stage.room, &stage.now, &net, &ban), 0);
    cr_expect_eq(room_unban_network(stage.room, &stage.now, &net, &ban), STATUS_NOT_FOUND);
    expect_answer("10.0.0.1", CAROL, "L carol", "OK");
}

Test(moderation, when_there_is_no_place_for_a_ban_nothing_is_done)
{
    struct network net = network("10.0.0.0/24");
    struct room_banned banned;
    uint32_t removed;
    char name[16];

    join_from("10.0.0.1", ALICE, "alice");
    for (int i = 0; i < ROOM_BANS_MAX; i++) {
        snprintf(name, sizeof(name), "m%d", i);
        ban_name(name, in(60));
    }
    cr_expect_eq(room_ban_name(stage.room, &stage.now, "alice", in(60), &banned), STATUS_FULL);
    cr_expect_eq(room_ban_network(stage.room, &stage.now, &net, in(60), &removed), STATUS_FULL);
    cr_expect_eq(room_mute(stage.room, &stage.now, "alice", in(60)), STATUS_FULL);
    cr_expect_eq(room_members(stage.room), 1);
    expect_answer("10.0.0.1", ALICE, "C alice hello", NULL);
    cr_expect_eq(stage.refused[REFUSED_MUTED], 0);
    later(60);
    cr_expect_eq(room_ban_name(stage.room, &stage.now, "alice", in(60), &banned), 0);
}

/* ---- mutes ---- */

Test(moderation, a_muted_member_is_refused_and_told_so_now_and_then)
{
    join_from("10.0.0.1", ALICE, "alice");
    join_from("10.0.0.1", BOB, "bob");
    cr_expect_eq(room_mute(stage.room, &stage.now, "ALICE", in(60)), 0);
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    for (int i = 0; i < 3; i++)
        send_from("10.0.0.1", ALICE, "C alice hello");
    cr_expect(stage_heard(&stage, ALICE, 0, MUTED));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 0);
    cr_expect_eq(stage.refused[REFUSED_MUTED], 3);
    later(ROOM_TOLD_INTERVAL_S);
    expect_answer("10.0.0.1", ALICE, "C alice hello", MUTED);
    send_from("10.0.0.1", BOB, "C bob hello");
    cr_expect(stage_heard(&stage, ALICE, 0, "bob ： hello"), "it hears as before");
    later(55);
    fake_outbox_clear(&stage.outbox);
    send_from("10.0.0.1", ALICE, "C alice hello");
    cr_expect(stage_heard(&stage, BOB, 0, "alice ： hello"));
}

static void expect_mute(const char *address, uint16_t port, const char *request, bool mute)
{
    uint64_t before = stage.refused[REFUSED_MUTED];

    send_from(address, port, request);
    cr_expect_eq(stage.refused[REFUSED_MUTED] - before, mute ? 1 : 0, "%s", request);
    fake_outbox_clear(&stage.outbox);
}

Test(moderation, a_mute_stays_with_the_name_and_with_the_endpoint)
{
    join_from("10.0.0.1", ALICE, "alice");
    cr_expect_eq(room_mute(stage.room, &stage.now, "alice", in(60)), 0);
    expect_mute("10.0.0.1", ALICE, "L alicia", true);
    expect_mute("10.0.0.1", ALICE, "C alice hello", true);
    send_from("10.0.0.1", ALICE, "E alice");
    expect_mute("10.0.0.1", ALICE, "L alicia", true);
    join_from("10.0.0.1", ALICE, "Alice");
    expect_mute("10.0.0.1", ALICE, "C alice hello", true);
    send_from("10.0.0.1", ALICE, "E alice");
    join_from("10.0.0.1", BOB, "alicia");
    expect_mute("10.0.0.1", BOB, "C alicia hello", false);
    send_from("10.0.0.1", BOB, "L alice");
    expect_mute("10.0.0.1", BOB, "C alice hello", true);
    later(60);
    expect_mute("10.0.0.1", BOB, "C alice hello", false);
    expect_mute("10.0.0.1", ALICE, "L alicia", false);
}

Test(moderation, an_unmuted_member_may_speak)
{
    join_from("10.0.0.1", ALICE, "alice");
    cr_expect_eq(room_unmute(stage.room, &stage.now, "alice"), STATUS_NOT_FOUND);
    cr_expect_eq(room_mute(stage.room, &stage.now, "alice", MOMENT_NEVER_NS), 0);
    expect_mute("10.0.0.1", ALICE, "C alice hello", true);
    cr_expect_eq(room_unmute(stage.room, &stage.now, "Alice"), 0);
    expect_mute("10.0.0.1", ALICE, "C alice hello", false);
    cr_expect_eq(room_mute(stage.room, &stage.now, "alice", MOMENT_NEVER_NS), 0);
    send_from("10.0.0.1", ALICE, "E alice");
    cr_expect_eq(room_unmute(stage.room, &stage.now, "alice"), 0,
                 "a name may be unmuted while nobody has it");
    join_from("10.0.0.1", ALICE, "alice");
    expect_mute("10.0.0.1", ALICE, "C alice hello", false);
    cr_expect_eq(room_mute(stage.room, &stage.now, "nobody", MOMENT_NEVER_NS), STATUS_NOT_FOUND);
    cr_expect_eq(room_unmute(stage.room, &stage.now, "nobody"), STATUS_NOT_FOUND);
}
