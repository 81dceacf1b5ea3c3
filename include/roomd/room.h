/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The room: what a datagram, a line of the administrator or the passing of time does to members and transcript, and the delivery of what members are
 * owed. No sockets, no clock, no logging: time, addresses and randomness come in as arguments, datagrams go out through the outbox.
 *
 * Life of a member: it joins (its accept is owed before any event), speaks, and leaves: by asking, by taking another name, by silence, or by being removed.
 */
#ifndef ROOMD_ROOM_H
#define ROOMD_ROOM_H

#include <roomd/access.h>
#include <roomd/dialect.h>
#include <roomd/keeper.h>
#include <roomd/limits.h>
#include <roomd/moment.h>
#include <roomd/observer.h>
#include <roomd/outbox.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROOM_KEY_BYTES    16
#define ROOM_SECRET_BYTES 32

/* As members of the sequenced protocol are told it. */
#define ROOM_TITLE_MAX_BYTES 64

/* Doors are few: each is a socket. */
#define ROOM_DOORS_MAX 32

/* Addresses of this machine that are remembered, to know our own datagrams by. */
#define ROOM_OWN_MAX 64

/* A silent member is told this long before it is removed, or half the timeout where that is shorter. */
#define ROOM_IDLE_WARNING_S 60

/* A stranger's message, and a member's message that was not sent, are answered at most this often. */
#define ROOM_TOLD_INTERVAL_S 5

struct room;

struct room_door {
    struct endpoint listen;        /* as bound, with the real port */
    const struct dialect *dialect; /* borrowed until the next room_set_doors or room_free */
};

struct room_setup {
    uint8_t key[ROOM_KEY_BYTES];       /* random: seeds the keyed hashes */
    uint8_t secret[ROOM_SECRET_BYTES]; /* random: cookies, tokens and the epoch are made of it */
    size_t ring_bytes;                 /* TRANSCRIPT_MIN_BYTES – TRANSCRIPT_MAX_BYTES */
    struct room_limits limits;
    struct outbox outbox;
    struct observer observer;
    struct roster roster;
};

struct room_stats {
    uint64_t received;           /* datagrams */
    uint64_t refused[REFUSALS];  /* datagrams and requests, by reason */
    uint64_t answers_withheld;   /* answers a rate limit or a full socket kept back */
    uint64_t datagrams_sent;     /* taken by the outbox */
    uint64_t events_delivered;   /* an event at one member */
    uint64_t events_missed;      /* an event that left the ring before a member was sent it */
    uint64_t undelivered;        /* datagrams the outbox failed on */
    uint64_t probes;             /* empty datagrams sent to see whether a member is still there */
    uint64_t unreachable;        /* ICMP errors that quoted datagrams of ours */
    uint64_t appended, released; /* heads of the transcript */
    uint64_t repairs;            /* datagrams sent again to sequenced members */
    uint32_t members, behind;
    uint32_t sequenced;       /* of the members */
    uint64_t deliveries_owed; /* events that members wait for, summed over the members */
    bool overloaded;          /* they have become more and more for seconds */
};

enum sweep_result {
    SWEEP_DONE,    /* nobody is owed anything */
    SWEEP_BLOCKED, /* whoever is owed something waits for a full socket */
    SWEEP_MORE,    /* the budget is spent */
};

struct room_member {
    const char *name; /* valid until the next call that changes the room */
    const struct path *path;
    uint64_t number;
    uint64_t owed;      /* events */
    uint64_t delivered; /* events, since it joined */
    uint64_t lost;      /* events that left the ring before it was sent them, or could not be sent */
    uint32_t undelivered;
    int64_t joined_wall_ns;
    int64_t heard_ns;
    int64_t muted_until_ns;
    bool sequenced; /* it speaks the sequenced protocol */
    bool away;      /* sequenced, and not heard for long: nothing is sent to it */
};

/* STATUS_NO_MEMORY, or STATUS_INVALID where ring_bytes is out of range. */
int room_new(const struct room_setup *setup, struct room **ret_room);
void room_free(struct room *room);

/* To be called before anything else: which doors there are (at most ROOM_DOORS_MAX); members keep their door's index. `own`: addresses of this machine, copied (the first ROOM_OWN_MAX). */
void room_set_doors(struct room *room, const struct room_door *doors, size_t count, const struct endpoint *own,
                    size_t own_count);

/* Takes new limits. Nobody leaves for them: a lower max_members only refuses newcomers. */
void room_set_limits(struct room *room, const struct room_limits *limits);

/* What the room is called, 1 to ROOM_TITLE_MAX_BYTES bytes; copied. Newcomers of the sequenced protocol are told. "room" until then. */
void room_set_title(struct room *room, const char *title);

void room_get_limits(const struct room *room, struct room_limits *ret_limits);

/*
 * Takes a member back in after a restart, as its keeper kept it: nobody is told, and it counts as heard now. To be called after room_set_doors and before anything comes in; room_set_access then removes whom it
 * no longer lets in. STATUS_INVALID (the record holds no name that could be one), STATUS_TAKEN (its name or its endpoint is somebody's), STATUS_NO_MEMORY: it is not in. STATUS_NOT_FOUND: there is no door
 * `record->path.door`; the others are told that it has left, so such records are best handed over last.
 */
int room_restore(struct room *room, const struct moment *now, const struct roster_record *record);

/* A datagram came in. Whatever it holds, it is counted and the room goes on. `bytes` is borrowed; only the first PLAIN_REQUEST_MAX_BYTES are ever read. */
void room_receive(struct room *room, const struct moment *now, const struct path *path, const void *bytes,
                  size_t length);

/* An ICMP error has come back that quotes a datagram sent to this peer by that door: its program may be gone. */
void room_unreachable(struct room *room, const struct moment *now, const struct endpoint *peer, uint16_t door);

/*
 * The administrator says something to everybody; the number of members it will reach goes to `ret_members`. STATUS_TOO_LONG (more than max_text_bytes), STATUS_NOT_UTF8, STATUS_INVALID (empty),
 * STATUS_FULL: nothing was said.
 */
int room_notice(struct room *room, const struct moment *now, const char *text, size_t length, uint32_t *ret_members);

/*
 * Removes a member: it is sent the reason as a line and its bye, the others its exit; for ROOM_REJOIN_DELAY_S it may not be back. `reason` may be NULL or empty. STATUS_NOT_FOUND, STATUS_NOT_UTF8, STATUS_TOO_LONG.
 */
int room_kick(struct room *room, const struct moment *now, const char *name, const char *reason);

/* Does what is due by now, a bounded amount of it, and tells when it wants to be called next (monotonic), or MOMENT_NEVER_NS. */
int64_t room_tick(struct room *room, const struct moment *now);
int64_t room_next_tick(const struct room *room);

/*
 * Sends members what they are owed, at most about `budget` datagrams, and goes on where the last sweep stopped. In a large room joins and exits wait up to half a second, so that those
 * that come together are told in one line; room_next_tick tells when.
 */
enum sweep_result room_sweep(struct room *room, const struct moment *now, size_t budget);

/*
 * The room ends, and nobody is to wait for it: members of the sequenced protocol, whose programs would, are told. Not for a restart. To be called last, when what was said has been delivered.
 */
void room_close(struct room *room);

/* Nothing waits any longer: the next sweep sends it. */
void room_release(struct room *room, const struct moment *now);

/* This door's socket takes datagrams again. */
void room_door_writable(struct room *room, uint16_t door);

void room_stats(const struct room *room, struct room_stats *ret_stats);
uint32_t room_members(const struct room *room);

/*
 * The member of a seat, 0 … room_seats - 1; false where nobody sits there. A member has one seat from its join to its exit: whoever walks over the seats, with the room going on in between, meets each that stays
 * exactly once.
 */
uint32_t room_seats(const struct room *room);
bool room_member(const struct room *room, uint32_t seat, struct room_member *ret_member);

/* The number of the member that joined last: whoever joins from now on has a higher one. */
uint64_t room_last_number(const struct room *room);

/* A door by its index, as in struct path; false where there is none any more. */
bool room_door(const struct room *room, uint16_t door, struct room_door *ret_door);

/* Numbers of the oldest event still held and of the last that members may see: oldest > released where there is none. */
void room_events(const struct room *room, uint64_t *ret_oldest, uint64_t *ret_released);
/* One of these events, or false. Its name and text are valid until the next call that changes the room. */
bool room_event(const struct room *room, uint64_t seq, struct event *ret_event);

#endif
