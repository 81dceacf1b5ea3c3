/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* RFC 6298, section 2, in nanoseconds. */
#include "core/sequenced_client/rtt.h"

#include <roomd/moment.h>

/* No answer is waited for longer than that. */
#define RTT_SAMPLE_MAX_NS (60 * MOMENT_NS_PER_S)

#define RTT_UNKNOWN_NS MOMENT_NS_PER_S

/*
 * Later messages wait for one that is repeated, so the back-off stays short. With 30 % lost each
 * way, four attempts in a row fail once in fifteen times. Heartbeats, which end, find out whether
 * the server is there at all.
 */
#define RTT_DOUBLINGS_MAX 3U

void rtt_sample(struct rtt *rtt, int64_t elapsed_ns)
{
    int64_t error_ns;

    if (elapsed_ns < 0 || elapsed_ns > RTT_SAMPLE_MAX_NS)
        return;
    /* 0 means "not measured". */
    if (elapsed_ns == 0)
        elapsed_ns = 1;
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

int64_t rtt_timeout(const struct rtt *rtt, unsigned doublings, int64_t min_ns, int64_t max_ns)
{
    int64_t wait_ns =
        rtt->smoothed_ns == 0 ? RTT_UNKNOWN_NS : rtt->smoothed_ns + 4 * rtt->deviation_ns;

    if (wait_ns < min_ns)
        wait_ns = min_ns;
    for (unsigned n = 0; n < doublings && n < RTT_DOUBLINGS_MAX && wait_ns < max_ns; n++)
        wait_ns *= 2;
    return wait_ns < max_ns ? wait_ns : max_ns;
}
