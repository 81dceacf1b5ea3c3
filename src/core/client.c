/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The contract of a client, whatever its protocol: checks the arguments and calls the protocol's
 * operations.
 */
#include "core/client/client_base.h"
#include "core/model/name.h"
#include "core/model/text.h"
#include "core/plain_wire/reserved_names.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

void client_free(struct client *client)
{
    if (client == NULL)
        return;
    client->ops->release(client);
    member_list_done(&client->members);
    free(client);
}

void client_receive(struct client *client, const struct moment *now, const void *bytes,
                    size_t length)
{
    if (client->state != CLIENT_OUT)
        client->ops->receive(client, now, bytes, length);
}

int64_t client_tick(struct client *client, const struct moment *now)
{
    if (client->state != CLIENT_OUT)
        client->ops->tick(client, now);
    return client_next_tick(client);
}

int64_t client_next_tick(const struct client *client)
{
    return client->state != CLIENT_OUT ? client->ops->next_tick(client) : MOMENT_NEVER_NS;
}

/* ---- commands ---- */

static bool is_leaving(const struct client *client)
{
    return client->state == CLIENT_LEAVING || client->state == CLIENT_OUT || client->leaving.asked;
}

int client_say(struct client *client, const struct moment *now, const char *text, size_t length,
               uint32_t *ret_number)
{
    if (length == 0 || is_leaving(client))
        return STATUS_INVALID;
    if (length > client->text_max_bytes)
        return STATUS_TOO_LONG;
    if (!text_is_utf8(text, length))
        return STATUS_NOT_UTF8;
    return client->ops->say(client, now, text, length, ret_number);
}

int client_rename(struct client *client, const struct moment *now, const char *name,
                  uint32_t *ret_number)
{
    int status = name_check(name);

    if (status == STATUS_OK && is_leaving(client))
        status = STATUS_INVALID;
    return status == STATUS_OK ? client->ops->rename(client, now, name, ret_number) : status;
}

int client_ask_past(struct client *client, const struct moment *now,
                    const struct client_past_query *query)
{
    if (client->ops->ask_past == NULL || client->state != CLIENT_IN)
        return STATUS_NOT_FOUND;
    return client->ops->ask_past(client, now, query);
}

bool client_history(const struct client *client, struct client_history *ret_history)
{
    return client->ops->history != NULL && client->ops->history(client, ret_history);
}

bool client_asks_past(const struct client *client)
{
    return client->ops->asks_past != NULL && client->ops->asks_past(client);
}

enum name_fault client_name_fault(const char *name)
{
    struct name_reserved reserved;
    struct name parsed;

    reserved_names_init(&reserved);
    return name_parse(name, strlen(name), ROOM_NAME_MAX_BYTES, &reserved, &parsed);
}

void client_leave(struct client *client, const struct moment *now, bool at_once)
{
    struct client_leaving *leaving = &client->leaving;

    if (!leaving->asked)
        leaving->due_ns = now->mono_ns;
    leaving->asked = true;
    leaving->at_once = leaving->at_once || at_once;
    if (client->state == CLIENT_LEAVING && at_once)
        client_end(client, CLIENT_LEFT);
    else
        client_go_if_free(client);
}

void client_moved(struct client *client, const struct moment *now)
{
    if (client->state != CLIENT_OUT)
        client->ops->moved(client, now);
}

/* ---- state ---- */

enum client_state client_state(const struct client *client)
{
    return client->state;
}

enum client_reason client_why(const struct client *client)
{
    return client->why;
}

const char *client_close_text(const struct client *client)
{
    return client->close_text;
}

uint32_t client_pending(const struct client *client)
{
    return client->pending;
}

uint64_t client_number(const struct client *client)
{
    return client->number;
}

const char *client_name(const struct client *client)
{
    return client->name;
}

const char *client_room(const struct client *client)
{
    return client->room;
}

size_t client_text_max_bytes(const struct client *client)
{
    return client->text_max_bytes;
}

uint32_t client_members(const struct client *client)
{
    return client->ops->members != NULL ? client->ops->members(client) : client->members.here;
}

bool client_has_members(const struct client *client)
{
    return client->ops->has_members == NULL || client->ops->has_members(client);
}

bool client_next_member(const struct client *client, uint64_t after, uint64_t *ret_number,
                        const char **ret_name, size_t *ret_name_len)
{
    const struct listed_member *listed = member_list_next(&client->members, after);

    if (listed == NULL)
        return false;
    *ret_number = listed->number;
    *ret_name = listed->name;
    *ret_name_len = listed->name_len;
    return true;
}

bool client_session(const struct client *client, struct client_session *ret_session)
{
    return client->ops->session != NULL && client->ops->session(client, ret_session);
}

bool client_was_heard(const struct client *client)
{
    return client->was_heard;
}
