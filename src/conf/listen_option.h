/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* room.listen: the doors, as addresses with the names of their dialects. Opens no file. */
#ifndef ROOMD_CONF_LISTEN_OPTION_H
#define ROOMD_CONF_LISTEN_OPTION_H

#include "conf/diagnostics.h"

#include <stddef.h>

struct listen_option_door {
    struct endpoint endpoint;
    char zone[CONFIG_ZONE_MAX_BYTES + 1];       /* interface name; empty if none, or a number */
    char dialect[CONFIG_DIALECT_MAX_BYTES + 1]; /* empty if none is given */
};

struct listen_option {
    struct listen_option_door doors[ROOM_DOORS_MAX];
    size_t count;
};

/* A door is written "[ADDRESS%ZONE]:PORT=DIALECT, ". */
#define LISTEN_OPTION_TEXT_BYTES                                                                   \
    (ROOM_DOORS_MAX *                                                                              \
         (ENDPOINT_TEXT_BYTES + CONFIG_ZONE_MAX_BYTES + CONFIG_DIALECT_MAX_BYTES + 4) +            \
     1)

/*
 * Parses a comma-separated list of doors and reports each error. STATUS_INVALID: there were errors.
 */
int listen_option_parse(const char *text, const struct place *place,
                        struct diagnostics *diagnostics, struct listen_option *ret_listen);

/* Writes the list in canonical form, which listen_option_parse reads. Returns `out`. */
const char *listen_option_write(const struct listen_option *listen,
                                char out[LISTEN_OPTION_TEXT_BYTES]);

#endif
