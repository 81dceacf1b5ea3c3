/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The calls to the roster, and a second room restored from it. */
#include "core/room/crowd.h"
#include "core/room/room_state.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003
#define SEATS 256

static struct stage stage;
static struct roster_record kept[SEATS];
static bool taken[SEATS];

static void on_keep(void *ctx, uint32_t seat, const struct roster_record *record)
{
    cr_assert_eq(ctx, kept);
    cr_assert_lt(seat, SEATS);
    kept[seat] = *record;
    taken[seat] = true;
}

static void on_forget(void *ctx, uint32_t seat)
{
    cr_assert_eq(ctx, kept);
    cr_assert(taken[seat]);
    taken[seat] = false;
}

static void open_with_keeper(void)
{
    stage_open(&stage);
    stage.setup.roster = (struct roster){.keep = on_keep, .forget = on_forget, .ctx = kept};
    cr_assert_eq(stage_start(&stage), 0);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(roster, .init = open_with_keeper, .fini = close_stage);

/* The program ends without an exit; the next one is restored from the roster. */
static void restart(void)
{
    struct roster_record before[SEATS];
    bool was_taken[SEATS];

    memcpy(before, kept, sizeof(kept));
    memcpy(was_taken, taken, sizeof(taken));
    memset(taken, 0, sizeof(taken));
    stage_done(&stage);
    open_with_keeper();
    for (uint32_t seat = 0; seat < SEATS; seat++)
        cr_assert(!was_taken[seat] || room_restore(stage.room, &stage.now, &before[seat]) == 0);
}

static struct roster_record record_of(const char *name, uint16_t port)
{
    struct roster_record record = {.number = port, .path = stage_path(port, 0)};

    snprintf(record.name, sizeof(record.name), "%s", name);
    return record;
}

Test(roster, a_restart_changes_nothing_for_anybody)
{
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob\n");
    restart();
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_expect_eq(stage.outbox.count, 0, "nobody is told anything");
    cr_expect_eq(stage.happened[EVENT_JOIN], 0);
    stage_send(&stage, ALICE, "C alice hi");
    stage_sweep(&stage);
    cr_expect_eq(stage.outbox.count, 1);
    cr_expect(stage_heard(&stage, BOB, 0, "alice ： hi\n"),
              "and bob's client still gets its newlines");
    stage_send(&stage, BOB, "E bob");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, BOB, 1, "EXIT\n"));
    cr_expect(stage_heard(&stage, ALICE, 0, "bob 退出了聊天室"));
}

Test(roster, a_name_stays_taken_and_numbers_go_on)
{
    struct room_member member;

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    restart();
    stage_join_elsewhere(&stage, CAROL, "Alice");
    cr_expect_eq(room_members(stage.room), 2);
    stage_join(&stage, CAROL, "carol");
    cr_assert(room_member(stage.room, 2, &member));
    cr_expect_eq(member.number, 3);
    cr_assert(room_member(stage.room, 0, &member));
    cr_expect_eq(member.number, 1);
    cr_expect_eq(member.joined_wall_ns, stage.now.wall_ns);
    cr_expect_eq(member.delivered, 1, "carol's join");
}

Test(roster, a_member_that_left_is_not_restored_and_a_renamed_one_keeps_its_new_name)
{
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    stage_send(&stage, ALICE, "E alice");
    stage_send(&stage, BOB, "L robert");
    stage_sweep(&stage);
    restart();
    cr_expect_eq(room_members(stage.room), 1);
    stage_send(&stage, BOB, "C robert it is me");
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
}

static uint32_t newcomers(void)
{
    return registry_standing_count(stage.room->registry, REGISTRY_NEWCOMER);
}

Test(roster, those_that_came_in_a_mass_stay_behind_the_others)
{
    char name[8];

    for (uint16_t i = 0; i < CROWD_BURST + 20; i++) {
        snprintf(name, sizeof(name), "m%u", (unsigned)i);
        stage_join(&stage, (uint16_t)(2000 + i), name);
    }
    cr_assert_eq(newcomers(), 20);
    restart();
    cr_expect_eq(newcomers(), 20);
    stage_send(&stage, 2000 + CROWD_BURST, "C m128 hello");
    cr_expect_eq(newcomers(), 19);
    restart();
    cr_expect_eq(newcomers(), 19);
}

Test(roster, an_accept_that_was_not_sent_yet_is_sent_after_the_restart)
{
    stage_join(&stage, ALICE, "alice");
    stage_send(&stage, BOB, "L bob");
    restart();
    stage_sweep(&stage);
    cr_expect_eq(stage.outbox.count, 1, "alice has had hers");
    cr_expect(stage_heard(&stage, BOB, 0, "OK"));
    restart();
    stage_sweep(&stage);
    cr_expect_eq(stage.outbox.count, 0, "once");
}

Test(roster, a_muted_member_stays_muted_until_its_time)
{
    stage_join(&stage, ALICE, "alice");
    cr_assert_eq(
        room_mute(stage.room, &stage.now, "alice", stage.now.mono_ns + 60 * MOMENT_NS_PER_S), 0);
    restart();
    stage_send(&stage, ALICE, "C alice hi");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 1);
    cr_assert_eq(room_unmute(stage.room, &stage.now, "alice"), 0);
    restart();
    stage_send(&stage, ALICE, "C alice hi");
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
}

Test(roster, outside_trusted_networks_a_restart_begins_with_nothing_heard)
{
    uint32_t members;

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    restart();
    stage.config.access.trusted.sets = 0;
    stage_reconfigure(&stage);
    for (int i = 0; i < 10; i++) {
        cr_assert_eq(room_notice(stage.room, &stage.now, "x", 1, &members), 0);
        stage_sweep(&stage);
    }
    cr_expect_eq(stage.outbox.count, 0, "neither was heard yet");
    stage_send(&stage, BOB, "C bob who is there?");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, BOB, 0, "您错过了 10 条消息"));
}

Test(roster, the_address_a_member_writes_to_is_kept_when_it_changes)
{
    struct path path = stage_path(ALICE, 0);

    stage_join(&stage, ALICE, "alice");
    path.local[15] = 253;
    stage_send_bytes(&stage, &path, "C alice hi", 10);
    cr_expect_eq(kept[0].path.local[15], 253);
}

Test(roster, the_others_are_told_of_a_member_whose_door_is_gone)
{
    struct roster_record alice = record_of("alice", ALICE), bob = record_of("bob", BOB);

    bob.path.door = 7;
    cr_expect_eq(room_restore(stage.room, &stage.now, &alice), 0);
    cr_expect_eq(room_restore(stage.room, &stage.now, &bob), STATUS_NOT_FOUND);
    stage_sweep(&stage);
    cr_expect_eq(stage.outbox.count, 1);
    cr_expect(stage_heard(&stage, ALICE, 0, "bob 退出了聊天室"));
    cr_expect_eq(room_members(stage.room), 1);
}

Test(roster, a_record_that_can_not_be_true_is_refused)
{
    struct roster_record record = record_of("alice", ALICE);

    cr_assert_eq(room_restore(stage.room, &stage.now, &record), 0);
    record.path.peer.port = BOB;
    cr_expect_eq(room_restore(stage.room, &stage.now, &record), STATUS_TAKEN, "the name");
    record = record_of("bob", ALICE);
    cr_expect_eq(room_restore(stage.room, &stage.now, &record), STATUS_TAKEN, "the endpoint");
    record = record_of("", BOB);
    cr_expect_eq(room_restore(stage.room, &stage.now, &record), STATUS_INVALID, "empty");
    record = record_of("b\x1b[2Jb", BOB);
    cr_expect_eq(room_restore(stage.room, &stage.now, &record), STATUS_INVALID,
                 "a control character");
    record = record_of("b\xff", BOB);
    cr_expect_eq(room_restore(stage.room, &stage.now, &record), STATUS_INVALID, "not UTF-8");
    memset(record.name, 'x', sizeof(record.name));
    cr_expect_eq(room_restore(stage.room, &stage.now, &record), STATUS_INVALID, "without an end");
    cr_expect_eq(room_members(stage.room), 1);
}

Test(roster, members_whose_names_are_refused_now_stay_until_they_leave)
{
    static const char *const names[] = {"Notice",    "***",          "аdmin", "管理员",
                                        "bob\u2236", "\u0301\u0301", "zoe",   "Zoë"};
    uint32_t count = sizeof(names) / sizeof(names[0]);

    for (uint16_t i = 0; i < count; i++) {
        struct roster_record record = record_of(names[i], (uint16_t)(ALICE + i));

        cr_expect_eq(room_restore(stage.room, &stage.now, &record), 0, "%s", names[i]);
    }
    restart();
    cr_assert_eq(room_members(stage.room), count);
    stage_send(&stage, ALICE, "L Notice");
    stage_send(&stage, ALICE, "C Notice hi");
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    stage_send(&stage, ALICE, "E Notice");
    cr_expect_eq(room_members(stage.room), count - 1);
    stage_send(&stage, ALICE, "L Notice");
    cr_expect_eq(stage.refused[REFUSED_NAME_BAD], 1);
}

Test(roster, members_that_the_present_networks_do_not_admit_leave)
{
    struct roster_record alice = record_of("alice", ALICE);

    cr_assert_eq(room_restore(stage.room, &stage.now, &alice), 0);
    stage.config.access.plain_from.sets = NETWORK_SET_BIT(NETWORK_LOOPBACK);
    cr_expect_eq(stage_reconfigure(&stage), 1);
    cr_expect_eq(room_members(stage.room), 0);
}
