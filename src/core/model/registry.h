/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Who is in the room: found by name, by endpoint, and by whether anything is owed to them.
 *
 * What a sweep touches stands in dense arrays, apart from names and counters. The members that are
 * owed something form a *window* of these arrays: `behind` places from `head` on, round the end. A
 * sweep looks at the member at the head and then says either that it has caught up (the window
 * shrinks past it) or that it has not (it goes to the window's end). So a single laggard costs no
 * scan, nobody is overtaken twice, and members may come and go between any two steps.
 */
#ifndef ROOMD_CORE_MODEL_REGISTRY_H
#define ROOMD_CORE_MODEL_REGISTRY_H

#include <roomd/endpoint.h>
#include <roomd/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REGISTRY_KEY_BYTES 16

/* A name as it is shown (NFC) and as it is compared (NFKC_Casefold, Unicode Standard Annex 31).
 * Made by name_parse. */
struct name {
    char shown[ROOM_NAME_MAX_BYTES + 1];
    char folded[ROOM_NAME_MAX_BYTES + 1];
    uint8_t shown_len;  /* bytes */
    uint8_t folded_len; /* bytes */
};

/* Bits of slot.flags. */
#define SLOT_OWES_ACCEPT 1U /* the accept is sent before any event */
#define SLOT_PROBATION                                                                             \
    4U /* it has yet to prove that its address is its own: see ROOM_PROBATION_BYTES */
#define SLOT_NEWLINE   2U /* every datagram ends with a newline */
#define SLOT_SEQUENCED 8U /* it speaks the sequenced protocol: see core/model/session.h */

/* What a sweep reads and writes for each member. */
struct slot {
    uint64_t cursor; /* the next event it is owed */
    uint64_t own;    /* the newest event it is the author of; 0 = none */
    uint32_t flags;
};

/* What a member may still do: when its buckets of messages and of bytes are full again
 * (core/model/bucket.h). */
struct allowance {
    int64_t messages_full_ns;
    int64_t bytes_full_ns;
};

struct label;   /* a name in use; private */
struct session; /* core/model/session.h */

/* What a sweep does not touch. Read it; only registry.c writes `position`, `seat`, `label` and the
 * links. */
struct member {
    uint64_t number;          /* 1, 2, 3 …, never given twice */
    uint32_t position;        /* in the dense arrays; changes as others come and go */
    uint32_t seat;            /* the same from its join to its exit; then somebody else's */
    uint32_t undelivered;     /* datagrams that could not be sent to it */
    uint16_t probation_bytes; /* sent while on probation */
    uint8_t probation_datagrams : 6;
    bool suspected : 1;      /* of having vanished: see core/plain_server/liveness.h */
    bool warned : 1;         /* that it will be removed for saying nothing; sequenced: it is away */
    uint64_t first;          /* the first event it was owed */
    uint32_t said;           /* its own events since then, where they are not owed */
    uint32_t lost;           /* events that left the ring first, or could not be sent */
    struct label *label;     /* owned */
    struct session *session; /* of the sequenced protocol, owned; NULL: it speaks the plain one */
    struct member
        *quieter; /* neighbours in the order of heard_ns, among those that are as warned as it is */
    struct member *louder;
    int64_t joined_wall_ns;
    int64_t heard_ns; /* when it was last heard, monotonic */
    struct allowance allowance;
    int64_t quiet_until_ns; /* it is told nothing about unsent messages before this */
    int64_t leaves_ns;      /* warned of its silence, it is not removed before this */
    int64_t muted_until_ns; /* what it says before this is refused */
};

struct registry;

/* `key` seeds the keyed hash (SipHash) under both indexes, so that nobody can choose colliding
 * names. STATUS_NO_MEMORY. */
int registry_new(const uint8_t key[REGISTRY_KEY_BYTES], struct registry **ret_registry);
void registry_free(struct registry *registry);

uint32_t registry_count(const struct registry *registry);

/*
 * Adds a member that is owed nothing yet. The caller has made sure that nobody has the name, nor,
 * if it speaks the plain protocol, the endpoint. A sequenced one has a session, all zero, and is
 * not found by its endpoint: it is known by its token, and may change its address; several may
 * share an endpoint. STATUS_NO_MEMORY: nothing was changed. The member is owned by the registry and
 * valid until registry_remove.
 */
int registry_add(struct registry *registry, const struct name *name, const struct path *path,
                 int64_t now_ns, bool sequenced, struct member **ret_member);

/* Whoever joins next gets the number after that. For who gives numbers to members itself: after a
 * restart, or in another epoch. */
void registry_set_last_number(struct registry *registry, uint64_t number);

/* Gives a member another name, which the caller has made sure is free. STATUS_NO_MEMORY: it keeps
 * the old one. */
int registry_rename(struct registry *registry, struct member *member, const struct name *name);

void registry_remove(struct registry *registry, struct member *member);

struct member *registry_find_name(const struct registry *registry, const struct name *name);
struct member *registry_find_endpoint(const struct registry *registry,
                                      const struct endpoint *endpoint);

/* The name as shown and as compared; terminated, valid until the member is renamed or removed. */
const char *registry_shown(const struct member *member);
const char *registry_folded(const struct member *member);
size_t registry_shown_len(const struct member *member);
size_t registry_folded_len(const struct member *member);

/*
 * By position, 0 … count - 1, in no particular order. Valid until the next add, remove or window
 * call. Slots and paths may be written, but the peer of a member that is found by it stays.
 */
struct member *registry_member(const struct registry *registry, uint32_t position);
struct slot *registry_slot(const struct registry *registry, uint32_t position);
struct path *registry_path(const struct registry *registry, uint32_t position);

/*
 * By seat, 0 … registry_seats - 1; NULL where nobody sits. Whoever walks over the seats with
 * members coming and going in between meets each one that stays exactly once.
 */
uint32_t registry_seats(const struct registry *registry);
/* The number of whoever joined last; 0 = nobody yet. */
uint64_t registry_last_number(const struct registry *registry);
struct member *registry_seated(const struct registry *registry, uint32_t seat);

/* It was heard: the last in the order of silence, and no longer warned. */
void registry_heard(struct registry *registry, struct member *member, int64_t now_ns);
/* It was warned that it has been silent for long. */
void registry_warned(struct registry *registry, struct member *member);
/* The member of that protocol that has been silent longest among those that were warned, or those
 * that were not; or NULL. */
struct member *registry_quietest(const struct registry *registry, bool sequenced, bool warned);

/* How many members are owed something. */
uint32_t registry_behind(const struct registry *registry);
/* The position of the n-th member of the window, n < registry_behind. */
uint32_t registry_lagging(const struct registry *registry, uint32_t n);
/* Everybody is owed something: an event was released. Constant time. */
void registry_all_behind(struct registry *registry);
/* This one is owed something; it goes to the end of the window if it is not in it. */
void registry_mark_behind(struct registry *registry, struct member *member);
/* The member at the head of the window has caught up. */
void registry_head_done(struct registry *registry);
/* The member at the head of the window stays behind, and waits for its next turn. */
void registry_head_later(struct registry *registry);

#endif
