/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* forget, backup and store. */
#include "admin/admin.h"
#include "support/fake_store.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ALICE 1001

static struct stage stage;
static struct admin admin;
static struct fake_store store;
static struct admin_listing listing;
static char said[8192];
static int file; /* what comes with the next command */

static void on_line(void *ctx, bool is_error, const char *text)
{
    size_t used = strlen(said);

    (void)ctx;
    (void)is_error;
    snprintf(said + used, sizeof(said) - used, "%s\n", text);
}

static int take_file(void *ctx)
{
    int fd = file;

    (void)ctx;
    file = -1;
    return fd;
}

static struct admin_reply reply = {.line = on_line, .take_file = take_file, .roomctl = true};

static void open_all(void)
{
    stage_new(&stage);
    fake_store_init(&store);
    file = -1;
    admin = (struct admin){.room = stage.room, .store = fake_store_port(&store)};
    stage_join(&stage, ALICE, "Älice");
    stage_say(&stage, ALICE, "Älice", "a secret");
}

static void close_all(void)
{
    admin_listing_close(&listing);
    stage_done(&stage);
}

TestSuite(store_commands, .init = open_all, .fini = close_all);

static enum admin_result next(void)
{
    enum admin_result result;

    do
        result = admin_next(&admin, &stage.now, &listing, &reply);
    while (result == ADMIN_MORE);
    return result;
}

/* Up to where it waits, or the end. */
static enum admin_result run(const char *line)
{
    enum admin_result result;

    admin_listing_close(&listing);
    said[0] = '\0';
    result = admin_request(&admin, &stage.now, line, strlen(line), &reply, &listing);
    return result == ADMIN_MORE ? next() : result;
}

Test(store_commands, forgetting_is_done_when_memory_and_store_say_so)
{
    struct event event;

    cr_expect_eq(run("forget ÄLICE"), ADMIN_WAIT);
    cr_expect_str_eq(store.forgets, "älice");
    cr_assert(room_event(stage.room, 2, &event));
    cr_expect(event.forgotten);
    cr_expect_str_eq(said, "");
    fake_store_end(&store, true, 17, "");
    cr_expect_eq(next(), ADMIN_DONE);
    cr_expect_str_eq(said, "17 events of ÄLICE are forgotten\n");
}

Test(store_commands, one_event_is_one)
{
    run("forget bob");
    fake_store_end(&store, true, 1, "");
    cr_expect_eq(next(), ADMIN_DONE);
    cr_expect_str_eq(said, "1 event of bob is forgotten\n");
}

Test(store_commands, a_store_that_could_not_forget_is_told)
{
    run("forget bob");
    fake_store_end(&store, false, 0, "the file is read by another program");
    cr_expect_eq(next(), ADMIN_FAILED);
    cr_expect_str_eq(said, "it was not done: the file is read by another program\n");
}

Test(store_commands, a_name_is_one_word_that_somebody_can_have)
{
    cr_expect_eq(run("forget"), ADMIN_USAGE);
    cr_expect_eq(run("forget a b"), ADMIN_USAGE);
    cr_expect_eq(run("forget \xff"), ADMIN_FAILED);
    cr_expect_eq(run("forget aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                 ADMIN_FAILED);
    cr_expect_str_eq(store.forgets, "");
}

Test(store_commands, a_backup_goes_to_the_file_that_came_with_it)
{
    cr_expect_eq(run("backup /tmp/x"), ADMIN_FAILED);
    cr_expect_str_eq(said, "there is no file to write to\n");
    file = 1000000; /* of nobody: the fake leaves it open */
    cr_expect_eq(run("backup /tmp/x"), ADMIN_WAIT);
    cr_expect_eq(store.fd, 1000000);
    fake_store_end(&store, true, 0, "");
    cr_expect_eq(next(), ADMIN_DONE);
    cr_expect_str_eq(said, "the backup is complete\n");
}

Test(store_commands, without_a_store_there_is_no_backup_and_the_file_is_closed)
{
    admin.store = (struct store_port){.read = NULL};
    file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    cr_assert_geq(file, 0);
    int fd = file;
    cr_expect_eq(run("backup /tmp/x"), ADMIN_FAILED);
    cr_expect_str_eq(said, "there is no store to be copied: store.path is not set\n");
    cr_expect_eq(fcntl(fd, F_GETFD), -1);
}

Test(store_commands, the_store_is_shown_in_figures)
{
    const struct store_status status = {.bytes = 3U << 20,
                                        .first_event = 5,
                                        .last_event = 80,
                                        .oldest_ns = INT64_C(1700000000000000000),
                                        .commits = 12,
                                        .last_us = 113,
                                        .longest_us = 95500};

    stage.now.utc_offset_s = 0;
    cr_expect_eq(run("store"), ADMIN_WAIT);
    store.answer.status(store.answer.ctx, &status);
    fake_store_end(&store, true, 0, "");
    cr_expect_eq(next(), ADMIN_DONE);
    cr_expect_str_eq(said,
                     "/var/lib/roomd/roomd.db\n"
                     "  size            3.0 MiB, at most 1024.0 MiB\n"
                     "  events          5 to 80, since 2023-11-14T22:13:20+00:00\n"
                     "  commits         12 since it was last asked; the last took 0.1 ms, the "
                     "longest 95.5 ms\n"
                     "  kept for        1d\n"
                     "  survives        the end of any program (store.sync = os)\n"
                     "  not kept yet    0 records, 0 bytes\n"
                     "  trouble         none\n");
}

Test(store_commands, a_store_that_does_not_answer_is_shown_as_far_as_it_is_known)
{
    store.trouble = "there is no space left";
    cr_expect_eq(run("store"), ADMIN_WAIT);
    stage_pass_ms(&stage, 3000);
    cr_expect_eq(next(), ADMIN_DONE);
    cr_expect(strstr(said, "  trouble         there is no space left\n") != NULL);
    cr_expect(strstr(said, "size") == NULL);
    store.refuses = STATUS_NOT_FOUND;
    reply.json = true;
    cr_expect_eq(run("store"), ADMIN_DONE);
    reply.json = false;
    cr_expect_str_eq(said, "{\"path\":\"/var/lib/roomd/roomd.db\",\"sync\":\"os\",\"keep\":86400,"
                           "\"max_bytes\":1073741824,\"trouble\":\"there is no space left\","
                           "\"waiting_records\":0,\"waiting_bytes\":0}\n");
}

Test(store_commands, without_a_store_that_is_said)
{
    admin.store = (struct store_port){.read = NULL};
    cr_expect_eq(run("store"), ADMIN_DONE);
    cr_expect_str_eq(said, "there is no store: store.path is not set; 2 events are in memory, "
                           "until the program ends\n");
}
