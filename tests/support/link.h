/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * One direction of a simulated path: a bottleneck with a drop-tail queue, a delay, and losses that
 * have nothing to do with it. For tests only.
 */
#ifndef TESTS_SUPPORT_LINK_H
#define TESTS_SUPPORT_LINK_H

#include "support/dice.h"

#define LINK_DROPPED (-1)

struct link {
    uint64_t bytes_s;     /* 0: no bottleneck */
    uint64_t queue_bytes; /* what waits beside the datagram that is being sent */
    int64_t delay_ns;
    uint32_t loss_permille;
    uint32_t burst_permille; /* a burst of losses begins (Gilbert-Elliott) ... */
    uint32_t calm_permille;  /* ... and ends */
    bool bursting;
    int64_t free_ns;                 /* when the bottleneck has sent what it has */
    uint64_t offered, dropped, lost; /* datagrams: all; for a full queue; otherwise */
};

/* When a datagram arrives, headers included in its bytes, or LINK_DROPPED. */
int64_t link_send(struct link *link, struct dice *dice, int64_t now_ns, uint64_t bytes);

#endif
