/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The room: applies datagrams, the administrator's commands and the passing of time to members and
 * transcript, and delivers to members what they are owed. No sockets, no clock, no logging: time,
 * addresses and randomness are arguments, datagrams go out through the outbox.
 *
 * Life of a member: it joins (its accept is owed before any event), speaks, and leaves: by request,
 * by silence, because its program is gone, or by being removed.
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

/*
 * The first and the third byte of a HELLO of the sequenced protocol. A client repeats it, and
 * nothing is kept for it, so it is the first to be dropped when more comes in than can be read.
 */
#define ROOM_HELLO_FIRST_BYTE 0xf8
#define ROOM_HELLO_THIRD_BYTE 1

/* As members of the sequenced protocol are told it. */
#define ROOM_TITLE_MAX_BYTES 64

/* Doors are few: each is a socket. */
#define ROOM_DOORS_MAX 32

/* Addresses of this machine, by which our own datagrams are recognised. */
#define ROOM_OWN_MAX 64

/* A log, a terminal, a counter, and one to spare. */
#define ROOM_OBSERVERS_MAX 4

/*
 * A silent member is warned this long before it is removed, or half the timeout before if that is
 * shorter.
 */
#define ROOM_IDLE_WARNING_S 60

/* In a full room, a member that has said nothing for so long may have to make room. */
#define ROOM_SILENT_S 900

/* Messages of strangers, and unsent messages of members, are answered at most this often. */
#define ROOM_TOLD_INTERVAL_S 5

struct room;

struct room_access {
    /* From elsewhere, datagrams of the plain protocol are dropped. */
    struct network_list plain_from;
    /* From elsewhere, plain clients are sent little more than they send: core/model/budget.h. */
    struct network_list trusted;
    struct network_list deny; /* from here, everything is dropped, whatever the others say */
};

struct room_door {
    struct endpoint listen;        /* as bound, with the real port */
    const struct dialect *dialect; /* borrowed until the next room_reconfigure or room_free */
};

/* The administrator's decisions, as a whole: a reload passes another one. */
struct room_config {
    /* A lower max_members only refuses newcomers: nobody is removed for it. */
    struct room_limits limits;
    struct room_access access;
    /* The room's name for sequenced members: 1 to ROOM_TITLE_MAX_BYTES bytes; copied. */
    const char *title;
    /* Copied, at most ROOM_DOORS_MAX; members keep their door's index. */
    const struct room_door *doors;
    size_t door_count;
    /* Addresses of this machine, to recognise our own datagrams; copied, the first ROOM_OWN_MAX. */
    const struct endpoint *own;
    size_t own_count;
};

struct room_setup {
    uint8_t key[ROOM_KEY_BYTES];       /* random: seeds the keyed hashes */
    uint8_t secret[ROOM_SECRET_BYTES]; /* random: seeds cookies, tokens and the epoch */
    size_t ring_bytes;                 /* ROOM_RING_MIN_BYTES to ROOM_RING_MAX_BYTES */
    struct room_config config;
    struct outbox outbox;
    struct roster roster;  /* all zero: none */
    struct room_log log;   /* all zero: none; one that is not empty: room_restore.h */
    struct room_past past; /* all zero: none */
};

enum sweep_result {
    SWEEP_DONE,    /* nobody is owed anything */
    SWEEP_BLOCKED, /* every member that is owed something waits for a full socket */
    SWEEP_MORE,    /* the budget is spent */
};

/* STATUS_NO_MEMORY, or STATUS_INVALID if ring_bytes is out of range. */
int room_new(const struct room_setup *setup, struct room **ret_room);
void room_free(struct room *room);

/* Adds an observer. STATUS_FULL: there are ROOM_OBSERVERS_MAX. */
int room_observe(struct room *room, const struct observer *observer);

/*
 * Applies another configuration. Members that it no longer admits are removed as by a kick; returns
 * their number.
 */
uint32_t room_reconfigure(struct room *room, const struct moment *now,
                          const struct room_config *config);

/* The limits in force. Valid as long as the room. */
const struct room_limits *room_limits(const struct room *room);

/*
 * Restores a member after a restart from the roster's record: nobody is told, and it counts as
 * heard now. To be called before any datagram comes in; room_reconfigure then removes the members
 * that access no longer admits. STATUS_INVALID (the record's name can't be one), STATUS_TAKEN (its
 * name or its endpoint is in use), STATUS_NO_MEMORY: it was not added. STATUS_NOT_FOUND: there is
 * no door `record->path.door`; the others are told that it has left, so such records are best
 * restored last.
 */
int room_restore(struct room *room, const struct moment *now, const struct roster_record *record);

/*
 * A datagram came in. It may hold anything; it is counted. `bytes` is borrowed; only the first
 * PLAIN_REQUEST_MAX_BYTES are ever read.
 */
void room_receive(struct room *room, const struct moment *now, const struct path *path,
                  const void *bytes, size_t length);

/* An error says that the port of a peer is closed: its program may be gone. */
void room_unreachable(struct room *room, const struct moment *now, const struct unreachable *error);

/*
 * The doors hold more datagrams than were passed on in this turn, or not: while they do, members
 * that have come in masses are sent less, so that what members say is not lost.
 */
void room_input_waits(struct room *room, bool waits);

/*
 * Does what is due by now, a bounded amount of it, and returns when it has to be called next
 * (monotonic), or MOMENT_NEVER_NS.
 */
int64_t room_tick(struct room *room, const struct moment *now);
int64_t room_next_tick(const struct room *room);

/*
 * Sends members what they are owed, at most about `budget` datagrams, starting where the last sweep
 * stopped. In large rooms joins and exits are held back for up to half a second so that they can be
 * folded; room_next_tick says until when.
 */
enum sweep_result room_sweep(struct room *room, const struct moment *now, size_t budget);

/*
 * The log has kept all records up to this one: their events are released, and what follows from
 * them is told. STATUS_INVALID: that record was not made, or there is no log.
 */
int room_committed(struct room *room, const struct moment *now, uint64_t record);

/*
 * The log was begun again: it has kept all records up to this one, and is handed over the later
 * ones once more. STATUS_INVALID: it has lost a record that it said it had kept, or has one that
 * was never made.
 */
int room_log_resume(struct room *room, const struct moment *now, uint64_t record);

/* How a question of room_past.read was answered. */
enum room_history_result {
    ROOM_HISTORY_DONE,
    ROOM_HISTORY_FAILED,
};

/* An event that answers it: in the order that was asked for. */
void room_history_event(struct room *room, const struct moment *now, uint64_t id,
                        const struct event *event);

/*
 * There are no more events for it. `next`: there may be more from that number on, falling below it;
 * 0: there are not.
 */
void room_history_end(struct room *room, const struct moment *now, uint64_t id,
                      enum room_history_result result, uint64_t next);

/*
 * The log was begun again with nothing in it, as the one before was damaged or is gone. The room is
 * not: what waits is handed over again, and then its whole state, as later records. STATUS_INVALID:
 * there is no log. STATUS_NO_MEMORY: nothing was done.
 */
int room_log_renew(struct room *room, const struct moment *now);

/*
 * The number of the last record. An answer that is made now says nothing but what is true once that
 * one is committed.
 */
uint64_t room_recorded(const struct room *room);

/*
 * The administrator closes the room for good: members that are in when the program ends are not in
 * it when it begins again with the same log. To be called before what is to be committed.
 */
void room_close_for_good(struct room *room, const struct moment *now);

/*
 * The program ends: tells the members of the sequenced protocol that the room is closed or, where
 * it may be a restart, that they should come back; with a log they are told nothing then, since
 * their sessions go on. Plain members are told nothing. To be called last, after everything was
 * delivered.
 */
void room_close(struct room *room, bool restarts);

/*
 * Before the program ends: answers the joins that wait, and releases all events that are held back
 * and committed. The next sweep sends them.
 */
void room_release(struct room *room, const struct moment *now);

/* This door's socket, or a path of it that was put off, has room again. */
void room_door_writable(struct room *room, uint16_t door);

#endif
