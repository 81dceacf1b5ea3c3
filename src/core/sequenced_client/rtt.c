/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* RFC 6298, section 2, in nanoseconds. */
#include "core/sequenced_client/rtt.h"

#include <roomd/moment.h>

/* Nothing is waited for longer than that. */
#define TRIP_SAMPLE_MAX_NS (60 * MOMENT_NS_PER_S)

#define TRIP_UNKNOWN_NS MOMENT_NS_PER_S

/*
 * All that follows waits for what is repeated. Where a third is lost each way, four in a row are
 * lost once in fifteen times; whether anybody answers at all is found out by heartbeats, and they
 * do not go on for ever.
 */
#define TRIP_DOUBLINGS_MAX 3U

void rtt_sample(struct rtt *rtt, int64_t elapsed_ns)
{
    int64_t error_ns;

    if (elapsed_ns < 0 || elapsed_ns > TRIP_SAMPLE_MAX_NS)
        return;
    if (elapsed_ns == 0)
        elapsed_ns = 1; /* 0 stands for "not measured" */
    if (rtt->smoothed_ns == 0) {
        rtt->smoothed_ns = elapsed_ns;
        rtt->deviation_ns = elapsed_ns / 2;
        return;
    }
    error_ns = rtt->smoothed_ns > elapsed_ns ? rtt->smoothed_ns - elapsed_ns
                                             : elapsed_ns - rtt->smoothed_ns;
    rtt->deviation_ns = (3 * rtt->deviation_ns + error_ns) / 4;
    rtt->smoothed_ns = (7 * rtt->smoothed_ns + elapsed_ns) / 8;
    if (rtt->smoothed_ns == 0)
        rtt->smoothed_ns = 1;
}

int64_t rtt_timeout(const struct rtt *rtt, unsigned doublings, int64_t least_ns, int64_t most_ns)
{
    int64_t wait_ns =
        rtt->smoothed_ns == 0 ? TRIP_UNKNOWN_NS : rtt->smoothed_ns + 4 * rtt->deviation_ns;

    if (wait_ns < least_ns)
        wait_ns = least_ns;
    for (unsigned n = 0; n < doublings && n < TRIP_DOUBLINGS_MAX && wait_ns < most_ns; n++)
        wait_ns *= 2;
    return wait_ns < most_ns ? wait_ns : most_ns;
}
