/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Requests of the plain protocol. Each handler answers the sender if an answer is owed, applies the
 * request if it is valid, and returns why if it is not.
 */
#include "core/plain_server/plain_requests.h"

#include "core/plain_server/liveness.h"
#include "core/plain_server/plain_reply.h"
#include "core/plain_server/plain_state.h"
#include "core/plain_wire/plain.h"
#include "core/plain_wire/request_form.h"
#include "core/room/admission.h"
#include "core/room/membership.h"
#include "core/room/room_ops.h"
#include "core/room/roster.h"

#include <roomd/status.h>
#include <string.h>

static const struct bucket_rate stranger_rate = {
    .interval_ns = ROOM_TOLD_INTERVAL_S * MOMENT_NS_PER_S, .burst = 1};

/*
 * At a door whose replies are like requests ("L {name} ok"), a request may come from another server
 * that takes them for requests. If it answers our answers, that comes to an end.
 */
static const struct bucket_rate exchange_rate = {.interval_ns = 2 * MOMENT_NS_PER_S, .burst = 2};

/*
 * Accepts to a member that joins again under its name. A client asks again once a second; two
 * servers that take each other's accepts for joins, in dialects that neither knows, have no end.
 */
static const struct bucket_rate rejoin_rate = {.interval_ns = MOMENT_NS_PER_S, .burst = 5};

#define ADDRESS_BITS 128U

/* The arguments of a handler. */
struct context {
    struct room *room;
    const struct moment *now;
    const struct path *path;
    const struct dialect *dialect;
    struct plain_request request;
    struct member *member; /* joined from this endpoint, or NULL */
    bool newline;          /* the request ended in one */
    bool final;            /* the join can't be postponed again */
    bool quiet;            /* no more answers: see exchange_rate */
};

static bool may_answer(const struct context *context)
{
    return !context->quiet &&
           admission_may_answer(context->room, context->now, context->path->peer.address);
}

/* False if a limit keeps the answer back. `waits`: as in plain_reply. */
static bool answer(const struct context *context, const struct reply *reply, bool waits)
{
    const struct plain_request *request = &context->request;
    struct reply filled;

    if (reply_length(reply, 1) == 0)
        return true;
    if (context->member != NULL)
        plain_reply_settle_accept(context->room, context->now, context->member);
    /* Its client would take this for the answer to its join. */
    if (context->member != NULL && plain_reply_accept_waits(context->room, context->member)) {
        context->room->stats.answers_withheld++;
        return false;
    }
    if (!may_answer(context)) {
        context->room->stats.answers_withheld++;
        return false;
    }
    plain_reply(context->room, context->now, context->path, context->member,
                reply_fill(reply, request->name, request->name_len, &filled), context->newline,
                waits);
    return true;
}

/* ---- refusals, in the dialect's words ---- */

/*
 * True if no name would be admitted from this address: then its sender is not told to join first.
 */
static bool is_banned_address(const struct context *context)
{
    return context->member == NULL &&
           bans_forbid_address(context->room->bans, context->path->peer.address,
                               context->now->mono_ns);
}

/*
 * Refuses a sender that has not joined, or that uses another's name. It is answered only now and
 * then: it may be a client that missed a restart.
 */
static enum refusal refuse_stranger(const struct context *context, enum refusal refusal)
{
    struct bucket_table *buckets = context->room->buckets;
    const uint8_t *address = context->path->peer.address;
    int64_t now_ns = context->now->mono_ns;

    if (bucket_holds(buckets, BUCKET_STRANGER, address, ADDRESS_BITS, &stranger_rate, now_ns) &&
        answer(context,
               dialect_reply(context->dialect,
                             is_banned_address(context) ? DIALECT_BANNED : DIALECT_REFUSED),
               true))
        (void)bucket_take(buckets, BUCKET_STRANGER, address, ADDRESS_BITS, &stranger_rate, now_ns);
    return refusal;
}

/*
 * The reply to a refused join. While a mute lasts, its endpoint can't have another name: NAME_BAD.
 */
static const enum dialect_key join_replies[REFUSALS] = {
    [REFUSED_NAME_BAD] = DIALECT_NAME_BAD,     [REFUSED_MUTED] = DIALECT_NAME_BAD,
    [REFUSED_NAME_TAKEN] = DIALECT_NAME_TAKEN, [REFUSED_BANNED] = DIALECT_BANNED,
    [REFUSED_ROOM_FULL] = DIALECT_ROOM_FULL,   [REFUSED_LIMITED] = DIALECT_ROOM_FULL,
    [REFUSED_CROWDED] = DIALECT_ROOM_FULL,     [REFUSED_NO_MEMORY] = DIALECT_ROOM_FULL,
    [REFUSED_LOG_BEHIND] = DIALECT_ROOM_FULL,
};

/* Answers a join or rename that was refused, with the reason where the dialect has {why}. */
static void refuse_name(const struct context *context, enum refusal refused)
{
    const struct plain_request *request = &context->request;
    const struct reply *reply = dialect_reply(context->dialect, join_replies[refused]);
    enum name_fault fault = NAME_MUTED;
    struct reply filled;
    struct name name;

    if (reply->has_why && refused == REFUSED_NAME_BAD)
        fault = room_parse_name(context->room, request->name, request->name_len, &name);
    (void)answer(
        context,
        reply_fill_why(reply, dialect_name_fault(context->dialect->language, fault), &filled),
        refused != REFUSED_LOG_BEHIND);
}

/*
 * Tells a member by a line that its message or rename was refused. False if there is no such line.
 */
static bool tell_member(const struct context *context, enum refusal refusal)
{
    enum dialect_key key;
    uint64_t count = 0;

    switch (refusal) {
    case REFUSED_MUTED:
        key = DIALECT_MUTED;
        break;
    case REFUSED_TOO_LONG:
        key = DIALECT_TOO_LONG;
        count = context->room->limits.max_text_bytes;
        break;
    case REFUSED_NOT_UTF8:
        key = DIALECT_NOT_UTF8;
        break;
    case REFUSED_CROWDED:
        key = DIALECT_CROWDED;
        break;
    case REFUSED_LIMITED:
    case REFUSED_LOG_BEHIND:
        key = DIALECT_LIMITED;
        count = context->room->limits.messages.per_second;
        break;
    default:
        return false;
    }
    plain_reply_tell(context->room, context->now, context->member, key, NULL, count);
    return true;
}

/* ---- joins ---- */

static bool is_own_name(const struct context *context)
{
    const struct plain_request *request = &context->request;
    const struct member *member = context->member;

    /* Nearly every client repeats the name byte for byte; only others cost a folding. */
    if (request->name_len == registry_shown_len(member) &&
        memcmp(request->name, registry_shown(member), request->name_len) == 0)
        return true;
    return name_matches(request->name, request->name_len, registry_folded(member),
                        registry_folded_len(member));
}

static void owe_accept(const struct context *context, struct member *member)
{
    struct slot *slot = room_slot(context->room, member);

    /* Each join has its answer, even if two came at once. */
    plain_reply_settle_accept(context->room, context->now, member);
    slot->flags = SLOT_OWES_ACCEPT | (context->newline ? SLOT_NEWLINE : 0U) |
                  (slot->flags & (SLOT_BUDGET | SLOT_HELD | SLOT_OWES_PAST));
    *registry_path(context->room->registry, member->position) = *context->path;
    registry_mark_behind(context->room->registry, member);
    roster_keep(&context->room->keepers, context->now, context->room->registry, member);
}

static bool may_accept_again(const struct context *context)
{
    /*
     * Anybody can repeat this request with a member's endpoint as its source. An accept that is not
     * longer than the request amplifies nothing.
     */
    size_t asked = context->request.verb_len + 1 + context->request.name_len;
    bool amplifies = reply_length(dialect_reply(context->dialect, DIALECT_ACCEPT),
                                  registry_shown_len(context->member)) > asked;
    int64_t *full_ns =
        bucket_of_endpoint(context->room->buckets, BUCKET_REJOIN, &context->path->peer);

    return bucket_spend(full_ns, &rejoin_rate, 1, context->now->mono_ns) &&
           (!amplifies || may_answer(context));
}

static enum refusal rejoin(const struct context *context)
{
    if (!may_accept_again(context)) {
        context->room->stats.answers_withheld++;
        return REFUSED_NOT;
    }
    registry_heard(context->room->registry, context->member, context->now->mono_ns);
    owe_accept(context, context->member);
    return REFUSED_NOT;
}

static enum refusal rename_member(const struct context *context)
{
    const struct plain_request *request = &context->request;
    struct member *member = context->member;
    enum refusal refused;
    bool renamed;

    registry_heard(context->room->registry, member, context->now->mono_ns);
    refused = room_rename(context->room, context->now, member, request->name, request->name_len, 0,
                          &renamed);
    if (refused == REFUSED_NOT)
        owe_accept(context, member);
    else if (!tell_member(context, refused))
        refuse_name(context, refused);
    return refused;
}

/*
 * The name is taken. A program that was killed and started again asks from the same address, and
 * should not have to wait. True if the holder is asked first.
 */
static bool waits_for_holder(const struct context *context)
{
    const struct plain_request *request = &context->request;
    struct name_claim claim = {.path = *context->path, .newline = context->newline};
    struct member *holder;

    if (context->final || request->name_len >= sizeof(claim.name))
        return false;
    memcpy(claim.name, request->name, request->name_len);
    holder = room_find_named(context->room, claim.name);
    return holder != NULL && liveness_claim(context->room, context->now, &claim, holder);
}

static enum refusal add_member(const struct context *context)
{
    const struct join join = {.name = context->request.name,
                              .name_len = context->request.name_len,
                              .path = context->path};
    struct room *room = context->room;
    struct member *member;
    enum refusal refused = room_admit(room, context->now, &join, &member);

    if (refused == REFUSED_NAME_TAKEN && waits_for_holder(context))
        return REFUSED_NOT;
    if (refused != REFUSED_NOT) {
        refuse_name(context, refused);
        return refused;
    }
    if (room->limits.plain_history > 0)
        room_slot(room, member)->flags |= SLOT_OWES_PAST;
    owe_accept(context, member);
    return REFUSED_NOT;
}

static enum refusal handle_join(const struct context *context)
{
    /* Let in without an accept, its client would wait for ever. */
    if (context->quiet) {
        context->room->stats.answers_withheld++;
        return REFUSED_LIMITED;
    }
    if (context->member == NULL)
        return add_member(context);
    return is_own_name(context) ? rejoin(context) : rename_member(context);
}

/* ---- messages and exits ---- */

/*
 * An answer goes to the address that was asked; a member may switch to another one of ours, through
 * the same door.
 */
static void note_heard(const struct context *context)
{
    struct path *path = registry_path(context->room->registry, context->member->position);

    registry_heard(context->room->registry, context->member, context->now->mono_ns);
    if (path->door != context->path->door ||
        memcmp(path->local, context->path->local, sizeof(path->local)) == 0)
        return;
    *path = *context->path;
    roster_keep(&context->room->keepers, context->now, context->room->registry, context->member);
}

static enum refusal handle_chat(const struct context *context)
{
    const struct plain_request *request = &context->request;
    enum refusal refused;

    if (context->member == NULL)
        return refuse_stranger(context, REFUSED_STRANGER);
    if (!is_own_name(context))
        return refuse_stranger(context, REFUSED_WRONG_NAME);
    note_heard(context);
    refused =
        room_say(context->room, context->now, context->member, request->text, request->text_len, 0);
    tell_member(context, refused);
    return refused;
}

static enum refusal handle_exit(const struct context *context)
{
    const struct plain_request *request = &context->request;
    const struct reply *bye = dialect_bye(context->dialect, request->verb, request->verb_len);
    struct reply filled;

    if (context->member == NULL) {
        /* Its receiving process may be waiting for the bye since before our restart. */
        (void)answer(context, bye, true);
        return REFUSED_STRANGER;
    }
    if (!is_own_name(context))
        return refuse_stranger(context, REFUSED_WRONG_NAME);
    plain_reply_last_accept(context->room, context->now, context->member);
    bye = reply_fill(bye, registry_shown(context->member), registry_shown_len(context->member),
                     &filled);
    plain_reply(context->room, context->now, context->path, context->member, bye,
                (room_slot(context->room, context->member)->flags & SLOT_NEWLINE) != 0, true);
    room_leave(context->room, context->now, context->member);
    return REFUSED_NOT;
}

/* ---- dispatch ---- */

/* The worst that the reply to a join or exit can be to another server. */
static enum request_form replies_form(const struct context *context)
{
    const struct room *room = context->room;
    const struct plain_request *request = &context->request;
    const char *shown = request->name;
    size_t length = request->name_len;
    struct name name;

    if (!room->replies[context->path->door].by_name)
        return room->replies[context->path->door].form;
    if (context->member != NULL && is_own_name(context)) {
        shown = registry_shown(context->member);
        length = registry_shown_len(context->member);
    } else if (room_parse_name(room, request->name, request->name_len, &name) == NAME_FINE) {
        shown = name.shown;
        length = name.shown_len;
    }
    return known_replies_form(&room->known_replies, context->dialect, shown, length);
}

/* People who try one name after the other are answered, unless a reply could let in a server. */
static bool is_exchange_over(const struct context *context)
{
    const struct plain_request *request = &context->request;
    enum request_form replies =
        request->kind != PLAIN_CHAT ? replies_form(context) : REQUEST_FORM_NONE;

    if (replies == REQUEST_FORM_NONE ||
        (replies != REQUEST_FORM_ACTS &&
         request_form_may_be_name(request->name, request->name_len)))
        return false;
    /* A reply that lets in a server makes lines, too. */
    return !bucket_spend(
        bucket_of_endpoint(context->room->buckets, BUCKET_EXCHANGE, &context->path->peer),
        &exchange_rate, replies == REQUEST_FORM_ACTS ? 2 : 1, context->now->mono_ns);
}

/*
 * The sender's join is a name claim without a reply yet, and its client takes the next datagram for
 * that. True if this request changes nothing. A join for another name ends the claim, and so does
 * an exit: else its client would be let in after its bye.
 */
static bool waits_for_reply(const struct context *context)
{
    struct name_claims *claims = &context->room->plain->claims;
    const struct plain_request *request = &context->request;
    struct name_claim *claim = name_claims_of(claims, &context->path->peer);

    if (claim == NULL || context->member != NULL)
        return false;
    if (request->kind == PLAIN_CHAT)
        return true;
    if (request->kind == PLAIN_JOIN && request->name_len == strlen(claim->name) &&
        memcmp(request->name, claim->name, request->name_len) == 0)
        return true;
    name_claims_remove(claims, claim);
    return false;
}

typedef enum refusal handler(const struct context *context);

static handler *const handlers[PLAIN_KINDS] = {
    [PLAIN_JOIN] = handle_join,
    [PLAIN_CHAT] = handle_chat,
    [PLAIN_EXIT] = handle_exit,
};

/* All that a request changes is one record, and its answer waits for that. */
static enum refusal handle(const struct context *context, handler *handles)
{
    enum refusal refused;

    record_begin(context->room->records, context->now);
    refused = handles(context);
    record_end(context->room->records);
    return refused;
}

enum refusal plain_requests_handle(struct room *room, const struct moment *now,
                                   const struct path *path, const char *bytes, size_t length)
{
    struct context context = {
        .room = room, .now = now, .path = path, .dialect = room_dialect(room, path->door)};
    int status;

    length = plain_strip_newline(bytes, length, &context.newline);
    if (length == 0)
        return REFUSED_EMPTY;
    /* Another server's reply, or our own reflected: never answered, whatever the verbs are. */
    if (known_replies_have(&room->known_replies, bytes, length))
        return REFUSED_REPLY;
    status = plain_parse(context.dialect, bytes, length, &context.request);
    if (status != 0)
        return status == STATUS_NOT_FOUND ? REFUSED_UNKNOWN_VERB : REFUSED_MALFORMED;
    context.member = registry_find_endpoint(room->registry, &path->peer);
    if (waits_for_reply(&context))
        return context.request.kind == PLAIN_CHAT ? REFUSED_STRANGER : REFUSED_NOT;
    context.quiet = is_exchange_over(&context);
    return handle(&context, handlers[context.request.kind]);
}

void plain_requests_join(struct room *room, const struct moment *now,
                         const struct name_claim *claim)
{
    struct context context = {.room = room,
                              .now = now,
                              .path = &claim->path,
                              .dialect = room_dialect(room, claim->path.door),
                              .member = registry_find_endpoint(room->registry, &claim->path.peer),
                              .newline = claim->newline,
                              .final = true};
    enum refusal refused;

    context.request = (struct plain_request){
        .kind = PLAIN_JOIN, .name = claim->name, .name_len = strlen(claim->name)};
    refused = handle(&context, handle_join);
    if (refused != REFUSED_NOT)
        room_count_refusal(room, now, refused, &claim->path);
}
