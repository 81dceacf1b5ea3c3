/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The rows of the room's state as bytes (roomd/ports.h, enum room_space): keys and values, in
 * network byte order; doc/log-protocol.md, section 4, has them as tables. A value begins with
 * STATE_ROW_VERSION; a later version may only add spaces, or begin with another number. Times are
 * wall clock, so that rows outlive a boot; only cookies' are of the boot in which they were made.
 *
 * Readers return 0 or STATUS_INVALID. Does not know where rows are kept.
 */
#ifndef ROOMD_CORE_ROOM_STATE_ROW_H
#define ROOMD_CORE_ROOM_STATE_ROW_H

#include "core/model/bans.h"
#include "core/model/sessions.h"
#include <roomd/ports.h>
#include <roomd/room_admin.h>

#define STATE_ROW_VERSION 1

#define STATE_ROW_KEY_MAX_BYTES   8
#define STATE_ROW_VALUE_MAX_BYTES 200

/* A row for room_change: its key and value point into it. */
struct state_row {
    enum room_space space;
    size_t key_len;
    size_t value_len;
    uint8_t key[STATE_ROW_KEY_MAX_BYTES];
    uint8_t value[STATE_ROW_VALUE_MAX_BYTES];
};

/* ROOM: what sessions.h keeps under these names. */
struct state_room {
    uint64_t epochs;
    uint64_t epoch;
    uint64_t epoch_event;
    uint64_t last_number; /* that a member was given in this epoch */
    uint64_t secrets;
    uint8_t boot[SESSIONS_BOOT_BYTES];
    uint8_t secret[ROOM_SECRET_BYTES];
    bool is_closed; /* for good: nobody is in it any more, whatever other rows say */
};

/* Bits of state_member.flags, beside those of struct roster_record. */
#define STATE_MEMBER_SEQUENCED 64U

/*
 * MEMBER. When an epoch begins, members are numbered anew from 1 in the order of their seats: one
 * whose row has an older epoch gets the next number after those whose row is new.
 */
struct state_member {
    uint32_t seat;
    uint64_t epochs; /* to which its number belongs */
    uint64_t number;
    uint64_t first; /* the first event that it was owed */
    int64_t joined_wall_ns;
    uint8_t flags;
    struct path path;                   /* its door is 0: the room may have others now */
    struct endpoint listen;             /* where its door listens */
    char name[ROOM_NAME_MAX_BYTES + 1]; /* as shown; terminated */
};

/* SESSION */
struct state_session {
    uint32_t seat;
    uint64_t token;
    uint64_t nonce;    /* of its last JOIN */
    uint64_t made_ms;  /* when the cookie of that JOIN was made … */
    uint64_t secrets;  /* … and by which secret */
    uint64_t position; /* at which the run began, as WELCOME says */
    uint16_t run;
};

/* DECIDED; no row: no message was. */
struct state_decided {
    uint32_t seat;
    uint32_t upto;
    uint32_t refused; /* bit n: upto - n was refused */
};

/* ENDED: the place in a ring, and the record in which it ended. */
struct state_ended {
    uint32_t place;
    uint64_t record;
    uint64_t token;
    uint64_t nonce;
};

/* KICK: its place in a ring. */
struct state_kick {
    uint32_t place;
    struct bans_kick kick;
};

void state_row_write_room(const struct state_room *room, struct state_row *ret_row);
void state_row_write_member(const struct state_member *member, struct state_row *ret_row);
void state_row_write_session(const struct state_session *session, struct state_row *ret_row);
void state_row_write_decided(const struct state_decided *decided, struct state_row *ret_row);
void state_row_write_ended(const struct state_ended *ended, struct state_row *ret_row);
/* BAN: its until_ns is converted from the clock of `now`. */
void state_row_write_ban(const struct room_ban *ban, const struct moment *now,
                         struct state_row *ret_row);
void state_row_write_kick(const struct state_kick *kick, const struct moment *now,
                          struct state_row *ret_row);

int state_row_read_room(const struct room_change *row, struct state_room *ret_room);
int state_row_read_member(const struct room_change *row, struct state_member *ret_member);
int state_row_read_session(const struct room_change *row, struct state_session *ret_session);
int state_row_read_decided(const struct room_change *row, struct state_decided *ret_decided);
int state_row_read_ended(const struct room_change *row, struct state_ended *ret_ended);
/* A ban whose time has passed is read, too: its row stays until the ban's place is needed. */
int state_row_read_ban(const struct room_change *row, const struct moment *now,
                       struct room_ban *ret_ban);
int state_row_read_kick(const struct room_change *row, const struct moment *now,
                        struct state_kick *ret_kick);

#endif
