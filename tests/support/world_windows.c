/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What is in flight to an address stays within its window (doc/protocol.md, 2.5): where the window
 * has become smaller than that, nothing is sent that is not in flight already.
 */
#include "core/room/room_state.h"
#include "support/world_internal.h"

static uint32_t most(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

void world_windows_check(struct world *world)
{
    const struct controllers *controllers = &world->room->controllers;

    for (uint32_t n = 0; n < controllers->used; n++) {
        const struct congestion *path = &controllers_at(controllers, n)->path;
        uint32_t window = most(path->window, CONGESTION_MIN * CONGESTION_DATAGRAM);

        if (path->flight > most(window, world->flights[n]))
            world_wrong(world,
                        "%u units are in flight to %u members, with a window of %u; before this "
                        "turn there were %u",
                        path->flight, path->flows, path->window, world->flights[n]);
        world->flights[n] = path->flight;
    }
}
