/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines in, lines out, and when it ends. */
#include "room/lines/line_mode.h"

#include "io/input.h"
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

/* Nobody answers anywhere: a script should know before long; but where a third is lost both ways, seven attempts are not too many. */
#define FILTER_JOIN_S 60.0

/* With -m, from the join to the acknowledgement. */
#define FILTER_SAY_S 60.0

/* Told to end, it waits so long for the server to say that it knows. */
#define FILTER_LEAVE_S 1.0

/* What sysexits.h calls a remote error in protocol. */
#define FILTER_EXIT_REFUSED EX_PROTOCOL

struct filter {
    const struct options *options; /* borrowed */
    struct ev_loop *loop;          /* borrowed */
    struct seat *seat;
    struct input *input;
    ev_timer patience; /* then it gives up */
    ev_signal signals[3];
    bool said; /* something, as far as it was taken for sending */
    bool was_in;
    bool ended; /* nothing more comes from stdin */
    bool has_held;
    size_t held; /* bytes of a line that waits for a place */
    char held_line[INPUT_LINE_MAX_BYTES];
    uint32_t refused; /* messages that were not taken */
    uint32_t unknown;
    uint32_t unknown_before;    /* of a program before this one, not told yet */
    enum client_reason refusal; /* the last one, while it tries again */
    int code;
    struct out out;
};

/* ---- ending ---- */

static void end(struct filter *filter, int code)
{
    if (filter->code == EX_OK)
        filter->code = code;
    ev_break(filter->loop, EVBREAK_ALL);
}

/* What all that was said has come to. */
static int verdict(const struct filter *filter)
{
    if (filter->refused > 0)
        return FILTER_EXIT_REFUSED;
    return filter->unknown > 0 || seat_pending(filter->seat) > 0 ? EX_TEMPFAIL : EX_OK;
}

static void end_refused(struct filter *filter, enum client_reason reason)
{
    char words[REASONS_TEXT_BYTES];

    const char *close_text = seat_close_text(filter->seat);

    fprintf(stderr, "room: %s%s%s\n", reasons_text(reason, words), close_text[0] != '\0' ? ": " : "", close_text);
    end(filter, FILTER_EXIT_REFUSED);
}

static void be_patient(struct filter *filter, double seconds)
{
    ev_timer_stop(filter->loop, &filter->patience);
    ev_timer_set(&filter->patience, seconds, 0.0);
    ev_timer_start(filter->loop, &filter->patience);
}

/* ---- what the seat tells ---- */

/* Nobody reads what we write: the room is told that we leave, and what comes of it does not matter. */
static void give_up_stdout(struct filter *filter)
{
    if (filter->code != EX_OK)
        return;
    fprintf(stderr, "room: stdout can't be written: %s\n", strerror(filter->out.error));
    filter->code = EX_IOERR;
    seat_leave(filter->seat, true);
    be_patient(filter, FILTER_LEAVE_S);
}

static void print(struct filter *filter, const char *line, size_t length)
{
    if (filter->options->message == NULL && !out_line(&filter->out, line, length))
        give_up_stdout(filter);
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    struct filter *filter = ctx;
    char line[SHOW_LINE_BYTES];
    size_t length = show_event(event, filter->options->json, line);

    (void)own;
    print(filter, line, length);
}

static void on_missed(void *ctx, uint64_t count)
{
    struct filter *filter = ctx;
    char line[SHOW_LINE_BYTES];
    size_t length = show_missed(count, filter->options->json, line);

    print(filter, line, length);
}

/* Before it is in, these are what a server has to say to our join, in its own words. */
static void on_text(void *ctx, const char *text, size_t length)
{
    struct filter *filter = ctx;
    char line[SHOW_LINE_BYTES];
    bool is_news = filter->options->message == NULL || seat_was_in(filter->seat);

    length = show_text(text, length, seat_now(filter->seat), is_news && filter->options->json, line);
    if (is_news)
        print(filter, line, length);
    else
        fprintf(stderr, "room: the room says: %s", line);
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    struct filter *filter = ctx;
    char words[REASONS_TEXT_BYTES];

    if (outcome == CLIENT_REFUSED && why == 0) { /* it was never sent, or nobody knows any more */
        filter->refused++;
        fprintf(stderr, "room: message %u was not taken\n", (unsigned)number);
    } else if (outcome == CLIENT_REFUSED) {
        filter->refused++;
        fprintf(stderr, "room: message %u was not taken: %s\n", (unsigned)number, reasons_not_taken(why, words));
    } else if (outcome == CLIENT_UNKNOWN && number <= seat_said_before(filter->seat)) {
        filter->unknown_before++;
    } else if (outcome == CLIENT_UNKNOWN) {
        filter->unknown++;
        fprintf(stderr, "room: it is not known whether message %u was taken; it is not said again\n", (unsigned)number);
    }
}

/* Over the plain protocol, the bye is all that tells whether anything has arrived. */
static void check_bye(struct filter *filter)
{
    if (!filter->said || seat_was_heard(filter->seat))
        return;
    filter->unknown++;
    fputs("room: there was no bye: it is not known whether the room has heard what was said\n", stderr);
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct filter *filter = ctx;

    (void)wait_s;
    if (state == CLIENT_IN) {
        if (filter->options->message == NULL)
            ev_timer_stop(filter->loop, &filter->patience);
        else if (!filter->was_in) /* back in, it has waited already */
            be_patient(filter, FILTER_SAY_S);
        filter->was_in = true;
        return;
    }
    if (reason == CLIENT_LEFT) {
        check_bye(filter);
        end(filter, verdict(filter));
        return;
    }
    if (reason != CLIENT_REFUSED_UNKNOWN) /* it joins anew, at once */
        filter->refusal = reason;
    /* Another name is somebody's to choose; all else the machine tries again by itself. */
    if (state == CLIENT_OUT || reason == CLIENT_REFUSED_TAKEN || reason == CLIENT_REFUSED_NAME)
        end_refused(filter, reason);
}

/* Before it was in, a script wants to know at once; later the room may be on its way back. */
static void on_trouble(void *ctx, enum seat_trouble trouble, const char *words)
{
    struct filter *filter = ctx;

    if (seat_was_in(filter->seat))
        return;
    if (trouble == SEAT_NO_ADDRESS)
        fprintf(stderr, "room: %s: %s\n", filter->options->host, words);
    else
        fprintf(stderr, "room: nobody listens at %s: is roomd running there?\n", words);
    end(filter, EX_UNAVAILABLE);
}

/* ---- what is said ---- */

/* False where there is no place for it yet. */
static bool say(struct filter *filter, const char *bytes, size_t length)
{
    uint32_t number;

    switch (seat_say(filter->seat, bytes, length, &number)) {
    case STATUS_OK:
        filter->said = true;
        return true;
    case STATUS_INVALID: /* an empty line */
        return true;
    case STATUS_FULL:
        return false;
    case STATUS_TOO_LONG:
        fprintf(stderr, "room: a line of %zu bytes is too long for this room, which takes %zu, and was not said\n",
                length, seat_text_max_bytes(filter->seat));
        break;
    default:
        fputs("room: a line that is not valid UTF-8 was not said\n", stderr);
        break;
    }
    filter->refused++;
    return true;
}

static void on_line(void *ctx, const char *bytes, size_t length)
{
    struct filter *filter = ctx;

    if (say(filter, bytes, length))
        return;
    memcpy(filter->held_line, bytes, length);
    filter->held = length;
    filter->has_held = true;
    input_pause(filter->input, true);
}

static void on_too_long(void *ctx)
{
    struct filter *filter = ctx;

    filter->refused++;
    fprintf(stderr, "room: a line of more than %d bytes was not said\n", INPUT_LINE_MAX_BYTES);
}

static void on_end(void *ctx)
{
    ((struct filter *)ctx)->ended = true;
}

/* ---- the loop ---- */

static void on_turn(void *ctx)
{
    struct filter *filter = ctx;

    if (filter->has_held && say(filter, filter->held_line, filter->held)) {
        filter->has_held = false;
        input_pause(filter->input, false);
    }
    if (filter->ended && !filter->has_held && seat_state(filter->seat) == CLIENT_IN)
        seat_leave(filter->seat, false);
}

static void on_done(void *ctx)
{
    struct filter *filter = ctx;

    if (!out_flush(&filter->out))
        give_up_stdout(filter);
    if (filter->unknown_before > 0)
        fprintf(stderr,
                "room: the program before this one was killed: of the last it said, %u may have been taken or not; it "
                "is not said again\n",
                (unsigned)filter->unknown_before);
    filter->unknown_before = 0;
}

static void end_unanswered(struct filter *filter)
{
    fprintf(stderr, "room: nobody answers at %s: is there a room, and does a firewall let UDP port %s through?\n",
            seat_address(filter->seat), filter->options->port);
    if (filter->options->dialect == NULL)
        fputs("room: a room of another program than roomd speaks the plain protocol: with --plain\n", stderr);
    else
        fputs("room: does it speak this dialect? --dialect takes another one\n", stderr);
    end(filter, EX_UNAVAILABLE);
}

static void on_patience(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct filter *filter = watcher->data;

    (void)loop;
    (void)events;
    if (seat_state(filter->seat) == CLIENT_LEAVING) {
        end(filter, verdict(filter));
    } else if (seat_was_in(filter->seat)) {
        fputs("room: no answer in time: it is not known whether the message was taken\n", stderr);
        end(filter, EX_TEMPFAIL);
    } else if (filter->refusal != CLIENT_NO_REASON) {
        end_refused(filter, filter->refusal);
    } else {
        end_unanswered(filter);
    }
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct filter *filter = watcher->data;

    (void)loop;
    (void)events;
    if (!seat_was_in(filter->seat)) {
        end(filter, seat_pending(filter->seat) > 0 || filter->has_held ? EX_TEMPFAIL : EX_OK);
        return;
    }
    if (seat_state(filter->seat) == CLIENT_LEAVING) {
        end(filter, verdict(filter));
        return;
    }
    seat_leave(filter->seat, true);
    be_patient(filter, FILTER_LEAVE_S);
}

/* ---- opening and closing ---- */

static void start_watchers(struct filter *filter)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    ev_timer_init(&filter->patience, on_patience, FILTER_JOIN_S, 0.0);
    filter->patience.data = filter;
    ev_timer_start(filter->loop, &filter->patience);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ev_signal_init(&filter->signals[i], on_signal, numbers[i]);
        filter->signals[i].data = filter;
        ev_signal_start(filter->loop, &filter->signals[i]);
    }
}

static void stop_watchers(struct filter *filter)
{
    ev_timer_stop(filter->loop, &filter->patience);
    for (size_t i = 0; i < sizeof(filter->signals) / sizeof(filter->signals[0]); i++)
        ev_signal_stop(filter->loop, &filter->signals[i]);
}

static int open_input(struct filter *filter)
{
    const struct input_sink sink = {.line = on_line, .too_long = on_too_long, .ended = on_end, .ctx = filter};

    if (filter->options->message != NULL) {
        on_line(filter, filter->options->message, strlen(filter->options->message));
        filter->ended = true;
        return filter->refused == 0 ? EX_OK : EX_USAGE;
    }
    return input_open(filter->loop, STDIN_FILENO, &sink, &filter->input) == STATUS_OK ? EX_OK : EX_OSERR;
}

int filter_run(struct ev_loop *loop, const struct options *options)
{
    struct filter filter = {.options = options, .loop = loop};
    const struct seat_sink sink = {.protocol = {.event = on_event,
                                                .outcome = on_outcome,
                                                .missed = on_missed,
                                                .state = on_state,
                                                .line = on_text,
                                                .ctx = &filter},
                                   .trouble = on_trouble,
                                   .turn = on_turn,
                                   .done = on_done,
                                   .ctx = &filter};

    if (seat_new(loop, options, &sink, &filter.seat) != STATUS_OK)
        return EX_OSERR;
    out_init(&filter.out, STDOUT_FILENO);
    filter.code = open_input(&filter);
    if (filter.code == EX_OK) {
        start_watchers(&filter);
        seat_open(filter.seat);
        if (filter.code == EX_OK)
            ev_run(loop, 0);
        on_done(&filter);
        stop_watchers(&filter);
    }
    input_close(filter.input);
    seat_free(filter.seat);
    return filter.code;
}
