/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Asks the log for the events of the past that the room wants: pages of one, searches of another.
 */
#ifndef ROOMD_ROOMD_HISTORY_BRIDGE_H
#define ROOMD_ROOMD_HISTORY_BRIDGE_H

#include "io/log/log_client.h"

#include <roomd/ports.h>
#include <stdint.h>

/* As many as a log may be asked at a time. */
#define HISTORY_BRIDGE_READS 8U

struct server;

struct history_bridge {
    struct history_read {
        struct server *server;
        struct log_client *client; /* that is asked; NULL = free */
        uint64_t id;               /* the room's number */
        uint64_t request;          /* the client's */
    } reads[HISTORY_BRIDGE_READS];
};

/* The room's port; without a log it gives nothing. */
struct room_past history_bridge_port(struct server *server);

#endif
