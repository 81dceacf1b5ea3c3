/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * DOWN and STRANGER, which are for this client alone (doc/protocol.md, 2.5). Those without its
 * token are ignored.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include "core/model/text.h"

#include <roomd/moment.h>
#include <string.h>

static void on_gap(struct sequenced_client *client, const struct moment *now, uint64_t oldest)
{
    uint64_t missed;

    if (oldest <= client->session.position + 1)
        return;
    missed = oldest - 1 - client->session.position;
    if (oldest > sequenced_client_highest(client))
        client->reports.latest_ns = MOMENT_NEVER_NS;
    client->session.position = oldest - 1;
    client->blocked_ns = MOMENT_NEVER_NS;
    sequenced_client_messages_missed(client);
    sequenced_client_members_ask(client, now, true);
    if (client->base.sink.missed != NULL)
        client->base.sink.missed(client->base.sink.ctx, missed);
    sequenced_client_events_deliver(client, now);
}

static void on_path(struct sequenced_client *client, uint64_t challenge)
{
    struct sequenced_client_paths *paths = &client->paths;

    if (paths->count == SEQUENCED_CLIENT_PATHS_MAX) {
        memmove(paths->challenges, paths->challenges + 1,
                (SEQUENCED_CLIENT_PATHS_MAX - 1) * sizeof(*paths->challenges));
        paths->count--;
    }
    paths->challenges[paths->count++] = challenge;
}

static enum client_reason reason_of(uint8_t reason)
{
    switch (reason) {
    case SEQUENCED_CLOSED_LEFT:
        return CLIENT_LEFT;
    case SEQUENCED_CLOSED_KICKED:
        return CLIENT_KICKED;
    case SEQUENCED_CLOSED_TIMEOUT:
        return CLIENT_TIMEOUT;
    case SEQUENCED_CLOSED_BANNED:
        return CLIENT_BANNED;
    case SEQUENCED_CLOSED_PROGRAM_ENDS:
        return CLIENT_CLOSED;
    case SEQUENCED_CLOSED_DISPLACED:
        return CLIENT_DISPLACED;
    case SEQUENCED_CLOSED_RESUMED_ELSEWHERE:
        return CLIENT_ELSEWHERE;
    default:
        return (enum client_reason)(CLIENT_ENDED + reason);
    }
}

static void on_closed(struct sequenced_client *client, const struct moment *now,
                      const struct sequenced_down_frame *frame)
{
    struct octets_slice text = frame->closed.text;

    if (frame->closed.reason == SEQUENCED_CLOSED_RESTARTS) {
        if (client->base.state == CLIENT_LEAVING)
            client_end(&client->base, CLIENT_LEFT);
        else if (sequenced_client_is_in(client))
            sequenced_client_handshake_restart(client, now);
        return;
    }
    if (text.length < sizeof(client->base.close_text) && text_is_utf8(text.bytes, text.length))
        client->base.close_text[text_clean(text.bytes, text.length, client->base.close_text)] =
            '\0';
    client_end(&client->base, reason_of(frame->closed.reason));
}

static void on_frame(struct sequenced_client *client, const struct moment *now,
                     const struct sequenced_down_frame *frame)
{
    switch (frame->kind) {
    case SEQUENCED_DOWN_TAKEN:
        sequenced_client_messages_taken(client, now, frame);
        break;
    case SEQUENCED_DOWN_NOT_TAKEN:
        sequenced_client_messages_not_taken(client, now, frame);
        break;
    case SEQUENCED_DOWN_HEAD:
        /*
         * The server repeats HEAD until it receives the position, so report it even if nothing is
         * new.
         */
        sequenced_client_reports_due_at(client, now->mono_ns);
        sequenced_client_reports_lossy(client, now);
        sequenced_client_gaps_head(client, now, frame->head);
        break;
    case SEQUENCED_DOWN_HEARTBEAT:
        sequenced_client_heartbeat_answer(client, now, frame->heartbeat.echo);
        sequenced_client_gaps_confirm(client, now, frame->heartbeat.head);
        sequenced_client_gaps_head(client, now, frame->heartbeat.head);
        break;
    case SEQUENCED_DOWN_MEMBERS:
        sequenced_client_members_page(client, now, frame);
        sequenced_client_events_deliver(client, now);
        break;
    case SEQUENCED_DOWN_GAP:
        sequenced_client_reports_due_at(client, now->mono_ns);
        on_gap(client, now, frame->oldest);
        break;
    case SEQUENCED_DOWN_PATH:
        on_path(client, frame->challenge);
        break;
    case SEQUENCED_DOWN_CLOSED:
        on_closed(client, now, frame);
        break;
    case SEQUENCED_DOWN_HISTORY:
        sequenced_client_history_page(client, now, &frame->past);
        break;
    case SEQUENCED_DOWN_REPORT:
        sequenced_client_reports_answered(client, now, frame->report.packet);
        sequenced_client_window_missing(client,
                                        (uint16_t)(frame->report.packet - frame->report.received));
        break;
    }
}

/*
 * CLOSED counts even while the session is being resumed: the attempt would only end in a refusal,
 * or in a member that nobody wants.
 */
void sequenced_client_receive_down(struct sequenced_client *client, const struct moment *now,
                                   const void *bytes, size_t length)
{
    struct sequenced_down_frame frame;
    struct octets_reader reader;
    struct sequenced_down down;

    if (!client->session.exists || sequenced_down_open(bytes, length, &down, &reader) != 0 ||
        down.token != client->session.token || down.run != client->session.run)
        return;
    client->heartbeat.heard_ns = now->mono_ns;
    while (client->base.state != CLIENT_OUT && sequenced_down_next(&reader, &frame) == 1) {
        if (sequenced_client_is_in(client) || frame.kind == SEQUENCED_DOWN_CLOSED)
            on_frame(client, now, &frame);
    }
}

void sequenced_client_receive_stranger(struct sequenced_client *client, const struct moment *now,
                                       const void *bytes, size_t length)
{
    struct sequenced_stranger stranger;

    if (!sequenced_client_is_in(client) ||
        sequenced_handshake_read_stranger(bytes, length, &stranger) != 0 ||
        stranger.token != client->session.token)
        return;
    if (client->base.state == CLIENT_LEAVING)
        client_end(&client->base, CLIENT_LEFT);
    else
        sequenced_client_handshake_return(client, now);
}
