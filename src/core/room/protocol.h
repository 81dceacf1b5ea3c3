/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A protocol, as the room sees it. The room knows no protocol: it calls the one that a member
 * speaks through this table. There are two instances, chosen by SLOT_SEQUENCED. Incoming datagrams
 * go to the protocol's own files.
 */
#ifndef ROOMD_CORE_ROOM_PROTOCOL_H
#define ROOMD_CORE_ROOM_PROTOCOL_H

#include "core/model/registry.h"

#include <roomd/moment.h>
#include <roomd/room.h>

struct delivery;
struct portion;
struct pattern;

/*
 * How the members of a protocol are sent what they are owed; `position` is a member's position in
 * the registry. See core/room/delivery_state.h for portions and patterns.
 */
struct protocol_delivery {
    /*
     * Fills the member's portion. False if the batch must be sent before the portion is complete.
     */
    bool (*collect)(struct delivery *delivery, struct portion *portion, uint32_t position);

    /*
     * True if the portion of the member at `position` fits every other member that has the same
     * cursor. May set pattern->portion.common.
     */
    bool (*is_pattern)(const struct delivery *delivery, uint32_t position, struct pattern *pattern);

    /*
     * True if the pattern fits this member, which has its cursor, flags and door, and no event of
     * its own from there on. NULL if it fits all of them.
     */
    bool (*fits_pattern)(const struct delivery *delivery, uint32_t position,
                         const struct pattern *pattern);

    /*
     * Moves the cursor over the datagrams that were taken or have failed for good. Returns their
     * number.
     */
    uint16_t (*settle)(struct delivery *delivery, const struct portion *portion, uint32_t position);

    /* After that: true if nothing more can be sent to the member now, so that it stops lagging. */
    bool (*is_settled)(const struct delivery *delivery, const struct portion *portion,
                       uint16_t settled, uint32_t position);
};

enum expelled {
    EXPELLED_KICKED, /* by the administrator */
    EXPELLED_BANNED,
    EXPELLED_DISPLACED, /* see core/room/displacement.h */
};

struct protocol {
    /* Tells a member that it is being removed. `reason` is clean, and may be empty. */
    void (*expel)(struct room *room, const struct moment *now, struct member *member,
                  enum expelled expelled, const char *reason);

    /* Drops the protocol's state of a member that is about to be removed. */
    void (*forget)(struct room *room, struct member *member);

    /*
     * Does what is due, a bounded amount of it, and returns when more will be (monotonic), or
     * MOMENT_NEVER_NS.
     */
    void (*tick)(struct room *room, const struct moment *now);
    int64_t (*next_tick)(const struct room *room);

    const struct protocol_delivery *delivery;
};

/* The index of the protocol of members with these slot flags. */
static inline unsigned protocol_index(uint32_t slot_flags)
{
    return (slot_flags & SLOT_SEQUENCED) != 0;
}

#endif
