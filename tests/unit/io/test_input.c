/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines from real pipes, files and terminals, on a real loop that never waits. */
#include "io/input.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURNS_MAX 4000

static struct ev_loop *loop;
static struct input *input;
static char got[65536]; /* "[line]" for each */
static size_t got_length;
static unsigned lines, too_long, ended;
static unsigned events; /* watcher callbacks that the loop has run */

static void on_line(void *ctx, const char *bytes, size_t length)
{
    (void)ctx;
    cr_assert_lt(got_length + length + 3, sizeof(got));
    got_length += (size_t)sprintf(got + got_length, "[%.*s]", (int)length, bytes);
    lines++;
}

static void on_too_long(void *ctx)
{
    (void)ctx;
    too_long++;
}

static void on_end(void *ctx)
{
    (void)ctx;
    ended++;
}

static const struct input_sink sink = {.line = on_line, .too_long = on_too_long, .ended = on_end};

static void on_pending(struct ev_loop *of)
{
    events += ev_pending_count(of);
    ev_invoke_pending(of);
}

static void set_up(void)
{
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_not_null(loop);
    ev_set_invoke_pending_cb(loop, on_pending);
}

static void tear_down(void)
{
    input_close(input);
    ev_loop_destroy(loop);
}

TestSuite(input, .init = set_up, .fini = tear_down);

static void open_input(int fd)
{
    cr_assert_eq(input_open(loop, fd, "the input", &sink, &input), STATUS_OK);
}

/* Returns whether a watcher is still active. */
static bool turn(void)
{
    return ev_run(loop, EVRUN_NOWAIT);
}

static void turns(unsigned count)
{
    while (count-- > 0)
        turn();
}

/*
 * Input written to one end of a terminal arrives at the other a moment later. The loop waits for
 * it; ctest's timeout ends a wait in vain.
 */
static void wait_for(const unsigned *count)
{
    while (*count == 0)
        ev_run(loop, EVRUN_ONCE);
}

/* No event that is pending now wakes the loop. */
static void assert_idle(void)
{
    turn();
    events = 0;
    turns(5);
    cr_assert_eq(events, 0);
}

static void put(int fd, const char *text)
{
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static int file_of(const char *text, size_t length)
{
    FILE *file = tmpfile();

    cr_assert_not_null(file);
    cr_assert_eq(fwrite(text, 1, length, file), length);
    cr_assert_eq(fflush(file), 0);
    cr_assert_eq(lseek(fileno(file), 0, SEEK_SET), 0);
    return fileno(file);
}

Test(input, lines_come_from_a_pipe_as_they_are_written)
{
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    open_input(ends[0]);
    turns(3);
    cr_assert_eq(lines, 0);
    put(ends[1], "one\ntw");
    turns(3);
    cr_assert_str_eq(got, "[one]");
    put(ends[1], "o\r\n");
    turns(3);
    cr_assert_str_eq(got, "[one][two]");
    assert_idle();
}

Test(input, a_blocking_descriptor_stays_blocking)
{
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    open_input(ends[0]);
    put(ends[1], "one\n");
    turns(5);
    cr_assert_eq(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    cr_assert_eq(lines, 1);
}

Test(input, a_pipe_whose_writers_have_gone_ends_and_is_watched_no_more)
{
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    open_input(ends[0]);
    put(ends[1], "one\nlast");
    close(ends[1]);
    turns(5);
    cr_assert_str_eq(got, "[one][last]");
    cr_assert_eq(ended, 1);
    cr_assert_not(turn());
}

Test(input, a_turn_passes_on_a_bounded_number_of_lines)
{
    int ends[2];
    unsigned before = 0;

    cr_assert_eq(pipe(ends), 0);
    open_input(ends[0]);
    for (int i = 0; i < 1000; i++)
        put(ends[1], "x\n");
    for (int i = 0; i < TURNS_MAX && lines < 1000; i++) {
        turn();
        cr_assert_leq(lines - before, INPUT_LINES_PER_TURN);
        before = lines;
    }
    cr_assert_eq(lines, 1000);
    put(ends[1], "y\n");
    turns(3);
    cr_assert_eq(lines, 1001);
    close(ends[1]);
    turns(3);
    cr_assert_not(turn());
}

Test(input, a_regular_file_is_read_to_its_end_once_in_turns)
{
    char text[3000];
    unsigned before = 0;
    int fd;

    for (size_t i = 0; i < sizeof(text); i += 3)
        memcpy(text + i, "ab\n", 3);
    fd = file_of(text, sizeof(text));
    open_input(fd);
    for (int i = 0; i < TURNS_MAX && turn(); i++) {
        cr_assert_leq(lines - before, INPUT_LINES_PER_TURN);
        before = lines;
    }
    cr_assert_eq(lines, 1000);
    cr_assert_eq(ended, 1);
    cr_assert_not(turn());
}

Test(input, the_last_line_of_a_file_needs_no_newline)
{
    open_input(file_of("one\ntwo", 7));
    turns(10);
    cr_assert_str_eq(got, "[one][two]");
    cr_assert_eq(ended, 1);
}

Test(input, an_empty_file_ends_at_once)
{
    open_input(file_of("", 0));
    turns(3);
    cr_assert_eq(lines, 0);
    cr_assert_eq(ended, 1);
    cr_assert_not(turn());
}

Test(input, devices_folders_and_closed_descriptors_are_not_read_and_have_ended)
{
    int fds[] = {open("/dev/null", O_RDONLY), open("/dev/zero", O_RDONLY),
                 open("/", O_RDONLY | O_DIRECTORY), 999, -1};

    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        open_input(fds[i]);
        cr_expect_eq(ended, i, "not before it is open");
        turn();
        cr_expect_eq(ended, i + 1, "case %zu", i);
        cr_expect_not(turn(), "case %zu", i);
        input_close(input);
        input = NULL;
    }
    cr_assert_eq(lines + too_long, 0);
}

Test(input, a_terminal_is_watched)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), terminal;

    cr_assert(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    cr_assert_geq(terminal, 0);
    open_input(terminal);
    put(master, "typed\n");
    wait_for(&lines);
    cr_assert_str_eq(got, "[typed]");
    assert_idle();
    put(master, "\4"); /* Ctrl-D */
    wait_for(&ended);
    cr_assert_eq(ended, 1);
    cr_assert_not(turn());
}

Test(input, a_terminal_that_was_hung_up_is_watched_no_more)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);

    cr_assert(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    open_input(open(ptsname(master), O_RDWR | O_NOCTTY));
    close(master);
    wait_for(&ended);
    cr_assert_eq(ended, 1);
    cr_assert_not(turn());
}

Test(input, a_socket_is_watched)
{
    int ends[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    open_input(ends[0]);
    put(ends[1], "one\n");
    turns(3);
    cr_assert_str_eq(got, "[one]");
}

Test(input, a_descriptor_that_can_not_be_read_is_watched_no_more)
{
    int ends[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    open_input(ends[0]);
    /* ECONNRESET: the other end closes with unread bytes. */
    put(ends[0], "x");
    close(ends[1]);
    turns(5);
    cr_assert_eq(ended, 1);
    cr_assert_not(turn());
}

Test(input, a_line_at_the_limit_is_taken_and_one_over_it_dropped)
{
    static char text[2 * INPUT_LINE_MAX_BYTES + 16];
    char *at = text;

    memset(at, 'x', INPUT_LINE_MAX_BYTES);
    at += INPUT_LINE_MAX_BYTES;
    *at++ = '\n';
    memset(at, 'y', INPUT_LINE_MAX_BYTES + 1);
    at += INPUT_LINE_MAX_BYTES + 1;
    *at++ = '\n';
    *at++ = 'z';
    *at++ = '\n';
    open_input(file_of(text, (size_t)(at - text)));
    turns(20);
    cr_assert_eq(lines, 2);
    cr_assert_eq(too_long, 1);
    cr_assert_eq(got_length, INPUT_LINE_MAX_BYTES + 2 + 3);
    cr_assert_str_eq(got + INPUT_LINE_MAX_BYTES + 2, "[z]");
}

Test(input, closing_it_with_lines_left_forgets_them)
{
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    open_input(ends[0]);
    for (int i = 0; i < 100; i++)
        put(ends[1], "x\n");
    turn();
    input_close(input);
    input = NULL;
    cr_assert_not(turn());
    cr_assert_eq(lines, INPUT_LINES_PER_TURN);
    input_close(NULL);
}

Test(input, a_sink_may_have_no_function_for_the_end)
{
    struct input_sink silent = sink;

    silent.ended = NULL;
    cr_assert_eq(input_open(loop, file_of("a", 1), "the input", &silent, &input), STATUS_OK);
    turns(3);
    cr_assert_str_eq(got, "[a]");
}
