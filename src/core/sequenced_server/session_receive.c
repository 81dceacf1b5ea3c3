/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* UP datagrams: a member's acknowledgements, messages and requests, and the path of its answers. */
#include "core/sequenced_server/session_receive.h"

#include "core/model/session.h"
#include "core/model/session_deadlines.h"
#include "core/room/admission.h"
#include "core/room/held.h"
#include "core/room/membership.h"
#include "core/room/room_ops.h"
#include "core/sequenced_server/session_acks.h"
#include "core/sequenced_server/session_handshake.h"
#include "core/sequenced_server/session_history.h"
#include "core/sequenced_server/session_messages.h"
#include "core/sequenced_server/session_restored.h"
#include "core/sequenced_server/session_send.h"
#include "core/sequenced_server/session_window.h"
#include "core/sequenced_wire/sequenced_up.h"

#include <string.h>

/*
 * A challenge changes this often, and is valid for the rest of its slot and five more: 10 to 12 s.
 */
#define PATH_SLOT_NS     (2 * MOMENT_NS_PER_S)
#define PATH_SLOTS       6U
#define PATHS_PER_SLOT   3U
#define PATHS_SLOT_NS    (3 * MOMENT_NS_PER_S)
#define PAGE_INTERVAL_MS 10U

/* Of the entries of a page where large datagrams do not arrive. */
#define SMALL_PAGE_BYTES                                                                           \
    (SEQUENCED_PAGE_MAX_BYTES - (SEQUENCED_DATAGRAM_MAX_BYTES - SESSION_SMALL_BYTES))

/* An UP of the present run of a session. */
struct context {
    struct room *room;
    const struct moment *now;
    const struct path *path;
    struct member *member; /* NULL once it has left */
    struct sequenced_up up;
    bool newest; /* its packet number is the highest of this run */
    struct session_counts counts;
    bool owes_taken;
    bool owes_heartbeat;
    uint32_t echo;
};

/* ---- paths ---- */

static uint64_t challenge_of(const struct context *context, uint64_t slot)
{
    return secrets_number(context->room->sessions->secret, SECRETS_PATH, &context->path->peer,
                          context->member->session->token, slot);
}

static bool is_current_path(const struct context *context)
{
    return endpoint_equal(&room_path(context->room, context->member)->peer, &context->path->peer);
}

/*
 * Answers to the source of the UP instead of the session's path; the answer is not longer than an
 * UP.
 */
static void reply_to_source(const struct context *context, uint16_t run,
                            const struct sequenced_down_frame *frame)
{
    const struct sequenced_down header = {.token = context->up.token, .run = run};
    uint8_t bytes[SEQUENCED_UP_HEADER_MIN_BYTES];
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));

    if (sequenced_down_begin(&writer, &header) != 0 || sequenced_down_add(&writer, frame) != 0)
        return;
    /* Another run may not be committed yet; a challenge tells nothing. */
    if (!(frame->kind == SEQUENCED_DOWN_PATH
              ? delivery_send_now(context->room->delivery, context->path, bytes, writer.length)
              : held_send(context->room, context->path, bytes, writer.length)))
        context->room->stats.answers_withheld++;
}

static void challenge_path(const struct context *context)
{
    struct session *session = context->member->session;
    uint8_t slot = (uint8_t)(context->now->mono_ns / PATHS_SLOT_NS);

    if (session->paths_slot != slot)
        session->paths = 0;
    session->paths_slot = slot;
    if (session->paths == PATHS_PER_SLOT)
        return;
    session->paths++;
    reply_to_source(
        context, session->run,
        &(struct sequenced_down_frame){
            .kind = SEQUENCED_DOWN_PATH,
            .challenge = challenge_of(context, (uint64_t)(context->now->mono_ns / PATH_SLOT_NS))});
}

static void adopt_path(const struct context *context)
{
    struct room *room = context->room;

    apply_move(room, context->now, context->member, context->path);
    session_window_move(room, context->now, context->member);
    session_acks_reset(room, context->member->session);
    /* The window may have grown by that. */
    registry_mark_behind(room->registry, context->member);
}

static void handle_path(const struct context *context, uint64_t challenge)
{
    uint64_t slot = (uint64_t)(context->now->mono_ns / PATH_SLOT_NS);

    if (!context->newest || is_current_path(context))
        return;
    for (uint64_t age = 0; age < PATH_SLOTS && age <= slot; age++) {
        if (challenge == challenge_of(context, slot - age)) {
            adopt_path(context);
            return;
        }
    }
}

/* Ignore reordered datagrams: only the highest packet number may change the path. */
static void update_path(struct context *context)
{
    struct session *session = context->member->session;
    struct path *path = registry_path(context->room->registry, context->member->position);

    context->newest = context->up.packet > session->packet;
    if (!context->newest)
        return;
    if (context->up.packet == session->packet + 1 &&
        context->counts.kept_us > SESSION_REPORT_DELAY_US)
        context->counts.kept_us = SESSION_REPORT_DELAY_US;
    session->packet = context->up.packet;
    session_acks_count(context->room, context->now, context->member, &context->up,
                       &context->counts);
    if (!is_current_path(context))
        challenge_path(context);
    else if (path->door != context->path->door ||
             memcmp(path->local, context->path->local, sizeof(path->local)) != 0)
        *path = *context->path; /* another address of ours, which it may choose */
}

/* ---- members ---- */

static void handle_members(const struct context *context, uint32_t after, struct session_send *down)
{
    struct session *session = context->member->session;
    struct sequenced_down_frame page = {.kind = SEQUENCED_DOWN_MEMBERS};
    uint8_t bytes[SEQUENCED_PAGE_MAX_BYTES];
    size_t size = session_is_small(session) ? SMALL_PAGE_BYTES : sizeof(bytes);
    struct octets_writer entries = octets_write(bytes, size);
    uint32_t now_ms = session_ms(context->now);
    struct directory_entry next;

    if (now_ms - session->paged_ms < PAGE_INTERVAL_MS)
        return;
    session->paged_ms = now_ms;
    /* The directory has a member at once, even while its join is held back. */
    page.members.head = transcript_appended(context->room->transcript);
    page.members.here = registry_count(context->room->registry);
    page.members.after = page.members.last = after;
    while (directory_next(context->room->directory, page.members.last, &next)) {
        struct sequenced_entry entry = {next.number, next.gone, {next.name, next.name_len}};

        page.members.more = sequenced_down_add_entry(&entries, &entry) != 0;
        if (page.members.more)
            break;
        page.members.last = next.number;
    }
    page.members.entries = (struct octets_slice){(const char *)bytes, entries.length};
    session_send_add(down, &page);
}

/* ---- frames ---- */

static void handle_leave(struct context *context, struct session_send *down)
{
    session_send_flush(down);
    record_begin(context->room->records, context->now);
    session_send_closed(context->room, context->member, SEQUENCED_CLOSED_LEFT, "");
    room_leave(context->room, context->now, context->member);
    record_end(context->room->records);
    context->member = NULL;
}

static void handle_frame(struct context *context, const struct sequenced_up_frame *frame,
                         struct session_send *down)
{
    switch (frame->kind) {
    case SEQUENCED_UP_MESSAGE:
        /* Its event would acknowledge it, but that may wait for long. */
        if (session_messages_receive(context->room, context->now, context->member, frame, down) ||
            (context->member->session->flags & SESSION_WAITS) != 0)
            context->owes_taken = true;
        break;
    case SEQUENCED_UP_MISSING:
        session_acks_nack(context->room, context->now, context->member, &context->up, frame,
                          &context->counts);
        break;
    case SEQUENCED_UP_HEARTBEAT:
        context->owes_heartbeat = true;
        context->echo = frame->echo;
        break;
    case SEQUENCED_UP_LEAVE:
        handle_leave(context, down);
        break;
    case SEQUENCED_UP_MEMBERS:
        handle_members(context, frame->after, down);
        break;
    case SEQUENCED_UP_PATH:
        handle_path(context, frame->challenge);
        break;
    case SEQUENCED_UP_HISTORY:
        session_history_ask(context->room, context->now, context->member, &frame->ask);
        break;
    }
}

/*
 * Tells a member that UPs of its are missing, but not in a datagram of its own. While something is
 * lost, or the member repeats what has come, it also tells which UP is answered, since few other
 * answers measure the round trip then.
 */
static void report_ups(const struct context *context, struct session_send *down)
{
    struct session *session = context->member->session;
    bool is_lossy = session_acks_is_lossy(context->now, session) || context->owes_taken;
    uint16_t missing = (uint16_t)(session->packet - session->ups);
    struct sequenced_down_frame report = {.kind = SEQUENCED_DOWN_REPORT,
                                          .report = {session->packet, session->ups}};

    if (down->writer.length == 0 || (missing == session->ups_told && !is_lossy))
        return;
    session->ups_told = missing;
    session_send_add(down, &report);
}

/* One of each, however often an UP asks: answers must not be much longer than the UP. */
static void answer(const struct context *context, struct session_send *down)
{
    uint64_t cursor = room_slot(context->room, context->member)->cursor;

    /* A program that has resumed numbers no message before it knows how many were decided. */
    if (context->owes_taken || (context->owes_heartbeat && context->member->session->run > 1))
        session_messages_taken(context->room, context->member, down);
    session_send_part(down);
    if (context->owes_heartbeat)
        session_send_add(down,
                         &(struct sequenced_down_frame){.kind = SEQUENCED_DOWN_HEARTBEAT,
                                                        .heartbeat = {context->echo, cursor - 1}});
    report_ups(context, down);
    session_send_flush(down);
}

/* All UPs between may be lost. */
static uint32_t since_heard_us(const struct context *context)
{
    int64_t since_us = (context->now->mono_ns - context->member->heard_ns) / 1000;

    return since_us < UINT32_MAX ? (uint32_t)since_us : UINT32_MAX;
}

static void note_heard(const struct context *context)
{
    bool was_away = context->member->warned;

    registry_heard(context->room->registry, context->member, context->now->mono_ns);
    if (!was_away)
        return;
    registry_mark_behind(context->room->registry, context->member);
    session_deadlines_set(
        context->room->sessions, context->now, context->member,
        session_acks_wait(&context->room->controllers, context->now, context->member->session));
}

static void handle_run(struct context *context, struct sequenced_up_reader *reader)
{
    struct sequenced_up_frame frame;
    struct session_send down; /* answers to the member */

    context->counts.kept_us = since_heard_us(context);
    note_heard(context);
    if (context->member->session->restored)
        context->owes_taken =
            session_restored_heard(context->room, context->now, context->member, &context->up);
    context->member->session->ups++;
    update_path(context);
    session_acks_position(context->room, context->now, context->member, &context->up);
    session_send_begin(&down, context->room, context->member);
    while (context->member != NULL && sequenced_up_next(reader, &frame) == 1)
        handle_frame(context, &frame, &down);
    if (context->member != NULL) {
        answer(context, &down);
        session_acks_lost(context->room, context->now, context->member, &context->counts);
        if (controllers_at(&context->room->controllers, context->member->session->controller)
                ->first != 0)
            session_window_wake(context->room, context->member->session->controller);
    }
}

/*
 * The sender's program was replaced by another one with the same token. From the session's own
 * address the datagram is merely late.
 */
static enum refusal refuse_earlier_run(const struct context *context)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_CLOSED,
                                          .closed = {.text = {"", 0}}};

    closed.closed.reason = SEQUENCED_CLOSED_RESUMED_ELSEWHERE;
    if (is_current_path(context))
        return REFUSED_NOT;
    if (admission_may_answer(context->room, context->now, context->path->peer.address))
        reply_to_source(context, context->up.run, &closed);
    else
        context->room->stats.answers_withheld++;
    return REFUSED_STRANGER;
}

static enum refusal handle_up(struct room *room, const struct moment *now, const struct path *path,
                              const void *bytes, size_t length)
{
    struct context context = {.room = room, .now = now, .path = path};
    struct sequenced_up_reader reader;

    if (sequenced_up_open(bytes, length, &context.up, &reader) != 0)
        return REFUSED_MALFORMED;
    context.member = sessions_find(room->sessions, context.up.token);
    if (context.member == NULL) {
        session_handshake_stranger(room, now, path, context.up.token);
        return REFUSED_STRANGER;
    }
    if (context.up.run < context.member->session->run)
        return refuse_earlier_run(&context);
    if (context.up.run > context.member->session->run)
        return REFUSED_MALFORMED;
    handle_run(&context, &reader);
    return REFUSED_NOT;
}

enum refusal session_receive(struct room *room, const struct moment *now, const struct path *path,
                             const void *bytes, size_t length)
{
    enum sequenced_datagram datagram;

    if (sequenced_identify(bytes, length, &datagram) != 0)
        return REFUSED_MALFORMED;
    switch (datagram) {
    case SEQUENCED_HELLO:
        return session_handshake_hello(room, now, path, bytes, length);
    case SEQUENCED_JOIN:
        return session_handshake_join(room, now, path, bytes, length);
    case SEQUENCED_UP:
        return handle_up(room, now, path, bytes, length);
    default: /* of the other direction: another server's, or ours reflected */
        return REFUSED_REPLY;
    }
}
