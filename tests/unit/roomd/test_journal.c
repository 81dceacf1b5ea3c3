/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "roomd/journal.h"

#include "base/log.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ALL ((1U << LOG_EVENTS) - 1)

static struct journal journal;
static struct moment now;
static struct path path;
static int reader, kept;

/* Replaces stderr by a pipe, so that the log can be read. */
static void open_journal(void)
{
    int ends[2];

    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    kept = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    reader = ends[0];
    cr_assert_eq(endpoint_parse("192.0.2.7:40719", &path.peer), 0);
    now = (struct moment){.mono_ns = 1000 * MOMENT_NS_PER_S};
    journal_init(&journal, ALL, false);
}

static void close_journal(void)
{
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(reader);
}

TestSuite(journal, .init = open_journal, .fini = close_journal);

/* Returns what was logged since the last call, without the times. */
static const char *logged(void)
{
    static char text[65536], bare[65536];
    ssize_t length = read(reader, text, sizeof(text) - 1);
    size_t used = 0;

    text[length < 0 ? 0 : length] = '\0';
    bare[0] = '\0';
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        used +=
            (size_t)snprintf(bare + used, sizeof(bare) - used, "%s\n", strstr(line, "roomd: ") + 7);
    return bare;
}

static size_t lines_logged(void)
{
    size_t lines = 0;

    for (const char *at = logged(); (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    return lines;
}

static void happen(enum event_kind kind, const char *name, const char *text)
{
    struct event event = {.kind = (uint8_t)kind,
                          .reason = EXIT_VANISHED,
                          .name = name,
                          .name_len = (uint16_t)strlen(name),
                          .text = text,
                          .text_len = (uint16_t)strlen(text)};

    journal_observer(&journal).happened(&journal, &now, &event,
                                        kind == EVENT_NOTICE ? NULL : &path);
}

static void happen_all(void)
{
    happen(EVENT_JOIN, "alice", "");
    happen(EVENT_CHAT, "alice", "hello");
    happen(EVENT_EXIT, "alice", "");
    happen(EVENT_NOTICE, "", "tea is ready");
    journal_observer(&journal).refused(&journal, &now, REFUSED_NAME_TAKEN, &path);
    journal_observer(&journal).undelivered(&journal, &now, "alice", &path);
}

static void pass_s(int64_t seconds)
{
    now.mono_ns += seconds * MOMENT_NS_PER_S;
}

Test(journal, each_event_is_a_line)
{
    happen_all();
    cr_expect_str_eq(logged(), "alice joined from 192.0.2.7:40719\n"
                               "alice said: hello\n"
                               "alice left (vanished)\n"
                               "notice: tea is ready\n"
                               "refused from 192.0.2.7:40719: name taken\n");
}

static void refuse_name(const char *name, size_t length, enum name_fault fault)
{
    const struct observer observer = journal_observer(&journal);

    observer.name_refused(&journal, &now, name, length, fault, &path);
    observer.refused(&journal, &now, REFUSED_NAME_BAD, &path);
}

Test(journal, a_name_that_nobody_may_have_is_one_harmless_line_with_the_reason)
{
    char name[100];

    refuse_name("Notice", 6, NAME_RESERVED);
    cr_expect_str_eq(logged(), "refused from 192.0.2.7:40719: name not allowed 'Notice': it looks "
                               "like the administrator, a program or a line\n");
    refuse_name("a\x1b[2J\nb\xff", 8, NAME_UNSEEN);
    cr_expect_str_eq(logged(),
                     "refused from 192.0.2.7:40719: name not allowed 'a\\x1b[2J\\x0ab\\xff': "
                     "there is a character in it that can't be seen\n");
    memset(name, 'x', sizeof(name));
    refuse_name(name, sizeof(name), NAME_LONG);
    cr_expect_str_eq(logged(),
                     "refused from 192.0.2.7:40719: name not allowed 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'...: it is too long\n");
    for (unsigned i = 0; i < 10 * JOURNAL_BURST; i++)
        refuse_name("Notice", 6, NAME_RESERVED);
    cr_expect_leq(lines_logged(), JOURNAL_BURST);
}

Test(journal, only_what_log_events_names_is_logged)
{
    static const char *const lines[LOG_EVENTS] = {
        [LOG_EVENT_JOINS] = "alice joined from 192.0.2.7:40719\n",
        [LOG_EVENT_EXITS] = "alice left (vanished)\n",
        [LOG_EVENT_MESSAGES] = "alice said: hello\n",
        [LOG_EVENT_NOTICES] = "notice: tea is ready\n",
        [LOG_EVENT_REFUSALS] = "refused from 192.0.2.7:40719: name taken\n",
    };

    for (size_t kind = 0; kind < LOG_EVENTS; kind++) {
        journal_set_events(&journal, LOG_EVENT_BIT(kind));
        happen_all();
        cr_expect_str_eq(logged(), lines[kind]);
    }
    journal_set_events(&journal, 0);
    happen_all();
    cr_expect_str_eq(logged(), "");
}

Test(journal, events_that_a_terminal_shows_are_not_logged_too)
{
    journal_init(&journal, ALL, true);
    happen_all();
    cr_expect_str_eq(logged(), "refused from 192.0.2.7:40719: name taken\n");
}

Test(journal, events_are_of_level_info_and_failures_to_send_of_level_debug)
{
    log_set_level(LOG_LEVEL_NOTICE);
    for (unsigned i = 0; i < 2 * JOURNAL_BURST; i++)
        happen_all();
    cr_expect_str_eq(logged(), "");
    cr_expect_eq(journal_next_tick(&journal), MOMENT_NEVER_NS,
                 "what nobody would see is not left out either");
    log_set_level(LOG_LEVEL_DEBUG);
    journal_observer(&journal).undelivered(&journal, &now, "alice", &path);
    cr_expect_str_eq(logged(), "alice at 192.0.2.7:40719 could not be sent a datagram\n");
}

Test(journal, a_flood_is_limited_and_counted)
{
    for (unsigned i = 0; i < JOURNAL_BURST + 3012; i++)
        happen(EVENT_JOIN, "alice", "");
    for (unsigned i = 0; i < JOURNAL_BURST + 17; i++)
        journal_observer(&journal).refused(&journal, &now, REFUSED_EMPTY, &path);
    cr_expect_eq(lines_logged(), 2 * JOURNAL_BURST);
    cr_expect_eq(journal_next_tick(&journal), now.mono_ns + JOURNAL_LEFT_OUT_NS);
    pass_s(9);
    journal_tick(&journal, &now);
    cr_expect_str_eq(logged(), "");
    pass_s(1);
    journal_tick(&journal, &now);
    cr_expect_str_eq(logged(), "left out of the log in the last 10 s: 3012 joins, 17 refusals\n");
    cr_expect_eq(journal_next_tick(&journal), MOMENT_NEVER_NS);
    journal_tick(&journal, &now);
    cr_expect_str_eq(logged(), "");
}

Test(journal, in_the_long_run_ten_lines_a_second_are_logged)
{
    for (unsigned ms = 0; ms < 60000; ms += 10, now.mono_ns += 10 * MOMENT_NS_PER_MS)
        happen(EVENT_CHAT, "alice", "hello");
    cr_expect_eq(lines_logged(), JOURNAL_BURST + 60 * JOURNAL_PER_SECOND - 1);
}

Test(journal, a_flood_of_one_kind_hides_no_other)
{
    for (unsigned i = 0; i < 10 * JOURNAL_BURST; i++)
        journal_observer(&journal).refused(&journal, &now, REFUSED_UNKNOWN_VERB, &path);
    logged();
    happen(EVENT_JOIN, "alice", "");
    happen(EVENT_NOTICE, "", "what is going on?");
    cr_expect_str_eq(logged(), "alice joined from 192.0.2.7:40719\nnotice: what is going on?\n");
}

Test(journal, lines_left_out_are_reported_at_the_end_too)
{
    journal_close(&journal, &now);
    cr_expect_str_eq(logged(), "");
    for (unsigned i = 0; i <= JOURNAL_BURST; i++)
        happen(EVENT_EXIT, "alice", "");
    logged();
    journal_close(&journal, &now);
    cr_expect_str_eq(logged(), "left out of the log in the last 1 s: 1 exit\n");
}

Test(journal, a_late_report_says_how_long_it_was)
{
    for (unsigned i = 0; i < JOURNAL_BURST + 2; i++)
        happen(EVENT_EXIT, "alice", "");
    logged();
    now.mono_ns += 12 * MOMENT_NS_PER_S - 1;
    journal_tick(&journal, &now);
    cr_expect_str_eq(logged(), "left out of the log in the last 12 s: 2 exits\n");
}

Test(journal, text_of_members_can_not_imitate_another_line)
{
    happen(EVENT_CHAT, "al\xff", "a\nnotice: b\x1b[2J");
    cr_expect_str_eq(logged(), "al\\xff said: a\\x0anotice: b\\x1b[2J\n");
}

Test(journal, overload_is_a_warning_with_its_figures_and_its_end_a_notice)
{
    struct room_overload overload = {
        .active = true, .owed = 1234567, .per_second = 45000, .peak = 1234567, .lasted_ns = 0};

    log_set_level(LOG_LEVEL_NOTICE);
    journal_observer(&journal).overload(&journal, &overload);
    cr_expect_str_eq(
        logged(),
        "warning: overloaded: 1234567 deliveries are owed, 45000 a second leave, and more come "
        "in than that; limits.messages limits who sends much\n");
    overload = (struct room_overload){
        .active = false, .peak = 2000000, .lasted_ns = 73 * MOMENT_NS_PER_S + 1};
    journal_observer(&journal).overload(&journal, &overload);
    cr_expect_str_eq(logged(),
                     "no longer overloaded, after 73 s: at most 2000000 deliveries were owed\n");
}
