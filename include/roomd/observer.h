/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Core's second port: "this happened". Who listens may print, log or count; it must not call back into the room. Any function may be NULL.
 */
#ifndef ROOMD_OBSERVER_H
#define ROOMD_OBSERVER_H

#include <roomd/endpoint.h>
#include <roomd/event.h>
#include <stdbool.h>
#include <stdint.h>

/* Why a datagram or a request came to nothing; counted one by one. */
enum refusal {
    REFUSED_EMPTY,         /* no byte in it */
    REFUSED_TOO_LONG,      /* longer than PLAIN_REQUEST_MAX_BYTES, or a text longer than room.max_text */
    REFUSED_OWN_ADDRESS,   /* from one of our own listening addresses */
    REFUSED_REPLY,         /* equals an answer: another server's, or a reflection */
    REFUSED_PLAIN_OFF,     /* plain.enabled = no */
    REFUSED_UNKNOWN_VERB,  /* no request of this dialect */
    REFUSED_MALFORMED,     /* a verb without what must follow it */
    REFUSED_NAME_BAD,      /* a name nobody may have */
    REFUSED_NAME_TAKEN,    /* somebody else has it */
    REFUSED_ROOM_FULL,     /* room.max_members */
    REFUSED_STRANGER,      /* a message or an exit from an endpoint that has not joined */
    REFUSED_WRONG_NAME,    /* a message or an exit under a name that is not the sender's */
    REFUSED_EMPTY_TEXT,    /* a message without a text */
    REFUSED_NOT_UTF8,      /* a text that is not valid UTF-8 */
    REFUSED_LIMITED,       /* more messages or bytes than limits.* allow a member */
    REFUSED_NO_MEMORY,     /* a join that found no memory */
    REFUSED_DENIED,        /* from a network of access.deny */
    REFUSED_ELSEWHERE,     /* from outside access.plain_from */
    REFUSED_BANNED,        /* a join that the administrator forbids, for now or for good */
    REFUSED_MUTED,         /* a message of a member that may not speak */
    REFUSED_SEQUENCED_OFF, /* sequenced.enabled = no */
    REFUSED_COOKIE,        /* a join whose cookie is too old, or of another address */
    REFUSALS               /* how many there are */
};

/* "name taken", …: for logs and statistics; never NULL. */
const char *refusal_text(enum refusal refusal);

/* More comes in than goes out: see core/room/overload.h. A delivery is one event at one member. */
struct room_overload {
    bool active;         /* it has begun; or else it has ended */
    uint64_t owed;       /* deliveries, now */
    uint64_t per_second; /* deliveries that leave; of an end at which nobody is behind any more: 0 */
    uint64_t peak;       /* the most that were owed since it began */
    int64_t lasted_ns;   /* since it began */
};

struct observer {
    /* An event was appended. `path` is its author's, NULL for a notice. Both are borrowed for the call. */
    void (*happened)(void *ctx, const struct event *event, const struct path *path);
    /* A datagram was refused or dropped. */
    void (*refused)(void *ctx, enum refusal refusal, const struct path *path);
    /* A datagram to this member could not be sent. */
    void (*undelivered)(void *ctx, const char *name, const struct path *path);
    /* Overload has begun, or ended; once each. */
    void (*overload)(void *ctx, const struct room_overload *overload);
    void *ctx;
};

#endif
