/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The administrator's operations on a room: notices, kicks, bans and mutes; and its view of
 * members, doors, events and counts, one at a time. Bans and mutes live in a table of fixed size,
 * and end with their time or, without a log, with the program.
 */
#ifndef ROOMD_ROOM_ADMIN_H
#define ROOMD_ROOM_ADMIN_H

#include <roomd/room.h>
#include <stdbool.h>
#include <stdint.h>

/* Bans and mutes together: more than an administrator can keep track of. Scanned for each join. */
#define ROOM_BANS_MAX 1024

/* A kicked member may not join for this long: its program would be back at once. */
#define ROOM_REJOIN_DELAY_S 10

struct room_stats {
    uint64_t received;           /* datagrams */
    uint64_t refused[REFUSALS];  /* datagrams and requests, by reason */
    uint64_t answers_withheld;   /* answers not sent because of a rate limit or a full socket */
    uint64_t datagrams_sent;     /* taken by the outbox */
    uint64_t events_delivered;   /* an event to one member */
    uint64_t events_missed;      /* an event that left the ring before a member was sent it */
    uint64_t undelivered;        /* datagrams that the outbox failed to send */
    uint64_t unreachable;        /* ICMP errors that say that a port is closed, true or not */
    uint64_t appended, released; /* heads of the transcript */
    uint64_t repairs;            /* datagrams sent again to sequenced members */
    uint32_t members, behind;
    uint32_t sequenced;       /* of the members */
    uint32_t newcomers;       /* of the members: they came in a mass, and are served last */
    uint64_t displaced;       /* members that made room for others in a full room */
    uint64_t deliveries_owed; /* events, summed over the members that wait for them */
    bool overloaded;          /* deliveries_owed has grown for seconds */
    bool crowded;             /* the room can't keep up: what newcomers say is refused */
};

/* What waits for the log; all zero without one. */
struct room_log_stats {
    uint64_t recorded, kept; /* the last record that was made, and that is committed */
    uint64_t committed;      /* the last event of these */
    uint64_t waiting_bytes;  /* of the others */
    uint64_t answers_held;   /* answers that wait for them */
};

struct room_member {
    const char *name; /* valid until the next call that changes the room */
    const struct path *path;
    uint64_t number;
    uint64_t owed;      /* events */
    uint64_t delivered; /* events, since it joined */
    /* Events that left the ring before they were sent to it, or failed to be sent. */
    uint64_t lost;
    uint32_t undelivered;
    int64_t joined_wall_ns;
    int64_t heard_ns;
    int64_t muted_until_ns;
    bool sequenced; /* it speaks the sequenced protocol */
    bool away;      /* sequenced, and silent for long: nothing is sent to it */
};

enum room_ban_kind {
    ROOM_BAN,  /* may not join */
    ROOM_MUTE, /* may not speak */
};

struct room_ban {
    enum room_ban_kind kind;
    char name[ROOM_NAME_MAX_BYTES + 1]; /* folded; empty = none */
    bool has_network;
    struct network network;
    struct endpoint peer; /* of a mute: where its member was last */
    int64_t until_ns;     /* monotonic; MOMENT_NEVER_NS: until it is lifted */
    /* Of its entry: 1, 2, 3 …; a second ban of the same name or network keeps it. */
    uint64_t serial;
};

/* The result of banning a name. */
struct room_banned {
    bool was_member;        /* it was in, and has been removed */
    bool has_address;       /* its address is banned too */
    struct network address; /* of the member, banned or not */
    uint32_t sharing;       /* other members at that address: then it is not banned */
};

/* ---- actions ---- */

/*
 * Appends a notice; the number of members in the room goes to `ret_members`. STATUS_TOO_LONG (more
 * than max_text_bytes), STATUS_NOT_UTF8, STATUS_INVALID (empty), STATUS_FULL: nothing was appended.
 */
int room_notice(struct room *room, const struct moment *now, const char *text, size_t length,
                uint32_t *ret_members);

/*
 * Removes a member: it is sent the reason as a line and its bye, the others its exit. It may not
 * join again for ROOM_REJOIN_DELAY_S. `reason` may be NULL or empty. STATUS_NOT_FOUND,
 * STATUS_NOT_UTF8, STATUS_TOO_LONG.
 */
int room_kick(struct room *room, const struct moment *now, const char *name, const char *reason);

/*
 * Bans a name and, if a member has it, that member's address, unless other members share it or it
 * is a loopback address, which everybody on this machine shares. The member is removed as by a
 * kick. A second ban replaces the first. STATUS_INVALID: the name is not allowed anyway.
 * STATUS_FULL: nothing was changed.
 */
int room_ban_name(struct room *room, const struct moment *now, const char *name, int64_t until_ns,
                  struct room_banned *ret_banned);

/*
 * Bans a network; its members are removed as by a kick, and counted. STATUS_INVALID: it covers all
 * addresses. STATUS_FULL: nothing was changed.
 */
int room_ban_network(struct room *room, const struct moment *now, const struct network *network,
                     int64_t until_ns, uint32_t *ret_removed);

/*
 * Lifts one ban that holds this name, or exactly this network, and returns it: a network or name in
 * the same ban is lifted with it. STATUS_NOT_FOUND.
 */
int room_unban_name(struct room *room, const struct moment *now, const char *name,
                    struct room_ban *ret_ban);
int room_unban_network(struct room *room, const struct moment *now, const struct network *network,
                       struct room_ban *ret_ban);

/*
 * Mutes a member: its messages and renames are refused, and it is told so. The mute applies to the
 * name, whoever joins under it, and the member's endpoint can't join under another name while it
 * lasts. STATUS_NOT_FOUND (no member has that name), STATUS_FULL: nothing was changed.
 */
int room_mute(struct room *room, const struct moment *now, const char *name, int64_t until_ns);
/* STATUS_NOT_FOUND: neither a member nor a name like that is muted. */
int room_unmute(struct room *room, const struct moment *now, const char *name);

/*
 * The first ban or mute in force with a serial above `serial`, or NULL; valid until the next call
 * that changes the room. A caller that iterates by serial, while the room goes on in between, meets
 * each ban that stays exactly once.
 */
const struct room_ban *room_ban_after(const struct room *room, const struct moment *now,
                                      uint64_t serial);

/*
 * Forgets what was said in memory by a name, folded as names are compared: takes name and text out
 * of its events, and leaves their numbers. Looks at ROOM_FORGET_EVENTS committed events from `from`
 * on, so that nobody waits for it. Returns the next `from`, or 0 after the last; adds to `*count`.
 */
#define ROOM_FORGET_EVENTS 256
uint64_t room_forget(struct room *room, const char *folded, size_t length, uint64_t from,
                     uint64_t *count);

/* ---- view ---- */

void room_stats(const struct room *room, struct room_stats *ret_stats);
void room_log_stats(const struct room *room, struct room_log_stats *ret_stats);
uint32_t room_members(const struct room *room);

/*
 * The member of a seat, 0 to room_seats - 1; false if the seat is empty. A member keeps its seat
 * from its join to its exit, so a caller that iterates over the seats, while the room goes on in
 * between, meets each member that stays exactly once.
 */
uint32_t room_seats(const struct room *room);
bool room_member(const struct room *room, uint32_t seat, struct room_member *ret_member);

/* The number of the member that joined last; later members have higher numbers. */
uint64_t room_last_number(const struct room *room);

/* A door by its index, as in struct path; false if there is no such door. */
bool room_door(const struct room *room, uint16_t door, struct room_door *ret_door);

/*
 * Numbers of the oldest event held and of the last one released; oldest > released if there is
 * none.
 */
void room_events(const struct room *room, uint64_t *ret_oldest, uint64_t *ret_released);
/*
 * One of these events, or false. Its name and text are valid until the next call that changes the
 * room.
 */
bool room_event(const struct room *room, uint64_t seq, struct event *ret_event);

#endif
