/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The world of fuzz_room: a room, its members, and what they must be sent. Shared by the steps
 * (fuzz_room.c), the invariants (room_checks.c), and the members of the sequenced protocol
 * (room_sequenced.c).
 */
#ifndef TESTS_FUZZ_ROOM_WORLD_H
#define TESTS_FUZZ_ROOM_WORLD_H

#include "admin/admin.h"
#include "core/room/room_state.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "fuzz/fuzz_support.h"

#define PEERS       16U
#define MEMBERS_MAX 6U

/* The next notice that the member at an endpoint must be sent. */
struct expectation {
    bool in;
    unsigned next; /* notice number */
};

/* Programs of the sequenced protocol. Members that they have abandoned may still be in the room. */
#define PROGRAMS 4U

/* More events and members than the steps of an input can make. */
#define NUMBERS 16384U

/* One program's own state. */
struct program {
    bool in;
    struct path path;
    uint64_t nonce, epoch, token;
    uint64_t position; /* it has all events up to this */
    uint64_t head;     /* the highest event that it knows of */
    uint32_t packet;
    uint32_t said; /* the highest message number it has used */
    bool wild;     /* it may have used any number */
    bool resuming; /* it waits to be told which numbers were used */
    uint16_t run;
    uint8_t cookie[SEQUENCED_COOKIE_MAX_BYTES];
    size_t cookie_length;
    uint64_t challenge; /* sent to `challenged`; 0: none */
    struct path challenged;
    uint8_t has[NUMBERS / 8]; /* events beyond its position */
};

/* What happened, by sequence number; entries up to the transcript's head are valid. */
struct history {
    struct {
        uint32_t author;
        uint16_t said;
        uint8_t kind;
    } events[NUMBERS];
    uint16_t said[NUMBERS]; /* of each member, the last of its messages that made an event */
};

/* The last datagram that a peer was sent, which an ICMP error may quote. */
struct quotable {
    char bytes[PLAIN_LINE_MAX_BYTES];
    size_t length;
};

struct world {
    struct fuzz_room fuzz;
    struct admin admin;
    struct room_config config;
    struct room_door doors[2];
    struct expectation peers[PEERS];
    struct quotable quotable[PEERS];
    unsigned notices; /* said so far */
    uint8_t take;     /* datagrams that the doors take until they are full; 255: no limit */
    uint8_t failing;  /* peer that can't be sent to; PEERS and above: none */
    uint8_t slow;     /* peer whose path takes nothing now; the same */
    bool wording[2];  /* of each door: true for the second of its dialects */
    struct {
        struct roster_record record;
        bool taken;
    } kept[MEMBERS_MAX]; /* by seat */
    bool untrusted;      /* at some time, addresses outside access.trusted had a budget */
    bool overloaded;     /* as last reported to the observer */
    uint8_t starts;      /* of the program: each start has its own secret */
    struct program programs[PROGRAMS];
    uint64_t nonce;     /* the last that a program has used */
    uint32_t sequenced; /* members with a session */
    /* The member whose exit, for a rename, was the last event; 0: none. */
    uint64_t renamed;
    struct history *history; /* not cleared between inputs */
};

static inline unsigned peer_of(const struct path *path)
{
    return (unsigned)(path->peer.address[15] & 3) + (unsigned)(path->peer.port - 1000) * 4;
}

static inline struct path peer_path(uint8_t selector)
{
    struct path path = fuzz_path(selector);

    path.door = (selector >> 1 & 1) ^ (selector >> 4 & 1);
    return path;
}

/* Checks the invariants; called after each step. */
void room_checks(struct world *world);

/*
 * Copies the datagram into memory of its length, so that the sanitizer sees a read beyond its end.
 */
void room_world_receive(struct world *world, const struct path *path, const void *bytes,
                        size_t length);

/* ---- room_sequenced.c ---- */

/* An event happens. Returns true if its author has a session. */
bool room_sequenced_happened(struct world *world, const struct event *event);

/* A datagram of the protocol is sent; it arrives, or not. */
void room_sequenced_sent(struct world *world, const struct outbox_entry *entry, bool arrives);

/* The room was restarted: its sessions are lost. */
void room_sequenced_forget(struct world *world);

/* One of the programs does something. */
void room_sequenced_step(struct world *world, uint8_t what, struct input *input);

/* At the end, every program that is in gets everything that the room still has. */
void room_sequenced_settle(struct world *world);

#endif
