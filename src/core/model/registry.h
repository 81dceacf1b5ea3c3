/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The members of a room, by name, by endpoint, by seat, by time last heard, and by whether they
 * lag.
 *
 * The data of a sweep is in dense arrays, apart from names and counters: see
 * core/model/standings.h, which also keeps the members that lag.
 */
#ifndef ROOMD_CORE_MODEL_REGISTRY_H
#define ROOMD_CORE_MODEL_REGISTRY_H

#include "core/model/budget.h"

#include <roomd/endpoint.h>
#include <roomd/limits.h>
#include <roomd/moment.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGISTRY_KEY_BYTES 16

/* As many as room_limits.max_members may be. */
#define REGISTRY_SEATS_MAX 1000000U

/*
 * A name as shown (NFC) and as compared (NFKC_Casefold, Unicode Standard Annex 31). Made by
 * name_parse.
 */
struct name {
    char shown[ROOM_NAME_MAX_BYTES + 1];
    char folded[ROOM_NAME_MAX_BYTES + 1];
    uint8_t shown_len;  /* bytes */
    uint8_t folded_len; /* bytes */
};

/* Its standing decides whom a sweep serves first: the established members, then newcomers. */
enum registry_standing { REGISTRY_ESTABLISHED, REGISTRY_NEWCOMER };
#define REGISTRY_STANDINGS 2

/* Bits of slot.flags. */
#define SLOT_OWES_ACCEPT 1U  /* the accept is sent before any event */
#define SLOT_NEWLINE     2U  /* every datagram ends with a newline */
#define SLOT_BUDGET      4U  /* plain, outside access.trusted: see struct plain_member */
#define SLOT_SEQUENCED   8U  /* see core/model/session.h */
#define SLOT_HELD        16U /* it lags because its budget did not suffice */
#define SLOT_OWES_PAST   64U /* plain: what was said before its join follows its accept */
#define SLOT_PATH_WAITS  32U /* its path takes nothing now: OUTBOX_PATH_LATER */

/* The data of a member that a sweep reads and writes. */
struct slot {
    uint64_t cursor; /* the next event it is owed */
    uint64_t own;    /* the last event of its own; 0 = none */
    uint32_t flags;
    uint32_t spoken_s; /* when it last said something, or joined: monotonic, whole seconds */
};

/*
 * A member's rate limits: when its buckets of messages and of bytes are full again
 * (core/model/bucket.h).
 */
struct allowance {
    int64_t messages_full_ns;
    int64_t bytes_full_ns;
};

struct label;   /* a name in use: core/model/name_index.h */
struct session; /* core/model/session.h */

/*
 * The data of a member that a sweep does not use. Only registry.c and standings.c write `position`,
 * `seat`, `label` and the links.
 */
struct member {
    uint64_t number;         /* 1, 2, 3 …, never given twice in an epoch */
    uint32_t position;       /* in the dense arrays; changes as others join and leave */
    uint32_t seat;           /* the same from its join to its exit; then reused */
    uint32_t undelivered;    /* datagrams that could not be sent to it */
    uint32_t lost;           /* events that left the ring first, or could not be sent */
    uint32_t leaves_ds;      /* if warned, it is not removed before this: registry_tenths */
    bool suspected : 1;      /* its program may be gone: see core/plain_server/liveness.h */
    bool warned : 1;         /* of its removal for silence; sequenced: it is away */
    bool spoken : 1;         /* it has said something */
    uint64_t first;          /* the first event it was owed */
    struct label *label;     /* owned */
    struct session *session; /* of the sequenced protocol, owned; NULL: plain protocol */
    /* Neighbours in the order of heard_ns, among members with the same `warned`: seat + 1. */
    uint32_t lru_older;
    uint32_t lru_newer;
    int64_t joined_wall_ns;
    int64_t heard_ns; /* when it was last heard, monotonic */
    struct allowance allowance;
    int64_t muted_until_ns; /* its messages are refused before this */
};

/* A member of the plain protocol. */
struct plain_member {
    struct member member;
    /*
     * What may be sent to its address, outside access.trusted: it may be forged, to have the room
     * send to somebody else. Held (core/model/budget.h) while SLOT_BUDGET is set.
     */
    struct budget *budget;
    uint32_t said; /* its own events since `first`, which are not owed to it */
    /* It is not told before this of unsent messages, of another name claim: registry_tenths. */
    uint32_t quiet_until_ds, asked_until_ds;
    /* While SLOT_HELD, modulo 2^16: `said`, less its own events among those that it is owed. */
    uint16_t held_said;
    uint8_t held_quarter; /* when its budget last did not suffice: the struct budget's, mod 256 */
    bool held_heard;      /* it was heard since */
};

/* Tenths of a second of the monotonic time, for thirteen years: long waits are kept so. */
static inline uint32_t registry_tenths(int64_t ns)
{
    return (uint32_t)(ns / (100 * MOMENT_NS_PER_MS));
}

/* The same for the end of a wait, which is never early. */
static inline uint32_t registry_tenths_until(int64_t ns)
{
    return registry_tenths(ns - 1) + 1;
}

static inline int64_t registry_leaves_ns(const struct member *member)
{
    return member->leaves_ds * (100 * MOMENT_NS_PER_MS);
}

struct registry;

/*
 * `key` seeds the keyed hash (SipHash) of both indexes, so that nobody can choose colliding names.
 * STATUS_NO_MEMORY.
 */
int registry_new(const uint8_t key[REGISTRY_KEY_BYTES], struct registry **ret_registry);
void registry_free(struct registry *registry);

uint32_t registry_count(const struct registry *registry);

/* A member without a session as what it is. */
static inline struct plain_member *registry_plain(struct member *member)
{
    return (struct plain_member *)(void *)member;
}

/*
 * Adds a member that is owed nothing yet. The caller has checked that nobody has the name, nor, for
 * a plain member, the endpoint. A sequenced member has a session, all zero, and is not found by its
 * endpoint: its token identifies it, its address may change, and several may share one.
 * STATUS_NO_MEMORY: nothing was changed. The registry owns the member, which is valid until
 * registry_remove.
 */
int registry_add(struct registry *registry, const struct name *name, const struct path *path,
                 int64_t now_ns, bool sequenced, struct member **ret_member);

/*
 * The same for a member that had this seat before a restart; its number is to be set by the caller.
 * STATUS_TAKEN: somebody sits there, or there are no such seats.
 */
int registry_add_seated(struct registry *registry, const struct name *name, const struct path *path,
                        int64_t now_ns, bool sequenced, uint32_t seat, struct member **ret_member);

/*
 * The next member gets the number after this one. For callers that number members themselves: after
 * a restart, or in another epoch.
 */
void registry_set_last_number(struct registry *registry, uint64_t number);

/*
 * Renames a member; the caller has checked that the name is free. STATUS_NO_MEMORY: it keeps the
 * old one.
 */
int registry_rename(struct registry *registry, struct member *member, const struct name *name);

void registry_remove(struct registry *registry, struct member *member);

struct member *registry_find_name(const struct registry *registry, const struct name *name);

/*
 * A member but `except` whose name looks like this one, as shown; or NULL. A member of that name is
 * found too.
 */
struct member *registry_find_lookalike(const struct registry *registry, const struct name *name,
                                       const struct member *except);
struct member *registry_find_endpoint(const struct registry *registry,
                                      const struct endpoint *endpoint);

/* The name as shown and as compared; terminated, valid until the member is renamed or removed. */
const char *registry_shown(const struct member *member);
const char *registry_folded(const struct member *member);
size_t registry_shown_len(const struct member *member);
size_t registry_folded_len(const struct member *member);

/*
 * By position, 0 to count - 1, in no particular order. Valid until the next call that adds or
 * removes a member or changes the lagging range. Slots and paths may be written, except the peer of
 * a plain member.
 */
struct member *registry_member(const struct registry *registry, uint32_t position);
struct slot *registry_slot(const struct registry *registry, uint32_t position);
struct path *registry_path(const struct registry *registry, uint32_t position);

/*
 * By seat, 0 to registry_seats - 1; NULL if empty. A caller that iterates over the seats, while
 * members join and leave in between, meets each one that stays exactly once.
 */
uint32_t registry_seats(const struct registry *registry);
/* The number of the member that joined last; 0 = nobody yet. */
uint64_t registry_last_number(const struct registry *registry);
struct member *registry_seated(const struct registry *registry, uint32_t seat);

/* The member was heard: moves it to the end of the order of silence; it is no longer warned. */
void registry_heard(struct registry *registry, struct member *member, int64_t now_ns);
/* Marks a member as warned of its silence. */
void registry_warned(struct registry *registry, struct member *member);
/* The member of that protocol heard longest ago, among the warned or the other ones; or NULL. */
struct member *registry_oldest_heard(const struct registry *registry, bool sequenced, bool warned);

/* Members have been established since they were added, unless it was changed. */
enum registry_standing registry_standing(const struct registry *registry,
                                         const struct member *member);
void registry_set_standing(struct registry *registry, struct member *member,
                           enum registry_standing standing);
uint32_t registry_standing_count(const struct registry *registry, enum registry_standing standing);

/* Number of lagging members, in all and by standing. */
uint32_t registry_behind(const struct registry *registry);
uint32_t registry_standing_behind(const struct registry *registry, enum registry_standing standing);
/* The position of the n-th of them, n < registry_standing_behind. */
uint32_t registry_lagging(const struct registry *registry, enum registry_standing standing,
                          uint32_t n);
/* The position of the first of them, if there is one. */
uint32_t registry_head(const struct registry *registry, enum registry_standing standing);
/* Everybody lags: an event was released. Constant time. */
void registry_all_behind(struct registry *registry);
/* Adds this member to the end of its lagging range, if it is not in it. */
void registry_mark_behind(struct registry *registry, struct member *member);
/* The member at the head of the range has caught up. */
void registry_head_done(struct registry *registry, enum registry_standing standing);
/* The member at the head of the range still lags: moves it to the end. */
void registry_head_later(struct registry *registry, enum registry_standing standing);

#endif
