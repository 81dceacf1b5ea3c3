/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Core's ports, each a struct of functions and a context: the *outbox* sends datagrams, *observers*
 * are told what happens, the *roster* keeps members over a restart, the *log* keeps what has
 * happened. And what the network reports.
 * No function of a port may call back into the room; its arguments are borrowed for the call.
 */
#ifndef ROOMD_PORTS_H
#define ROOMD_PORTS_H

#include <roomd/endpoint.h>
#include <roomd/event.h>
#include <roomd/limits.h>
#include <roomd/moment.h>
#include <roomd/refusal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- outbox ---- */

enum outbox_result {
    OUTBOX_TAKEN,  /* the kernel has it */
    OUTBOX_LATER,  /* the door's socket is full: offered again after room_door_writable */
    OUTBOX_FAILED, /* it can't be sent to this endpoint; a retry would not help */
    /* This path takes nothing now, others do: offered again after room_door_writable. */
    OUTBOX_PATH_LATER,
};

struct outbox_entry {
    const struct path *path; /* to path->peer, from path->local, through path->door */
    const void *bytes;
    uint32_t length; /* bytes */
    uint8_t result;  /* enum outbox_result, set by send */
    bool answer;     /* it is sent now or never, so a path takes it a little longer than others */
};

struct outbox {
    /*
     * Sends the entries in order and sets the result of each. The entries of one path stand
     * together. Once an entry is LATER, all later entries of the same door are LATER too, and once
     * one is PATH_LATER those of the same path are, so that a member never gets its second datagram
     * without the first. Consecutive entries of one path and one length (the last may be shorter)
     * may be sent by one system call; each is a datagram all the same.
     */
    void (*send)(void *ctx, struct outbox_entry *entries, size_t count);
    /*
     * True if entries of this path, put off as PATH_LATER, would be put off again: after
     * room_door_writable nothing is made for it. NULL: never.
     */
    bool (*waits)(void *ctx, const struct path *path);
    void *ctx;
};

/* ---- errors ---- */

/*
 * "Port unreachable" (RFC 792 type 3 code 3; RFC 4443 type 1 code 4), about a datagram of ours. A
 * hint: anybody can write one. All is borrowed for the call.
 */
struct unreachable {
    const struct endpoint *peer;              /* destination of the quoted datagram */
    uint8_t offender[ENDPOINT_ADDRESS_BYTES]; /* source of the error */
    uint16_t door;                            /* through which the quoted datagram was sent */
    const char *quoted;                       /* the front of its payload, or all of it */
    size_t length;                            /* bytes of it */
};

/* ---- observers ---- */

/* More comes in than goes out: see core/room/overload.h. A delivery is one event to one member. */
struct room_overload {
    bool active;   /* it has begun; else it has ended */
    uint64_t owed; /* deliveries, now */
    /* Deliveries sent; 0 if it ended because nobody is behind any more. */
    uint64_t per_second;
    uint64_t peak;     /* the maximum of `owed` since it began */
    int64_t lasted_ns; /* since it began */
};

/* An observer may print, log or count. Any function may be NULL. */
struct observer {
    /*
     * Something happened: the event was appended and, if there is a log, committed. `path` is where
     * its author was, NULL for a notice.
     */
    void (*happened)(void *ctx, const struct moment *now, const struct event *event,
                     const struct path *path);
    /* A datagram was refused or dropped. */
    void (*refused)(void *ctx, const struct moment *now, enum refusal refusal,
                    const struct path *path);
    /*
     * A join or rename asked for a name that nobody may have; `refused` with REFUSED_NAME_BAD
     * follows. The name is as it was sent, any bytes of any length.
     */
    void (*name_refused)(void *ctx, const struct moment *now, const char *name, size_t length,
                         enum name_fault fault, const struct path *path);
    /* A datagram to this member could not be sent. */
    void (*undelivered)(void *ctx, const struct moment *now, const char *name,
                        const struct path *path);
    /* Overload has begun, or ended; called once for each. */
    void (*overload)(void *ctx, const struct room_overload *overload);
    void *ctx;
};

/* ---- roster ---- */

/* Bits of roster_record.flags. */
#define ROSTER_OWES_ACCEPT 1U   /* its join has not been answered yet */
#define ROSTER_NEWLINE     2U   /* every datagram ends with a newline */
#define ROSTER_NEWCOMER    128U /* it came in a mass, and others are served first */

struct roster_record {
    char name[ROOM_NAME_MAX_BYTES + 1]; /* as shown; terminated */
    uint8_t flags;
    struct path path;
    uint64_t number;
    int64_t joined_wall_ns;
    int64_t muted_until_ns; /* monotonic */
};

/*
 * Keeps members where they outlive the program. After a restart they are passed to room_restore, so
 * that nobody has to join again, and nobody is told anything. Without a roster a restart empties
 * the room.
 */
struct roster {
    /* The member of this seat is new, or has changed. */
    void (*keep)(void *ctx, uint32_t seat, const struct roster_record *record);
    /* The seat is empty again. */
    void (*forget)(void *ctx, uint32_t seat);
    void *ctx;
};

/* ---- log ---- */

#define ROOM_EFFECTS_MAX 31

/*
 * A record: all effects of one input, committed as one. Its effects, at most ROOM_EFFECTS_MAX, are
 * events, and changes of the room's state. The state after a record and the last events are all
 * that it takes to continue the room from there. Records are numbered 1, 2, 3 …; not all of them
 * have events.
 */
struct room_record {
    uint64_t number;
    uint64_t first_event; /* the number of its first event, or of the next one if it has none */
    int64_t wall_ns;
    int32_t utc_offset_s;
};

/*
 * The state consists of rows, each with a key in one of these spaces. core/room/state_row.h says
 * what stands in them. A number of a space is never used again for anything else.
 */
enum room_space {
    ROOM_SPACE_ROOM = 1,    /* one row, with an empty key */
    ROOM_SPACE_MEMBER = 2,  /* by seat */
    ROOM_SPACE_SESSION = 3, /* by seat; a member has one if it is sequenced */
    ROOM_SPACE_DECIDED = 4, /* by seat; which messages of the session were decided, and how */
    ROOM_SPACE_ENDED = 5,   /* the sessions that ended last */
    ROOM_SPACE_BAN = 6,     /* bans and mutes, by serial */
    ROOM_SPACE_KICK = 7,    /* the last kicks */
};

struct room_change {
    enum room_space space;
    bool is_gone; /* the row is removed; else its value is this one from now on */
    const void *key;
    size_t key_len; /* bytes, at most 255 */
    const void *value;
    size_t value_len; /* bytes, at most 255 */
};

/*
 * Keeps records where they outlive the program. Until room_committed says that a record is kept,
 * nobody is told what follows from it. Without a log, everything is committed at once.
 *
 * A record is handed over by one call of `begin`, one for each of its effects in their order, and
 * one of `end`. The log never refuses a record: the room keeps it until it is committed, and hands
 * it over again (room_log_resume). If it keeps too many, it refuses requests instead.
 */
struct room_log {
    void (*begin)(void *ctx, const struct room_record *record);
    /* `folded` is the author's name as it is compared (NFKC_Casefold); not terminated. */
    void (*event)(void *ctx, const struct event *event, const char *folded, size_t folded_len);
    void (*change)(void *ctx, const struct room_change *change);
    void (*end)(void *ctx);
    void *ctx;
};

/*
 * A question for events that were kept: those of numbers `first` to `last`, rising or falling, and
 * of what they must be. Everything but the number and `first` may be 0: then it excludes nothing.
 */
struct room_history_query {
    uint64_t id; /* of this question, from 1 */
    uint64_t first;
    uint64_t last;
    bool falling;
    uint32_t rows;  /* at most */
    uint32_t bytes; /* of names and texts, at most */
    int64_t since_ns;
    int64_t until_ns;
    const char *name; /* folded */
    size_t name_len;
    const char *words; /* separated by spaces: each is in the text, in any case of ASCII letters */
    size_t words_len;
};

/* Gives events of the past back, where the ring has forgotten them, and searches. */
struct room_past {
    /*
     * The answer is room_history_event for each event, and one room_history_end, never from inside
     * this call. False: not now. NULL: only what is in memory can be shown.
     */
    bool (*read)(void *ctx, const struct room_history_query *query);
    /* No answer with this number is wanted any more; room_history_end may come or not. */
    void (*cancel)(void *ctx, uint64_t id);
    void *ctx;
};

#endif
