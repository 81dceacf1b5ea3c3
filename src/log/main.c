/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* roomd-log-sqlite: started by roomd, with a socket as descriptor 0. */
#include "base/safe_line.h"
#include "log/helper.h"
#include "log/sandbox.h"

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const char usage[] =
    "Usage: roomd-log-sqlite [--read-only] FILE\n"
    "Keeps the transcript of a room in FILE, an SQLite database. roomd starts it, and speaks to "
    "it\n"
    "through descriptor 0.\n"
    "\n"
    "      --read-only          answers searches, beside the one that writes\n"
    "      --help               print this, and exit\n"
    "      --version            print the version, and exit\n";

enum { OPTION_READ_ONLY = 256, OPTION_HELP, OPTION_VERSION };

static const struct option long_options[] = {
    {"read-only", no_argument, NULL, OPTION_READ_ONLY},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* Returns an exit code, or -1: go on. */
static int parse(int count, char **words, bool *ret_read_only, const char **ret_path)
{
    int option;

    while ((option = getopt_long(count, words, "", long_options, NULL)) != -1) {
        switch (option) {
        case OPTION_READ_ONLY:
            *ret_read_only = true;
            break;
        case OPTION_HELP:
            fputs(usage, stdout);
            return EX_OK;
        case OPTION_VERSION:
            safe_line_print(stdout, "roomd-log-sqlite %s", ROOMD_VERSION);
            return EX_OK;
        default:
            return EX_USAGE;
        }
    }
    if (optind + 1 != count || words[optind][0] == '\0') {
        safe_line_print(stderr, "roomd-log-sqlite: it takes the name of one file");
        return EX_USAGE;
    }
    *ret_path = words[optind];
    return -1;
}

static bool is_packet_socket(int fd)
{
    int type = 0;
    socklen_t size = sizeof(type);

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/*
 * It ends when the room does, whatever signal is sent to both, so that what the room has handed
 * over is still committed. Other descriptors of the room, which would keep its sockets open, are
 * closed.
 */
static void detach(void)
{
    static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2};

    /* It was started by the number of a descriptor (see io/log/log_process.c). */
    (void)prctl(PR_SET_NAME, "roomd-log-sqlite");
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    (void)close_range(STDERR_FILENO + 1, ~0U, 0);
    umask(077);
}

int main(int count, char **words)
{
    bool read_only = false;
    const char *path = NULL;
    int code = parse(count, words, &read_only, &path);

    if (code >= 0) {
        if (code == EX_USAGE)
            safe_line_print(stderr, "Try 'roomd-log-sqlite --help'.");
        return code;
    }
    if (!is_packet_socket(STDIN_FILENO)) {
        safe_line_print(stderr, "roomd-log-sqlite: descriptor 0 is not the socket of a roomd, "
                                "which starts this program by itself (see store.path)");
        return EX_USAGE;
    }
    detach();
    sandbox_enter(path);
    return helper_run(STDIN_FILENO, path, read_only);
}
