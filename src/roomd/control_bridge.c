/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Connects requests on the control socket to commands, and their answers to its clients. */
#include "io/control/control_server.h"
#include "roomd/server_state.h"

#include "base/log.h"
#include "io/group.h"

#include <assert.h>
#include <roomd/status.h>
#include <sysexits.h>

static_assert(ADMIN_ANSWER_MAX_BYTES + CONTROL_FRAME_HEADER_BYTES <= CONTROL_SERVER_ITEM_MAX_BYTES,
              "a line of an answer is an item");

/* A client's state between two items. */
struct answer {
    struct admin_listing listing;
    struct hold hold;
    bool json;
    bool is_held; /* what it says may not be kept yet */
    bool asks;    /* the store */
};

static_assert(sizeof(struct answer) <= CONTROL_SERVER_STATE_BYTES,
              "an answer is kept in the client");

static void reply_to_client(void *ctx, bool is_error, const char *text)
{
    /* A JSON reader gets everything on one stream; "ok" marks errors. */
    bool json = ((const struct answer *)control_client_state(ctx))->json;

    control_client_say(ctx, is_error && !json ? CONTROL_FRAME_ERROR : CONTROL_FRAME_LINE, text);
}

static int take_file(void *ctx)
{
    return control_client_take_file(ctx);
}

static struct admin_reply reply_for(struct control_client *client)
{
    const struct answer *answer = control_client_state(client);

    return (struct admin_reply){.line = reply_to_client,
                                .take_file = take_file,
                                .ctx = client,
                                .roomctl = true,
                                .json = answer->json};
}

static void close_listing(struct server *server, struct answer *answer)
{
    server->answers.asking -= answer->asks ? 1 : 0;
    answer->asks = false;
    admin_listing_close(&answer->listing);
}

/* False if the client has to wait. */
static bool take_result(struct server *server, struct control_client *client,
                        enum admin_result result)
{
    struct answer *answer = control_client_state(client);

    hold_note(&answer->hold, server->room);
    if (result != ADMIN_MORE && result != ADMIN_WAIT)
        close_listing(server, answer);
    switch (result) {
    case ADMIN_DONE:
        control_client_end(client, CONTROL_DONE);
        break;
    case ADMIN_FAILED:
        control_client_end(client, CONTROL_FAILED);
        break;
    case ADMIN_USAGE:
        control_client_end(client, CONTROL_USAGE);
        break;
    case ADMIN_MORE:
        break;
    case ADMIN_WAIT:
        return false;
    }
    return true;
}

static void on_request(void *ctx, struct control_client *client,
                       const struct control_request *request)
{
    struct server *server = ctx;
    struct answer *answer = control_client_state(client);
    enum admin_result result;
    struct admin_reply reply;

    answer->json = request->json;
    answer->is_held = admin_is_held(request->line, request->length);
    reply = reply_for(client);
    result = admin_request(&server->admin, &server->now, request->line, request->length, &reply,
                           &answer->listing);
    answer->asks = answer->listing.kept != NULL;
    server->answers.asking += answer->asks ? 1 : 0;
    take_result(server, client, result);
}

static bool on_more(void *ctx, struct control_client *client)
{
    struct server *server = ctx;
    struct answer *answer = control_client_state(client);
    struct admin_reply reply = reply_for(client);

    return take_result(server, client,
                       admin_next(&server->admin, &server->now, &answer->listing, &reply));
}

static enum control_hold on_held(void *ctx, struct control_client *client)
{
    struct server *server = ctx;
    struct answer *answer = control_client_state(client);
    enum hold_state state =
        answer->is_held ? hold_check(&answer->hold, server->room, &server->now) : HOLD_OVER;

    return state == HOLD_OVER ? CONTROL_SEND : state == HOLD_ON ? CONTROL_HOLD : CONTROL_GIVE_UP;
}

static void on_give_up(void *ctx, struct control_client *client)
{
    struct server *server = ctx;
    struct admin_reply reply = reply_for(client);

    close_listing(server, control_client_state(client));
    hold_say(&server->admin, &reply);
    control_client_end(client, CONTROL_BUSY);
}

static void on_gone(void *ctx, struct control_client *client)
{
    close_listing(ctx, control_client_state(client));
}

gid_t control_bridge_find_group(const struct server *server)
{
    const char *name = server->config->admin_group;
    gid_t gid = GROUP_NONE;

    if (name[0] == '\0' || group_find(name, &gid) == STATUS_OK)
        return gid;
    if (server->config->admin_group_is_default)
        log_debug("there is no group %s: only root and this user may use FIFO and control socket",
                  name);
    else
        log_warnx("admin.group: there is no group %s; only root and this user may use FIFO and "
                  "control socket",
                  name);
    return GROUP_NONE;
}

int control_bridge_start(struct server *server, gid_t group)
{
    const struct control_server_setup setup = {
        .path = server->config->admin_control,
        .group = group,
        .group_name = server->config->admin_group,
        .sink = {.request = on_request,
                 .more = on_more,
                 .held = on_held,
                 .give_up = on_give_up,
                 .gone = on_gone,
                 .ctx = server},
    };

    return control_server_open(server->loop, &setup, &server->control);
}
