/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Packs frames into datagrams. */
#include "core/sequenced_server/session_send.h"

#include "core/model/session.h"
#include "core/room/held.h"
#include "core/room/room_ops.h"

#include <roomd/status.h>
#include <string.h>

void session_send_begin(struct session_send *down, struct room *room, struct member *member)
{
    down->room = room;
    down->member = member;
    down->waits = false;
    down->writer = sequenced_write(down->bytes, sizeof(down->bytes));
}

/* True if the frame tells an outcome. */
static bool is_outcome(const struct sequenced_down_frame *frame)
{
    switch (frame->kind) {
    case SEQUENCED_DOWN_TAKEN:
    case SEQUENCED_DOWN_MEMBERS:
        return true;
    case SEQUENCED_DOWN_NOT_TAKEN:
        return frame->not_taken.why != SEQUENCED_WHY_SLOW_DOWN;
    case SEQUENCED_DOWN_CLOSED:
        return frame->closed.reason != SEQUENCED_CLOSED_PROGRAM_ENDS &&
               frame->closed.reason != SEQUENCED_CLOSED_RESTARTS;
    default:
        return false;
    }
}

void session_send_flush(struct session_send *down)
{
    struct room *room = down->room;
    const struct path *path = room_path(room, down->member);
    size_t length = down->writer.length;

    if (length > SEQUENCED_DOWN_HEADER_BYTES &&
        !(down->waits ? held_send(room, path, down->bytes, length)
                      : delivery_send_now(room->delivery, path, down->bytes, length)))
        room->stats.answers_withheld++;
    octets_rewind(&down->writer, 0);
    down->waits = false;
}

void session_send_part(struct session_send *down)
{
    if (down->waits && record_waits(down->room->records))
        session_send_flush(down);
}

void session_send_add(struct session_send *down, const struct sequenced_down_frame *frame)
{
    const struct session *session = down->member->session;
    const struct sequenced_down header = {.token = session->token, .run = session->run};

    if (down->writer.length == 0)
        sequenced_down_begin(&down->writer, &header);
    if (sequenced_down_add(&down->writer, frame) == STATUS_FULL) {
        session_send_flush(down);
        sequenced_down_begin(&down->writer, &header);
        sequenced_down_add(&down->writer, frame);
    }
    down->waits = down->waits || is_outcome(frame);
}

void session_send_frame(struct room *room, struct member *member,
                        const struct sequenced_down_frame *frame)
{
    struct session_send down;

    session_send_begin(&down, room, member);
    session_send_add(&down, frame);
    session_send_flush(&down);
}

void session_send_closed(struct room *room, struct member *member, enum sequenced_closed reason,
                         const char *text)
{
    session_send_frame(room, member,
                       &(struct sequenced_down_frame){
                           .kind = SEQUENCED_DOWN_CLOSED,
                           .closed = {.reason = (uint8_t)reason, .text = {text, strlen(text)}}});
}
