/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/log.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int kept, reader;

/* Replaces stderr by a pipe, so that the log can be read. */
static void capture_stderr(void)
{
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    kept = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    reader = ends[0];
}

static const char *logged(void)
{
    static char text[8192];
    ssize_t length;

    dup2(kept, STDERR_FILENO);
    close(kept);
    length = read(reader, text, sizeof(text) - 1);
    close(reader);
    text[length < 0 ? 0 : length] = '\0';
    return text;
}

#define STAMP_BYTES (sizeof("2026-11-21T13:17:57+01:00 ") - 1)

static bool is_stamp(const char *text)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd+dd:dd ";

    for (size_t i = 0; i < STAMP_BYTES; i++) {
        bool good = form[i] == 'd'   ? text[i] >= '0' && text[i] <= '9'
                    : form[i] == '+' ? text[i] == '+' || text[i] == '-'
                                     : text[i] == form[i];

        if (!good)
            return false;
    }
    return true;
}

/* Returns what was logged, after checking and removing the time of each line. */
static const char *logged_without_time(void)
{
    static char text[8192];
    size_t used = 0;

    for (const char *line = logged(), *end; *line != '\0'; line = end) {
        end = strchr(line, '\n');
        cr_assert(is_stamp(line), "no time: %s", line);
        cr_assert_not_null(end);
        end++;
        line += STAMP_BYTES;
        memcpy(text + used, line, (size_t)(end - line));
        used += (size_t)(end - line);
    }
    text[used] = '\0';
    return text;
}

Test(log, a_line_has_the_program_s_name_and_its_severity)
{
    capture_stderr();
    log_notice("open on %d", 8888);
    log_warnx("warned");
    log_errorx("failed");
    log_debug("not shown");
    cr_expect_str_eq(logged_without_time(),
                     "roomd: open on 8888\nroomd: warning: warned\nroomd: error: failed\n");
}

Test(log, errno_is_written_by_the_plain_forms_and_survives)
{
    capture_stderr();
    errno = ENOENT;
    log_warn("%s", "/nowhere");
    cr_expect_eq(errno, ENOENT);
    cr_expect_str_eq(logged_without_time(),
                     "roomd: warning: /nowhere: No such file or directory\n");
}

Test(log, the_level_decides_what_is_written)
{
    capture_stderr();
    log_set_level(LOG_LEVEL_WARNING);
    log_info("hidden");
    log_warnx("shown");
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("shown too");
    cr_expect_str_eq(logged_without_time(), "roomd: warning: shown\nroomd: shown too\n");
}

Test(log, a_line_begins_with_the_local_time_and_its_distance_from_utc)
{
    static const struct {
        const char *zone, *offset;
    } zones[] = {{"UTC0", "+00:00 "},
                 {"XXX-05:45", "+05:45 "},
                 {"XXX+03:30", "-03:30 "},
                 {"XXX-14", "+14:00 "}};

    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++) {
        struct tm local = {.tm_isdst = -1};
        time_t before = time(NULL), stamped;
        const char *line;

        setenv("TZ", zones[i].zone, 1);
        capture_stderr();
        log_notice("now");
        line = logged();
        cr_assert(is_stamp(line), "%s", line);
        cr_expect_eq(memcmp(line + 19, zones[i].offset, 7), 0, "%s", line);
        cr_assert_not_null(strptime(line, "%Y-%m-%dT%H:%M:%S", &local));
        stamped = mktime(&local);
        cr_expect(stamped >= before && stamped <= time(NULL), "%s", line);
    }
}

Test(log, the_ready_line_has_no_time_and_is_written_at_every_level)
{
    capture_stderr();
    log_set_level(LOG_LEVEL_ERROR);
    log_notice("hidden");
    errno = ENOENT;
    log_ready("room %s is open", "lobby");
    cr_expect_eq(errno, ENOENT);
    cr_expect_str_eq(logged(), "roomd: room lobby is open\n");
}

Test(log, is_shown_tells_whether_a_line_would_be_written)
{
    cr_expect(log_is_shown(LOG_LEVEL_INFO));
    cr_expect_not(log_is_shown(LOG_LEVEL_DEBUG));
    log_set_level(LOG_LEVEL_ERROR);
    cr_expect(log_is_shown(LOG_LEVEL_ERROR));
    cr_expect_not(log_is_shown(LOG_LEVEL_WARNING));
}

Test(log, untrusted_text_can_not_imitate_another_line)
{
    capture_stderr();
    log_notice("%s", "a\n<3>b\x1b[2J caf\xe9 \u202e 聊天室");
    cr_expect_str_eq(logged_without_time(),
                     "roomd: a\\x0a<3>b\\x1b[2J caf\\xe9 \\xe2\\x80\\xae 聊天室\n");
}

Test(log, a_line_full_of_escapes_is_cut_too)
{
    char text[LOG_LINE_MAX_BYTES];
    const char *line;

    memset(text, 0x1b, sizeof(text));
    text[sizeof(text) - 1] = '\0';
    capture_stderr();
    log_notice("%s", text);
    line = logged();
    cr_expect_leq(strlen(line), LOG_LINE_MAX_BYTES + 1);
    cr_expect_str_eq(line + strlen(line) - 8, "\\x1b...\n");
}

Test(log, under_the_journal_a_line_begins_with_its_priority)
{
    struct stat status;
    char stream[64];

    capture_stderr();
    cr_assert_eq(fstat(STDERR_FILENO, &status), 0);
    snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_warnx("warned\n<3>not an error");
    log_ready("room %s is open", "lobby");
    cr_expect_str_eq(logged(), "<4>warned\\x0a<3>not an error\n<5>room lobby is open\n");
}

Test(log, a_long_line_is_cut_and_says_so)
{
    char text[LOG_LINE_MAX_BYTES * 2];
    const char *line;

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    capture_stderr();
    log_notice("%s%%n", text);
    line = logged();
    cr_expect_leq(strlen(line), LOG_LINE_MAX_BYTES + 1);
    cr_expect_str_eq(line + strlen(line) - 4, "...\n");
}

Test(log, a_format_within_an_argument_is_only_text)
{
    capture_stderr();
    log_notice("%s", "%n%s%x");
    cr_expect_str_eq(logged_without_time(), "roomd: %n%s%x\n");
}
