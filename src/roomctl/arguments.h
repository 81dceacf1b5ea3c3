/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * roomctl's command line: socket, form of the answer, and command. Knows the table of commands, and
 * nothing of sockets.
 */
#ifndef ROOMD_ROOMCTL_ARGUMENTS_H
#define ROOMD_ROOMCTL_ARGUMENTS_H

#include "base/control_frame.h"

#include <stdbool.h>

#define ARGUMENTS_SOCKET "/run/roomd/control"

/* sun_path of struct sockaddr_un, with NUL. */
#define ARGUMENTS_PATH_BYTES 108

struct arguments {
    char path[ARGUMENTS_PATH_BYTES]; /* of the socket */
    char unit[ARGUMENTS_PATH_BYTES]; /* for 'systemctl status' */
    bool json;
    /* The file to create and to pass on; NULL = none. */
    const char *backup;
    bool endless; /* the command waits for events */
    /* The command with its arguments. */
    char line[CONTROL_FRAME_PAYLOAD_MAX_BYTES - CONTROL_FRAME_REQUEST_HEAD_BYTES + 1];
};

/*
 * Parses the command line. False if nothing is left to do: something was printed, and the program
 * ends with `ret_code`, of sysexits.h.
 */
bool arguments_parse(int argc, char **argv, struct arguments *ret_arguments, int *ret_code);

#endif
