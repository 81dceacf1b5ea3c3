/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The program: parses the command line, and runs the screen or the line mode. */
#include "room/dialect_choice.h"
#include "room/lines/line_mode.h"
#include "room/options.h"
#include "room/screen/screen.h"

#include <signal.h>
#include <sodium.h>
#include <stdbool.h>
#include <sysexits.h>
#include <unistd.h>

/* True if a person sits at a terminal and has not asked for lines. */
static bool wants_screen(const struct options *options)
{
    return options->message == NULL && !options->json && isatty(STDIN_FILENO) &&
           isatty(STDOUT_FILENO);
}

int main(int argc, char **argv)
{
    struct options options;
    struct dialect dialect;
    struct ev_loop *loop;
    int code;

    if (!options_parse(argc, argv, &options, &code))
        return code;
    if (options.plain) {
        if (!dialect_choice_load(options.dialect_name, options.language, &dialect))
            return EX_USAGE;
        options.dialect = &dialect;
    }
    loop = ev_default_loop(EVBACKEND_EPOLL | EVFLAG_NOENV);
    if (loop == NULL || sodium_init() < 0)
        return EX_OSERR;
    /*
     * stdout blocks, since the reader may be slow and the room waits for our position. A reader
     * that is gone gives EPIPE, which ends us.
     */
    signal(SIGPIPE, SIG_IGN);
    code = wants_screen(&options) ? screen_run(loop, &options) : line_mode_run(loop, &options);
    ev_loop_destroy(loop);
    return code;
}
