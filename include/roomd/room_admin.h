/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What an administrator may do in a room, and look at: notices, kicks, bans and mutes; members,
 * doors, events and counts, one at a time. Bans and mutes live in a table of fixed size, and end
 * with their time or the program.
 */
#ifndef ROOMD_ROOM_ADMIN_H
#define ROOMD_ROOM_ADMIN_H

#include <roomd/room.h>
#include <stdbool.h>
#include <stdint.h>

/* Bans and mutes together: more than an administrator could overlook, and looked through for each
 * join. */
#define ROOM_BANS_MAX 1024

/* Whoever was kicked finds the door closed for so long: its program, or its temper, would be back
 * at once. */
#define ROOM_REJOIN_DELAY_S 10

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

struct room_member {
    const char *name; /* valid until the next call that changes the room */
    const struct path *path;
    uint64_t number;
    uint64_t owed;      /* events */
    uint64_t delivered; /* events, since it joined */
    uint64_t lost; /* events that left the ring before it was sent them, or could not be sent */
    uint32_t undelivered;
    int64_t joined_wall_ns;
    int64_t heard_ns;
    int64_t muted_until_ns;
    bool sequenced; /* it speaks the sequenced protocol */
    bool away;      /* sequenced, and not heard for long: nothing is sent to it */
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
    struct endpoint peer; /* of a mute: where its member was last */
    int64_t until_ns;     /* monotonic; MOMENT_NEVER_NS = until the program ends */
    uint64_t
        serial; /* of its place in the table, which a second ban of the same keeps: 1, 2, 3 … */
};

/* What came of banning a name. */
struct room_banned {
    bool was_member;        /* it was in, and has been removed */
    bool has_address;       /* its address is banned too */
    struct network address; /* of who was in, banned or not */
    uint32_t sharing;       /* other members at that address: it is not banned for their sake */
};

/* ---- doing ---- */

/*
 * The administrator says something to everybody; the number of members it will reach goes to
 * `ret_members`. STATUS_TOO_LONG (more than max_text_bytes), STATUS_NOT_UTF8, STATUS_INVALID
 * (empty), STATUS_FULL: nothing was said.
 */
int room_notice(struct room *room, const struct moment *now, const char *text, size_t length,
                uint32_t *ret_members);

/*
 * Removes a member: it is sent the reason as a line and its bye, the others its exit; for
 * ROOM_REJOIN_DELAY_S it may not be back. `reason` may be NULL or empty. STATUS_NOT_FOUND,
 * STATUS_NOT_UTF8, STATUS_TOO_LONG.
 */
int room_kick(struct room *room, const struct moment *now, const char *name, const char *reason);

/*
 * Bans a name, and, where a member has it, that member's address: unless others in the room share
 * it, or it is a loopback address, which everybody on this machine shares. The member is removed as
 * by a kick. A second ban takes the place of the first. STATUS_INVALID: nobody can have that name.
 * STATUS_FULL: nothing was done.
 */
int room_ban_name(struct room *room, const struct moment *now, const char *name, int64_t until_ns,
                  struct room_banned *ret_banned);

/* Bans a network; members in it are removed as by a kick, and counted. STATUS_INVALID: it is
 * everybody. STATUS_FULL: nothing was done. */
int room_ban_network(struct room *room, const struct moment *now, const struct network *network,
                     int64_t until_ns, uint32_t *ret_removed);

/* Lifts one ban that holds this name, or exactly this network, and tells which it was: what it held
 * besides is lifted with it. STATUS_NOT_FOUND. */
int room_unban_name(struct room *room, const struct moment *now, const char *name,
                    struct room_ban *ret_ban);
int room_unban_network(struct room *room, const struct moment *now, const struct network *network,
                       struct room_ban *ret_ban);

/*
 * A member may speak no more, nor take another name: both are refused, and it is told so. The mute
 * stays with the name for all who join under it, and the member's endpoint joins under no other
 * name while it lasts. STATUS_NOT_FOUND (nobody here has that name), STATUS_FULL: nothing was done.
 */
int room_mute(struct room *room, const struct moment *now, const char *name, int64_t until_ns);
/* STATUS_NOT_FOUND: neither a member nor a name like that is mute. */
int room_unmute(struct room *room, const struct moment *now, const char *name);

/*
 * The first ban or mute in force whose serial is above that, or NULL; valid as above. Whoever walks
 * from serial to serial, with the room going on in between, meets each that stays exactly once.
 */
const struct room_ban *room_ban_after(const struct room *room, const struct moment *now,
                                      uint64_t serial);

/* ---- looking ---- */

void room_stats(const struct room *room, struct room_stats *ret_stats);
uint32_t room_members(const struct room *room);

/*
 * The member of a seat, 0 … room_seats - 1; false where nobody sits there. A member has one seat
 * from its join to its exit: whoever walks over the seats, with the room going on in between, meets
 * each that stays exactly once.
 */
uint32_t room_seats(const struct room *room);
bool room_member(const struct room *room, uint32_t seat, struct room_member *ret_member);

/* The number of the member that joined last: whoever joins from now on has a higher one. */
uint64_t room_last_number(const struct room *room);

/* A door by its index, as in struct path; false where there is none any more. */
bool room_door(const struct room *room, uint16_t door, struct room_door *ret_door);

/* Numbers of the oldest event still held and of the last that members may see: oldest > released
 * where there is none. */
void room_events(const struct room *room, uint64_t *ret_oldest, uint64_t *ret_released);
/* One of these events, or false. Its name and text are valid until the next call that changes the
 * room. */
bool room_event(const struct room *room, uint64_t seq, struct event *ret_event);

#endif
