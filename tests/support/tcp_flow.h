/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A TCP sender that always has data, as far as its congestion control goes: slow start, Reno (RFC
 * 5681) or CUBIC (RFC 9438), loss by three later acknowledgements (RFC 6675), and the timeout of
 * RFC 6298. Each packet is acknowledged by its number. For tests only.
 */
#ifndef TESTS_SUPPORT_TCP_FLOW_H
#define TESTS_SUPPORT_TCP_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#define TCP_PACKET_BYTES 1500U
#define TCP_ACK_BYTES    52U
#define TCP_PACKETS      65536U

struct tcp_flow {
    bool cubic;
    double window, threshold; /* packets */
    double peak;              /* before the last loss: CUBIC's W_max */
    int64_t lost_ns;          /* when that was */
    double friendly;          /* CUBIC's W_est */
    int64_t smoothed_ns, deviation_ns;
    int64_t timeout_ns; /* when the timer is due */
    unsigned doublings;
    uint64_t next, low, high; /* to be sent; not known to be lost or received; highest received */
    uint64_t recover;
    uint64_t flight;
    uint64_t delivered;
    int64_t sent_ns[TCP_PACKETS]; /* 0: received or lost */
};

void tcp_flow_init(struct tcp_flow *flow, bool cubic);
/* True if a packet may be sent: that number. */
bool tcp_flow_send(struct tcp_flow *flow, int64_t now_ns, uint64_t *ret_number);
void tcp_flow_acknowledge(struct tcp_flow *flow, int64_t now_ns, uint64_t number);
/* To be called at timeout_ns. */
void tcp_flow_timeout(struct tcp_flow *flow, int64_t now_ns);

#endif
