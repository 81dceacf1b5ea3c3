/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The smoothed round trip and its deviation (RFC 6298), and how long to wait for an answer. Knows
 * nothing of what is asked.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_RTT_H
#define ROOMD_CORE_SEQUENCED_CLIENT_RTT_H

#include <stdint.h>

struct rtt {
    int64_t smoothed_ns; /* 0 = not measured yet */
    int64_t deviation_ns;
};

/* Only of what was asked once (RFC 6298, 3). One that is no round trip, since the machine slept
 * meanwhile, is not taken. */
void rtt_sample(struct rtt *rtt, int64_t elapsed_ns);

/* A smoothed round trip and four deviations (1 s while that is not known), at least `least_ns`,
 * doubled so often, but three times at most, and at most `most_ns`. */
int64_t rtt_timeout(const struct rtt *rtt, unsigned doublings, int64_t least_ns, int64_t most_ns);

#endif
