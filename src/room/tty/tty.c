/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* termios, and a buffer for a slow terminal. */
#include "room/tty/tty.h"

#include "base/buffer.h"
#include "io/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <roomd/status.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define PASTE_ON  "\x1b[?2004h"
#define PASTE_OFF "\x1b[?2004l"

/* For a terminal that does not report its size. */
#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT    24

#define READ_BYTES 4096

/* How long a terminal may take for the last output. */
#define CLOSE_MS 1000

enum { WATCH_WINCH, WATCH_TSTP, WATCH_CONT, WATCHES };

struct tty {
    struct ev_loop *loop; /* borrowed */
    struct tty_sink sink;
    struct watch input;
    struct watch output;
    ev_signal signals[WATCHES];
    struct buffer waiting;
    int out; /* owned: stdout, if possible with an open file description of our own */
    bool paste;
    bool gone;
    size_t columns, rows;
};

/*
 * For the handler of a crash, which has no argument: the one terminal of this process. `before` is
 * written only while `raw` is 0.
 */
static struct {
    struct termios before;
    volatile sig_atomic_t raw;
    volatile sig_atomic_t paste;
} crash;

/* ---- modes ---- */

static void set_raw_mode(const struct tty *tty)
{
    struct termios modes;

    if (tcgetattr(STDIN_FILENO, &modes) != 0)
        return;
    if (!crash.raw)
        crash.before = modes;
    crash.paste = tty->paste;
    crash.raw = 1;
    modes = crash.before;
    /*
     * Signals stay on, so that Ctrl-C and Ctrl-Z work whatever state we are in. Ctrl-S does not
     * stop the terminal, but searches forwards.
     */
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    /* With NOFLSH, Ctrl-Z discards neither input nor output. */
    modes.c_lflag |= ISIG | NOFLSH;
    modes.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
    modes.c_oflag &= ~(tcflag_t)OPOST;
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    /* Not TCSADRAIN: a terminal that takes nothing would block us. */
    tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}

/* Safe in a signal handler. */
static void restore_modes(void)
{
    if (!crash.raw)
        return;
    tcsetattr(STDIN_FILENO, TCSANOW, &crash.before);
    crash.raw = 0;
}

static void on_crash(int number)
{
    static const char reset[] = PASTE_OFF "\x1b[m\r\n";
    bool paste = crash.paste;
    bool raw = crash.raw;

    restore_modes();
    if (raw && write(STDOUT_FILENO, paste ? reset : "\r\n", paste ? sizeof(reset) - 1 : 2) < 0) {
        /* nobody is left to be told */
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_crashes(bool caught)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGQUIT};
    struct sigaction action = {.sa_handler = caught ? on_crash : SIG_DFL, .sa_flags = SA_NODEFER};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaction(numbers[i], &action, NULL);
}

static void read_size(struct tty *tty)
{
    struct winsize size = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        size.ws_col = 0;
    tty->columns = size.ws_col > 0 ? size.ws_col : COLUMNS_DEFAULT;
    tty->rows = size.ws_row > 0 ? size.ws_row : ROWS_DEFAULT;
}

/* ---- input and output ---- */

static void hang_up(struct tty *tty)
{
    if (tty->gone)
        return;
    tty->gone = true;
    tty->waiting.length = 0;
    watch_stop(&tty->input);
    watch_stop(&tty->output);
    tty->sink.closed(tty->sink.ctx);
}

/* False if the terminal is gone. */
static bool flush(struct tty *tty)
{
    while (tty->waiting.length > 0) {
        ssize_t written = write(tty->out, tty->waiting.at, tty->waiting.length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno == EAGAIN;
        buffer_drop(&tty->waiting, (size_t)written);
    }
    return true;
}

static void flush_or_wait(struct tty *tty)
{
    if (!flush(tty))
        hang_up(tty);
    else if (tty->waiting.length > 0)
        watch_start(&tty->output);
    else
        watch_stop(&tty->output);
}

void tty_write(struct tty *tty, const char *bytes, size_t length)
{
    if (tty->gone || tty_is_stuck(tty))
        return;
    buffer_add(&tty->waiting, bytes, length);
    flush_or_wait(tty);
}

bool tty_is_stuck(const struct tty *tty)
{
    return tty->waiting.length >= TTY_WAITING_MAX_BYTES;
}

static void on_output(void *ctx)
{
    flush_or_wait(ctx);
}

static void on_input(void *ctx)
{
    struct tty *tty = ctx;
    char bytes[READ_BYTES];
    ssize_t length = read(STDIN_FILENO, bytes, sizeof(bytes));

    if (length > 0)
        tty->sink.input(tty->sink.ctx, bytes, (size_t)length, length == (ssize_t)sizeof(bytes));
    else if (length == 0 || (errno != EINTR && errno != EAGAIN))
        hang_up(tty);
}

/* ---- signals ---- */

static void on_winch(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct tty *tty = watcher->data;

    (void)loop;
    (void)events;
    read_size(tty);
    tty->sink.resized(tty->sink.ctx);
}

static void take_over(struct tty *tty)
{
    read_size(tty);
    set_raw_mode(tty);
    if (tty->paste)
        tty_write(tty, PASTE_ON, sizeof(PASTE_ON) - 1);
}

static void resume(struct tty *tty)
{
    take_over(tty);
    tty->sink.continued(tty->sink.ctx);
}

/*
 * Stops as if we did not catch the signal: where nobody could continue us, the kernel does not stop
 * us either.
 */
static void on_stop(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct tty *tty = watcher->data;
    struct sigaction before, normal = {.sa_handler = SIG_DFL};

    (void)loop;
    (void)events;
    tty->sink.stopping(tty->sink.ctx);
    if (tty->paste)
        tty_write(tty, PASTE_OFF, sizeof(PASTE_OFF) - 1);
    restore_modes();
    sigemptyset(&normal.sa_mask);
    sigaction(SIGTSTP, &normal, &before);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
    resume(tty);
}

/* Also after a SIGSTOP, which can't be caught. The shell may have changed the modes. */
static void on_continue(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    resume(watcher->data);
}

/* ---- opening and closing ---- */

/*
 * O_NONBLOCK belongs to the open file description, which we share with the shell; opening the
 * terminal again gives us one of our own. If that is not allowed (the terminal belongs to another
 * user, after su), writing may block.
 */
static int open_output(void)
{
    int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    return fd >= 0 ? fd : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

static void start_watchers(struct tty *tty)
{
    ev_signal *signals = tty->signals;

    watch_init(&tty->input, tty->loop, "the keyboard", on_input, tty);
    watch_init(&tty->output, tty->loop, "the terminal", on_output, tty);
    watch_set(&tty->input, STDIN_FILENO, EV_READ);
    watch_set(&tty->output, tty->out, EV_WRITE);
    ev_signal_init(&signals[WATCH_WINCH], on_winch, SIGWINCH);
    ev_signal_init(&signals[WATCH_TSTP], on_stop, SIGTSTP);
    ev_signal_init(&signals[WATCH_CONT], on_continue, SIGCONT);
    watch_start(&tty->input);
    for (size_t i = 0; i < WATCHES; i++) {
        signals[i].data = tty;
        ev_signal_start(tty->loop, &signals[i]);
    }
}

int tty_open(struct ev_loop *loop, bool paste, const struct tty_sink *sink, struct tty **ret_tty)
{
    struct tty *tty = calloc(1, sizeof(*tty));

    if (tty == NULL)
        return STATUS_NO_MEMORY;
    tty->loop = loop;
    tty->sink = *sink;
    tty->paste = paste;
    tty->out = open_output();
    if (tty->out < 0) {
        free(tty);
        return STATUS_SYSTEM;
    }
    catch_crashes(true);
    start_watchers(tty);
    take_over(tty);
    *ret_tty = tty;
    return STATUS_OK;
}

static void drain(struct tty *tty)
{
    struct pollfd ready = {.fd = tty->out, .events = POLLOUT};

    while (flush(tty) && tty->waiting.length > 0 && poll(&ready, 1, CLOSE_MS) > 0)
        ;
}

void tty_close(struct tty *tty)
{
    if (tty == NULL)
        return;
    if (!tty->gone) {
        if (tty->paste)
            buffer_add(&tty->waiting, PASTE_OFF, sizeof(PASTE_OFF) - 1);
        drain(tty);
    }
    watch_stop(&tty->input);
    watch_stop(&tty->output);
    for (size_t i = 0; i < WATCHES; i++)
        ev_signal_stop(tty->loop, &tty->signals[i]);
    restore_modes();
    catch_crashes(false);
    close(tty->out);
    buffer_done(&tty->waiting);
    free(tty);
}

size_t tty_columns(const struct tty *tty)
{
    return tty->columns;
}

size_t tty_rows(const struct tty *tty)
{
    return tty->rows;
}
