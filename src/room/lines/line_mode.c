/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines in, lines out, and the exit code. */
#include "room/lines/line_mode.h"

#include "base/safe_line.h"
#include "io/input.h"
#include "io/timer.h"
#include "room/driver.h"
#include "room/lines/event_line.h"
#include "room/lines/line_writer.h"
#include "room/reasons.h"

#include <roomd/status.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * A script should learn soon that nobody answers; but if a third of the datagrams is lost each way,
 * a join may need seven attempts.
 */
#define LINE_MODE_JOIN_S 60.0

/* With -m, from the join to the acknowledgement. */
#define LINE_MODE_SAY_S 60.0

/* After a signal, for the server to confirm that we leave. */
#define LINE_MODE_LEAVE_S 1.0

/* "Remote error in protocol", in sysexits.h. */
#define LINE_MODE_EXIT_REFUSED EX_PROTOCOL

struct line_mode {
    const struct options *options; /* borrowed */
    struct ev_loop *loop;          /* borrowed */
    struct driver driver;
    struct input *input;
    ev_timer timeout; /* for the join, the message or the exit */
    ev_signal signals[3];
    bool said; /* at least one message was accepted for sending */
    bool was_in;
    bool ended;      /* stdin has ended */
    bool lacks_past; /* what --since asks for has not come */
    size_t held;     /* bytes of a line that is said when fewer messages are pending; 0: none */
    char held_line[INPUT_LINE_MAX_BYTES];
    uint32_t refused; /* messages that were not taken */
    uint32_t unknown;
    uint32_t unknown_before;    /* of the program before this one, not printed yet */
    enum client_reason refusal; /* the last one, while the client tries again */
    int code;
    struct line_writer out;
};

/* ---- ending ---- */

static void end(struct line_mode *mode, int code)
{
    if (mode->code == EX_OK)
        mode->code = code;
    ev_break(mode->loop, EVBREAK_ALL);
}

/* The exit code for all that was said. */
static int exit_code(const struct line_mode *mode)
{
    if (mode->refused > 0)
        return LINE_MODE_EXIT_REFUSED;
    return mode->unknown > 0 || mode->lacks_past || client_pending(mode->driver.client) > 0
               ? EX_TEMPFAIL
               : EX_OK;
}

static void end_refused(struct line_mode *mode, enum client_reason reason)
{
    char words[REASONS_TEXT_BYTES], why[REASONS_TEXT_BYTES] = "";
    const char *close_text = client_close_text(mode->driver.client);

    if (reason == CLIENT_REFUSED_NAME)
        reasons_name(mode->options->name, why);
    safe_line_print(stderr, "room: %s%s%s%s", reasons_text(reason, words), why,
                    close_text[0] != '\0' ? ": " : "", close_text);
    end(mode, LINE_MODE_EXIT_REFUSED);
}

/* ---- what the driver reports ---- */

/* Nobody reads our output: leave, whatever the outcome. */
static void give_up_stdout(struct line_mode *mode)
{
    if (mode->code != EX_OK)
        return;
    safe_line_print(stderr, "room: stdout can't be written: %s", strerror(mode->out.error));
    mode->code = EX_IOERR;
    client_leave(mode->driver.client, &mode->driver.now, true);
    timer_start(mode->loop, &mode->timeout, LINE_MODE_LEAVE_S);
}

static void print(struct line_mode *mode, const char *line, size_t length)
{
    if (mode->options->message == NULL && !line_writer_add(&mode->out, line, length))
        give_up_stdout(mode);
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    struct line_mode *mode = ctx;
    char line[EVENT_LINE_BYTES];
    size_t length = event_line_of(event, mode->options->json, line);

    (void)own;
    print(mode, line, length);
}

static void on_past(void *ctx, const struct event *event)
{
    on_event(ctx, event, 0);
}

static void on_past_end(void *ctx, const struct client_past_end *end)
{
    struct line_mode *mode = ctx;
    char line[EVENT_LINE_BYTES];

    if (end->gone > 0)
        print(mode, line, event_line_missed(end->gone, mode->options->json, line));
    if (!end->failed)
        return;
    mode->lacks_past = true;
    safe_line_print(stderr, "room: the room has not shown all that was before");
}

static void on_missed(void *ctx, uint64_t count)
{
    struct line_mode *mode = ctx;
    char line[EVENT_LINE_BYTES];
    size_t length = event_line_missed(count, mode->options->json, line);

    print(mode, line, length);
}

/* Before the client is in, these lines are the server's own words about our join. */
static void on_text(void *ctx, const char *text, size_t length)
{
    struct line_mode *mode = ctx;
    char line[EVENT_LINE_BYTES];
    bool is_news = mode->options->message == NULL || mode->driver.was_in;

    length = event_line_text(text, length, &mode->driver.now, is_news && mode->options->json, line);
    if (is_news)
        print(mode, line, length);
    else
        safe_line_print(stderr, "room: the room says: %.*s", (int)length - 1, line);
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    struct line_mode *mode = ctx;
    char words[REASONS_TEXT_BYTES];

    if (outcome == CLIENT_REFUSED) { /* why 0: it was never sent, or the reason is lost */
        mode->refused++;
        safe_line_print(stderr, "room: message %u was not taken%s%s", (unsigned)number,
                        why != 0 ? ": " : "", why != 0 ? reasons_not_taken(why, words) : "");
    } else if (outcome == CLIENT_UNKNOWN && number <= mode->driver.said_before) {
        mode->unknown_before++;
    } else if (outcome == CLIENT_UNKNOWN) {
        mode->unknown++;
        safe_line_print(stderr,
                        "room: it is not known whether message %u was taken; it is not said again",
                        (unsigned)number);
    }
}

/* Over the plain protocol, only the bye shows that anything has arrived. */
static void check_bye(struct line_mode *mode)
{
    if (!mode->said || client_was_heard(mode->driver.client))
        return;
    mode->unknown++;
    safe_line_print(
        stderr, "room: there was no bye: it is not known whether the room has heard what was said");
}

/* A room that offers nothing of its past will answer no question for it. */
static void check_past(struct line_mode *mode)
{
    struct client_history history;

    if (mode->was_in || !mode->options->wants_past || client_history(mode->driver.client, &history))
        return;
    mode->lacks_past = true;
    safe_line_print(stderr, "room: this room shows nothing of what was before");
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct line_mode *mode = ctx;

    (void)wait_s;
    if (state == CLIENT_IN) {
        if (mode->options->message == NULL)
            ev_timer_stop(mode->loop, &mode->timeout);
        else if (!mode->was_in) /* after an interruption the timer already runs */
            timer_start(mode->loop, &mode->timeout, LINE_MODE_SAY_S);
        check_past(mode);
        mode->was_in = true;
        return;
    }
    if (reason == CLIENT_LEFT) {
        check_bye(mode);
        end(mode, exit_code(mode));
        return;
    }
    if (reason != CLIENT_REFUSED_UNKNOWN) /* it joins again at once */
        mode->refusal = reason;
    /* The user has to choose another name; the client retries all else by itself. */
    if (state == CLIENT_OUT || reason == CLIENT_REFUSED_TAKEN || reason == CLIENT_REFUSED_NAME)
        end_refused(mode, reason);
}

/* Before the join, a script wants to know at once; later the room may come back. */
static void on_trouble(void *ctx, enum udp_link_trouble trouble, const char *words)
{
    struct line_mode *mode = ctx;

    if (mode->driver.was_in)
        return;
    if (trouble == UDP_LINK_NO_ADDRESS)
        safe_line_print(stderr, "room: %s: %s", mode->options->host, words);
    else
        safe_line_print(stderr, "room: nobody listens at %s: is roomd running there?", words);
    end(mode, EX_UNAVAILABLE);
}

/* ---- input ---- */

/* False if too many messages are pending. */
static bool say(struct line_mode *mode, const char *bytes, size_t length)
{
    uint32_t number;

    switch (client_say(mode->driver.client, &mode->driver.now, bytes, length, &number)) {
    case STATUS_OK:
        mode->said = true;
        return true;
    case STATUS_INVALID: /* an empty line */
        return true;
    case STATUS_FULL:
        return false;
    case STATUS_TOO_LONG:
        safe_line_print(stderr,
                        "room: a line of %zu bytes is too long for this room, which takes %zu, and "
                        "was not said",
                        length, client_text_max_bytes(mode->driver.client));
        break;
    default:
        safe_line_print(stderr, "room: a line that is not valid UTF-8 was not said");
        break;
    }
    mode->refused++;
    return true;
}

static void on_line(void *ctx, const char *bytes, size_t length)
{
    struct line_mode *mode = ctx;

    if (say(mode, bytes, length))
        return;
    memcpy(mode->held_line, bytes, length);
    mode->held = length;
    input_pause(mode->input, true);
}

static void on_too_long(void *ctx)
{
    struct line_mode *mode = ctx;

    mode->refused++;
    safe_line_print(stderr, "room: a line of more than %d bytes was not said",
                    INPUT_LINE_MAX_BYTES);
}

static void on_end(void *ctx)
{
    ((struct line_mode *)ctx)->ended = true;
}

/* ---- the loop ---- */

static void on_turn(void *ctx)
{
    struct line_mode *mode = ctx;

    if (mode->held > 0 && say(mode, mode->held_line, mode->held)) {
        mode->held = 0;
        input_pause(mode->input, false);
    }
    if (mode->ended && mode->held == 0 && !client_asks_past(mode->driver.client) &&
        client_state(mode->driver.client) == CLIENT_IN)
        client_leave(mode->driver.client, &mode->driver.now, false);
}

static void on_done(void *ctx)
{
    struct line_mode *mode = ctx;

    if (!line_writer_flush(&mode->out))
        give_up_stdout(mode);
    if (mode->unknown_before > 0)
        safe_line_print(stderr,
                        "room: the program before this one was killed: of the last it said, %u may "
                        "have been taken or not; it is not said again",
                        (unsigned)mode->unknown_before);
    mode->unknown_before = 0;
}

static void end_unanswered(struct line_mode *mode)
{
    safe_line_print(
        stderr,
        "room: nobody answers at %s: is there a room, and does a firewall let UDP port %s through?",
        udp_link_address(&mode->driver.link), mode->options->port);
    if (mode->options->dialect == NULL)
        safe_line_print(
            stderr,
            "room: a room of another program than roomd speaks the plain protocol: with --plain");
    else
        safe_line_print(stderr, "room: does it speak this dialect? --dialect takes another one; "
                                "roomd may answer here without --plain only");
    end(mode, EX_UNAVAILABLE);
}

static void on_timeout(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct line_mode *mode = watcher->data;

    (void)loop;
    (void)events;
    if (client_state(mode->driver.client) == CLIENT_LEAVING) {
        end(mode, exit_code(mode));
    } else if (mode->driver.was_in) {
        safe_line_print(stderr,
                        "room: no answer in time: it is not known whether the message was taken");
        end(mode, EX_TEMPFAIL);
    } else if (mode->refusal != CLIENT_NO_REASON) {
        end_refused(mode, mode->refusal);
    } else {
        end_unanswered(mode);
    }
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct line_mode *mode = watcher->data;

    (void)loop;
    (void)events;
    if (!mode->driver.was_in) {
        end(mode, client_pending(mode->driver.client) > 0 || mode->held > 0 ? EX_TEMPFAIL : EX_OK);
        return;
    }
    if (client_state(mode->driver.client) == CLIENT_LEAVING) {
        end(mode, exit_code(mode));
        return;
    }
    client_leave(mode->driver.client, &mode->driver.now, true);
    timer_start(mode->loop, &mode->timeout, LINE_MODE_LEAVE_S);
}

/* ---- opening and closing ---- */

static void start_watchers(struct line_mode *mode)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    ev_init(&mode->timeout, on_timeout);
    mode->timeout.data = mode;
    timer_start(mode->loop, &mode->timeout, LINE_MODE_JOIN_S);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ev_signal_init(&mode->signals[i], on_signal, numbers[i]);
        mode->signals[i].data = mode;
        ev_signal_start(mode->loop, &mode->signals[i]);
    }
}

static void stop_watchers(struct line_mode *mode)
{
    ev_timer_stop(mode->loop, &mode->timeout);
    for (size_t i = 0; i < sizeof(mode->signals) / sizeof(mode->signals[0]); i++)
        ev_signal_stop(mode->loop, &mode->signals[i]);
}

static int open_input(struct line_mode *mode)
{
    const struct input_sink sink = {
        .line = on_line, .too_long = on_too_long, .ended = on_end, .ctx = mode};

    if (mode->options->message != NULL) {
        on_line(mode, mode->options->message, strlen(mode->options->message));
        mode->ended = true;
        return mode->refused == 0 ? EX_OK : EX_USAGE;
    }
    return input_open(mode->loop, STDIN_FILENO, "stdin", &sink, &mode->input) == STATUS_OK
               ? EX_OK
               : EX_OSERR;
}

int line_mode_run(struct ev_loop *loop, const struct options *options)
{
    struct line_mode mode = {.options = options, .loop = loop};
    const struct driver_sink sink = {.client = {.event = on_event,
                                                .outcome = on_outcome,
                                                .missed = on_missed,
                                                .past = on_past,
                                                .past_end = on_past_end,
                                                .state = on_state,
                                                .line = on_text,
                                                .ctx = &mode},
                                     .trouble = on_trouble,
                                     .turn = on_turn,
                                     .done = on_done,
                                     .ctx = &mode};

    if (driver_init(&mode.driver, loop, options, &sink) != STATUS_OK)
        return EX_OSERR;
    line_writer_init(&mode.out, STDOUT_FILENO);
    mode.code = open_input(&mode);
    if (mode.code == EX_OK) {
        start_watchers(&mode);
        driver_open(&mode.driver);
        if (mode.code == EX_OK)
            ev_run(loop, 0);
        on_done(&mode);
        stop_watchers(&mode);
    }
    input_close(mode.input);
    driver_done(&mode.driver);
    return mode.code;
}
