/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Requests of the plain protocol. Each handler answers the sender where it is owed an answer, changes the room where the request is good, and says why where it is not.
 */
#include "core/plain_server/plain_requests.h"

#include "core/model/text.h"
#include "core/plain_server/liveness.h"
#include "core/plain_server/plain_reply.h"
#include "core/plain_wire/plain.h"
#include "core/room/admission.h"
#include "core/room/epoch.h"
#include "core/room/room_ops.h"
#include "core/room/roster.h"

#include <roomd/status.h>
#include <string.h>

static const struct bucket_rate stranger_rate = {.interval_ns = ROOM_TOLD_INTERVAL_S * MOMENT_NS_PER_S, .burst = 1};

#define ADDRESS_BITS 128U

/* Everything a handler looks at. */
struct context {
    struct room *room;
    const struct moment *now;
    const struct path *path;
    const struct dialect *dialect;
    struct plain_request request;
    struct member *member; /* who has joined from this endpoint, or NULL */
    bool newline;          /* the request ended in one */
    bool final;            /* it can't be put off again */
};

static bool may_answer(const struct context *context)
{
    return admission_may_answer(context->room, context->now, context->path->peer.address);
}

static void answer(const struct context *context, const struct reply *reply)
{
    const struct plain_request *request = &context->request;

    if (reply_length(reply, 1) == 0)
        return;
    if (context->member != NULL)
        plain_reply_settle_accept(context->room, context->now, context->member);
    if (may_answer(context))
        plain_reply(context->room, context->path, reply, request->name, request->name_len, context->newline);
    else
        context->room->stats.answers_withheld++;
}

static enum refusal refuse_join(const struct context *context, enum dialect_key key, enum refusal refusal)
{
    answer(context, dialect_reply(context->dialect, key));
    return refusal;
}

/* Who would be let in under no name is not told to join first. */
static bool is_banned_address(const struct context *context)
{
    return context->member == NULL &&
           bans_forbid_address(context->room->bans, context->path->peer.address, context->now->mono_ns);
}

/* To somebody who speaks without having joined, or under another's name: now and then, for it may be a client that missed a restart. */
static enum refusal refuse_stranger(const struct context *context, enum refusal refusal)
{
    if (bucket_take(context->room->buckets, BUCKET_STRANGER, context->path->peer.address, ADDRESS_BITS, &stranger_rate,
                    context->now->mono_ns))
        answer(context, dialect_reply(context->dialect, is_banned_address(context) ? DIALECT_BANNED : DIALECT_REFUSED));
    return refusal;
}

/* ---- joins ---- */

static void owe_accept(const struct context *context, struct member *member)
{
    struct slot *slot = room_slot(context->room, member);

    plain_reply_settle_accept(context->room, context->now,
                              member); /* each join has its answer, also two that came at once */
    slot->flags = SLOT_OWES_ACCEPT | (context->newline ? SLOT_NEWLINE : 0U) | (slot->flags & SLOT_PROBATION);
    *registry_path(context->room->registry, member->position) = *context->path;
    registry_mark_behind(context->room->registry, member);
}

static enum refusal rejoin(const struct context *context)
{
    /* Anybody can ask for this again and again in a member's name. An accept that is no longer than the request is no use for that. */
    size_t asked = context->request.verb_len + 1 + context->request.name_len;

    if (reply_length(dialect_reply(context->dialect, DIALECT_ACCEPT), registry_shown_len(context->member)) > asked &&
        !may_answer(context)) {
        context->room->stats.answers_withheld++;
        return REFUSED_NOT;
    }
    registry_heard(context->room->registry, context->member, context->now->mono_ns);
    owe_accept(context, context->member);
    roster_keep(&context->room->roster, context->room->registry, context->member);
    return REFUSED_NOT;
}

/* For the others, the old name leaves and the new one joins. */
static enum refusal rename_member(const struct context *context, const struct name *name)
{
    struct room *room = context->room;
    struct member *member = context->member;
    struct event left = room_event_about(EVENT_EXIT, member);
    struct event joined;
    int64_t muted_ns;
    char old[ROOM_NAME_MAX_BYTES];

    memcpy(old, left.name, left.name_len);
    left.name = old;
    left.reason = EXIT_RENAMED;
    if (registry_rename(room->registry, member, name) != 0)
        return refuse_join(context, DIALECT_ROOM_FULL, REFUSED_NO_MEMORY);
    muted_ns = bans_muted_until(room->bans, name->folded, context->now->mono_ns);
    if (muted_ns > member->muted_until_ns)
        member->muted_until_ns = muted_ns;
    joined = room_event_about(EVENT_JOIN, member);
    room_append(room, context->now, &left, member);
    room_append(room, context->now, &joined, member);
    registry_heard(room->registry, member, context->now->mono_ns);
    owe_accept(context, member);
    roster_keep(&room->roster, room->registry, member);
    return REFUSED_NOT;
}

static bool is_trusted(const struct context *context)
{
    return admission_is_trusted(context->room, context->path->peer.address);
}

static bool is_limited_join(const struct context *context)
{
    const uint8_t *address = context->path->peer.address;

    return !is_trusted(context) && (!admission_may_join(context->room, context->now, address) ||
                                    admission_is_address_full(context->room, address));
}

static enum refusal add_member(const struct context *context, const struct name *name)
{
    struct room *room = context->room;
    struct member *member;
    struct event joined;

    epoch_renumber(room, context->now);
    if (registry_add(room->registry, name, context->path, context->now->mono_ns, &member) != 0)
        return refuse_join(context, DIALECT_ROOM_FULL, REFUSED_NO_MEMORY);
    member->joined_wall_ns = context->now->wall_ns;
    member->muted_until_ns = bans_muted_until(room->bans, name->folded, context->now->mono_ns);
    /* It is owed what comes after its own join. */
    room_slot(room, member)->cursor = transcript_appended(room->transcript) + 2;
    joined = room_event_about(EVENT_JOIN, member);
    if (directory_enter(room->directory, member) != 0 || room_append(room, context->now, &joined, member) != 0) {
        directory_leave(room->directory, member, 0);
        registry_remove(room->registry, member);
        return refuse_join(context, DIALECT_ROOM_FULL, REFUSED_NO_MEMORY);
    }
    member->first = room_slot(room, member)->cursor;
    member->said = 0;
    owe_accept(context, member);
    if (!is_trusted(context))
        room_slot(room, member)->flags |= SLOT_PROBATION;
    roster_keep(&room->roster, room->registry, member);
    return REFUSED_NOT;
}

/* A program that was killed and started again asks from the same address, and should not have to wait. */
static bool waits_for_holder(const struct context *context, struct member *holder)
{
    const struct plain_request *request = &context->request;
    struct name_claim claim = {.path = *context->path, .newline = context->newline};

    if (context->member != NULL || context->final || request->name_len > sizeof(claim.name))
        return false;
    memcpy(claim.name, request->name, request->name_len);
    claim.name_len = (uint8_t)request->name_len;
    return liveness_claim(context->room, context->now, &claim, holder);
}

static enum refusal handle_join(const struct context *context)
{
    struct room *room = context->room;
    struct member *holder;
    struct name name;

    if (name_parse(context->request.name, context->request.name_len, room->limits.max_name_codepoints, &room->reserved,
                   &name) != 0)
        return refuse_join(context, DIALECT_NAME_BAD, REFUSED_NAME_BAD);
    if (bans_forbid(room->bans, name.folded, &context->path->peer, context->now->mono_ns))
        return refuse_join(context, DIALECT_BANNED, REFUSED_BANNED);
    holder = registry_find_name(room->registry, &name);
    if (holder != NULL && holder == context->member)
        return rejoin(context);
    if (holder != NULL && waits_for_holder(context, holder))
        return REFUSED_NOT;
    if (holder != NULL)
        return refuse_join(context, DIALECT_NAME_TAKEN, REFUSED_NAME_TAKEN);
    if (context->member != NULL)
        return rename_member(context, &name);
    if (registry_count(room->registry) >= room->limits.max_members)
        return refuse_join(context, DIALECT_ROOM_FULL, REFUSED_ROOM_FULL);
    if (is_limited_join(context))
        return refuse_join(context, DIALECT_ROOM_FULL, REFUSED_LIMITED);
    return add_member(context, &name);
}

/* ---- messages and exits ---- */

static bool is_own_name(const struct context *context)
{
    const struct plain_request *request = &context->request;
    const struct member *member = context->member;

    /* Nearly every client repeats the name byte for byte; only others cost a folding. */
    if (request->name_len == registry_shown_len(member) &&
        memcmp(request->name, registry_shown(member), request->name_len) == 0)
        return true;
    return name_matches(request->name, request->name_len, registry_folded(member), registry_folded_len(member));
}

static enum refusal refuse_text(const struct context *context, enum dialect_key key, uint64_t count,
                                enum refusal refusal)
{
    plain_reply_tell(context->room, context->now, context->member, key, NULL, count);
    return refusal;
}

/* An answer goes to the address that was asked; a member may change over to another one of ours, by the same door. */
static void note_heard(const struct context *context)
{
    struct path *path = registry_path(context->room->registry, context->member->position);

    registry_heard(context->room->registry, context->member, context->now->mono_ns);
    if (path->door != context->path->door || memcmp(path->local, context->path->local, sizeof(path->local)) == 0)
        return;
    *path = *context->path;
    roster_keep(&context->room->roster, context->room->registry, context->member);
}

static enum refusal handle_chat(const struct context *context)
{
    const struct plain_request *request = &context->request;
    struct room *room = context->room;
    char text[PLAIN_REQUEST_MAX_BYTES];
    struct event said;

    if (context->member == NULL)
        return refuse_stranger(context, REFUSED_STRANGER);
    if (!is_own_name(context))
        return refuse_stranger(context, REFUSED_WRONG_NAME);
    note_heard(context);
    /* Most clients send one for an empty line; refusing it loudly would only puzzle. */
    if (request->text_len == 0)
        return REFUSED_EMPTY_TEXT;
    if (context->now->mono_ns < context->member->muted_until_ns)
        return refuse_text(context, DIALECT_MUTED, 0, REFUSED_MUTED);
    if (request->text_len > room->limits.max_text_bytes)
        return refuse_text(context, DIALECT_TOO_LONG, room->limits.max_text_bytes, REFUSED_TOO_LONG);
    /* One line that is not UTF-8 ends the receiving side of every known client. */
    if (!text_is_utf8(request->text, request->text_len))
        return refuse_text(context, DIALECT_NOT_UTF8, 0, REFUSED_NOT_UTF8);
    if (!admission_may_say(room, context->now, context->member, request->text_len))
        return refuse_text(context, DIALECT_LIMITED, room->limits.messages.per_second, REFUSED_LIMITED);
    said = room_event_about(EVENT_CHAT, context->member);
    said.text = text;
    said.text_len = (uint16_t)text_clean(request->text, request->text_len, text);
    return room_append(room, context->now, &said, context->member) == 0 ? REFUSED_NOT : REFUSED_NO_MEMORY;
}

static enum refusal handle_exit(const struct context *context)
{
    const struct plain_request *request = &context->request;
    const struct reply *bye = dialect_bye(context->dialect, request->verb, request->verb_len);

    if (context->member == NULL) {
        /* Its receiving process may wait for the bye since before we were started. */
        answer(context, bye);
        return REFUSED_STRANGER;
    }
    if (!is_own_name(context))
        return refuse_stranger(context, REFUSED_WRONG_NAME);
    plain_reply_settle_accept(context->room, context->now, context->member);
    plain_reply(context->room, context->path, bye, registry_shown(context->member), registry_shown_len(context->member),
                (room_slot(context->room, context->member)->flags & SLOT_NEWLINE) != 0);
    room_remove(context->room, context->now, context->member, EXIT_LEFT);
    return REFUSED_NOT;
}

/* It lives, and who made up its address would hardly hear what to say next. */
static void prove(const struct context *context)
{
    struct slot *slot = room_slot(context->room, context->member);

    suspects_clear(&context->room->plain->suspects, context->member);
    if ((slot->flags & SLOT_PROBATION) == 0)
        return;
    slot->flags &= ~SLOT_PROBATION;
    roster_keep(&context->room->roster, context->room->registry, context->member);
    registry_mark_behind(context->room->registry, context->member); /* what was held back */
}

/* ---- the table ---- */

static enum refusal (*const handlers[PLAIN_KINDS])(const struct context *context) = {
    [PLAIN_JOIN] = handle_join,
    [PLAIN_CHAT] = handle_chat,
    [PLAIN_EXIT] = handle_exit,
};

enum refusal plain_requests_handle(struct room *room, const struct moment *now, const struct path *path,
                                   const char *bytes, size_t length)
{
    struct context context = {.room = room, .now = now, .path = path, .dialect = room_dialect(room, path->door)};
    int status;

    length = plain_strip_newline(bytes, length, &context.newline);
    if (length == 0)
        return REFUSED_EMPTY;
    /* Another server's answer, or ours reflected: never to be answered, whatever the verbs are. */
    if (known_replies_have(&room->known_replies, bytes, length))
        return REFUSED_REPLY;
    status = plain_parse(context.dialect, bytes, length, &context.request);
    if (status != 0)
        return status == STATUS_NOT_FOUND ? REFUSED_UNKNOWN_VERB : REFUSED_MALFORMED;
    context.member = registry_find_endpoint(room->registry, &path->peer);
    if (context.member != NULL)
        prove(&context);
    return handlers[context.request.kind](&context);
}

void plain_requests_join(struct room *room, const struct moment *now, const struct name_claim *claim)
{
    struct context context = {.room = room,
                              .now = now,
                              .path = &claim->path,
                              .dialect = room_dialect(room, claim->path.door),
                              .member = registry_find_endpoint(room->registry, &claim->path.peer),
                              .newline = claim->newline,
                              .final = true};
    enum refusal refused;

    context.request = (struct plain_request){.kind = PLAIN_JOIN, .name = claim->name, .name_len = claim->name_len};
    refused = handle_join(&context);
    if (refused != REFUSED_NOT)
        room_count_refusal(room, now, refused, &claim->path);
}
