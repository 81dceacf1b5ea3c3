/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The room: what a datagram, a line of the administrator or the passing of time does to members and
 * transcript, and the delivery of what members are owed. No sockets, no clock, no logging: time,
 * addresses and randomness come in as arguments, datagrams go out through the outbox.
 *
 * Life of a member: it joins (its accept is owed before any event), speaks, and leaves: by asking,
 * by taking another name, by silence, or by being removed.
 */
#ifndef ROOMD_ROOM_H
#define ROOMD_ROOM_H

#include <roomd/dialect.h>
#include <roomd/limits.h>
#include <roomd/moment.h>
#include <roomd/network.h>
#include <roomd/ports.h>
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

/* A log, a screen, a counter; and one to come. */
#define ROOM_OBSERVERS_MAX 4

/* A silent member is told this long before it is removed, or half the timeout where that is
 * shorter. */
#define ROOM_IDLE_WARNING_S 60

/* A stranger's message, and a member's message that was not sent, are answered at most this often.
 */
#define ROOM_TOLD_INTERVAL_S 5

struct room;

struct room_access {
    struct network_list
        plain_from;              /* from elsewhere, datagrams of the plain protocol are dropped */
    struct network_list trusted; /* from elsewhere, a member is on probation at first */
    struct network_list deny;    /* from here, everything is dropped, whatever the others say */
};

struct room_door {
    struct endpoint listen;        /* as bound, with the real port */
    const struct dialect *dialect; /* borrowed until the next room_reconfigure or room_free */
};

/* What an administrator decides on, as a whole: a reload hands over another one. */
struct room_config {
    struct room_limits
        limits; /* nobody leaves for them: a lower max_members only refuses newcomers */
    struct room_access access;
    const char *title; /* what members of the sequenced protocol are told the room is called: 1 to
                          ROOM_TITLE_MAX_BYTES bytes; copied */
    const struct room_door
        *doors; /* copied, at most ROOM_DOORS_MAX; members keep their door's index */
    size_t door_count;
    const struct endpoint *own; /* addresses of this machine, to know our own datagrams by; copied,
                                   the first ROOM_OWN_MAX */
    size_t own_count;
};

struct room_setup {
    uint8_t key[ROOM_KEY_BYTES];       /* random: seeds the keyed hashes */
    uint8_t secret[ROOM_SECRET_BYTES]; /* random: cookies, tokens and the epoch are made of it */
    size_t ring_bytes;                 /* ROOM_RING_MIN_BYTES – ROOM_RING_MAX_BYTES */
    struct room_config config;
    struct outbox outbox;
    struct roster roster; /* all zero: none */
};

enum sweep_result {
    SWEEP_DONE,    /* nobody is owed anything */
    SWEEP_BLOCKED, /* whoever is owed something waits for a full socket */
    SWEEP_MORE,    /* the budget is spent */
};

/* STATUS_NO_MEMORY, or STATUS_INVALID where ring_bytes is out of range. */
int room_new(const struct room_setup *setup, struct room **ret_room);
void room_free(struct room *room);

/* Tells another observer what happens, besides those there are. STATUS_FULL: there are
 * ROOM_OBSERVERS_MAX. */
int room_observe(struct room *room, const struct observer *observer);

/* Takes another configuration. Members whom it does not let in any more are removed as by a kick;
 * returns how many. */
uint32_t room_reconfigure(struct room *room, const struct moment *now,
                          const struct room_config *config);

/* The limits in force. Valid as long as the room. */
const struct room_limits *room_limits(const struct room *room);

/*
 * Takes a member back in after a restart, as its keeper kept it: nobody is told, and it counts as
 * heard now. To be called before anything comes in; room_reconfigure then removes whom access no
 * longer lets in. STATUS_INVALID (the record holds no name that could be one), STATUS_TAKEN (its
 * name or its endpoint is somebody's), STATUS_NO_MEMORY: it is not in. STATUS_NOT_FOUND: there is
 * no door `record->path.door`; the others are told that it has left, so such records are best
 * handed over last.
 */
int room_restore(struct room *room, const struct moment *now, const struct roster_record *record);

/* A datagram came in. Whatever it holds, it is counted and the room goes on. `bytes` is borrowed;
 * only the first PLAIN_REQUEST_MAX_BYTES are ever read. */
void room_receive(struct room *room, const struct moment *now, const struct path *path,
                  const void *bytes, size_t length);

/* An ICMP error has come back that quotes a datagram sent to this peer by that door: its program
 * may be gone. */
void room_unreachable(struct room *room, const struct moment *now, const struct endpoint *peer,
                      uint16_t door);

/* Does what is due by now, a bounded amount of it, and tells when it wants to be called next
 * (monotonic), or MOMENT_NEVER_NS. */
int64_t room_tick(struct room *room, const struct moment *now);
int64_t room_next_tick(const struct room *room);

/*
 * Sends members what they are owed, at most about `budget` datagrams, and goes on where the last
 * sweep stopped. In a large room joins and exits wait up to half a second, so that those that come
 * together are told in one line; room_next_tick tells when.
 */
enum sweep_result room_sweep(struct room *room, const struct moment *now, size_t budget);

/*
 * The room ends, and nobody is to wait for it: members of the sequenced protocol, whose programs
 * would, are told. Not for a restart. To be called last, when what was said has been delivered.
 */
void room_close(struct room *room);

/* Nothing waits any longer: the next sweep sends it. */
void room_release(struct room *room, const struct moment *now);

/* This door's socket takes datagrams again. */
void room_door_writable(struct room *room, uint16_t door);

#endif
