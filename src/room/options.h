/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* room's command line. Knows nothing of sockets: a host remains a string. */
#ifndef ROOMD_ROOM_OPTIONS_H
#define ROOMD_ROOM_OPTIONS_H

#include <roomd/client.h>
#include <roomd/dialect.h>
#include <roomd/limits.h>
#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_PORT           "8888"
#define OPTIONS_PORT_MAX_BYTES 5

/* One day: a server that drops silent members does so much sooner. */
#define OPTIONS_KEEPALIVE_MAX_S 86400

/* A DNS name has at most 255 bytes; an address with its zone is shorter. */
#define OPTIONS_HOST_MAX_BYTES 255

struct options {
    char host[OPTIONS_HOST_MAX_BYTES + 1];
    char port[OPTIONS_PORT_MAX_BYTES + 1];
    char name[ROOM_NAME_MAX_BYTES + 1]; /* as given, or a guess: the login name */
    const char *message;                /* -m; NULL if not given; points into argv */
    /* --since: what was before, too; on the screen, as much as the room offers. */
    bool wants_past;
    struct client_past_query past;
    bool json;
    bool has_name; /* the name was given with --name */
    bool linear;   /* --linear: on a terminal, write forwards only */
    bool plain;    /* --plain: speak the plain protocol */
    /* --dialect: a built-in name or a file; NULL if not given; points into argv. */
    const char *dialect_name;
    /* --language: "zh" or "en"; NULL if not given; points into argv. */
    const char *language;
    uint32_t keepalive_s; /* --keepalive: interval of repeated joins; 0: never */
    /* The dialect that these name, filled in by main; NULL: the sequenced protocol. */
    const struct dialect *dialect;
};

/*
 * Parses the command line. False if the program has to end: something was printed, and `ret_code`
 * is the exit code, of sysexits.h.
 */
bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_code);

/*
 * Splits "host", "host:port", "[v6]:port", "[v6]", "v6", and the same with a zone. False for
 * anything else.
 */
bool options_split_host(const char *word, struct options *ret_options);

#endif
