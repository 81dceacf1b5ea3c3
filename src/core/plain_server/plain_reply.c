/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Fills in replies and lines for their recipient, and sends them. */
#include "core/plain_server/plain_reply.h"

#include "core/plain_server/plain_past.h"

#include "core/plain_server/plain_state.h"
#include "core/plain_wire/template.h"
#include "core/room/admission.h"
#include "core/room/held.h"
#include "core/room/room_ops.h"
#include "core/room/roster.h"

#include <string.h>

void plain_reply(struct room *room, const struct moment *now, const struct path *path,
                 const struct member *member, const struct reply *filled, bool newline, bool waits)
{
    struct budget *budget = member != NULL ? delivery_budget(member, room_slot(room, member))
                                           : admission_budget(room, now, path->peer.address);
    size_t length = filled->length + (newline ? 1U : 0U);

    if (filled->length > 0 &&
        !(waits ? held_send_within(room, now, budget, path, filled->bytes, length)
                : delivery_send_within(room->delivery, now, budget, path, filled->bytes, length)))
        room->stats.answers_withheld++;
}

bool plain_reply_accept_waits(struct room *room, const struct member *member)
{
    return delivery_accept_waits(room_slot(room, member), room->transcript);
}

/* Sends something to a member at once, or when it is committed. */
typedef bool sender(struct room *room, const struct moment *now, struct member *member,
                    const void *bytes, size_t length);

static void send_accept(struct room *room, const struct moment *now, struct member *member,
                        sender *send)
{
    struct slot *slot = room_slot(room, member);
    struct reply filled;
    const struct reply *accept =
        reply_fill(dialect_reply(room_dialect(room, room_path(room, member)->door), DIALECT_ACCEPT),
                   registry_shown(member), registry_shown_len(member), &filled);
    size_t length = accept->length + ((slot->flags & SLOT_NEWLINE) != 0 ? 1U : 0U);

    if (!send(room, now, member, accept->bytes, length))
        return;
    if ((slot->flags & SLOT_OWES_PAST) != 0)
        plain_past_send(room->delivery, now, member);
    slot->flags &= ~(SLOT_OWES_ACCEPT | SLOT_OWES_PAST);
    roster_keep(&room->keepers, now, room->registry, member);
}

void plain_reply_settle_accept(struct room *room, const struct moment *now, struct member *member)
{
    struct slot *slot = room_slot(room, member);

    if ((slot->flags & SLOT_OWES_ACCEPT) == 0)
        return;
    /*
     * Not before its join is released: until then nobody is told that it is in, itself included.
     * But the accept is not delayed for folding.
     */
    if (slot->cursor > transcript_released(room->transcript) + 1)
        fold_flush(room, now);
    if (slot->cursor <= transcript_released(room->transcript) + 1 &&
        !plain_reply_accept_waits(room, member))
        send_accept(room, now, member, room_send);
}

void plain_reply_last_accept(struct room *room, const struct moment *now, struct member *member)
{
    plain_reply_settle_accept(room, now, member);
    if (plain_reply_accept_waits(room, member))
        send_accept(room, now, member, held_send_to);
}

static void send_line(struct room *room, const struct moment *now, struct member *member,
                      enum dialect_key key, const char *text, uint64_t count, sender *send)
{
    const struct slot *slot = room_slot(room, member);
    const struct path *path = room_path(room, member);
    struct plain_wording wording = plain_wording_at(room, path->door);
    struct template_values values = {.text = text,
                                     .text_len = text != NULL ? strlen(text) : 0,
                                     .count = count,
                                     .wall_ns = now->wall_ns,
                                     .utc_offset_s = now->utc_offset_s};
    char line[PLAIN_LINE_MAX_BYTES];
    size_t length = plain_render_line(&wording, key, &values, line);

    /* Some clients take an empty datagram for the end of input. */
    if (length == 0)
        return;
    line[length] = '\n';
    if (!send(room, now, member, line, length + ((slot->flags & SLOT_NEWLINE) != 0 ? 1U : 0U)))
        room->stats.answers_withheld++;
}

void plain_reply_last_line(struct room *room, const struct moment *now, struct member *member,
                           enum dialect_key key, const char *reason)
{
    send_line(room, now, member, key, reason, 0, held_send_to);
}

void plain_reply_tell(struct room *room, const struct moment *now, struct member *member,
                      enum dialect_key key, const char *text, uint64_t count)
{
    int64_t interval_ns = ROOM_TOLD_INTERVAL_S * MOMENT_NS_PER_S;

    plain_reply_settle_accept(room, now, member);
    if ((room_slot(room, member)->flags & SLOT_OWES_ACCEPT) != 0 ||
        registry_tenths(now->mono_ns) < registry_plain(member)->quiet_until_ds) {
        room->stats.answers_withheld++;
        return;
    }
    registry_plain(member)->quiet_until_ds = registry_tenths_until(now->mono_ns + interval_ns);
    send_line(room, now, member, key, text, count, room_send);
}

void plain_reply_bye(struct room *room, const struct moment *now, struct member *member)
{
    const struct path *path = room_path(room, member);
    struct reply filled;
    const struct reply *bye =
        reply_fill(dialect_reply(room_dialect(room, path->door), DIALECT_BYE),
                   registry_shown(member), registry_shown_len(member), &filled);
    size_t length = bye->length + ((room_slot(room, member)->flags & SLOT_NEWLINE) != 0 ? 1U : 0U);

    if (bye->length > 0 && !held_send_to(room, now, member, bye->bytes, length))
        room->stats.answers_withheld++;
}
