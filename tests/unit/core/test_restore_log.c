/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A room that goes on from what its log has kept, as another process would after a kill. */
#include "core/model/session.h"
#include "core/room/room_state.h"
#include "core/room/state_row.h"
#include "support/fake_log.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define CAROL 1003
#define DAVE  1004

static struct stage stage;
static struct fake_log logged;
static struct hand alice, bob;
static struct sequenced_down_frame told;
static struct room_restored restored;
static struct room_kept kept;
static char text[512];

static void commit_all(void)
{
    fake_log_commit_all(&logged, stage.room, &stage.now);
    stage_sweep(&stage);
}

static void open_stage(void)
{
    stage_open(&stage);
    fake_log_init(&logged);
    stage.setup.log = fake_log_port(&logged);
    cr_assert_eq(stage_start(&stage), 0);
    kept = (struct room_kept){.boot = {1}};
    fake_log_restore(&logged, stage.room, &stage.now, kept, &restored);
    hand_init(&alice, &stage, 1001);
    hand_init(&bob, &stage, 1002);
}

static void close_stage(void)
{
    stage_done(&stage);
    fake_log_done(&logged);
}

TestSuite(restore_log, .init = open_stage, .fini = close_stage);

/* The program is killed; the next one has another random secret. Doors and configuration stay. */
static void restart(void)
{
    struct stage before = stage;

    stage_done(&stage);
    stage_open(&stage);
    stage.config.limits = before.config.limits;
    stage.config.door_count = before.config.door_count;
    stage.now = before.now;
    stage.setup.log = fake_log_port(&logged);
    memset(stage.setup.secret, before.setup.secret[0] + 1, sizeof(stage.setup.secret));
    cr_assert_eq(stage_start(&stage), 0);
    fake_log_restore(&logged, stage.room, &stage.now, kept, &restored);
    stage_sweep(&stage);
    alice.read = bob.read = 0;
}

static void enter(struct hand *hand, uint64_t nonce, const char *name)
{
    struct sequenced_welcome *welcome = &hand->welcome;
    const struct fake_datagram *datagram;

    cr_assert(hand_hello(hand, nonce));
    hand_join(hand, name, false);
    commit_all();
    datagram = hand_next(hand);
    cr_assert_not_null(datagram);
    cr_assert_eq(sequenced_handshake_read_welcome(datagram->bytes, datagram->length, welcome), 0);
    hand->epoch = welcome->epoch;
    hand->token = welcome->token;
    hand->run = welcome->run;
    hand->member = welcome->member;
    hand->position = welcome->position;
    hand_report(hand, logged.kept_event);
}

static void skip(struct hand *hand)
{
    stage_sweep(&stage);
    hand->read = fake_outbox_count_to(&stage.outbox, hand->path.peer.port);
}

static bool is_heard(uint16_t port, const char *line)
{
    return stage_heard(&stage, port, 0, line);
}

/* ---- nobody notices ---- */

Test(restore_log, a_new_log_gets_the_secret_first)
{
    cr_expect_str_eq(fake_log_text(&logged, 1, text, sizeof(text)), "room");
    cr_expect_eq(restored.members, 0);
    cr_expect_not(restored.boot_is_new);
    cr_expect_not(restored.epoch_is_new);
    cr_expect_eq(room_restore_begin(stage.room, &stage.now, &kept), STATUS_INVALID,
                 "it is not new any more");
}

Test(restore_log, plain_members_stay_and_hear_the_next_message)
{
    struct room_member member;

    stage_send(&stage, CAROL, "L carol\n");
    stage_send(&stage, DAVE, "L dave");
    commit_all();
    commit_all();
    restart();
    cr_expect_eq(stage.outbox.count, 0, "nobody is told anything");
    cr_expect_eq(restored.members, 2);
    cr_expect_eq(restored.sessions, 0);
    cr_assert(room_member(stage.room, 1, &member));
    cr_expect_str_eq(member.name, "dave");
    cr_expect_eq(member.number, 2);
    cr_expect_eq(room_last_number(stage.room), 2);
    stage_send(&stage, DAVE, "C dave hi");
    commit_all();
    cr_expect(is_heard(CAROL, "dave ： hi\n"));
    stage_join(&stage, 1005, "Carol");
    cr_expect_eq(room_members(stage.room), 2, "the name is still taken");
}

Test(restore_log, an_accept_that_was_owed_is_sent)
{
    stage_send(&stage, CAROL, "L carol");
    fake_log_keep(&logged, logged.count);
    restart();
    cr_expect_eq(restored.members, 1);
    cr_expect(is_heard(CAROL, "OK"));
}

Test(restore_log, a_session_goes_on)
{
    enter(&alice, 1, "alice");
    enter(&bob, 2, "bob");
    hand_say(&alice, 1, "one");
    commit_all();
    hand_report(&bob, logged.kept_event);
    hand_report(&alice, logged.kept_event);
    restart();
    cr_expect_eq(restored.sessions, 2);
    cr_expect_eq(restored.events, 3);
    cr_expect_eq(stage.outbox.count, 0, "nobody is told anything");
    hand_say(&alice, 2, "two");
    commit_all();
    cr_expect(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &told));
    cr_expect_eq(told.taken.upto, 2);
    cr_expect_eq(told.taken.kept, 0);
    cr_expect_str_eq(hand_heard(&bob, text, sizeof(text)), "1:two",
                     "it is taken to have all that was before");
    hand_report(&bob, logged.kept_event);
    skip(&bob);
    stage_pass_ms(&stage, 2000);
    cr_expect_eq(hand_count_events(&bob), 0, "and has");
}

Test(restore_log, a_message_is_decided_once)
{
    enter(&alice, 1, "alice");
    hand_say(&alice, 1, "one");
    hand_rename(&alice, 2, "");
    hand_say(&alice, 3, "three");
    commit_all();
    restart();
    hand_say(&alice, 3, "three");
    commit_all();
    cr_expect(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &told));
    cr_expect_eq(told.taken.upto, 3);
    cr_expect_eq(told.taken.refused, 2, "the second, and that it was refused");
    cr_expect_eq(stage.happened[EVENT_CHAT], 0);
}

Test(restore_log, what_was_not_kept_is_said_again)
{
    enter(&alice, 1, "alice");
    hand_say(&alice, 1, "one");
    stage_sweep(&stage);
    cr_expect_eq(logged.kept_event, 1);
    restart();
    hand_say(&alice, 1, "one");
    commit_all();
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    cr_expect(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &told));
    cr_expect_eq(told.taken.upto, 1);
}

Test(restore_log, messages_that_came_early_are_gone_and_the_member_is_told)
{
    enter(&alice, 1, "alice");
    hand_say(&alice, 2, "two");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &told));
    cr_assert_eq(told.taken.kept, 2);
    restart();
    hand_report(&alice, alice.position);
    commit_all();
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &told));
    cr_expect_eq(told.taken.kept, 0);
    cr_expect_eq(told.taken.upto, 0);
}

Test(restore_log, events_that_were_under_way_are_sent_again)
{
    enter(&alice, 1, "alice");
    enter(&bob, 2, "bob");
    hand_say(&alice, 1, "one");
    hand_say(&alice, 2, "two");
    commit_all();
    restart();
    hand_report(&bob, 3);
    stage_sweep(&stage);
    cr_expect_str_eq(hand_heard(&bob, text, sizeof(text)), "1:two", "all after its position");
}

Test(restore_log, the_head_is_told_until_a_report_comes)
{
    unsigned heads = 0;

    enter(&alice, 1, "alice");
    hand_say(&alice, 1, "one");
    commit_all();
    restart();
    for (unsigned n = 0; n < 20; n++) {
        stage_pass_ms(&stage, 200);
        heads += hand_told(&alice, SEQUENCED_DOWN_HEAD, &told) ? 1 : 0;
    }
    cr_expect_geq(heads, 3);
    cr_expect_leq(heads, 5, "more and more rarely");
    cr_expect_eq(told.head, 2);
    hand_report(&alice, 2);
    skip(&alice);
    stage_pass_ms(&stage, 30000);
    cr_expect_not(hand_told(&alice, SEQUENCED_DOWN_HEAD, &told));
}

Test(restore_log, a_position_beyond_the_head_is_not_believed)
{
    enter(&alice, 1, "alice");
    hand_say(&alice, 1, "one");
    commit_all();
    restart();
    hand_report(&alice, 100);
    hand_report(&alice, 1);
    stage_sweep(&stage);
    cr_expect_str_eq(hand_heard(&alice, text, sizeof(text)), "1:one");
}

Test(restore_log, no_losses_are_reported_to_a_member_that_had_none)
{
    enter(&alice, 1, "alice");
    alice.packet = 5000;
    alice.received = 40000;
    hand_report(&alice, 1);
    restart();
    hand_say(&alice, 1, "one");
    commit_all();
    cr_expect_eq(registry_seated(stage.room->registry, 0)->session->packet, 5002);
    cr_expect_eq(registry_seated(stage.room->registry, 0)->session->ups, 5002);
}

/* ---- the handshake ---- */

Test(restore_log, a_welcome_that_is_repeated_is_the_same)
{
    const struct fake_datagram *datagram;
    uint8_t first[SEQUENCED_WELCOME_MAX_BYTES];
    size_t length;

    cr_assert(hand_hello(&alice, 1));
    hand_join(&alice, "alice", false);
    commit_all();
    datagram = hand_next(&alice);
    cr_assert_not_null(datagram);
    length = datagram->length;
    memcpy(first, datagram->bytes, length);
    restart();
    hand_join(&alice, "alice", false);
    stage_sweep(&stage);
    datagram = fake_outbox_to(&stage.outbox, 1001, 0);
    cr_assert_not_null(datagram);
    cr_expect_eq(datagram->length, length);
    cr_expect_eq(memcmp(datagram->bytes, first, length), 0);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(restore_log, a_late_join_of_a_session_that_has_ended_makes_no_member)
{
    struct sequenced_up_frame leave = {.kind = SEQUENCED_UP_LEAVE};

    enter(&alice, 1, "alice");
    hand_up(&alice, &leave, 1);
    commit_all();
    restart();
    hand_join(&alice, "alice", false);
    commit_all();
    cr_expect_eq(room_members(stage.room), 0);
    cr_expect_eq(stage.outbox.count, 0);
    /* Its place in the ring is not used again before the others. */
    cr_expect_eq(stage.room->sessions->ended_next, 1);
}

Test(restore_log, a_session_is_resumed_after_a_restart_and_has_another_run)
{
    enter(&alice, 1, "alice");
    restart();
    cr_assert(hand_hello(&alice, 2));
    hand_join(&alice, "alice", true);
    commit_all();
    cr_expect_eq(room_members(stage.room), 1);
    restart();
    alice.run = 2;
    alice.packet = 0;
    hand_say(&alice, 1, "one");
    commit_all();
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
}

/* ---- boots ---- */

static void reboot(void)
{
    kept.boot[0]++;
    stage.now.mono_ns = 20 * MOMENT_NS_PER_S;
    stage.now.wall_ns += 60 * MOMENT_NS_PER_S;
    restart();
}

Test(restore_log, sessions_go_on_in_another_boot_but_cookies_do_not)
{
    uint8_t secret[ROOM_SECRET_BYTES];
    uint64_t epoch = stage.room->sessions->epoch;

    enter(&alice, 1, "alice");
    cr_assert(hand_hello(&bob, 2));
    memcpy(secret, stage.room->sessions->secret, sizeof(secret));
    restart();
    cr_expect_eq(memcmp(secret, stage.room->sessions->secret, sizeof(secret)), 0);
    cr_expect_not(restored.boot_is_new);
    reboot();
    cr_expect(restored.boot_is_new);
    cr_expect_not(restored.epoch_is_new);
    cr_expect_neq(memcmp(secret, stage.room->sessions->secret, sizeof(secret)), 0);
    cr_expect_eq(stage.room->sessions->epoch, epoch);
    commit_all();
    hand_join(&bob, "bob", false);
    cr_expect_eq(bob.refusal.code, SEQUENCED_REFUSED_COOKIE);
    hand_say(&alice, 1, "one");
    commit_all();
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    /* The clock has begun anew: this cookie is older than that of its first JOIN. */
    cr_assert(hand_hello(&alice, 3));
    hand_join(&alice, "alice", true);
    commit_all();
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1001) > 0, true);
    restart();
    cr_expect_not(restored.boot_is_new, "the new secret is kept, too");
    alice.run = 2;
    alice.packet = 0;
    hand_say(&alice, 2, "two");
    commit_all();
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
}

Test(restore_log, another_epoch_begins_where_numbers_may_be_given_again)
{
    struct room_member member;
    uint64_t epoch = stage.room->sessions->epoch, head;

    stage_send(&stage, CAROL, "L carol");
    commit_all();
    enter(&alice, 1, "alice");
    stage_send(&stage, DAVE, "L dave");
    commit_all();
    commit_all();
    kept.renumber = true;
    restart();
    kept.renumber = false;
    commit_all();
    head = logged.kept_event;
    cr_expect(restored.epoch_is_new);
    cr_expect_eq(restored.ended, 1);
    cr_expect_eq(restored.members, 2);
    cr_expect_eq(restored.sessions, 0);
    cr_expect_neq(stage.room->sessions->epoch, epoch);
    cr_expect_eq(stage.room->sessions->epoch_event, head + 1, "numbers of events go on");
    cr_expect_eq(head, 4);
    cr_expect(is_heard(CAROL, "alice 退出了聊天室"));
    hand_say(&alice, 1, "one");
    commit_all();
    cr_expect_eq(stage.happened[EVENT_CHAT], 0, "it is a stranger now");
    epoch = stage.room->sessions->epoch;
    restart();
    cr_expect_not(restored.epoch_is_new);
    cr_expect_eq(stage.room->sessions->epoch, epoch);
    cr_assert(room_member(stage.room, 2, &member));
    cr_expect_str_eq(member.name, "dave");
    cr_expect_eq(member.number, 2, "by seat");
    cr_expect_eq(room_last_number(stage.room), 2);
}

Test(restore_log, an_epoch_that_the_log_has_half_is_whole)
{
    struct room_member member;
    uint64_t record;

    stage_send(&stage, CAROL, "L carol");
    enter(&alice, 1, "alice");
    stage_send(&stage, DAVE, "L dave");
    commit_all();
    commit_all();
    record = logged.count;
    kept.renumber = true;
    restart();
    kept.renumber = false;
    /* The exit, the epoch, and the first of the two that stay. */
    fake_log_keep(&logged, record + 3);
    cr_expect_lt(logged.kept, logged.count);
    restart();
    commit_all();
    cr_assert(room_member(stage.room, 0, &member));
    cr_expect_eq(member.number, 1);
    cr_assert(room_member(stage.room, 2, &member));
    cr_expect_eq(member.number, 2);
    restart();
    cr_assert(room_member(stage.room, 2, &member));
    cr_expect_eq(member.number, 2, "and that is kept");
}

/* ---- what the administrator does ---- */

Test(restore_log, bans_mutes_and_kicks_last)
{
    struct room_banned banned;
    const struct room_ban *ban;
    struct room_member member;
    int64_t until_ns = stage.now.mono_ns + 100 * MOMENT_NS_PER_S;

    stage_send(&stage, CAROL, "L carol");
    stage_send(&stage, DAVE, "L dave");
    commit_all();
    cr_assert_eq(room_ban_name(stage.room, &stage.now, "eve", MOMENT_NEVER_NS, &banned), 0);
    cr_assert_eq(room_ban_name(stage.room, &stage.now, "mallory", stage.now.mono_ns + 1, &banned),
                 0);
    cr_assert_eq(room_mute(stage.room, &stage.now, "carol", until_ns), 0);
    cr_assert_eq(room_kick(stage.room, &stage.now, "dave", NULL), 0);
    commit_all();
    cr_assert_not_null(fake_log_seat(&logged, ROOM_SPACE_KICK, 0));
    stage.now.mono_ns += MOMENT_NS_PER_S;
    stage.now.wall_ns += MOMENT_NS_PER_S;
    restart();
    commit_all();
    cr_expect_eq(restored.bans, 2);
    cr_expect_eq(restored.members, 1);
    ban = room_ban_after(stage.room, &stage.now, 0);
    cr_assert_not_null(ban);
    cr_expect_str_eq(ban->name, "eve");
    cr_expect_eq(ban->until_ns, MOMENT_NEVER_NS);
    ban = room_ban_after(stage.room, &stage.now, ban->serial);
    cr_assert_not_null(ban);
    cr_expect_eq(ban->serial, 3);
    cr_assert(room_member(stage.room, 0, &member));
    cr_expect_eq(member.muted_until_ns, until_ns);
    stage_send(&stage, DAVE, "L dave");
    cr_expect_eq(stage.refused[REFUSED_BANNED], 1);
    stage_send(&stage, CAROL, "C carol hi");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 1);
    cr_assert_eq(room_ban_name(stage.room, &stage.now, "trent", MOMENT_NEVER_NS, &banned), 0);
    cr_expect_eq(room_ban_after(stage.room, &stage.now, 3)->serial, 4);
    commit_all();
    /* The row of a ban that was over is gone. */
    cr_expect_null(fake_log_row(&logged, ROOM_SPACE_BAN, "\0\0\0\0\0\0\0\2", 8));
    stage.now.mono_ns += ROOM_REJOIN_DELAY_S * MOMENT_NS_PER_S;
    stage.now.wall_ns += ROOM_REJOIN_DELAY_S * MOMENT_NS_PER_S;
    restart();
    stage_send(&stage, DAVE, "L dave");
    commit_all();
    cr_expect_eq(room_members(stage.room), 2);
    stage_pass_ms(&stage, 1);
    commit_all();
    cr_expect_null(fake_log_seat(&logged, ROOM_SPACE_KICK, 0), "its name is not kept for longer");
}

Test(restore_log, a_network_that_was_banned_is_empty)
{
    struct network network;
    char why[NETWORK_WHY_BYTES];
    uint32_t removed;

    stage_send(&stage, CAROL, "L carol");
    stage_send(&stage, DAVE, "L dave");
    commit_all();
    commit_all();
    cr_assert_eq(network_parse("192.0.2.0/24", &network, why), 0);
    cr_assert_eq(room_ban_network(stage.room, &stage.now, &network, MOMENT_NEVER_NS, &removed), 0);
    /* The ban, and the first exit. */
    fake_log_keep(&logged, logged.kept + 2);
    restart();
    commit_all();
    cr_expect_eq(room_members(stage.room), 0);
    cr_expect_eq(logged.kept_event, 4);
}

Test(restore_log, a_room_that_was_closed_for_good_is_empty)
{
    struct room_banned banned;

    stage_send(&stage, CAROL, "L carol");
    commit_all();
    enter(&alice, 1, "alice");
    cr_assert_eq(room_ban_name(stage.room, &stage.now, "eve", MOMENT_NEVER_NS, &banned), 0);
    room_close_for_good(stage.room, &stage.now);
    room_close_for_good(stage.room, &stage.now);
    cr_expect_str_eq(fake_log_text(&logged, room_recorded(stage.room), text, sizeof(text)), "room");
    stage_send(&stage, DAVE, "L dave");
    commit_all();
    restart();
    cr_expect_eq(restored.members, 0, "not even one that came late");
    cr_expect_eq(restored.damaged, 0);
    cr_expect_eq(restored.bans, 1);
    cr_expect_eq(restored.events, 3);
    cr_expect_eq(stage.outbox.count, 0);
    commit_all();
    cr_expect_null(fake_log_seat(&logged, ROOM_SPACE_MEMBER, 0));
    cr_expect_null(fake_log_seat(&logged, ROOM_SPACE_SESSION, 1));
    stage_send(&stage, CAROL, "L carol");
    commit_all();
    restart();
    cr_expect_eq(restored.members, 1, "it is open again");
    cr_expect_eq(room_last_number(stage.room), 4, "numbers go on");
}

/* ---- doors, and damage ---- */

Test(restore_log, members_whose_door_is_gone_leave)
{
    const struct path path = stage_path(DAVE, 1);

    stage_send(&stage, CAROL, "L carol");
    stage_send_bytes(&stage, &path, "L dave", 6);
    commit_all();
    commit_all();
    cr_assert_eq(room_members(stage.room), 2);
    stage.config.door_count = 1;
    restart();
    cr_expect_eq(restored.gone, 1);
    cr_expect_eq(restored.members, 1);
    commit_all();
    cr_expect(is_heard(CAROL, "dave 退出了聊天室"));
    restart();
    cr_expect_eq(restored.gone, 0);
}

static void put_row(enum room_space space, const void *key, size_t key_len, const void *value,
                    size_t value_len)
{
    const struct room_change change = {
        .space = space, .key = key, .key_len = key_len, .value = value, .value_len = value_len};
    int status = room_restore_row(stage.room, &stage.now, &change);

    cr_expect(status == STATUS_INVALID || status == STATUS_NO_MEMORY);
}

Test(restore_log, a_row_that_cannot_be_read_costs_one_member)
{
    const struct room_change *row;
    struct state_member member;
    struct state_row damaged;

    enter(&alice, 1, "alice");
    enter(&bob, 2, "bob");
    row = fake_log_seat(&logged, ROOM_SPACE_MEMBER, 0);
    cr_assert_eq(state_row_read_member(row, &member), 0);
    stage_done(&stage);
    stage_open(&stage);
    stage.setup.log = fake_log_port(&logged);
    cr_assert_eq(stage_start(&stage), 0);
    kept.record = logged.kept;
    kept.last_event = logged.kept_event;
    cr_assert_eq(room_restore_begin(stage.room, &stage.now, &kept), 0);
    for (size_t n = 0; n < logged.row_count; n++)
        cr_assert_eq(room_restore_row(stage.room, &stage.now, &logged.rows[n].change), 0);
    put_row(ROOM_SPACE_MEMBER, "\0\0\0\0", 4, "\2", 1);
    put_row(ROOM_SPACE_SESSION, "\377\377\377\377", 4, "\1", 1);
    put_row(ROOM_SPACE_ENDED, "\377\0\0\0", 4, "\1", 1);
    member.seat = 7; /* somebody else of that name */
    state_row_write_member(&member, &damaged);
    cr_expect_eq(room_restore_row(stage.room, &stage.now,
                                  &(struct room_change){.space = damaged.space,
                                                        .key = damaged.key,
                                                        .key_len = damaged.key_len,
                                                        .value = damaged.value,
                                                        .value_len = damaged.value_len}),
                 0);
    cr_assert_eq(room_restore_end(stage.room, &stage.now, &restored), 0);
    cr_expect_eq(restored.events, 0, "none has come");
    cr_expect_eq(restored.members, 1);
    cr_expect_eq(restored.damaged, 4);
    commit_all();
    cr_expect_null(fake_log_seat(&logged, ROOM_SPACE_MEMBER, 0));
    cr_expect_null(fake_log_seat(&logged, ROOM_SPACE_SESSION, 0));
    cr_expect_not_null(fake_log_seat(&logged, ROOM_SPACE_SESSION, 1));
    hand_say(&bob, 1, "one");
    commit_all();
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
}

Test(restore_log, events_have_to_be_in_their_order)
{
    struct event event = {.seq = 2, .kind = EVENT_NOTICE, .name = "", .text = ""};
    struct room_change row = {.space = ROOM_SPACE_ROOM};
    uint64_t oldest, released;

    cr_expect_eq(room_restore_event(stage.room, &event), STATUS_INVALID, "nobody has asked");
    cr_expect_eq(room_restore_row(stage.room, &stage.now, &row), STATUS_INVALID);
    cr_expect_eq(room_restore_end(stage.room, &stage.now, &restored), STATUS_INVALID);
    stage_done(&stage);
    stage_open(&stage);
    cr_assert_eq(stage_start(&stage), 0);
    cr_expect_eq(room_restore_begin(stage.room, &stage.now, &kept), STATUS_INVALID, "no log");
    stage_done(&stage);
    fake_log_done(&logged);
    fake_log_init(&logged);
    logged.is_down = true; /* it takes any number */
    stage_open(&stage);
    stage.setup.log = fake_log_port(&logged);
    cr_assert_eq(stage_start(&stage), 0);
    kept.last_event = 5;
    cr_assert_eq(room_restore_begin(stage.room, &stage.now, &kept), 0);
    cr_expect_eq(room_restore_event(stage.room, &event), 0);
    cr_expect_eq(room_restore_event(stage.room, &event), STATUS_INVALID);
    event.seq = 3;
    event.text_len = PLAIN_LINE_MAX_BYTES + 1;
    cr_expect_eq(room_restore_event(stage.room, &event), STATUS_TOO_LONG);
    event.text_len = 0;
    event.seq = 4;
    cr_expect_eq(room_restore_event(stage.room, &event), 0);
    event.seq = 5;
    cr_expect_eq(room_restore_event(stage.room, &event), 0);
    event.seq = 6;
    cr_expect_eq(room_restore_event(stage.room, &event), STATUS_INVALID);
    cr_assert_eq(room_restore_end(stage.room, &stage.now, &restored), 0);
    room_events(stage.room, &oldest, &released);
    cr_expect_eq(oldest, 4);
    cr_expect_eq(released, 5);
    cr_expect_eq(restored.events, 2);
}

/* ---- lists of members ---- */

Test(restore_log, those_who_have_left_are_listed_while_their_exit_is_here)
{
    const struct sequenced_up_frame page = {.kind = SEQUENCED_UP_MEMBERS};

    stage_send(&stage, CAROL, "L carol");
    commit_all();
    enter(&alice, 1, "alice");
    stage_send(&stage, CAROL, "E carol");
    commit_all();
    restart();
    hand_report(&alice, logged.kept_event);
    skip(&alice);
    hand_up(&alice, &page, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_MEMBERS, &told));
    cr_expect_eq(told.members.head, logged.kept_event);
    cr_expect_eq(told.members.here, 1);
    cr_expect_eq(told.members.last, 2);
    cr_expect_eq(told.members.entries.length, 1 + 1 + 1 + 5 + 1 + 1 + 1 + 5U);
}
