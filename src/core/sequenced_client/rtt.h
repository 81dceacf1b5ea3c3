/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The smoothed round-trip time and its deviation (RFC 6298), and from them the one rule for all
 * repetitions of this side (doc/protocol.md, 2.5). Does not know what is sent.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_RTT_H
#define ROOMD_CORE_SEQUENCED_CLIENT_RTT_H

#include <stdbool.h>
#include <stdint.h>

struct rtt {
    int64_t smoothed_ns; /* 0: not measured yet */
    int64_t deviation_ns;
    bool first; /* the first sample was taken: waits that run should follow it; the caller clears it
                 */
};

/*
 * Takes a sample, of a request that was sent only once (RFC 6298, 3). A negative one, or one above
 * 60 s, is ignored: the machine slept meanwhile.
 */
void rtt_sample(struct rtt *rtt, int64_t elapsed_ns);

/*
 * How long to wait for an answer before repeating what was repeated `repeats` times: the smoothed
 * round-trip time and four deviations or 1 ms (1 s while unknown), at least 10 ms, doubled with
 * each repetition up to 1.6 s, or once where it is longer than that; at most 10 s.
 */
int64_t rtt_timeout(const struct rtt *rtt, unsigned repeats);

/* The same, but not at least 10 ms: where later datagrams show that the answer was lost. */
int64_t rtt_answer(const struct rtt *rtt, unsigned repeats);

#endif
