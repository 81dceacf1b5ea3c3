/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* history and export, from memory and from a store. */
#include "admin/admin.h"
#include "support/fake_store.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002

static struct stage stage;
static struct admin admin;
static struct fake_store store;
static struct admin_listing listing;
static char said[1 << 20]; /* all lines of the answer, each with a newline */
static unsigned lines;

static void on_line(void *ctx, bool is_error, const char *text)
{
    size_t used = strlen(said);

    (void)ctx;
    (void)is_error;
    snprintf(said + used, sizeof(said) - used, "%s\n", text);
    lines++;
}

static struct admin_reply reply = {.line = on_line, .roomctl = true};

static void open_all(void)
{
    stage_new(&stage);
    fake_store_init(&store);
    admin = (struct admin){.room = stage.room};
}

static void close_all(void)
{
    stage_done(&stage);
}

TestSuite(history, .init = open_all, .fini = close_all);

static enum admin_result begin(const char *line)
{
    said[0] = '\0';
    lines = 0;
    return admin_request(&admin, &stage.now, line, strlen(line), &reply, &listing);
}

/* The whole answer; the store answers at once. */
static enum admin_result all(const char *line)
{
    enum admin_result result = begin(line);

    while (result == ADMIN_MORE || result == ADMIN_WAIT) {
        if (result == ADMIN_WAIT)
            fake_store_answer_read(&store);
        result = admin_next(&admin, &stage.now, &listing, &reply);
    }
    admin_listing_close(&listing);
    return result;
}

/* Line n of the answer ends so. */
static void expect_line(unsigned n, const char *end)
{
    const char *at = said;
    char line[200];

    for (; n > 0; n--)
        at = strchr(at, '\n') + 1;
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
    cr_expect(strlen(line) >= strlen(end) && strcmp(line + strlen(line) - strlen(end), end) == 0,
              "'%s' does not end in '%s'", line, end);
}

static void talk(void)
{
    stage_join(&stage, ALICE, "Alice");
    stage_join(&stage, BOB, "bob");
    stage_say(&stage, ALICE, "Alice", "the tea is ready");
    stage_say(&stage, BOB, "bob", "which tea?");
    stage_say(&stage, ALICE, "Alice", "green TEA");
}

static void fill_store(uint64_t count)
{
    static const char *const names[] = {"alice", "bob"};
    static const char *const texts[] = {"one", "two", "three"};

    for (uint64_t n = 0; n < count; n++)
        fake_store_add(&store, EVENT_CHAT, names[n % 2], texts[n % 3]);
    admin.store = fake_store_port(&store);
    /* The head of the room is that of the store. */
    stage_join(&stage, ALICE, "Alice");
    for (uint64_t n = 1; n < count; n++) {
        stage_say(&stage, ALICE, "Alice", "x");
        stage_pass_ms(&stage, 1000);
    }
}

Test(history, the_events_in_memory_are_shown_with_their_numbers)
{
    talk();
    cr_expect_eq(all("history"), ADMIN_DONE);
    cr_expect_eq(lines, 5);
    expect_line(0, " Alice joined");
    expect_line(2, " Alice: the tea is ready");
    cr_expect_eq(strncmp(said, "       1  ", 10), 0);
}

Test(history, the_last_so_many_are_shown_in_their_order)
{
    talk();
    cr_expect_eq(all("history -n 2"), ADMIN_DONE);
    cr_expect_eq(lines, 2);
    expect_line(0, " bob: which tea?");
    expect_line(1, " Alice: green TEA");
    cr_expect_eq(all("history -n 1 --search tea"), ADMIN_DONE);
    cr_expect_eq(lines, 1);
    expect_line(0, " Alice: green TEA");
}

Test(history, numbers_are_bounds)
{
    talk();
    cr_expect_eq(all("history --since 2 --until 3"), ADMIN_DONE);
    cr_expect_eq(lines, 2);
    expect_line(0, " bob joined");
    cr_expect_eq(all("history --since 6"), ADMIN_DONE);
    cr_expect_str_eq(said, "there are no such events\n");
    cr_expect_eq(all("history --since 1 -n 1"), ADMIN_DONE);
    expect_line(0, " Alice: green TEA");
}

Test(history, names_are_compared_as_names_and_words_in_any_case)
{
    talk();
    cr_expect_eq(all("history --from ALICE --search tea"), ADMIN_DONE);
    cr_expect_eq(lines, 2);
    cr_expect_eq(all("history --search READY tea"), ADMIN_DONE);
    cr_expect_eq(lines, 1);
    cr_expect_eq(all("history --search coffee"), ADMIN_DONE);
    cr_expect_str_eq(said, "there are no such events\n");
}

Test(history, times_are_bounds)
{
    stage.now.wall_ns = INT64_C(1763718000000000000); /* 2025-11-21T09:40:00Z */
    talk();
    stage.now.wall_ns += 600 * MOMENT_NS_PER_S;
    stage_say(&stage, BOB, "bob", "later");
    cr_expect_eq(all("history --since 5m"), ADMIN_DONE);
    cr_expect_eq(lines, 1);
    cr_expect_eq(all("history --since 2h"), ADMIN_DONE);
    cr_expect_eq(lines, 6);
    cr_expect_eq(all("history --until 2025-11-21T09:45:00Z"), ADMIN_DONE);
    cr_expect_eq(lines, 5);
}

Test(history, what_is_wrong_with_an_option_is_said)
{
    static const char *const wrong[] = {
        "history -n",       "history -n 0",          "history -n x",
        "history --since",  "history --since never", "history --until 25:00",
        "history --from",   "history --search",      "history tea",
        "history --after 3"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_eq(begin(wrong[i]), ADMIN_USAGE, "%s", wrong[i]);
        cr_expect_eq(lines, 1, "%s", wrong[i]);
    }
}

Test(history, what_was_forgotten_is_shown_as_that)
{
    talk();
    cr_expect_eq(all("forget alice"), ADMIN_DONE);
    cr_expect_str_eq(said, "3 events of alice are forgotten\n");
    cr_expect_eq(all("history"), ADMIN_DONE);
    cr_expect_eq(lines, 5);
    expect_line(2, " (forgotten)");
    expect_line(3, " bob: which tea?");
    reply.json = true;
    cr_expect_eq(all("history -n 1"), ADMIN_DONE);
    reply.json = false;
    cr_expect(strstr(said, "\"kind\":\"forgotten\"}") != NULL, "%s", said);
    cr_expect(strstr(said, "TEA") == NULL);
}

Test(history, a_store_is_read_a_page_at_a_time)
{
    fill_store(600);
    cr_expect_eq(all("history -n 600"), ADMIN_DONE);
    cr_expect_eq(lines, 600);
    cr_expect_eq(store.reads, 3);
    expect_line(0, " alice: one");
    expect_line(599, " bob: three");
}

Test(history, the_last_matches_of_a_store_are_found_backwards_and_shown_forwards)
{
    fill_store(600);
    cr_expect_eq(all("history -n 3 --search three"), ADMIN_DONE);
    cr_expect_eq(lines, 3);
    cr_expect_eq(strncmp(said, "     594  ", 10), 0, "%s", said);
    cr_expect_eq(all("history -n 300 --from bob"), ADMIN_DONE);
    cr_expect_eq(lines, 300);
    cr_expect_eq(all("history -n 5 --since 590 --from bob --search three"), ADMIN_DONE);
    cr_expect_eq(lines, 2);
}

Test(history, who_goes_away_cancels_what_was_asked)
{
    fill_store(10);
    cr_expect_eq(begin("history"), ADMIN_MORE);
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_WAIT);
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_WAIT);
    admin_listing_close(&listing);
    cr_expect_eq(store.cancelled, 1);
}

Test(history, a_store_that_fails_is_told)
{
    fill_store(10);
    begin("history");
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_WAIT);
    fake_store_end(&store, false, 0, "the log can't be read at the moment");
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_FAILED);
    cr_expect_str_eq(said, "it was not done: the log can't be read at the moment\n");
    admin_listing_close(&listing);
    store.refuses = STATUS_FULL;
    begin("history");
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_FAILED);
    cr_expect(strstr(said, "too many requests") != NULL);
    admin_listing_close(&listing);
    store.refuses = STATUS_NOT_FOUND;
    store.trouble = "there is no space left";
    begin("history");
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_FAILED);
    cr_expect_str_eq(said, "the store can't answer: there is no space left\n");
    admin_listing_close(&listing);
}

Test(history, a_store_that_is_silent_and_in_trouble_is_not_waited_for)
{
    fill_store(10);
    begin("history");
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_WAIT);
    stage_pass_ms(&stage, 20000);
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_WAIT);
    store.trouble = "the disk is gone";
    cr_expect_eq(admin_next(&admin, &stage.now, &listing, &reply), ADMIN_FAILED);
    cr_expect_str_eq(said, "the store has not answered for 10 s: the disk is gone\n");
    cr_expect_eq(store.cancelled, 1);
    admin_listing_close(&listing);
}

Test(history, an_export_is_everything_as_json_lines)
{
    talk();
    cr_expect_eq(begin("export"), ADMIN_USAGE);
    reply.json = true;
    cr_expect_eq(all("export"), ADMIN_DONE);
    cr_expect_eq(lines, 5);
    cr_expect_eq(strncmp(said, "{\"seq\":1,", 9), 0);
    fill_store(300);
    cr_expect_eq(all("export"), ADMIN_DONE);
    cr_expect_eq(lines, 300);
    reply.json = false;
}
