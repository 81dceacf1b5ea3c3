/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The program: what is wired to what, and when it ends, with which code. Whatever the protocol asks for is core's. */
#include "client/link.h"
#include "client/options.h"
#include "client/show.h"
#include "io/clock.h"
#include "io/input.h"

#include <roomd/client.h>
#include <roomd/status.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* An address that does not answer for so long gives way to the next one that the host has. */
#define ROOM_ADDRESS_S 3.0

/* Nobody answers anywhere: a script should know before long; but where a third is lost both ways, seven attempts are not too many. */
#define ROOM_JOIN_S 60.0

/* With -m, from the join to the acknowledgement. */
#define ROOM_SAY_S 60.0

/* What sysexits.h calls a remote error in protocol. */
#define ROOM_EXIT_REFUSED EX_PROTOCOL

/* Told to end, it waits so long for the server to say that it knows. */
#define ROOM_LEAVE_S 1.0

/* Events beyond a gap: far more than a window. */
#define ROOM_STORE_BYTES (1 << 20)

struct room_program {
    struct options options;
    struct ev_loop *loop;
    struct link *link;
    struct client *client;
    struct input *input;
    struct clock clock;
    struct moment now;
    ev_check turn;
    ev_prepare work;
    ev_timer alarm;    /* what the protocol has to do */
    ev_timer address;  /* the next address, while nobody has answered */
    ev_timer patience; /* then it gives up */
    ev_signal signals[3];
    bool was_in;
    bool refused_here;        /* where it tries now, nobody listens */
    size_t refused_addresses; /* in a row */
    bool ended;               /* nothing more comes from stdin */
    size_t held;              /* bytes of a line that waits for a place */
    bool has_held;
    char held_line[INPUT_LINE_MAX_BYTES];
    uint32_t refused; /* messages that were not taken */
    uint32_t unknown;
    enum client_reason refusal; /* the last one, while it tries again */
    const char *why;            /* there is no address to be tried */
    int code;
};

/* ---- ending ---- */

static void end(struct room_program *program, int code)
{
    if (code != EX_OK || program->code == EX_OK)
        program->code = code;
    ev_break(program->loop, EVBREAK_ALL);
}

static const struct {
    enum client_reason reason;
    const char *text;
} reasons[] = {
    {CLIENT_REFUSED_VERSION, "the room speaks another version of the protocol: install the room that came with it"},
    {CLIENT_REFUSED_TAKEN, "somebody in the room has that name: take another, with --name"},
    {CLIENT_REFUSED_NAME, "nobody can have that name: take another, with --name"},
    {CLIENT_REFUSED_FULL, "the room is full"},
    {CLIENT_REFUSED_BANNED, "the administrator does not let you in"},
    {CLIENT_REFUSED_COOKIE, "the room does not recognise this address: does it change?"},
    {CLIENT_REFUSED_PLAIN, "the room speaks the plain protocol only: use a plain client"},
    {CLIENT_REFUSED_LIMIT, "too many have joined from your address lately: try again in a minute"},
    {CLIENT_KICKED, "the administrator has removed you"},
    {CLIENT_BANNED, "the administrator has banned you"},
    {CLIENT_TIMEOUT, "the room has not heard of you for too long"},
    {CLIENT_CLOSED, "the room was closed"},
    {CLIENT_ELSEWHERE, "your session goes on in another program"},
};

static void say_reason(enum client_reason reason)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].reason == reason) {
            fprintf(stderr, "room: %s\n", reasons[i].text);
            return;
        }
    }
    fprintf(stderr, "room: the room has refused you (reason %d)\n", (int)reason);
}

/* What all that was said has come to. */
static int verdict(const struct room_program *program)
{
    if (program->refused > 0)
        return ROOM_EXIT_REFUSED;
    return program->unknown > 0 ? EX_TEMPFAIL : EX_OK;
}

/* ---- what the machine tells ---- */

static void on_send(void *ctx, const void *bytes, size_t length)
{
    struct room_program *program = ctx;

    link_send(program->link, bytes, length);
}

static void print(struct room_program *program, const char *line, size_t length)
{
    if (program->options.message == NULL && fwrite(line, 1, length, stdout) != length)
        end(program, EX_IOERR);
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    struct room_program *program = ctx;
    char line[SHOW_LINE_BYTES];
    size_t length = show_event(event, program->options.json, line);

    (void)own;
    print(program, line, length);
}

static void on_missed(void *ctx, uint64_t count)
{
    struct room_program *program = ctx;
    char line[SHOW_LINE_BYTES];
    size_t length = show_missed(count, program->options.json, line);

    print(program, line, length);
}

static void on_fate(void *ctx, uint32_t number, enum client_fate fate, uint8_t why)
{
    struct room_program *program = ctx;

    if (fate == CLIENT_REFUSED) {
        program->refused++;
        fprintf(stderr, "room: message %u was not taken (reason %u)\n", (unsigned)number, (unsigned)why);
    } else if (fate == CLIENT_UNKNOWN) {
        program->unknown++;
        fprintf(stderr, "room: it is not known whether message %u was taken; it is not said again\n", (unsigned)number);
    }
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct room_program *program = ctx;

    (void)wait_s;
    if (state == CLIENT_IN) {
        program->was_in = true;
        ev_timer_stop(program->loop, &program->address);
        ev_timer_stop(program->loop, &program->patience);
        if (program->options.message != NULL) {
            ev_timer_set(&program->patience, ROOM_SAY_S, 0.0);
            ev_timer_start(program->loop, &program->patience);
        }
        return;
    }
    if (reason == CLIENT_LEFT) {
        end(program, verdict(program));
        return;
    }
    program->refusal = reason;
    /* Another name is somebody's to choose; all else the machine tries again by itself. */
    if (state != CLIENT_OUT && reason != CLIENT_REFUSED_TAKEN && reason != CLIENT_REFUSED_NAME)
        return;
    say_reason(reason);
    end(program, ROOM_EXIT_REFUSED);
}

/* ---- the way ---- */

static void next_address(struct room_program *program)
{
    if (!program->refused_here)
        program->refused_addresses = 0; /* somebody may be there who only does not answer */
    if (!link_next(program->link, &program->why)) {
        fprintf(stderr, "room: %s: %s\n", program->options.host, program->why);
        end(program, EX_UNAVAILABLE);
        return;
    }
    program->refused_here = false;
    client_moved(program->client, &program->now);
    ev_timer_stop(program->loop, &program->address);
    if (link_addresses(program->link) == 1)
        return; /* there is no other: the machine goes on asking */
    ev_timer_set(&program->address, ROOM_ADDRESS_S, 0.0);
    ev_timer_start(program->loop, &program->address);
}

static void on_datagram(void *ctx, const void *bytes, size_t length)
{
    struct room_program *program = ctx;

    /* Somebody is there: from another port of ours it would be a stranger's second join. */
    ev_timer_stop(program->loop, &program->address);
    client_receive(program->client, &program->now, bytes, length);
}

/* Before it was in, a refusal says that nobody is there; later the room may be on its way back. */
static void on_unreachable(void *ctx, int error)
{
    struct room_program *program = ctx;

    (void)error;
    if (program->was_in || program->refused_here)
        return;
    program->refused_here = true;
    if (++program->refused_addresses >= link_addresses(program->link)) {
        fprintf(stderr, "room: nobody listens at %s: is roomd running there?\n", link_address(program->link));
        end(program, EX_UNAVAILABLE);
        return;
    }
    ev_timer_stop(program->loop, &program->address);
    ev_timer_set(&program->address, 0.0, 0.0);
    ev_timer_start(program->loop, &program->address);
}

static void on_address(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    next_address(watcher->data);
}

static void on_patience(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct room_program *program = watcher->data;

    (void)loop;
    (void)events;
    if (program->was_in) {
        fputs("room: no answer in time: it is not known whether the message was taken\n", stderr);
        end(program, EX_TEMPFAIL);
        return;
    }
    if (program->refusal != CLIENT_NO_REASON) {
        say_reason(program->refusal);
        end(program, ROOM_EXIT_REFUSED);
        return;
    }
    fprintf(stderr,
            "room: nobody answers at %s: is roomd running there, and does a firewall let UDP port %s through?\n",
            link_address(program->link), program->options.port);
    end(program, EX_UNAVAILABLE);
}

/* ---- what is said ---- */

/* False where there is no place for it yet. */
static bool say(struct room_program *program, const char *bytes, size_t length)
{
    uint32_t number;

    switch (client_say(program->client, &program->now, bytes, length, &number)) {
    case STATUS_OK:
        return true;
    case STATUS_FULL:
        return false;
    case STATUS_INVALID: /* an empty line */
        return true;
    case STATUS_TOO_LONG:
        program->refused++;
        fprintf(stderr, "room: a line of %zu bytes is too long for this room, and was not said\n", length);
        return true;
    default:
        program->refused++;
        fputs("room: a line that is not valid UTF-8 was not said\n", stderr);
        return true;
    }
}

static void on_line(void *ctx, const char *bytes, size_t length)
{
    struct room_program *program = ctx;

    if (say(program, bytes, length))
        return;
    memcpy(program->held_line, bytes, length);
    program->held = length;
    program->has_held = true;
    input_pause(program->input, true);
}

static void on_too_long(void *ctx)
{
    struct room_program *program = ctx;

    program->refused++;
    fprintf(stderr, "room: a line of more than %d bytes was not said\n", INPUT_LINE_MAX_BYTES);
}

static void on_end(void *ctx)
{
    ((struct room_program *)ctx)->ended = true;
}

/* ---- the loop ---- */

static void on_turn(struct ev_loop *loop, ev_check *watcher, int events)
{
    struct room_program *program = watcher->data;

    (void)loop;
    (void)events;
    clock_now(&program->clock, &program->now);
}

static void on_alarm(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events; /* on_work does what is due */
}

static void on_work(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct room_program *program = watcher->data;
    int64_t due_ns;

    (void)events;
    if (program->has_held && say(program, program->held_line, program->held)) {
        program->has_held = false;
        input_pause(program->input, false);
    }
    if (program->ended && !program->has_held && client_state(program->client) == CLIENT_IN)
        client_leave(program->client, &program->now, false);
    due_ns = client_tick(program->client, &program->now);
    fflush(stdout);
    ev_timer_stop(loop, &program->alarm);
    if (due_ns == MOMENT_NEVER_NS)
        return;
    due_ns -= program->now.mono_ns;
    ev_timer_set(&program->alarm, due_ns > 0 ? (double)due_ns / 1e9 : 0.0, 0.0);
    ev_timer_start(loop, &program->alarm);
}

static void on_gone(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    end(watcher->data, EX_OK);
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct room_program *program = watcher->data;

    (void)events;
    if (!program->was_in || client_state(program->client) == CLIENT_LEAVING) {
        end(program, EX_OK);
        return;
    }
    client_leave(program->client, &program->now, true);
    ev_timer_stop(loop, &program->patience);
    ev_timer_init(&program->patience, on_gone, ROOM_LEAVE_S, 0.0);
    program->patience.data = program;
    ev_timer_start(loop, &program->patience);
}

/* ---- opening and closing ---- */

static void start_watchers(struct room_program *program)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    ev_check_init(&program->turn, on_turn);
    ev_prepare_init(&program->work, on_work);
    ev_timer_init(&program->alarm, on_alarm, 0.0, 0.0);
    ev_timer_init(&program->address, on_address, ROOM_ADDRESS_S, 0.0);
    ev_timer_init(&program->patience, on_patience, ROOM_JOIN_S, 0.0);
    ev_set_priority(&program->turn, EV_MAXPRI);
    program->turn.data = program->work.data = program->address.data = program->patience.data = program;
    ev_check_start(program->loop, &program->turn);
    ev_prepare_start(program->loop, &program->work);
    ev_timer_start(program->loop, &program->patience);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ev_signal_init(&program->signals[i], on_signal, numbers[i]);
        program->signals[i].data = program;
        ev_signal_start(program->loop, &program->signals[i]);
    }
}

static int open_client(struct room_program *program)
{
    struct client_setup setup = {.name = program->options.name,
                                 .store_bytes = ROOM_STORE_BYTES,
                                 .sink = {.send = on_send,
                                          .event = on_event,
                                          .fate = on_fate,
                                          .missed = on_missed,
                                          .state = on_state,
                                          .ctx = program}};
    const struct link_sink link = {.datagram = on_datagram, .unreachable = on_unreachable, .ctx = program};
    int status;

    randombytes_buf(setup.seed, sizeof(setup.seed));
    status = client_new(&setup, &program->client);
    if (status == STATUS_OK)
        status = link_new(program->loop, program->options.host, program->options.port, &link, &program->link);
    return status == STATUS_OK ? EX_OK : EX_OSERR;
}

static int open_input(struct room_program *program)
{
    const struct input_sink sink = {.line = on_line, .too_long = on_too_long, .ended = on_end, .ctx = program};

    if (program->options.message != NULL) {
        on_line(program, program->options.message, strlen(program->options.message));
        program->ended = true;
        return program->refused == 0 ? EX_OK : EX_USAGE;
    }
    if (input_open(program->loop, STDIN_FILENO, &sink, &program->input) != STATUS_OK)
        return EX_OSERR;
    return EX_OK;
}

static int run(struct room_program *program)
{
    int code;

    program->loop = ev_default_loop(EVBACKEND_EPOLL | EVFLAG_NOENV);
    if (program->loop == NULL || sodium_init() < 0)
        return EX_OSERR;
    clock_init(&program->clock);
    clock_now(&program->clock, &program->now);
    code = open_client(program);
    if (code == EX_OK)
        code = open_input(program);
    if (code != EX_OK)
        return code;
    start_watchers(program);
    next_address(program);
    if (program->code == EX_OK)
        ev_run(program->loop, 0);
    fflush(stdout);
    return program->code;
}

int main(int argc, char **argv)
{
    static struct room_program program;
    int code;

    if (!options_parse(argc, argv, &program.options, &code))
        return code;
    /* Whoever reads our lines may take its time: stdout blocks, and the room waits for our position. Who stops reading ends us. */
    signal(SIGPIPE, SIG_IGN);
    code = run(&program);
    input_close(program.input);
    link_free(program.link);
    client_free(program.client);
    if (program.loop != NULL)
        ev_loop_destroy(program.loop);
    return code;
}
