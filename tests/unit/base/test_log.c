/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/log.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int kept, reader;

/* stderr becomes a pipe, so that what is logged can be read. */
static void catch_stderr(void)
{
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    kept = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    reader = ends[0];
}

static const char *caught(void)
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

Test(log, a_line_says_who_and_how_bad)
{
    catch_stderr();
    log_notice("open on %d", 8888);
    log_warnx("warned");
    log_errorx("failed");
    log_debug("not shown");
    cr_expect_str_eq(caught(), "roomd: open on 8888\nroomd: warning: warned\nroomd: error: failed\n");
}

Test(log, errno_is_said_where_it_matters_and_survives)
{
    catch_stderr();
    errno = ENOENT;
    log_warn("%s", "/nowhere");
    cr_expect_eq(errno, ENOENT);
    cr_expect_str_eq(caught(), "roomd: warning: /nowhere: No such file or directory\n");
}

Test(log, the_level_decides_what_is_written)
{
    catch_stderr();
    log_set_level(LOG_LEVEL_WARNING);
    log_info("hidden");
    log_warnx("shown");
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("shown too");
    cr_expect_str_eq(caught(), "roomd: warning: shown\nroomd: shown too\n");
}

Test(log, under_the_journal_a_line_begins_with_its_priority)
{
    struct stat status;
    char stream[64];

    catch_stderr();
    cr_assert_eq(fstat(STDERR_FILENO, &status), 0);
    snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_warnx("warned");
    cr_expect_str_eq(caught(), "<4>warned\n");
}

Test(log, a_long_line_is_cut_and_says_so)
{
    char text[LOG_LINE_MAX_BYTES * 2];
    const char *line;

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    catch_stderr();
    log_notice("%s%%n", text);
    line = caught();
    cr_expect_leq(strlen(line), LOG_LINE_MAX_BYTES + 1);
    cr_expect_str_eq(line + strlen(line) - 4, "...\n");
}

Test(log, what_looks_like_a_format_is_only_text)
{
    catch_stderr();
    log_notice("%s", "%n%s%x");
    cr_expect_str_eq(caught(), "roomd: %n%s%x\n");
}
