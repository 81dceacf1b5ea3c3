/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Requests of commands become requests of a log's client, each with a place for its answer. */
#include "roomd/store_bridge.h"

#include "roomd/server_state.h"

#include <roomd/status.h>
#include <string.h>
#include <unistd.h>

/* ---- answers ---- */

static void on_row(void *ctx, const struct log_row *row)
{
    const struct store_request *request = ctx;
    struct event event;

    log_bridge_event(row, &event);
    request->answer.row(request->answer.ctx, &event);
}

static void on_status(void *ctx, const struct log_status *status)
{
    const struct store_request *request = ctx;
    const struct store_status figures = {
        .bytes = status->bytes,
        .waiting_bytes = status->waiting_bytes,
        .first_event = status->first_event,
        .last_event = status->last_event,
        .oldest_ns = status->oldest_ns,
        .commits = status->commits,
        .last_us = status->last_us,
        .longest_us = status->longest_us,
    };

    request->answer.status(request->answer.ctx, &figures);
}

static void on_end(void *ctx, enum log_result result, uint64_t value, const char *text)
{
    struct store_request *request = ctx;

    request->id = 0;
    request->answer.end(request->answer.ctx, result == LOG_DONE, value, text);
    request->server->answers.changed = true;
}

/* ---- requests ---- */

/* NULL: all places are taken. */
static struct store_request *begin(struct server *server, struct log_client *client,
                                   const struct store_answer *answer, struct log_answer *ret_answer)
{
    struct store_bridge *bridge = &server->store_bridge;

    for (size_t i = 0; i < STORE_BRIDGE_REQUESTS; i++) {
        struct store_request *request = &bridge->open[i];

        if (request->id != 0)
            continue;
        *request = (struct store_request){.server = server, .client = client, .answer = *answer};
        *ret_answer =
            (struct log_answer){.row = on_row, .status = on_status, .end = on_end, .ctx = request};
        return request;
    }
    return NULL;
}

static int took(struct server *server, struct store_request *request, int status, uint64_t *ret_id)
{
    if (status != STATUS_OK)
        return status == STATUS_FULL ? STATUS_FULL : STATUS_NOT_FOUND;
    request->id = ++server->store_bridge.last_id;
    *ret_id = request->id;
    return STATUS_OK;
}

static int read_by(struct server *server, struct log_client *client, const struct log_read *wanted,
                   const struct store_answer *answer, uint64_t *ret_id)
{
    struct log_answer to;
    struct store_request *request = begin(server, client, answer, &to);

    if (client == NULL)
        return STATUS_NOT_FOUND;
    if (request == NULL)
        return STATUS_FULL;
    return took(server, request, log_client_read(client, wanted, &to, &request->log_id), ret_id);
}

/*
 * What may take long goes to the log that only reads. While that one is being started, the other
 * one answers between its commits.
 */
static int on_read(void *ctx, const struct store_query *query, const struct store_answer *answer,
                   uint64_t *ret_id)
{
    struct server *server = ctx;
    const struct log_read wanted = {
        .from = query->from,
        .order = query->newest_first ? LOG_NEWEST_FIRST : LOG_OLDEST_FIRST,
        .rows = query->rows,
        .bytes = query->bytes,
        .since_ns = query->since_ns,
        .until_ns = query->until_ns,
        .name = {query->name, query->name_len},
        .words = {query->words, strlen(query->words)},
    };
    bool searches = query->name_len > 0 || query->words[0] != '\0' || query->since_ns != 0;
    int status = STATUS_NOT_FOUND;

    if (searches)
        status = read_by(server, log_bridge_reader(server, true), &wanted, answer, ret_id);
    if (status == STATUS_NOT_FOUND)
        status = read_by(server, log_bridge_reader(server, false), &wanted, answer, ret_id);
    return status;
}

static int on_forget(void *ctx, const char *folded, size_t length,
                     const struct store_answer *answer, uint64_t *ret_id)
{
    struct server *server = ctx;
    struct log_client *client = server->log_bridge.client;
    struct log_answer to;
    struct store_request *request = begin(server, client, answer, &to);

    if (request == NULL)
        return STATUS_FULL;
    return took(server, request, log_client_forget(client, folded, length, &to, &request->log_id),
                ret_id);
}

static int on_backup(void *ctx, int fd, const struct store_answer *answer, uint64_t *ret_id)
{
    struct server *server = ctx;
    struct log_client *client = server->log_bridge.client;
    struct log_answer to;
    struct store_request *request = begin(server, client, answer, &to);
    int status = STATUS_FULL;

    if (request != NULL)
        status =
            took(server, request, log_client_backup(client, fd, &to, &request->log_id), ret_id);
    close(fd);
    return status;
}

static int on_ask(void *ctx, const struct store_answer *answer, uint64_t *ret_id)
{
    struct server *server = ctx;
    struct log_client *client = server->log_bridge.client;
    struct log_answer to;
    struct store_request *request = begin(server, client, answer, &to);

    if (request == NULL)
        return STATUS_FULL;
    return took(server, request, log_client_ask(client, &to, &request->log_id), ret_id);
}

static void on_cancel(void *ctx, uint64_t id)
{
    struct server *server = ctx;
    struct store_bridge *bridge = &server->store_bridge;

    for (size_t i = 0; i < STORE_BRIDGE_REQUESTS; i++) {
        struct store_request *request = &bridge->open[i];

        if (request->id != id)
            continue;
        log_client_cancel(request->client, request->log_id);
        request->id = 0;
    }
}

static void on_describe(void *ctx, struct store_description *ret_description)
{
    const struct server *server = ctx;
    const struct config *config = server->config;
    const char *text, *trouble = log_bridge_complaint(server);

    if (log_client_trouble(server->log_bridge.client, &text) != LOG_TROUBLE_OVER)
        trouble = text;
    *ret_description = (struct store_description){
        .path = config->store_path,
        .sync = config->store_sync == CONFIG_SYNC_OS ? "os" : "disk",
        .keep_s = config->store_keep_s,
        .max_bytes = config->store_max_bytes,
        .trouble = trouble,
    };
}

struct store_port store_bridge_port(struct server *server)
{
    if (server->log_bridge.client == NULL)
        return (struct store_port){.read = NULL};
    return (struct store_port){.read = on_read,
                               .forget = on_forget,
                               .backup = on_backup,
                               .ask = on_ask,
                               .cancel = on_cancel,
                               .describe = on_describe,
                               .ctx = server};
}
