/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines of the console, while the log is late. */
#include "roomd/desk.h"

#include "support/fake_log.h"
#include "support/fake_store.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001

static struct stage stage;
static struct fake_log kept;
static struct fake_store store;
static struct admin admin;
static struct desk desk;
static char said[1 << 20];
static bool paused;

static void print(void *ctx, bool is_error, const char *text)
{
    size_t used = strlen(said);

    (void)ctx;
    (void)is_error;
    snprintf(said + used, sizeof(said) - used, "%s\n", text);
}

static void on_pause(void *ctx, bool pause)
{
    (void)ctx;
    paused = pause;
}

static void on_counts(void *ctx, struct admin_counts *ret_counts)
{
    (void)ctx;
    *ret_counts = (struct admin_counts){.watchers = 0};
}

static void open_all(void)
{
    stage_open(&stage);
    fake_log_init(&kept);
    fake_store_init(&store);
    stage.setup.log = fake_log_port(&kept);
    cr_assert_eq(stage_start(&stage), 0);
    admin = (struct admin){.room = stage.room, .host = {.counts = on_counts}};
    desk = (struct desk){.admin = &admin, .now = &stage.now, .print = print, .pause = on_pause};
    cr_assert_eq(desk_open(&desk), 0);
    stage_join(&stage, ALICE, "Alice");
    fake_log_commit_all(&kept, stage.room, &stage.now);
    said[0] = '\0';
}

static void close_all(void)
{
    desk_close(&desk);
    stage_done(&stage);
    fake_log_done(&kept);
}

TestSuite(desk, .init = open_all, .fini = close_all);

static const char *take(const char *line)
{
    said[0] = '\0';
    desk_take(&desk, ADMIN_COMMANDS, line, strlen(line));
    return said;
}

static const char *wake(void)
{
    said[0] = '\0';
    desk_wake(&desk);
    return said;
}

Test(desk, an_answer_is_shown_when_what_it_says_is_kept)
{
    cr_expect_str_eq(take("tea is ready"), "");
    cr_expect(paused);
    cr_expect_str_eq(wake(), "");
    fake_log_commit_all(&kept, stage.room, &stage.now);
    cr_expect_str_eq(wake(), "announced to 1 member\n");
    cr_expect_not(paused);
    cr_expect_not(desk.busy);
}

Test(desk, what_says_nothing_new_is_shown_at_once)
{
    stage_say(&stage, ALICE, "Alice", "not kept yet");
    cr_expect(strstr(take("/stats"), "members 1\n") != NULL);
    cr_expect_not(paused);
    cr_expect_str_eq(take("/kick nobody"), "");
    fake_log_commit_all(&kept, stage.room, &stage.now);
    cr_expect(strstr(wake(), "nobody here has that name") != NULL);
    cr_expect(strstr(take("/help"), "/history") != NULL);
    cr_expect(strstr(take("/members"), "1 member\n") != NULL);
    cr_expect_not(desk.busy);
}

Test(desk, a_log_that_stays_away_is_told_after_10_s)
{
    admin.store = fake_store_port(&store);
    store.trouble = "there is no space left";
    cr_expect_str_eq(take("/kick Alice"), "");
    stage_pass_ms(&stage, 9999);
    cr_expect_str_eq(wake(), "");
    stage_pass_ms(&stage, 1);
    cr_expect_str_eq(wake(),
                     "taken, but not kept yet, so members have not been told: the store has "
                     "not answered for 10 s: there is no space left\n");
    cr_expect_not(paused);
    cr_expect_str_eq(wake(), "");
}

Test(desk, a_long_answer_is_produced_over_several_turns)
{
    unsigned turns = 0, lines = 0;

    for (unsigned n = 0; n < 200; n++) {
        stage_say(&stage, ALICE, "Alice", "x");
        stage_pass_ms(&stage, 100);
        fake_log_commit_all(&kept, stage.room, &stage.now);
    }
    take("/history -n 200");
    cr_expect(desk_is_ready(&desk));
    cr_expect(paused);
    while (desk.busy && turns < 100) {
        for (const char *at = said; *at != '\0'; at++)
            lines += *at == '\n' ? 1 : 0;
        wake();
        turns++;
    }
    for (const char *at = said; *at != '\0'; at++)
        lines += *at == '\n' ? 1 : 0;
    cr_expect_eq(lines, 200);
    cr_expect_geq(turns, 3);
    cr_expect_not(paused);
}

Test(desk, an_answer_of_the_store_is_waited_for)
{
    admin.store = fake_store_port(&store);
    fake_store_add(&store, EVENT_CHAT, "alice", "hello");
    take("/history --search hello");
    cr_expect(paused);
    cr_expect_not(desk_is_ready(&desk));
    while (desk.busy) {
        if (store.id != 0)
            fake_store_answer_read(&store);
        wake();
    }
    cr_expect(strstr(said, " alice: hello\n") != NULL, "%s", said);
    cr_expect_not(paused);
}
