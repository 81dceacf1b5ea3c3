/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The smoothed round-trip time and its deviation (RFC 6298), and the timeouts derived from them.
 * Does not know what is sent.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_RTT_H
#define ROOMD_CORE_SEQUENCED_CLIENT_RTT_H

#include <stdint.h>

struct rtt {
    int64_t smoothed_ns; /* 0: not measured yet */
    int64_t deviation_ns;
};

/*
 * Takes a sample, of a request that was sent only once (RFC 6298, 3). A negative one, or one above
 * 60 s, is ignored: the machine slept meanwhile.
 */
void rtt_sample(struct rtt *rtt, int64_t elapsed_ns);

/*
 * The smoothed round-trip time and four deviations (1 s while unknown), at least `min_ns`, doubled
 * `doublings` times, but at most three times, and at most `max_ns`.
 */
int64_t rtt_timeout(const struct rtt *rtt, unsigned doublings, int64_t min_ns, int64_t max_ns);

#endif
