/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Members that may be gone. */
#include "core/plain_server/liveness.h"
#include "core/room/room_state.h"

struct suspect *vanish_find_suspect(struct vanish *vanish, const struct member *member)
{
    for (uint32_t i = 0; member->suspected && i < vanish->suspect_count; i++) {
        if (vanish->suspects[i].member == member)
            return &vanish->suspects[i];
    }
    return NULL;
}

void vanish_drop_suspect(struct vanish *vanish, struct suspect *suspect)
{
    suspect->member->suspected = false;
    *suspect = vanish->suspects[--vanish->suspect_count];
}

void vanish_clear(struct room *room, struct member *member)
{
    struct suspect *suspect = vanish_find_suspect(&room->vanish, member);

    if (suspect != NULL)
        vanish_drop_suspect(&room->vanish, suspect);
}

void vanish_event(struct room *room, const struct moment *now)
{
    room->vanish.quiet_since_ns = now->mono_ns;
    room->vanish.round_active = false;
}
