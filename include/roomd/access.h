/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Who may be in the room: from which networks, and who not any more. The networks come with the configuration; bans and mutes are the administrator's, live in a
 * table of fixed size, and end with their time or the program.
 */
#ifndef ROOMD_ACCESS_H
#define ROOMD_ACCESS_H

#include <roomd/limits.h>
#include <roomd/moment.h>
#include <roomd/network.h>
#include <stdbool.h>
#include <stdint.h>

struct room;

/* Bans and mutes together: more than an administrator could overlook, and looked through for each join. */
#define ROOM_BANS_MAX 1024

/* Whoever was kicked finds the door closed for so long: its program, or its temper, would be back at once. */
#define ROOM_REJOIN_DELAY_S 10

struct room_access {
    struct network_list plain_from; /* from elsewhere, datagrams of the plain protocol are dropped */
    struct network_list trusted;    /* from elsewhere, a member is on probation at first */
    struct network_list deny;       /* from here, everything is dropped, whatever the others say */
};

enum room_ban_kind {
    ROOM_BAN,  /* may not join */
    ROOM_MUTE, /* may not speak */
};

struct room_ban {
    enum room_ban_kind kind;
    char name[ROOM_NAME_MAX_BYTES + 1]; /* in the form names are compared in; empty = none */
    bool has_network;
    struct network network;
    int64_t until_ns; /* monotonic; MOMENT_NEVER_NS = until the program ends */
    uint64_t serial;  /* of its place in the table, which a second ban of the same keeps: 1, 2, 3 … */
};

/* What came of banning a name. */
struct room_banned {
    bool was_member;        /* it was in, and has been removed */
    bool has_address;       /* its address is banned too */
    struct network address; /* of who was in, banned or not */
    uint32_t sharing;       /* other members at that address: it is not banned for their sake */
};

/* Takes new networks; until the first call nobody's datagrams are taken. Members that may no longer be here are removed as by a kick; returns how many. */
uint32_t room_set_access(struct room *room, const struct moment *now, const struct room_access *access);

/*
 * Bans a name, and, where a member has it, that member's address: unless others in the room share it, or it is a loopback address, which everybody on this machine
 * shares. The member is removed as by a kick. A second ban takes the place of the first. STATUS_INVALID: nobody can have that name. STATUS_FULL: nothing was done.
 */
int room_ban_name(struct room *room, const struct moment *now, const char *name, int64_t until_ns,
                  struct room_banned *ret_banned);

/* Bans a network; members in it are removed as by a kick, and counted. STATUS_INVALID: it is everybody. STATUS_FULL: nothing was done. */
int room_ban_network(struct room *room, const struct moment *now, const struct network *network, int64_t until_ns,
                     uint32_t *ret_removed);

/* Lifts one ban that holds this name, or exactly this network, and tells which it was: what it held besides is lifted with it. STATUS_NOT_FOUND. */
int room_unban_name(struct room *room, const struct moment *now, const char *name, struct room_ban *ret_ban);
int room_unban_network(struct room *room, const struct moment *now, const struct network *network,
                       struct room_ban *ret_ban);

/*
 * A member may speak no more: what it says is refused, and it is told so. The mute stays with the member under every name it takes, and with the name for whoever
 * joins under it. STATUS_NOT_FOUND (nobody here has that name), STATUS_FULL: nothing was done.
 */
int room_mute(struct room *room, const struct moment *now, const char *name, int64_t until_ns);
/* STATUS_NOT_FOUND: neither a member nor a name like that is mute. */
int room_unmute(struct room *room, const struct moment *now, const char *name);

/* How many bans and mutes are in force. */
uint32_t room_bans(struct room *room, const struct moment *now);
/* The `index`-th of them, in the order they were made; valid until the next call that changes the room. */
const struct room_ban *room_ban(const struct room *room, uint32_t index);
/*
 * The first ban or mute in force whose serial is above that, or NULL; valid as above. Whoever walks from serial to serial, with the room going on in between, meets each that stays exactly once.
 */
const struct room_ban *room_ban_after(const struct room *room, const struct moment *now, uint64_t serial);

#endif
