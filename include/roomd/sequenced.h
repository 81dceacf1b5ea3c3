/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The part of the sequenced protocol that programs have to put into words. */
#ifndef ROOMD_SEQUENCED_H
#define ROOMD_SEQUENCED_H

/* Why a message was not taken (NOT TAKEN, doc/protocol.md, 2.5). */
enum sequenced_why {
    SEQUENCED_WHY_MUTED = 1,
    SEQUENCED_WHY_TOO_LONG = 2,
    SEQUENCED_WHY_NOT_UTF8 = 3,
    SEQUENCED_WHY_EMPTY = 4,
    SEQUENCED_WHY_NAME_TAKEN = 5,
    SEQUENCED_WHY_BAD_NAME = 6,
    SEQUENCED_WHY_SLOW_DOWN = 7, /* decides nothing: the message is repeated */
    SEQUENCED_WHY_NOT_UNDERSTOOD = 8,
};

#endif
