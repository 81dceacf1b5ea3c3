/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Makes events of the lines that a plain client receives, and updates the list of members. */
#include "core/plain_client/plain_client_state.h"

#include "core/model/text.h"
#include "core/plain_wire/template_match.h"

#include <string.h>

static const struct octets_slice nothing = {"", 0};

static void tell_line(const struct plain_client *client, struct octets_slice line)
{
    char text[PLAIN_CLIENT_LINE_MAX_BYTES];

    while (line.length > 0) {
        size_t taken, end = template_match_line(line.bytes, line.length);
        size_t length = text_repair(line.bytes, end, text, sizeof(text), &taken);

        if (length > 0 && client->base.sink.line != NULL)
            client->base.sink.line(client->base.sink.ctx, text, length);
        while (taken >= end && taken < line.length &&
               (line.bytes[taken] == '\r' || line.bytes[taken] == '\n'))
            taken++;
        line.bytes += taken;
        line.length -= taken;
    }
}

/* Reports an event with what all events have in common. The sink borrows its text for the call. */
static void tell_event(const struct plain_client *client, const struct moment *now,
                       struct event event, struct octets_slice name, struct octets_slice text,
                       uint32_t own)
{
    char repaired[PLAIN_CLIENT_LINE_MAX_BYTES];
    size_t taken;

    event.wall_ns = now->wall_ns;
    event.utc_offset_s = now->utc_offset_s;
    event.name = name.bytes;
    event.name_len = (uint16_t)name.length;
    event.text = repaired;
    event.text_len =
        (uint16_t)text_repair(text.bytes, text.length, repaired, sizeof(repaired), &taken);
    if (client->base.sink.event != NULL)
        client->base.sink.event(client->base.sink.ctx, &event, own);
    tell_line(client, (struct octets_slice){text.bytes + taken, text.length - taken});
}

/*
 * Lines received before it was let in may be meant for an earlier owner of this port, so they do
 * not change the list.
 */
static uint64_t enter(struct plain_client *client, struct octets_slice name)
{
    return client->join.was_in && name.length > 0 ? plain_client_members_enter(client, name) : 0;
}

static void on_join(struct plain_client *client, const struct moment *now, struct octets_slice name)
{
    struct event event = {.kind = EVENT_JOIN, .author = enter(client, name)};

    tell_event(client, now, event, name, nothing, 0);
}

static void on_exit(struct plain_client *client, const struct moment *now, struct octets_slice name)
{
    struct event event = {.kind = EVENT_EXIT, .author = plain_client_members_find(client, name)};

    tell_event(client, now, event, name, nothing, 0);
    plain_client_members_leave(client, name);
}

/* The author of a message is here, even if its join was not received. */
static void on_chat(struct plain_client *client, const struct moment *now,
                    const struct plain_line *line)
{
    struct octets_slice name = {line->values.name, line->values.name_len};
    struct octets_slice text = {line->values.text, line->values.text_len};
    struct event event = {.kind = EVENT_CHAT, .author = enter(client, name)};

    tell_event(client, now, event, name, text, plain_client_messages_echo(client, now, name, text));
}

static void on_notice(const struct plain_client *client, const struct moment *now,
                      const struct plain_line *line)
{
    struct event event = {.kind = EVENT_NOTICE, .author = EVENT_AUTHOR_NOBODY};

    tell_event(client, now, event, nothing,
               (struct octets_slice){line->values.text, line->values.text_len}, 0);
}

static void tell_missed(const struct plain_client *client, uint64_t count)
{
    if (count > 0 && client->base.sink.missed != NULL)
        client->base.sink.missed(client->base.sink.ctx, count);
}

/* A folded line: one event for each name; names that it had no space for are reported as missed. */
static void on_list(struct plain_client *client, const struct moment *now,
                    const struct plain_line *line)
{
    struct octets_slice names = {line->values.names, line->values.names_len}, name;
    uint64_t told = 0;

    for (; plain_read_name(&names, &name); told++) {
        if (line->key == DIALECT_JOINS)
            on_join(client, now, name);
        else
            on_exit(client, now, name);
    }
    tell_missed(client, line->values.count > told ? line->values.count - told : 0);
}

static void on_kicked(struct plain_client *client, const struct plain_line *line)
{
    size_t taken,
        length = text_repair(line->values.text, line->values.text_len, client->base.close_text,
                             sizeof(client->base.close_text) - 1, &taken);

    client->base.close_text[length] = '\0';
    client->warned = false;
    tell_line(client, line->whole);
}

static void on_line(struct plain_client *client, const struct moment *now,
                    const struct plain_line *line)
{
    switch (line->key) {
    case DIALECT_JOIN:
        on_join(client, now, (struct octets_slice){line->values.name, line->values.name_len});
        break;
    case DIALECT_CHAT:
        on_chat(client, now, line);
        break;
    case DIALECT_EXIT:
        on_exit(client, now, (struct octets_slice){line->values.name, line->values.name_len});
        break;
    case DIALECT_NOTICE:
        on_notice(client, now, line);
        break;
    case DIALECT_JOINS:
    case DIALECT_EXITS:
        on_list(client, now, line);
        break;
    case DIALECT_MISSED:
        tell_missed(client, line->values.count);
        break;
    case DIALECT_KICKED:
        on_kicked(client, line);
        break;
    case DIALECT_DISPLACED:
        client->displaced = true;
        tell_line(client, line->whole);
        break;
    case DIALECT_IDLE:
        client->warned = true;
        tell_line(client, line->whole);
        break;
    default:
        tell_line(client, line->whole);
    }
}

void plain_client_lines_receive(struct plain_client *client, const struct moment *now,
                                const char *bytes, size_t length)
{
    struct octets_slice rest = {bytes, length};
    struct plain_line line;

    while (plain_read_line(&client->read, &rest, &line))
        on_line(client, now, &line);
}
