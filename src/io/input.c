/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * One read() for each readiness event, which can't block even on a blocking descriptor. A bounded
 * number of the lines read is passed on per loop iteration. A zero timer replaces readiness while
 * bytes are left, and for files, which are always ready and which epoll refuses.
 */
#include "io/input.h"

#include "base/log.h"
#include "io/line.h"
#include "io/timer.h"
#include "io/watch.h"

#include <errno.h>
#include <roomd/status.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_READ_BYTES 4096

enum input_kind {
    INPUT_IGNORED,
    INPUT_NOTHING,
    INPUT_WATCHED,
    INPUT_FILE,
};

struct input {
    struct ev_loop *loop; /* borrowed */
    struct watch reader;
    ev_timer turn;
    struct input_sink sink;
    struct line line;
    enum input_kind kind; /* INPUT_IGNORED after the end */
    int fd;
    bool paused;
    unsigned lines;    /* passed on in this turn */
    size_t start, end; /* the part of `bytes` not yet passed on */
    char bytes[INPUT_READ_BYTES];
    char buffer[LINE_BUFFER_BYTES(INPUT_LINE_MAX_BYTES)];
};

static bool take_line(void *ctx, const char *bytes, size_t length)
{
    struct input *input = ctx;

    input->sink.line(input->sink.ctx, bytes, length);
    return !input->paused && ++input->lines < INPUT_LINES_PER_TURN;
}

static void take_too_long(void *ctx)
{
    struct input *input = ctx;

    input->sink.too_long(input->sink.ctx);
}

static void end(struct input *input)
{
    input->kind = INPUT_IGNORED;
    if (input->sink.ended != NULL)
        input->sink.ended(input->sink.ctx);
}

/* False if there is nothing to pass on now. */
static bool fill(struct input *input)
{
    ssize_t length = read(input->fd, input->bytes, sizeof(input->bytes));

    if (length > 0) {
        input->start = 0;
        input->end = (size_t)length;
        return true;
    }
    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return false;
    if (length == 0)
        line_end(&input->line);
    else /* EIO: a background job's terminal, for example */
        log_debug("descriptor %d is no longer read: %s", input->fd, strerror(errno));
    end(input);
    return false;
}

static void arm(struct input *input)
{
    bool watched = input->kind == INPUT_WATCHED && input->start == input->end;

    if (input->paused) {
        watch_stop(&input->reader);
        ev_timer_stop(input->loop, &input->turn);
        return;
    }
    if (watched) {
        watch_start(&input->reader);
        return;
    }
    /* Stop after the end too: a pipe without writers stays ready for ever. */
    watch_stop(&input->reader);
    if (input->kind != INPUT_IGNORED)
        timer_start(input->loop, &input->turn, 0.0);
}

static void take_turn(struct input *input)
{
    input->lines = 0;
    if (input->kind == INPUT_NOTHING)
        end(input);
    else if (input->start < input->end || fill(input))
        input->start +=
            line_feed(&input->line, input->bytes + input->start, input->end - input->start);
    arm(input);
}

static void on_readable(void *ctx)
{
    take_turn(ctx);
}

static void on_turn(struct ev_loop *loop, ev_timer *w, int revents)
{
    (void)loop;
    (void)revents;
    take_turn(w->data);
}

static enum input_kind kind_of(int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return INPUT_NOTHING;
    if (S_ISREG(status.st_mode))
        return INPUT_FILE;
    if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(fd))
        return INPUT_WATCHED;
    return INPUT_NOTHING;
}

int input_open(struct ev_loop *loop, int fd, const char *what, const struct input_sink *sink,
               struct input **ret_input)
{
    struct input *input = calloc(1, sizeof(*input));
    struct line_sink lines = {.line = take_line, .too_long = take_too_long, .ctx = input};

    if (input == NULL)
        return STATUS_NO_MEMORY;
    input->loop = loop;
    input->sink = *sink;
    input->kind = kind_of(fd);
    input->fd = fd;
    line_init(&input->line, input->buffer, INPUT_LINE_MAX_BYTES, &lines);
    watch_init(&input->reader, loop, what, on_readable, input);
    watch_set(&input->reader, fd, EV_READ);
    ev_timer_init(&input->turn, on_turn, 0., 0.);
    input->turn.data = input;
    if (input->kind == INPUT_WATCHED && watch_check(&input->reader) != STATUS_OK) {
        free(input);
        return STATUS_FULL;
    }
    arm(input);
    *ret_input = input;
    return STATUS_OK;
}

void input_pause(struct input *input, bool paused)
{
    if (input->paused == paused)
        return;
    input->paused = paused;
    /* A pause from within a turn takes effect at the end of the turn. */
    if (!paused)
        arm(input);
}

void input_close(struct input *input)
{
    if (input == NULL)
        return;
    watch_stop(&input->reader);
    ev_timer_stop(input->loop, &input->turn);
    free(input);
}
