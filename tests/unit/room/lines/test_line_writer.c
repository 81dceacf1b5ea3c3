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

static struct line_writer out;
static int ends[2];

static void open_pipe(void)
{
    cr_assert_eq(pipe(ends), 0);
    line_writer_init(&out, ends[1]);
    signal(SIGPIPE, SIG_IGN);
}

TestSuite(line_writer, .init = open_pipe);

Test(line_writer, nothing_is_written_before_it_is_told_to)
{
    char bytes[16];

    cr_assert_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    cr_expect(line_writer_add(&out, "one\n", 4));
    cr_expect_eq(read(ends[0], bytes, sizeof(bytes)), -1);
    cr_expect(line_writer_add(&out, "two\n", 4));
    cr_expect(line_writer_flush(&out));
    cr_assert_eq(read(ends[0], bytes, sizeof(bytes)), 8);
    cr_expect(memcmp(bytes, "one\ntwo\n", 8) == 0);
}

Test(line_writer, if_a_line_does_not_fit_those_before_it_are_written_whole)
{
    static char line[EVENT_LINE_BYTES], bytes[LINE_WRITER_BYTES + EVENT_LINE_BYTES];
    size_t lines = 0;

    /* A pipe that takes it all. */
    cr_assert_geq(fcntl(ends[1], F_SETPIPE_SZ, LINE_WRITER_BYTES), LINE_WRITER_BYTES);
    cr_assert_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    memset(line, 'x', sizeof(line));
    line[4999] = '\n';
    while (read(ends[0], bytes, 1) < 0) {
        cr_assert(line_writer_add(&out, line, 5000));
        lines++;
    }
    cr_expect_eq(lines - 1, LINE_WRITER_BYTES / 5000, "all but the last");
    cr_expect_eq(read(ends[0], bytes, sizeof(bytes)), (ssize_t)((lines - 1) * 5000 - 1));
}

Test(line_writer, a_slow_reader_is_waited_for_also_by_a_descriptor_that_does_not_block)
{
    static char bytes[LINE_WRITER_BYTES];
    size_t total = 0;
    pid_t child;

    cr_assert_eq(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
    cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        for (int i = 0; i < 4000; i++)
            line_writer_add(&out, "sixteen bytes..\n", 16);
        _exit(line_writer_flush(&out) ? 0 : 1);
    }
    close(ends[1]);
    for (ssize_t length; (length = read(ends[0], bytes, sizeof(bytes))) > 0;)
        total += (size_t)length;
    cr_expect_eq(total, 4000 * 16);
    cr_assert_eq(waitpid(child, NULL, 0), child);
}

Test(line_writer, a_reader_that_is_gone_is_an_error_that_stays)
{
    close(ends[0]);
    cr_expect(line_writer_add(&out, "one\n", 4));
    cr_expect_not(line_writer_flush(&out));
    cr_expect_eq(out.error, EPIPE);
    cr_expect_not(line_writer_add(&out, "two\n", 4));
    cr_expect_not(line_writer_flush(&out));
}
