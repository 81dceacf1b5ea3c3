/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a protocol is to the room. Its datagrams come in by its own files; here is what the room,
 * which knows no protocol, has done by the one that a member speaks. There are two instances,
 * chosen by SLOT_SEQUENCED.
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
 * How the members of a protocol are sent what they are owed; `position` is a member's place in the
 * registry. See core/room/delivery_state.h for portions and patterns.
 */
struct protocol_delivery {
    /* Fills the member's portion. False where the batch must be sent before it is complete. */
    bool (*collect)(struct delivery *delivery, struct portion *portion, uint32_t position);

    /* The portion, made for the member at `position`, would be the same for any other that stands
     * where it stood. May set pattern->portion.common. */
    bool (*is_pattern)(const struct delivery *delivery, uint32_t position, struct pattern *pattern);

    /* The member, which stands at the pattern's cursor, would be sent just that. */
    bool (*fits_pattern)(const struct delivery *delivery, uint32_t position,
                         const struct pattern *pattern);

    /* Moves the cursor over what was taken, or has failed for good. Returns how many entries that
     * was. */
    uint16_t (*settle)(struct delivery *delivery, const struct portion *portion, uint32_t position);

    /* After that: nothing more can be sent to the member for now, so it leaves the members that
     * lag. */
    bool (*is_settled)(const struct delivery *delivery, const struct portion *portion,
                       uint16_t settled, uint32_t position);
};

struct protocol {
    /* Tells a member that the administrator removes it. `reason` is clean, and may be empty. */
    void (*expel)(struct room *room, const struct moment *now, struct member *member,
                  const char *reason, bool banned);

    /* The member is about to be removed: drops what the protocol keeps of it. */
    void (*forget)(struct room *room, struct member *member);

    /* Does what is due by time, a bounded amount of it, and tells when more will be (monotonic), or
     * MOMENT_NEVER_NS. */
    void (*tick)(struct room *room, const struct moment *now);
    int64_t (*next_tick)(const struct room *room);

    const struct protocol_delivery *delivery;
};

/* The protocol of the members with these slot flags, of a pair of each. */
static inline unsigned protocol_index(uint32_t slot_flags)
{
    return (slot_flags & SLOT_SEQUENCED) != 0;
}

#endif
