/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Connects administrators' commands with the log: struct store_port, made of the log's requests. */
#ifndef ROOMD_ROOMD_STORE_BRIDGE_H
#define ROOMD_ROOMD_STORE_BRIDGE_H

#include "admin/store_port.h"
#include "io/log/log_requests.h"

/* Those of the log that writes, and of the one that only reads. */
#define STORE_BRIDGE_REQUESTS (2 * LOG_REQUESTS_MAX)

struct server;

struct store_request {
    struct server *server;
    uint64_t id;     /* as the command knows it; 0 = free */
    uint64_t log_id; /* as the log's client does */
    struct log_client *client;
    struct store_answer answer;
};

struct store_bridge {
    struct store_request open[STORE_BRIDGE_REQUESTS];
    uint64_t last_id;
};

/* All NULL if there is no store. Valid as long as the server. */
struct store_port store_bridge_port(struct server *server);

#endif
