/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Each question of the room is one READ. */
#include "roomd/history_bridge.h"

#include "roomd/log_bridge.h"
#include "roomd/server_state.h"

#include <roomd/room.h>

static void on_row(void *ctx, const struct log_row *row)
{
    struct history_read *read = ctx;
    struct event event;

    log_bridge_event(row, &event);
    room_history_event(read->server->room, &read->server->now, read->id, &event);
}

static void on_end(void *ctx, enum log_result result, uint64_t value, const char *text)
{
    struct history_read *read = ctx;

    (void)text;
    read->client = NULL;
    room_history_end(read->server->room, &read->server->now, read->id,
                     result == LOG_DONE ? ROOM_HISTORY_DONE : ROOM_HISTORY_FAILED, value);
}

static struct history_read *free_read(struct history_bridge *bridge)
{
    for (size_t i = 0; i < HISTORY_BRIDGE_READS; i++) {
        if (bridge->reads[i].client == NULL)
            return &bridge->reads[i];
    }
    return NULL;
}

static bool on_read(void *ctx, const struct room_history_query *query)
{
    struct server *server = ctx;
    struct history_read *read = free_read(&server->history_bridge);
    struct log_client *client = log_bridge_reader(server, query->words_len + query->name_len > 0);
    const struct log_read what = {.from = query->falling ? query->last + 1 : query->first,
                                  .order = query->falling ? LOG_NEWEST_FIRST : LOG_OLDEST_FIRST,
                                  .rows = query->rows,
                                  .bytes = query->bytes,
                                  .since_ns = query->since_ns,
                                  .until_ns = query->until_ns,
                                  .name = {query->name, query->name_len},
                                  .words = {query->words, query->words_len}};
    const struct log_answer answer = {.row = on_row, .end = on_end, .ctx = read};

    if (read == NULL || client == NULL ||
        log_client_read(client, &what, &answer, &read->request) != 0)
        return false;
    read->server = server;
    read->client = client;
    read->id = query->id;
    return true;
}

static void on_cancel(void *ctx, uint64_t id)
{
    struct server *server = ctx;

    for (size_t i = 0; i < HISTORY_BRIDGE_READS; i++) {
        struct history_read *read = &server->history_bridge.reads[i];

        if (read->client == NULL || read->id != id)
            continue;
        log_client_cancel(read->client, read->request);
        read->client = NULL;
    }
}

struct room_past history_bridge_port(struct server *server)
{
    if (server->log_bridge.client == NULL)
        return (struct room_past){.read = NULL};
    return (struct room_past){.read = on_read, .cancel = on_cancel, .ctx = server};
}
