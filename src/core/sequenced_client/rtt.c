/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* RFC 6298, section 2, in nanoseconds. */
#include "core/sequenced_client/rtt.h"

#include <roomd/moment.h>

/* No answer is waited for longer than that. */
#define RTT_SAMPLE_MAX_NS (60 * MOMENT_NS_PER_S)

#define RTT_UNKNOWN_NS MOMENT_NS_PER_S

/* Timers and turns of loops are no more precise (RFC 9002, 6.1.2). */
#define RTT_DEVIATION_MIN_NS MOMENT_NS_PER_MS

/* Datagrams overtake each other by less. */
#define RTT_TIMEOUT_MIN_NS (10 * MOMENT_NS_PER_MS)
#define RTT_TIMEOUT_MAX_NS (10 * MOMENT_NS_PER_S)

/*
 * What is repeated holds up what follows it, so the back-off ends early. Heartbeats, which end,
 * find out whether the server is there at all.
 */
#define RTT_BACKOFF_MAX_NS (1600 * MOMENT_NS_PER_MS)

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
        rtt->first = true;
        return;
    }
    error_ns = rtt->smoothed_ns > elapsed_ns ? rtt->smoothed_ns - elapsed_ns
                                             : elapsed_ns - rtt->smoothed_ns;
    rtt->deviation_ns = (3 * rtt->deviation_ns + error_ns) / 4;
    rtt->smoothed_ns = (7 * rtt->smoothed_ns + elapsed_ns) / 8;
    if (rtt->smoothed_ns == 0)
        rtt->smoothed_ns = 1;
}

static int64_t longest(const struct rtt *rtt)
{
    int64_t deviations_ns = 4 * rtt->deviation_ns;

    if (deviations_ns < RTT_DEVIATION_MIN_NS)
        deviations_ns = RTT_DEVIATION_MIN_NS;
    return rtt->smoothed_ns == 0 ? RTT_UNKNOWN_NS : rtt->smoothed_ns + deviations_ns;
}

/* At least once, where `wait_ns` is long. */
static int64_t doubled(int64_t wait_ns, unsigned repeats)
{
    int64_t most_ns = 2 * wait_ns > RTT_BACKOFF_MAX_NS ? 2 * wait_ns : RTT_BACKOFF_MAX_NS;

    if (most_ns > RTT_TIMEOUT_MAX_NS)
        most_ns = RTT_TIMEOUT_MAX_NS;
    for (; repeats > 0 && wait_ns < most_ns; repeats--)
        wait_ns *= 2;
    return wait_ns < most_ns ? wait_ns : most_ns;
}

int64_t rtt_answer(const struct rtt *rtt, unsigned repeats)
{
    return doubled(longest(rtt), repeats);
}

int64_t rtt_timeout(const struct rtt *rtt, unsigned repeats)
{
    int64_t wait_ns = longest(rtt);

    return doubled(wait_ns > RTT_TIMEOUT_MIN_NS ? wait_ns : RTT_TIMEOUT_MIN_NS, repeats);
}
