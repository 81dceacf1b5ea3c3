/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A simulated room whose members are behind one bottleneck, to try the congestion controller in:
 * everybody is sent the same lines, in datagrams that are the same for everybody, reports and asks
 * for what is missing as doc/protocol.md says. Beside them there may be a TCP connection. Each
 * moment is an event, so that a seed decides everything. For tests only.
 */
#ifndef TESTS_SUPPORT_PATH_WORLD_H
#define TESTS_SUPPORT_PATH_WORLD_H

#include "support/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATH_WORLD_MEMBERS_MAX 64U

/* Bytes of a line in a datagram, and of a datagram without lines. */
#define PATH_WORLD_LINE_BYTES   60U
#define PATH_WORLD_HEADER_BYTES 24U

struct path_world_setup {
    uint64_t seed;
    unsigned members, addresses; /* at most PATH_WORLD_MEMBERS_MAX */
    struct link down, up;
    unsigned lines;       /* that are said at once when the talk begins */
    unsigned lines_s;     /* and after that in each second */
    int64_t talk_ns;      /* when it begins; members are in from the beginning */
    int64_t talk_ends_ns; /* when `lines_s` end */
    bool tcp, cubic;      /* a TCP connection is there; with CUBIC */
    int64_t tcp_ns;       /* when it begins */
    int64_t counted_ns;   /* shares are counted from then on */
    int64_t change_ns;    /* when the route changes; 0: never */
    int64_t change_by_ns; /* by how much the delay grows then, on the way down */
    int64_t silent_ns;    /* when member 0 goes away without a word; 0: never */
    int64_t end_ns;
    bool stop_when_done; /* ... if everybody has every line before */
};

struct path_world_result {
    uint64_t
        wrong; /* something was sent that found no room in the window, or the sums do not fit */
    uint64_t payload_bytes;    /* sent down to the members */
    uint64_t useful_bytes;     /* of lines that members received for the first time */
    uint64_t useful_counted;   /* from `counted_ns` on */
    uint64_t wire_counted;     /* what arrived at members from then on, with headers */
    uint64_t tcp_counted;      /* bytes of packets that TCP delivered from then on */
    uint64_t offered, dropped; /* datagrams to members; those that the queue dropped */
    uint64_t missing;          /* lines that are still owed at the end */
    int64_t done_ns;           /* when everybody had everything; 0: never */
    int64_t longest_gap_ns; /* between two datagrams with something new that one member received */
    uint32_t window_least, window_most; /* of the first address, after its first report; units */
    uint32_t window_last;
    uint32_t window_before; /* when the route changed */
    int64_t regained_ns;    /* after that, until the window was as large again; 0: never */
    uint64_t regained_rounds;
};

void path_world_run(const struct path_world_setup *setup, struct path_world_result *ret_result);

#endif
