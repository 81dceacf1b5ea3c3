/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines to a pipe: whole, in order, and none is lost. */
#include "room/lines/line_writer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct out out;
static int ends[2];

static void open_pipe(void)
{
    cr_assert_eq(pipe(ends), 0);
    out_init(&out, ends[1]);
    signal(SIGPIPE, SIG_IGN);
}

TestSuite(out, .init = open_pipe);

Test(out, nothing_is_written_before_it_is_told_to)
{
    char bytes[16];

    cr_assert_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    cr_expect(out_line(&out, "one\n", 4));
    cr_expect_eq(read(ends[0], bytes, sizeof(bytes)), -1);
    cr_expect(out_line(&out, "two\n", 4));
    cr_expect(out_flush(&out));
    cr_assert_eq(read(ends[0], bytes, sizeof(bytes)), 8);
    cr_expect(memcmp(bytes, "one\ntwo\n", 8) == 0);
}

Test(out, where_a_line_does_not_fit_those_before_it_go_whole)
{
    static char line[SHOW_LINE_BYTES], bytes[OUT_BYTES + SHOW_LINE_BYTES];
    size_t lines = 0;

    /* As long as a pipe takes it all. */
    cr_assert_geq(fcntl(ends[1], F_SETPIPE_SZ, OUT_BYTES), OUT_BYTES);
    cr_assert_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    memset(line, 'x', sizeof(line));
    line[4999] = '\n';
    while (read(ends[0], bytes, 1) < 0) {
        cr_assert(out_line(&out, line, 5000));
        lines++;
    }
    cr_expect_eq(lines - 1, OUT_BYTES / 5000, "all but the last");
    cr_expect_eq(read(ends[0], bytes, sizeof(bytes)), (ssize_t)((lines - 1) * 5000 - 1));
}

Test(out, a_slow_reader_is_waited_for_also_by_a_descriptor_that_does_not_block)
{
    static char bytes[OUT_BYTES];
    size_t total = 0;
    pid_t child;

    cr_assert_eq(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
    cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        for (int i = 0; i < 4000; i++)
            out_line(&out, "sixteen bytes..\n", 16);
        _exit(out_flush(&out) ? 0 : 1);
    }
    close(ends[1]);
    for (ssize_t length; (length = read(ends[0], bytes, sizeof(bytes))) > 0;)
        total += (size_t)length;
    cr_expect_eq(total, 4000 * 16);
    cr_assert_eq(waitpid(child, NULL, 0), child);
}

Test(out, who_reads_no_more_is_an_error_that_stays)
{
    close(ends[0]);
    cr_expect(out_line(&out, "one\n", 4));
    cr_expect_not(out_flush(&out));
    cr_expect_eq(out.error, EPIPE);
    cr_expect_not(out_line(&out, "two\n", 4));
    cr_expect_not(out_flush(&out));
}
