/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The composition root: owns the loop, opens everything in order, wires it together, and closes it
 * in reverse. What the parts do is theirs.
 */
#ifndef ROOMD_ROOMD_SERVER_H
#define ROOMD_ROOMD_SERVER_H

#include <stddef.h>

/* Read where no other file is named, if it is there. */
#define SERVER_CONFIG_PATH "/etc/roomd/roomd.conf"

/* From the command line; borrowed for the call. */
struct server_options {
    const char *config_path; /* NULL: SERVER_CONFIG_PATH if it exists, else the built-in defaults */
    const char *const *settings; /* SECTION.KEY=VALUE */
    size_t setting_count;
};

/* Opens the room and serves it until it is told to end. Returns the exit code, of sysexits.h. */
int server_run(const struct server_options *options);

/* Reads the configuration and reports every mistake on stderr; changes nothing. Returns the exit
 * code. */
int server_check(const struct server_options *options);

#endif
