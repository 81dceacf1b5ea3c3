/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A room with a log: nobody is told what is not committed. The members are plain here; sessions are
 * in sequenced_server/test_session_commit.c.
 */
#include "core/room/held.h"
#include "core/room/record.h"
#include "core/room/room_state.h"
#include "core/room/state_row.h"
#include "core/sequenced_wire/sequenced.h"
#include "support/fake_log.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/room_restore.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002

static struct stage stage;
static struct fake_log logged;
static char text[512];

static void open_stage(void)
{
    stage_open(&stage);
    fake_log_init(&logged);
    stage.setup.log = fake_log_port(&logged);
}

static void new_stage(void)
{
    open_stage();
    cr_assert_eq(stage_start(&stage), 0);
}

static void close_stage(void)
{
    stage_done(&stage);
    fake_log_done(&logged);
}

static void commit(uint64_t record)
{
    fake_log_keep(&logged, record);
    cr_expect_eq(room_committed(stage.room, &stage.now, record), 0);
    stage_sweep(&stage);
}

static void commit_all(void)
{
    commit(room_recorded(stage.room));
    /* An accept that was sent is noted in a record of its own. */
    commit(room_recorded(stage.room));
}

static void join(uint16_t port, const char *name)
{
    stage_join(&stage, port, name);
    commit_all();
    fake_outbox_clear(&stage.outbox);
}

static const char *record(uint64_t number)
{
    return fake_log_text(&logged, number, text, sizeof(text));
}

static size_t sent(void)
{
    stage_sweep(&stage);
    return stage.outbox.count;
}

/* ---- outcomes ---- */

Test(commit, an_accept_and_the_join_of_others_wait)
{
    new_stage();
    join(BOB, "bob");
    stage_send(&stage, ALICE, "L alice");
    cr_expect_eq(sent(), 0);
    cr_expect_eq(stage.happened[EVENT_JOIN], 1, "the observer waits, too");
    cr_expect_str_eq(record(3), "+alice room member member");

    commit(3);
    cr_expect(stage_heard(&stage, ALICE, 0, "OK"));
    cr_expect(stage_heard(&stage, BOB, 0, "alice 进入了聊天室"));
    cr_expect_eq(stage.happened[EVENT_JOIN], 2);
    close_stage();
}

Test(commit, a_join_that_is_repeated_meanwhile_has_one_accept)
{
    new_stage();
    for (unsigned n = 0; n < 3; n++)
        stage_send(&stage, ALICE, "L alice");
    cr_expect_eq(sent(), 0);
    commit_all();
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    cr_expect_eq(stage.happened[EVENT_JOIN], 1);
    close_stage();
}

Test(commit, a_message_waits)
{
    new_stage();
    join(ALICE, "alice");
    join(BOB, "bob");
    stage_send(&stage, ALICE, "C alice hello");
    cr_expect_eq(sent(), 0);
    cr_expect_eq(stage.happened[EVENT_CHAT], 0);
    cr_expect_str_eq(record(room_recorded(stage.room)), "alice:hello");
    commit_all();
    cr_expect(stage_heard(&stage, BOB, 0, "alice ： hello"));
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    close_stage();
}

Test(commit, a_bye_waits_and_so_does_that_of_a_repeated_exit)
{
    new_stage();
    join(ALICE, "alice");
    stage_send(&stage, ALICE, "E alice");
    stage_send(&stage, ALICE, "E alice");
    cr_expect_eq(sent(), 0);
    cr_expect_str_eq(record(room_recorded(stage.room)), "-alice ~member");
    commit_all();
    cr_expect(stage_heard(&stage, ALICE, 0, "EXIT"));
    cr_expect(stage_heard(&stage, ALICE, 1, "EXIT"));
    cr_expect_null(fake_log_seat(&logged, ROOM_SPACE_MEMBER, 0));
    close_stage();
}

Test(commit, a_member_that_leaves_before_its_join_is_committed_hears_the_accept_first)
{
    new_stage();
    stage_send(&stage, ALICE, "L alice");
    stage_send(&stage, ALICE, "E alice");
    cr_expect_eq(sent(), 0);
    commit(1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
    commit(room_recorded(stage.room));
    cr_expect(stage_heard(&stage, ALICE, 0, "OK"));
    cr_expect(stage_heard(&stage, ALICE, 1, "EXIT"));
    close_stage();
}

Test(commit, the_accept_of_a_rename_waits_also_for_a_member_that_lags)
{
    new_stage();
    join(ALICE, "alice");
    join(BOB, "bob");
    stage.outbox.take = 0;
    stage_send(&stage, BOB, "C bob one");
    commit_all();
    stage.outbox.take = SIZE_MAX;
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    stage_send(&stage, ALICE, "L carol");
    cr_expect_eq(sent(), 0, "its client takes the first datagram for the accept");
    cr_expect_str_eq(record(room_recorded(stage.room)), "-alice +carol member member");
    commit_all();
    cr_expect(stage_heard(&stage, ALICE, 0, "OK"));
    cr_expect(stage_heard(&stage, ALICE, 1, "bob ： one"));
    close_stage();
}

Test(commit, an_answer_to_a_member_never_overtakes_its_accept)
{
    new_stage();
    join(BOB, "bob");
    stage_send(&stage, ALICE, "L alice");
    stage_send(&stage, ALICE, "L bob");
    stage_send(&stage, ALICE, "C alice \xff");
    cr_expect_eq(sent(), 0);
    commit_all();
    cr_expect(stage_heard(&stage, ALICE, 0, "OK"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1, "the others are withheld");
    close_stage();
}

Test(commit, a_kick_is_told_when_it_is_committed)
{
    new_stage();
    join(ALICE, "alice");
    join(BOB, "bob");
    cr_assert_eq(room_kick(stage.room, &stage.now, "alice", "noise"), 0);
    cr_expect_eq(sent(), 0);
    cr_expect_str_eq(record(room_recorded(stage.room)), "kick -alice ~member");
    commit_all();
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 2, "a line and the bye");
    cr_expect(stage_heard(&stage, ALICE, 1, "EXIT"));
    cr_expect(stage_heard(&stage, BOB, 0, "alice 退出了聊天室"));
    close_stage();
}

Test(commit, a_refused_join_waits_for_what_refuses_it)
{
    struct path path = stage_path(BOB, 1);

    new_stage();
    path.peer.address[15] = 7;
    stage_send(&stage, ALICE, "L alice");
    stage_send_bytes(&stage, &path, "L alice", 7);
    cr_expect_eq(sent(), 0);
    commit_all();
    cr_expect(stage_heard(&stage, BOB, 0, "N"));
    stage_send_bytes(&stage, &path, "L alice", 7);
    cr_expect(stage_heard(&stage, BOB, 1, "N"), "at once, if nothing waits");
    close_stage();
}

Test(commit, a_silent_member_is_sent_its_bye_when_its_exit_is_committed)
{
    open_stage();
    stage.config.limits.idle_timeout_s = 100;
    stage_start(&stage);
    join(ALICE, "alice");
    stage_pass_ms(&stage, 50001);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1, "a warning promises nothing");
    fake_outbox_clear(&stage.outbox);
    stage_pass_ms(&stage, 51000);
    cr_expect_eq(sent(), 0);
    commit_all();
    cr_expect(stage_heard(&stage, ALICE, 0, "EXIT"));
    close_stage();
}

Test(commit, a_notice_waits_and_says_which_record_it_is)
{
    uint32_t members;

    new_stage();
    join(ALICE, "alice");
    cr_assert_eq(room_notice(stage.room, &stage.now, "tea", 3, &members), 0);
    cr_expect_eq(sent(), 0);
    cr_expect_str_eq(record(room_recorded(stage.room)), "!tea");
    commit_all();
    cr_expect(stage_heard(&stage, ALICE, 0, "管理员消息: tea"));
    close_stage();
}

/* ---- records ---- */

Test(commit, bans_and_mutes_are_rows)
{
    struct room_banned banned;
    struct room_ban ban;

    new_stage();
    join(ALICE, "alice");
    cr_assert_eq(room_mute(stage.room, &stage.now, "alice", MOMENT_NEVER_NS), 0);
    cr_expect_str_eq(record(room_recorded(stage.room)), "ban member");
    cr_assert_eq(room_unmute(stage.room, &stage.now, "alice"), 0);
    cr_expect_str_eq(record(room_recorded(stage.room) - 1), "member");
    cr_expect_str_eq(record(room_recorded(stage.room)), "~ban");
    cr_assert_eq(room_ban_name(stage.room, &stage.now, "alice", MOMENT_NEVER_NS, &banned), 0);
    cr_expect_str_eq(record(room_recorded(stage.room)), "ban kick -alice ~member",
                     "a ban and the exit are one");
    cr_assert_eq(room_unban_name(stage.room, &stage.now, "alice", &ban), 0);
    cr_expect_str_eq(record(room_recorded(stage.room)), "~ban");
    commit_all();
    cr_expect_eq(logged.row_count, 2, "the room's, and the kick's");
    close_stage();
}

Test(commit, a_displacement_and_the_join_it_makes_room_for_are_one_record)
{
    struct path path = stage_path(BOB, 0);

    open_stage();
    stage.config.limits.max_members = 2;
    stage.config.limits.trusted.members = 100;
    stage_start(&stage);
    join(ALICE, "alice");
    join(BOB + 1, "carol");
    path.peer.address[14] = 9;
    stage_send_bytes(&stage, &path, "L bob", 5);
    cr_expect_eq(sent(), 0);
    cr_expect_not_null(strstr(record(room_recorded(stage.room)), " ~member +bob room member"), "%s",
                       text);
    commit_all();
    cr_expect(stage_heard(&stage, BOB, 0, "OK"));
    close_stage();
}

Test(commit, lumps_and_single_records_are_told_in_their_order)
{
    new_stage();
    join(ALICE, "alice");
    join(BOB, "bob");
    for (char n = '1'; n <= '4'; n++) {
        char line[] = "C alice ?";

        line[8] = n;
        stage_send(&stage, ALICE, line);
    }
    commit(room_recorded(stage.room) - 3);
    cr_expect(stage_heard(&stage, BOB, 0, "alice ： 1"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 1);
    commit(room_recorded(stage.room));
    cr_expect(stage_heard(&stage, BOB, 1, "alice ： 2"));
    cr_expect(stage_heard(&stage, BOB, 3, "alice ： 4"));
    cr_expect_eq(stage.happened[EVENT_CHAT], 4);
    close_stage();
}

Test(commit, a_log_that_was_begun_again_is_handed_over_what_it_has_not_kept)
{
    new_stage();
    join(ALICE, "alice");
    stage_send(&stage, ALICE, "C alice one");
    stage_send(&stage, ALICE, "C alice two");
    fake_log_end(&logged);
    stage_send(&stage, ALICE, "C alice three");
    logged.is_down = false;
    cr_assert_eq(room_log_resume(stage.room, &stage.now, logged.kept), 0);
    cr_expect_eq(logged.count, room_recorded(stage.room));
    cr_expect_eq(logged.repeated, 0);
    cr_expect_str_eq(record(logged.count), "alice:three");

    /* It had kept more than it could say. */
    fake_log_keep(&logged, logged.kept + 1);
    cr_assert_eq(room_log_resume(stage.room, &stage.now, logged.kept), 0);
    cr_expect_eq(logged.repeated, 2);
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);

    cr_expect_eq(room_log_resume(stage.room, &stage.now, logged.kept - 1), STATUS_INVALID);
    cr_expect_eq(room_log_resume(stage.room, &stage.now, logged.count + 1), STATUS_INVALID);
    cr_expect_eq(room_committed(stage.room, &stage.now, logged.count + 1), STATUS_INVALID);
    cr_expect_eq(room_committed(stage.room, &stage.now, 1), 0, "said again, it means nothing");
    close_stage();
}

static uint64_t begun;

static void on_begin(void *ctx, const struct room_record *begins)
{
    (void)ctx;
    begun = begins->number;
}

static void on_event(void *ctx, const struct event *event, const char *folded, size_t folded_len)
{
    (void)ctx;
    (void)event;
    (void)folded;
    (void)folded_len;
}

static void on_change(void *ctx, const struct room_change *change)
{
    (void)ctx;
    (void)change;
}

static void on_end(void *ctx)
{
    (void)ctx;
}

Test(commit, records_go_on_after_those_of_the_log)
{
    open_stage();
    stage.setup.log =
        (struct room_log){.begin = on_begin, .event = on_event, .change = on_change, .end = on_end};
    stage_start(&stage);
    cr_assert_eq(room_restore_begin(stage.room, &stage.now, &(struct room_kept){.record = 7}), 0);
    cr_expect_eq(room_recorded(stage.room), 7);
    cr_expect_eq(room_log_resume(stage.room, &stage.now, 7), 0);
    cr_expect_eq(room_log_resume(stage.room, &stage.now, 6), STATUS_INVALID);
    stage_send(&stage, ALICE, "L alice");
    cr_expect_eq(begun, 8);
    cr_expect_eq(sent(), 0);
    cr_expect_eq(room_committed(stage.room, &stage.now, 8), 0);
    cr_expect_eq(sent(), 1);
    close_stage();
}

Test(commit, without_a_log_there_is_nothing_to_commit)
{
    struct room_log_stats stats;

    stage_new(&stage);
    stage_join(&stage, ALICE, "alice");
    cr_expect_eq(room_recorded(stage.room), 0);
    cr_expect_eq(room_committed(stage.room, &stage.now, 0), STATUS_INVALID);
    cr_expect_eq(room_log_resume(stage.room, &stage.now, 0), STATUS_INVALID);
    room_log_stats(stage.room, &stats);
    cr_expect(stats.recorded == 0 && stats.kept == 0 && stats.answers_held == 0);
    stage_done(&stage);
}

Test(commit, an_epoch_is_a_row_and_members_are_numbered_anew)
{
    struct state_member member;
    struct state_room room;

    new_stage();
    join(ALICE, "alice");
    registry_set_last_number(stage.room->registry, SEQUENCED_MEMBER_MAX);
    join(BOB, "bob");
    cr_assert_eq(state_row_read_room(fake_log_row(&logged, ROOM_SPACE_ROOM, "", 0), &room), 0);
    cr_expect_eq(room.epochs, 2);
    cr_expect_eq(room.last_number, 2);
    cr_expect_str_eq(record(3), "room");
    cr_expect_str_eq(record(4), "member");
    cr_expect_str_eq(record(5), "+bob room member member");
    for (uint32_t seat = 0; seat < 2; seat++) {
        cr_assert_eq(
            state_row_read_member(fake_log_seat(&logged, ROOM_SPACE_MEMBER, seat), &member), 0);
        cr_expect_eq(member.number, seat + 1);
        cr_expect_eq(member.epochs, 2);
    }
    close_stage();
}

/* ---- when it lasts ---- */

Test(commit, an_idle_room_is_not_woken_up_by_what_waits)
{
    int64_t before;

    open_stage();
    stage.config.limits.idle_timeout_s = 0;
    stage_start(&stage);
    join(ALICE, "alice");
    join(BOB, "bob");
    stage_sweep(&stage);
    before = room_next_tick(stage.room);
    stage_send(&stage, ALICE, "C alice hello");
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_expect_eq(room_next_tick(stage.room), before);
    close_stage();
}

/* Says long texts until one is refused. Returns how many were taken. */
static unsigned fill(void)
{
    char line[1000] = "C alice ";
    uint64_t refused = stage.refused[REFUSED_LOG_BEHIND];
    unsigned said = 0;

    memset(line + 8, 'x', 900);
    while (said < 100000) {
        stage_send(&stage, ALICE, line);
        if (stage.refused[REFUSED_LOG_BEHIND] > refused)
            return said;
        said++;
    }
    return said;
}

Test(commit, a_full_ring_refuses_messages_and_forgets_nothing)
{
    unsigned said;
    uint32_t members;
    uint64_t oldest, released;

    open_stage();
    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    stage_start(&stage);
    join(ALICE, "alice");
    join(BOB, "bob");
    said = fill();
    cr_expect_gt(said, 30);
    cr_expect_eq(sent(), 1, "the line that says so, at once");
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    cr_expect_eq(room_notice(stage.room, &stage.now, "tea", 3, &members), STATUS_FULL);
    stage_send(&stage, 2000, "L dave");
    cr_expect(stage_heard(&stage, 2000, 0, "聊天室已满"), "so that its user need not wait");
    cr_expect_eq(stage.happened[EVENT_JOIN], 2);
    cr_expect_eq(stage.refused[REFUSED_LOG_BEHIND], 2);

    fake_outbox_clear(&stage.outbox);
    commit_all();
    cr_expect_eq(stage.happened[EVENT_CHAT], said);
    cr_expect_geq(fake_outbox_count_to(&stage.outbox, BOB), said);
    room_events(stage.room, &oldest, &released);
    cr_expect_eq(released, said + 2);
    stage_send(&stage, ALICE, "C alice again");
    cr_expect_eq(stage.refused[REFUSED_LOG_BEHIND], 2);
    close_stage();
}

Test(commit, all_members_can_leave_a_full_ring)
{
    char line[32];
    unsigned joined = 0;

    open_stage();
    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    stage.config.limits.max_members = 10000;
    stage_start(&stage);
    join(ALICE, "alice");
    for (; joined < 5000 && stage.refused[REFUSED_LOG_BEHIND] == 0; joined++) {
        snprintf(line, sizeof(line), "L m%u", joined);
        stage_send(&stage, (uint16_t)(2000 + joined), line);
    }
    cr_expect_gt(joined, 200, "%u", joined);
    stage.refused[REFUSED_LOG_BEHIND] = 0;
    fill();
    for (unsigned n = 0; n + 1 < joined; n++) {
        snprintf(line, sizeof(line), "E m%u", n);
        stage_send(&stage, (uint16_t)(2000 + n), line);
    }
    stage_send(&stage, ALICE, "E alice");
    cr_expect_eq(room_members(stage.room), 0);
    commit_all();
    cr_expect_eq(stage.happened[EVENT_EXIT], joined);
    cr_expect_eq(logged.row_count, 1);
    close_stage();
}

Test(commit, too_many_records_refuse_requests_but_no_exit_and_no_ban)
{
    struct room_banned banned;
    struct room_log_stats stats;
    uint64_t oldest, released;
    unsigned said = 0;

    open_stage();
    stage.setup.ring_bytes = 16U * 1024U * 1024U;
    stage_start(&stage);
    join(ALICE, "alice");
    join(BOB, "bob");
    while (said < 100000 && stage.refused[REFUSED_LOG_BEHIND] == 0) {
        stage_send(&stage, ALICE, "C alice hi");
        said++;
    }
    cr_expect_gt(said, 5000, "%u", said);
    cr_expect_lt(said, 100000);
    room_log_stats(stage.room, &stats);
    cr_expect_eq(stats.committed, 2);
    cr_expect_geq(stats.recorded - stats.kept, said - 1);
    cr_expect_gt(stats.waiting_bytes, RECORD_WAITING_BYTES);
    room_events(stage.room, &oldest, &released);
    cr_expect_eq(released, 2);
    cr_expect_eq(room_ban_name(stage.room, &stage.now, "bob", MOMENT_NEVER_NS, &banned), 0);
    stage_send(&stage, ALICE, "E alice");
    cr_expect_eq(room_members(stage.room), 0);
    commit_all();
    cr_expect_eq(stage.happened[EVENT_EXIT], 2);
    cr_expect_eq(stage.happened[EVENT_CHAT], said - 1);
    close_stage();
}

Test(commit, answers_beyond_the_queue_are_dropped_and_asked_for_again)
{
    struct room_log_stats log;
    struct room_stats stats;
    uint64_t withheld;

    new_stage();
    join(ALICE, "alice");
    stage_send(&stage, ALICE, "E alice");
    room_log_stats(stage.room, &log);
    cr_expect_eq(log.answers_held, 1);
    room_stats(stage.room, &stats);
    withheld = stats.answers_withheld;
    /* Limits of answers do not stop these: each comes from another prefix. */
    for (unsigned n = 0; n < 20000; n++) {
        struct path path = stage_path(3000, 0);

        path.peer.address[12] = (uint8_t)(n >> 8);
        path.peer.address[13] = (uint8_t)n;
        stage_send_bytes(&stage, &path, "E alice", 7);
    }
    room_stats(stage.room, &stats);
    cr_expect_gt(stats.answers_withheld, withheld);
    room_log_stats(stage.room, &log);
    cr_expect_leq(log.answers_held, HELD_MAX_BYTES / 60);
    commit_all();
    cr_expect(stage_heard(&stage, ALICE, 0, "EXIT"));
    room_log_stats(stage.room, &log);
    cr_expect_eq(log.answers_held, 0);
    close_stage();
}

Test(commit, a_large_room_folds_what_is_committed)
{
    char line[32];

    new_stage();
    for (unsigned n = 0; n < 300; n++) {
        snprintf(line, sizeof(line), "L m%u", n);
        stage_send(&stage, (uint16_t)(2000 + n), line);
        if (n < 260) {
            commit(room_recorded(stage.room));
            stage_pass_ms(&stage, 1000);
        }
    }
    commit_all();
    fake_outbox_clear(&stage.outbox);
    stage_pass_ms(&stage, 1000);
    commit_all();
    cr_expect_eq(stage.happened[EVENT_JOIN], 300);
    cr_expect_eq(room_members(stage.room), 300);
    close_stage();
}
