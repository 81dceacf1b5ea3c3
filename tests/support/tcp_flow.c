/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/tcp_flow.h"

#include <roomd/moment.h>
#include <string.h>

#define INITIAL_WINDOW   10.0
#define TIMEOUT_MIN_NS   (200 * MOMENT_NS_PER_MS)
#define TIMEOUT_FIRST_NS MOMENT_NS_PER_S
#define REORDERING       3U

#define CUBIC_C     0.4
#define CUBIC_BETA  0.7
#define CUBIC_ALPHA (3 * (1 - CUBIC_BETA) / (1 + CUBIC_BETA))

void tcp_flow_init(struct tcp_flow *flow, bool cubic)
{
    memset(flow, 0, sizeof(*flow));
    flow->cubic = cubic;
    flow->window = INITIAL_WINDOW;
    flow->threshold = 1e9;
    flow->next = flow->low = 1;
    flow->timeout_ns = MOMENT_NEVER_NS;
}

static void set_timer(struct tcp_flow *flow, int64_t now_ns)
{
    int64_t wait_ns = flow->smoothed_ns + 4 * flow->deviation_ns;

    if (wait_ns < TIMEOUT_MIN_NS)
        wait_ns = TIMEOUT_MIN_NS;
    if (flow->smoothed_ns == 0)
        wait_ns = TIMEOUT_FIRST_NS;
    flow->timeout_ns = flow->flight > 0 ? now_ns + (wait_ns << flow->doublings) : MOMENT_NEVER_NS;
}

bool tcp_flow_send(struct tcp_flow *flow, int64_t now_ns, uint64_t *ret_number)
{
    if ((double)flow->flight + 1 > flow->window || flow->next - flow->low >= TCP_PACKETS)
        return false;
    *ret_number = flow->next++;
    flow->sent_ns[*ret_number % TCP_PACKETS] = now_ns;
    flow->flight++;
    if (flow->timeout_ns == MOMENT_NEVER_NS)
        set_timer(flow, now_ns);
    return true;
}

/* At most once for what was in flight at once. */
static void reduce(struct tcp_flow *flow, int64_t now_ns, uint64_t lost)
{
    if (lost <= flow->recover)
        return;
    flow->recover = flow->next - 1;
    flow->peak = flow->window;
    flow->lost_ns = now_ns;
    flow->window *= flow->cubic ? CUBIC_BETA : 0.5;
    flow->window = flow->window < 2 ? 2 : flow->window;
    flow->friendly = flow->threshold = flow->window;
}

static double cube(double x)
{
    return x * x * x;
}

static double cube_root(double x)
{
    double root = x > 1 ? x : 1;

    for (int n = 0; n < 60; n++)
        root -= (cube(root) - x) / (3 * root * root);
    return root;
}

static void grow(struct tcp_flow *flow, int64_t now_ns)
{
    double seconds = (double)(now_ns + flow->smoothed_ns - flow->lost_ns) / MOMENT_NS_PER_S;
    double target;

    if (flow->low <= flow->recover)
        return;
    if (flow->window < flow->threshold) {
        flow->window++;
    } else if (!flow->cubic) {
        flow->window += 1 / flow->window;
    } else {
        target = CUBIC_C * cube(seconds - cube_root(flow->peak * (1 - CUBIC_BETA) / CUBIC_C)) +
                 flow->peak;
        target = target < 1.5 * flow->window ? target : 1.5 * flow->window;
        flow->friendly += (flow->friendly < flow->peak ? CUBIC_ALPHA : 1) / flow->window;
        if (target > flow->window)
            flow->window += (target - flow->window) / flow->window;
        if (flow->window < flow->friendly)
            flow->window = flow->friendly;
    }
}

static void measure(struct tcp_flow *flow, int64_t sample_ns)
{
    int64_t error_ns = sample_ns - flow->smoothed_ns;

    if (flow->smoothed_ns == 0) {
        flow->smoothed_ns = sample_ns;
        flow->deviation_ns = sample_ns / 2;
        return;
    }
    flow->deviation_ns = (3 * flow->deviation_ns + (error_ns < 0 ? -error_ns : error_ns)) / 4;
    flow->smoothed_ns += error_ns / 8;
}

void tcp_flow_acknowledge(struct tcp_flow *flow, int64_t now_ns, uint64_t number)
{
    int64_t *sent_ns = &flow->sent_ns[number % TCP_PACKETS];

    flow->delivered++;
    if (*sent_ns == 0 || number < flow->low)
        return;
    measure(flow, now_ns - *sent_ns);
    *sent_ns = 0;
    flow->flight--;
    flow->doublings = 0;
    flow->high = number > flow->high ? number : flow->high;
    grow(flow, now_ns);
    for (; flow->low + REORDERING <= flow->high ||
           (flow->low < flow->next && flow->sent_ns[flow->low % TCP_PACKETS] == 0);
         flow->low++) {
        if (flow->sent_ns[flow->low % TCP_PACKETS] == 0)
            continue;
        flow->sent_ns[flow->low % TCP_PACKETS] = 0;
        flow->flight--;
        reduce(flow, now_ns, flow->low);
    }
    set_timer(flow, now_ns);
}

void tcp_flow_timeout(struct tcp_flow *flow, int64_t now_ns)
{
    for (; flow->low < flow->next; flow->low++)
        flow->sent_ns[flow->low % TCP_PACKETS] = 0;
    flow->flight = 0;
    reduce(flow, now_ns, flow->next);
    flow->window = 1;
    flow->doublings += flow->doublings < 6 ? 1 : 0;
    flow->timeout_ns = MOMENT_NEVER_NS;
}
