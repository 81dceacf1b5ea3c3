/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Window, loss and queueing delay of one path.
 *
 * A round ends when as much was settled (received or lost) as was in flight when it began: a round
 * trip, with the time that the peers keep their reports back, measured without a clock. Recovery
 * (RFC 6582; RFC 9002, 7.3.2) is the round after a loss.
 */
#include "core/congestion/congestion.h"

#define WINDOW_MIN (CONGESTION_MIN * CONGESTION_DATAGRAM)

/* With pacing: a datagram in eight round trips. */
#define WINDOW_PACED_MIN (CONGESTION_DATAGRAM / 8U)

/* A round trip this much above the base was queued for; or by a quarter of the base, if longer. */
#define DELAY_MIN 100U /* in 0.1 ms */

/* So many rounds without a sample, and what was measured before says nothing. */
#define UNSAMPLED_MAX 16U

/* A period of the base: two of them cover the sawtooth of a TCP connection at the bottleneck. */
#define PERIOD_ROUNDS  64U
#define PERIOD_SAMPLES 16U

#define SAMPLE_MAX_US 6000000U

/* Losses are rated when this many datagrams have been settled. */
#define RATED_MIN 32U

/* A window that is not used halves this often (RFC 2861), or each round trip if that is longer. */
#define UNUSED_MS 1000U

static uint32_t max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t min(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What a window that was not used may keep: two datagrams for each flow. */
static uint32_t restart_window(const struct congestion *path)
{
    return max(CONGESTION_INITIAL, CONGESTION_MIN * path->flows) * CONGESTION_DATAGRAM;
}

void congestion_init(struct congestion *path, uint32_t now_ms)
{
    *path = (struct congestion){.threshold = UINT32_MAX, .aged_ms = now_ms};
}

/* A flow that joins when doubling has ended shares the window that there is. */
void congestion_join(struct congestion *path, struct congestion_flow *flow)
{
    *flow = (struct congestion_flow){.since = (uint8_t)path->rounds};
    path->flows++;
    if (path->threshold == UINT32_MAX)
        path->window += CONGESTION_INITIAL * CONGESTION_DATAGRAM;
}

/* ---- sending ---- */

uint32_t congestion_paced(const struct congestion *path, uint32_t now_ms)
{
    int32_t left_ms = (int32_t)(path->paced_ms - now_ms);

    return path->window < WINDOW_MIN && left_ms > 0 ? (uint32_t)left_ms : 0;
}

bool congestion_may_send(struct congestion *path, size_t bytes, uint32_t now_ms)
{
    uint32_t window = max(path->window, WINDOW_MIN), needed = congestion_units(bytes);
    bool fits;

    if (path->closed && window >= 2 * WINDOW_MIN)
        needed = max(needed, WINDOW_MIN);
    fits = path->flight + needed <= window && congestion_paced(path, now_ms) == 0;
    path->closed = !fits;
    if (!fits)
        path->limited |= 1U;
    return fits;
}

/* A window that was not used for long becomes smaller, so that no burst comes out of it. */
static void age(struct congestion *path, uint32_t now_ms)
{
    uint32_t step_ms = max(UNUSED_MS, path->round_trip_us / 1000);

    for (; now_ms - path->aged_ms >= step_ms; path->aged_ms += step_ms) {
        uint32_t least = max(2 * path->peak, restart_window(path));

        if (path->window <= least && path->peak == path->flight)
            path->aged_ms = now_ms - step_ms; /* nothing changes any more */
        if (path->window > least) {
            path->threshold = max(path->threshold, path->window / 4 * 3);
            path->window = max(path->window / 2, least);
        }
        path->peak = path->flight;
        path->delayed = 0; /* a queue that was there is no longer */
    }
}

void congestion_sent(struct congestion *path, struct congestion_flow *flow, size_t bytes,
                     uint32_t now_ms)
{
    uint32_t units = congestion_units(bytes);

    if (flow->units > UINT16_MAX - units) /* only a peer that never reports gets here */
        return;
    if (path->flight == 0)
        age(path, now_ms);
    flow->flight++;
    flow->units += (uint16_t)units;
    path->flight += units;
    path->peak = max(path->peak, path->flight);
    if (path->round == 0)
        path->round = path->flight;
    if (path->window < WINDOW_MIN)
        path->paced_ms = now_ms + path->round_trip_us / 1000 * units / path->window;
}

void congestion_unsent(struct congestion *path, struct congestion_flow *flow, size_t bytes)
{
    uint32_t units = min(congestion_units(bytes), flow->units);

    flow->flight -= (uint16_t)min(flow->flight, 1);
    units = flow->flight == 0 ? flow->units : units;
    flow->units -= (uint16_t)units;
    path->flight -= units;
}

/* ---- losses ---- */

/* The share of the datagrams that were lost lately. */
static uint32_t loss(const struct congestion *path)
{
    return (uint32_t)((uint64_t)path->lost * UINT16_MAX /
                      max(path->received + path->lost, RATED_MIN));
}

/* After congestion as in RFC 9438; but halved, if it is so small that TCP waits for its timeouts.
 */
static void reduce(struct congestion *path, bool congested)
{
    uint32_t used = min(path->window, path->peak);

    if ((!congested && (path->limited == 0 || path->recovery > 0)) ||
        (path->halved && path->recovery > 0))
        return;
    if (congested)
        path->window = max(used < CONGESTION_LARGE * CONGESTION_DATAGRAM ? used / 2 : used / 10 * 7,
                           congestion_is_queued(path) ? WINDOW_PACED_MIN : WINDOW_MIN);
    else
        path->window = max(path->window - path->window / 10, min(path->window, WINDOW_MIN));
    if (congested || loss(path) > 2U * path->background + UINT16_MAX / 4)
        path->threshold = max(path->window, WINDOW_MIN);
    path->congested = congested ? (uint8_t)path->rounds : path->congested;
    path->recovery = path->flight;
    path->halved = congested;
}

/* Rates the losses of the last round, or of the last few if they were short. */
static void rate(struct congestion *path)
{
    if (path->received + path->lost < RATED_MIN)
        return;
    /* No radio link loses half of everything: that is a policer, or a queue that is too short. */
    if (loss(path) > UINT16_MAX / 2)
        reduce(path, true);
    if (path->delayed == 0 && path->unsampled == 0) {
        path->background =
            (uint16_t)(path->rated ? (path->background * 7U + loss(path)) / 8 : loss(path));
        path->rated = true;
    }
    path->received = path->lost = 0;
}

static void end_round(struct congestion *path, uint32_t now_ms)
{
    rate(path);
    /* What was measured says nothing for ever. */
    path->unsampled = (uint8_t)min(path->unsampled + 1U, UNSAMPLED_MAX);
    path->delayed = path->unsampled < UNSAMPLED_MAX ? path->delayed : 0;
    if (path->limited != 0)
        path->aged_ms = now_ms;
    else
        age(path, now_ms);
    path->rounds++;
    path->limited = (uint8_t)((path->limited & 1U) << 1);
    path->round = path->flight;
}

/* ---- reports ---- */

uint32_t congestion_settle(struct congestion *path, struct congestion_flow *flow, uint32_t count)
{
    uint32_t taken = min(count, flow->flight);
    uint32_t units = taken == flow->flight ? flow->units : flow->units * taken / flow->flight;

    flow->flight -= (uint16_t)taken;
    flow->units -= (uint16_t)units;
    path->flight -= units;
    path->round -= min(path->round, units);
    path->recovery -= min(path->recovery, units);
    return units;
}

static void grow(struct congestion *path, uint32_t units)
{
    uint32_t step = min(CONGESTION_DATAGRAM, path->window / 8), grown;

    if (path->limited == 0 || (path->recovery > 0 && path->halved))
        return;
    if (path->window < path->threshold && path->window >= WINDOW_MIN && path->unsampled < 2) {
        path->window += units;
    } else {
        path->credit += units * (congestion_is_queued(path) ? 1 : path->flows);
        grown = path->credit / path->window;
        path->credit %= path->window;
        path->window +=
            min(grown * (congestion_is_queued(path) ? step : CONGESTION_DATAGRAM), units);
    }
}

/* What the first report of a flow leaves of the window that it brought, if that was not needed. */
static void validate(struct congestion *path, struct congestion_flow *flow)
{
    uint32_t least = max(2 * path->peak, restart_window(path));

    if (!flow->heard && path->limited == 0 && path->window > least)
        path->window = max(path->window - CONGESTION_INITIAL * CONGESTION_DATAGRAM, least);
    flow->heard = 1;
}

uint32_t congestion_report(struct congestion *path, struct congestion_flow *flow, uint16_t received,
                           uint16_t lost, uint32_t now_ms)
{
    uint32_t more_received = (uint16_t)(received - flow->received);
    uint32_t more_lost = (uint16_t)(lost - flow->lost);

    if (more_received > INT16_MAX || more_lost > INT16_MAX)
        return 0;
    flow->received = received;
    flow->lost = lost;
    if (more_received > 0)
        congestion_heard(path, flow);
    more_received = min(more_received, flow->flight);
    path->received += more_received;
    grow(path, congestion_settle(path, flow, more_received));
    validate(path, flow);
    if (path->round == 0 && more_received > 0)
        end_round(path, now_ms);
    return min(more_lost, flow->flight);
}

/* More than the path loses anyway counts as congestion where there is a queue. */
void congestion_lost(struct congestion *path, struct congestion_flow *flow, uint32_t count)
{
    congestion_settle(path, flow, count);
    path->lost += count;
    if (count > 0)
        reduce(path, congestion_is_queued(path) && loss(path) > 2U * path->background);
}

/* What it brought leaves with it, if it was not needed yet. */
void congestion_leave(struct congestion *path, struct congestion_flow *flow)
{
    if (!flow->heard && path->threshold == UINT32_MAX)
        path->window -= min(path->window - WINDOW_MIN, CONGESTION_INITIAL * CONGESTION_DATAGRAM);
    congestion_settle(path, flow, flow->flight);
    path->flows--;
}

/*
 * A flow with nothing in flight waits for room, and not for a report. One that is late for the
 * third time is gone, and says nothing of the path. Where nobody has reported anything in the
 * meantime, and nothing else is in flight, the path itself may be gone, or is full (RFC 9002,
 * 7.6).
 */
void congestion_late(struct congestion *path, struct congestion_flow *flow)
{
    if (flow->flight == 0 && flow->late < CONGESTION_LATE_LOST)
        return;
    if (flow->late <= CONGESTION_LATE_LOST)
        flow->late++;
    if (flow->late == 1)
        path->silent = true;
    if (flow->late < CONGESTION_LATE_LOST)
        return;
    congestion_settle(path, flow, flow->flight);
    if (flow->late == CONGESTION_LATE_LOST && path->silent && path->flight == 0)
        path->window = min(path->window, WINDOW_MIN);
}

/* ---- round trips ---- */

/*
 * The base of this period and the last, so that a longer route is the base after two of them. If
 * the window is as small as can be, no queue is its doing: a few samples are a period. But where a
 * queue has dropped something lately, it is that of others, and no route.
 */
static void note_base(const struct congestion *path, struct congestion_flow *flow, uint16_t sample)
{
    bool calm = (uint8_t)(path->rounds - path->congested) >= PERIOD_SAMPLES / 2;
    uint32_t soon = path->window <= WINDOW_MIN ? 0 : PERIOD_ROUNDS;
    uint32_t period = calm ? soon : 2 * PERIOD_ROUNDS;

    if (flow->samples >= PERIOD_SAMPLES && (uint8_t)(path->rounds - flow->since) >= period) {
        flow->base = flow->fresh;
        flow->fresh = 0;
        flow->since = (uint8_t)path->rounds;
        flow->samples = 0;
    }
    flow->samples = (uint8_t)min(flow->samples + 1U, PERIOD_SAMPLES);
    flow->fresh = flow->fresh == 0 || sample < flow->fresh ? sample : flow->fresh;
    flow->base = flow->base == 0 || sample < flow->base ? sample : flow->base;
}

void congestion_sample(struct congestion *path, struct congestion_flow *flow,
                       uint32_t round_trip_us)
{
    uint16_t sample = (uint16_t)max(min(round_trip_us, SAMPLE_MAX_US) / CONGESTION_SAMPLE_US, 1);

    note_base(path, flow, sample);
    path->unsampled = 0;
    path->delayed = (uint8_t)((path->delayed & 1U) * 2U +
                              (sample > flow->base + max(DELAY_MIN, flow->base / 4) ? 1U : 0U));
    if (path->round_trip_us == 0)
        path->round_trip_us = round_trip_us;
    path->round_trip_us = max((uint32_t)((path->round_trip_us * 7ULL + round_trip_us) / 8), 1);
    /* Slow start ends before the queue is full (RFC 9406). */
    if (congestion_is_queued(path) && path->limited != 0 && path->window < path->threshold)
        path->threshold = path->window = max(min(path->window, path->flight), WINDOW_MIN);
}
