/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/link.h"

#include <roomd/moment.h>

static bool is_lost(struct link *link, struct dice *dice)
{
    if (dice_chance(dice, link->bursting ? link->calm_permille : link->burst_permille))
        link->bursting = !link->bursting;
    return link->bursting || dice_chance(dice, link->loss_permille);
}

int64_t link_send(struct link *link, struct dice *dice, int64_t now_ns, uint64_t bytes)
{
    uint64_t waiting = 0;

    link->offered++;
    if (link->free_ns < now_ns)
        link->free_ns = now_ns;
    if (link->bytes_s != 0) {
        waiting = (uint64_t)(link->free_ns - now_ns) * link->bytes_s / MOMENT_NS_PER_S;
        if (waiting > 0 && waiting + bytes > link->queue_bytes) {
            link->dropped++;
            return LINK_DROPPED;
        }
        link->free_ns += (int64_t)(bytes * MOMENT_NS_PER_S / link->bytes_s);
    }
    if (is_lost(link, dice)) {
        link->lost++;
        return LINK_DROPPED;
    }
    return link->free_ns + link->delay_ns;
}
