/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * room's command line. Knows nothing of sockets: a host stays a word.
 */
#ifndef ROOMD_ROOM_OPTIONS_H
#define ROOMD_ROOM_OPTIONS_H

#include <roomd/dialect.h>
#include <roomd/limits.h>
#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_PORT           "8888"
#define OPTIONS_PORT_MAX_BYTES 5

/* A day: nobody forgets a member that late who does not forget it sooner. */
#define OPTIONS_KEEPALIVE_MAX_S 86400

/* A name of the DNS has 255 bytes, an address with its zone less. */
#define OPTIONS_HOST_MAX_BYTES 255

struct options {
    char host[OPTIONS_HOST_MAX_BYTES + 1];
    char port[OPTIONS_PORT_MAX_BYTES + 1];
    char name[ROOM_NAME_MAX_BYTES + 1]; /* empty: none was given */
    const char *message;                /* -m; NULL = none; of argv */
    bool json;
    bool has_name; /* it was given; else it is a guess */
    bool linear;   /* on a terminal: only forwards */
    bool plain;    /* the plain protocol */
    const char
        *dialect_name;    /* of it: a built-in name, or a file; NULL = none was given; of argv */
    const char *language; /* of its wording: "zh" or "en"; NULL = none was given; of argv */
    uint32_t keepalive_s; /* plain: the join is repeated so often; 0 = never */
    const struct dialect
        *dialect; /* what these name; for main to fill in. NULL: the sequenced protocol */
};

/* Reads the command line. False where that was all: something was printed, and the program ends
 * with `ret_code`, of sysexits.h. Afterwards argv[0] is the bare name. */
bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_code);

/* Splits "host", "host:port", "[v6]:port", "[v6]", "v6" and the same with a zone. False where it is
 * none of these. */
bool options_split_host(const char *word, struct options *ret_options);

#endif
