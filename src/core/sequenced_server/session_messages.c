/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Messages and renames of sequenced members. */
#include "core/sequenced_server/session_messages.h"

#include "core/model/session.h"
#include "core/model/text.h"
#include "core/room/admission.h"
#include "core/room/room_ops.h"

#include <string.h>

/* NOT TAKEN tells a wait in these. */
#define WAIT_UNIT_NS (10 * MOMENT_NS_PER_MS)

/* When the ring has no place, which a release makes. */
#define WAIT_RING_NS (100 * MOMENT_NS_PER_MS)

/* What becomes of a message: 0 = taken with its event, ALREADY, or enum sequenced_why. */
#define ALREADY (-1)

static void decide(struct session *session, bool refused)
{
    session->decided++;
    session->refused = session->refused << 1 | (refused ? 1U : 0U);
}

static uint16_t wait_of(int64_t wait_ns)
{
    int64_t wait = (wait_ns + WAIT_UNIT_NS - 1) / WAIT_UNIT_NS;

    return wait < 1 ? 1 : wait > UINT16_MAX ? UINT16_MAX : (uint16_t)wait;
}

/* Those of its text: why it is not one to be said, or 0. */
static int look_at(const struct room *room, const struct moment *now, const struct member *member,
                   struct octets_slice text)
{
    const struct room_rate *bytes = &room->limits.bytes;

    if (now->mono_ns < member->muted_until_ns)
        return SEQUENCED_WHY_MUTED;
    if (text.length == 0)
        return SEQUENCED_WHY_EMPTY;
    /* What exceeds a full bucket would have to wait for ever. */
    if (text.length > room->limits.max_text_bytes || (bytes->per_second != 0 && text.length > bytes->burst))
        return SEQUENCED_WHY_TOO_LONG;
    return text_is_utf8(text.bytes, text.length) ? 0 : SEQUENCED_WHY_NOT_UTF8;
}

static int say_text(struct room *room, const struct moment *now, struct member *member, struct octets_slice text,
                    int64_t *ret_wait_ns)
{
    struct event said = room_event_about(EVENT_CHAT, member);
    char clean[SEQUENCED_DATAGRAM_MAX_BYTES];
    int why = look_at(room, now, member, text);

    if (why != 0)
        return why;
    if (!admission_may_say(room, now, member, text.length)) {
        *ret_wait_ns = admission_wait_ns(room, now, member, text.length);
        return SEQUENCED_WHY_SLOW_DOWN;
    }
    said.text = clean;
    said.text_len = (uint16_t)text_clean(text.bytes, text.length, clean);
    said.said = sequenced_said(member->session->decided + 1);
    if (room_append(room, now, &said, member) == 0)
        return 0;
    *ret_wait_ns = WAIT_RING_NS;
    return SEQUENCED_WHY_SLOW_DOWN;
}

static bool has_name(const struct member *member, const struct name *name)
{
    return name->shown_len == registry_shown_len(member) &&
           memcmp(name->shown, registry_shown(member), name->shown_len) == 0;
}

/* For the others, the old name leaves and the new one joins. */
static int rename_member(struct room *room, const struct moment *now, struct member *member, const struct name *name)
{
    struct event left = room_event_about(EVENT_EXIT, member), joined;
    int64_t muted_ns = bans_muted_until(room->bans, name->folded, now->mono_ns);
    char old[ROOM_NAME_MAX_BYTES];

    memcpy(old, left.name, left.name_len);
    left.name = old;
    left.reason = EXIT_RENAMED;
    left.said = sequenced_said(member->session->decided + 1);
    if (registry_rename(room->registry, member, name) != 0)
        return SEQUENCED_WHY_SLOW_DOWN;
    if (muted_ns > member->muted_until_ns)
        member->muted_until_ns = muted_ns;
    joined = room_event_about(EVENT_JOIN, member);
    joined.said = left.said;
    room_append(room, now, &left, member);
    room_append(room, now, &joined, member);
    return 0;
}

static int say_name(struct room *room, const struct moment *now, struct member *member, struct octets_slice text,
                    int64_t *ret_wait_ns)
{
    const struct member *holder;
    struct name name;

    *ret_wait_ns = WAIT_RING_NS;
    if (name_parse(text.bytes, text.length, room->limits.max_name_codepoints, &room->reserved, &name) != 0)
        return SEQUENCED_WHY_BAD_NAME;
    if (has_name(member, &name))
        return ALREADY;
    if (bans_forbid(room->bans, name.folded, &room_path(room, member)->peer, now->mono_ns))
        return SEQUENCED_WHY_BAD_NAME;
    holder = registry_find_name(room->registry, &name);
    if (holder != NULL && holder != member)
        return SEQUENCED_WHY_NAME_TAKEN;
    if (!admission_may_say(room, now, member, 0)) {
        *ret_wait_ns = admission_wait_ns(room, now, member, 0);
        return SEQUENCED_WHY_SLOW_DOWN;
    }
    return rename_member(room, now, member, &name);
}

static int say(struct room *room, const struct moment *now, struct member *member,
               const struct sequenced_message *message, int64_t *ret_wait_ns)
{
    switch (message->what) {
    case SEQUENCED_WHAT_TEXT:
        return say_text(room, now, member, message->text, ret_wait_ns);
    case SEQUENCED_WHAT_NAME:
        return say_name(room, now, member, message->text, ret_wait_ns);
    default:
        return SEQUENCED_WHY_NOT_UNDERSTOOD;
    }
}

/* The next one. False: nothing is decided, it is to come again. */
static bool say_next(struct room *room, const struct moment *now, struct member *member,
                     const struct sequenced_message *message, struct session_send *down, bool *ret_owes_taken)
{
    struct sequenced_down_frame answer = {.kind = SEQUENCED_DOWN_NOT_TAKEN};
    int64_t wait_ns = 0;
    int why = say(room, now, member, message, &wait_ns);

    if (why != SEQUENCED_WHY_SLOW_DOWN)
        decide(member->session, why > 0);
    *ret_owes_taken = *ret_owes_taken || why == ALREADY;
    if (why <= 0)
        return true;
    answer.not_taken.number = message->number;
    answer.not_taken.why = (uint8_t)why;
    answer.not_taken.wait_cs = why == SEQUENCED_WHY_SLOW_DOWN ? wait_of(wait_ns) : 0;
    session_send_add(down, &answer);
    return why != SEQUENCED_WHY_SLOW_DOWN;
}

bool session_messages_receive(struct room *room, const struct moment *now, struct member *member,
                              const struct sequenced_up_frame *frame, struct session_send *down)
{
    struct session *session = member->session;
    struct sequenced_message message = frame->message;
    const struct reorder_message *kept;
    bool owes_taken = false;

    if (message.number != session->decided + 1 || session->decided == UINT32_MAX) {
        if (message.number > session->decided)
            reorder_keep(room->reorder, &session->reorder, session->decided, message.number, message.what,
                         message.text);
        return true;
    }
    /* What waited for it goes on; what has to wait once more is still kept. */
    while (say_next(room, now, member, &message, down, &owes_taken) &&
           (kept = reorder_next(room->reorder, &session->reorder, session->decided + 1)) != NULL)
        message = (struct sequenced_message){kept->number, kept->what, {kept->text, kept->length}};
    return owes_taken;
}

void session_messages_taken(const struct room *room, const struct member *member, struct session_send *down)
{
    const struct session *session = member->session;
    uint32_t kept = reorder_bits(room->reorder, session->reorder, session->decided);

    session_send_add(down, &(struct sequenced_down_frame){.kind = SEQUENCED_DOWN_TAKEN,
                                                          .taken = {session->decided, session->refused, kept}});
}
