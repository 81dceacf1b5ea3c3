/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Why a datagram or a request was refused: one vocabulary for all protocols, for counters and logs.
 * Each protocol words the answer to the member itself.
 */
#ifndef ROOMD_REFUSAL_H
#define ROOMD_REFUSAL_H

enum refusal {
    REFUSED_NOT = 0, /* it was not refused */
    REFUSED_EMPTY,   /* no byte in it */
    /* Longer than PLAIN_REQUEST_MAX_BYTES, or a text longer than room.max_text. */
    REFUSED_TOO_LONG,
    REFUSED_OWN_ADDRESS,   /* from one of our own listening addresses */
    REFUSED_REPLY,         /* equals a reply: another server's, or a reflection */
    REFUSED_PLAIN_OFF,     /* plain.enabled = no */
    REFUSED_UNKNOWN_VERB,  /* no request of this dialect */
    REFUSED_MALFORMED,     /* a verb without its fields */
    REFUSED_NAME_BAD,      /* a name nobody may have */
    REFUSED_NAME_TAKEN,    /* another member has it */
    REFUSED_ROOM_FULL,     /* room.max_members */
    REFUSED_STRANGER,      /* a message or an exit from an endpoint that has not joined */
    REFUSED_WRONG_NAME,    /* a message or an exit under a name that is not the sender's */
    REFUSED_EMPTY_TEXT,    /* a message without a text */
    REFUSED_NOT_UTF8,      /* a text that is not valid UTF-8 */
    REFUSED_LIMITED,       /* more messages or bytes than limits.* allow a member */
    REFUSED_CROWDED,       /* of a newcomer, while the room can't keep up */
    REFUSED_NO_MEMORY,     /* a join that found no memory */
    REFUSED_DENIED,        /* from a network of access.deny */
    REFUSED_ELSEWHERE,     /* from outside access.plain_from */
    REFUSED_BANNED,        /* a join that a ban or a recent kick forbids */
    REFUSED_MUTED,         /* a message or a rename of a muted member */
    REFUSED_SEQUENCED_OFF, /* sequenced.enabled = no */
    REFUSED_COOKIE,        /* a join whose cookie is too old, or of another address */
    REFUSED_LOG_BEHIND,    /* more waits for the log than the room can keep */
    REFUSALS               /* their number, REFUSED_NOT included */
};

/* Why nobody may have a name. */
enum name_fault {
    NAME_FINE = 0,
    NAME_EMPTY,
    NAME_LONG,     /* more than room.max_name code points, or than ROOM_NAME_MAX_BYTES */
    NAME_NOT_UTF8, /* not valid UTF-8 */
    NAME_SPACE,    /* holds a space of any kind */
    NAME_COLON,    /* holds a colon, or what looks like one */
    NAME_UNSEEN,   /* holds what is not seen: a control, a blank, an unassigned code point */
    NAME_MARK,     /* begins with a combining mark */
    NAME_SCRIPTS,  /* mixes letters of Latin, Greek and Cyrillic */
    NAME_RESERVED, /* would pass for the administrator, for a program, or for a line of the room */
    NAME_MUTED,    /* not its form: its endpoint is muted under another name */
    NAME_FAULTS    /* their number, NAME_FINE included */
};

/* "name taken", …: for logs and statistics; never NULL. */
const char *refusal_text(enum refusal refusal);

#endif
