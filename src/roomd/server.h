/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The composition root: owns the loop, opens all parts in order, connects them, and closes them in
 * reverse. The work is done by the parts.
 */
#ifndef ROOMD_ROOMD_SERVER_H
#define ROOMD_ROOMD_SERVER_H

#include <stddef.h>

/* Read if no other file is named and it exists. */
#define SERVER_CONFIG_PATH "/etc/roomd/roomd.conf"

/* From the command line; borrowed for the call. */
struct server_options {
    const char *config_path; /* NULL: SERVER_CONFIG_PATH if it exists, else the built-in defaults */
    const char *const *settings; /* SECTION.KEY=VALUE */
    size_t setting_count;
};

/* Opens the room and serves it until it is told to end. Returns an exit code of sysexits.h. */
int server_run(const struct server_options *options);

/*
 * Reads the configuration and reports every error on stderr; changes nothing. Returns the exit
 * code.
 */
int server_check(const struct server_options *options);

#endif
