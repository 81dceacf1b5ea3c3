/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The congestion controller: how much may be in flight on one path. All flows of a path share one
 * (RFC 3124, RFC 8699), since their windows would be as many competitors behind one bottleneck. A
 * value without memory of its own: knows no socket, clock, protocol or address.
 *
 * The window grows as that of TCP Reno. A loss halves it where a queueing delay is measured (RFC
 * 5681), and otherwise takes a tenth off, since radio links lose datagrams that no queue has
 * dropped. Where no queue is measured, each flow makes the window grow as a connection of its own
 * would. doc/protocol.md says what that means beside TCP.
 *
 * Amounts in flight are counted in units of 16 bytes, headers included; times are milliseconds in
 * 32 bits, and wrap.
 */
#ifndef ROOMD_CORE_CONGESTION_CONGESTION_H
#define ROOMD_CORE_CONGESTION_CONGESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONGESTION_UNIT_BYTES   16U
#define CONGESTION_HEADER_BYTES 28U /* UDP and IPv4 */

/* Units of a datagram of 1200 bytes. */
#define CONGESTION_DATAGRAM       77U
#define CONGESTION_DATAGRAM_BYTES 1200U

#define CONGESTION_SAMPLE_US 100U /* unit of round trips in a flow */

/* Datagrams: a new flow brings as many as RFC 6928 lets anybody begin with. */
#define CONGESTION_INITIAL  10U
#define CONGESTION_MIN      2U
#define CONGESTION_LARGE    8U /* less is halved where something was lost in a queue */
#define CONGESTION_FLOW_MAX 256U

/* A peer reports at once when so many have come (doc/protocol.md, 2.5). */
#define CONGESTION_REPORTED 5U

/* Late for this many times in a row, what a flow has in flight is lost. */
#define CONGESTION_LATE_LOST 3U

struct congestion {
    uint32_t window;    /* units; below two datagrams it is kept by pacing */
    uint32_t threshold; /* the window grows by what is received below this (slow start) */
    uint32_t flight;    /* units sent, and neither received nor lost yet */
    uint32_t peak;      /* the largest flight since `aged_ms` */
    uint32_t round;     /* units to be settled until the round ends: a round trip, with reports */
    uint32_t recovery;  /* units to be settled until a loss counts again */
    uint32_t credit;    /* towards the next datagram of growth (RFC 3465) */
    uint32_t received;  /* datagrams since the loss was last rated */
    uint32_t lost;
    uint32_t flows;
    uint32_t round_trip_us; /* smoothed (RFC 6298); 0: not measured yet */
    uint32_t paced_ms;      /* with pacing: when the next datagram may be sent */
    uint32_t aged_ms;       /* when the window was last used, or made smaller for not being used */
    uint16_t rounds;
    uint16_t background; /* the share lost where no queue is measured; 65535: all */
    uint8_t delayed;     /* one bit for each of the last two round trips: it was queued for */
    uint8_t limited;     /* one bit for this round and for the last: the window was too small */
    bool closed;         /* there was no room: it opens for two datagrams at once */
    uint8_t unsampled;   /* rounds since a round trip was measured */
    uint8_t congested;   /* low byte of the last round in which a queue has dropped something */
    bool halved;         /* in this recovery */
    bool rated;          /* `background` is known */
    bool silent;         /* nothing was reported since a flow was first late */
};

/* A flow's part of it: for each member, or of the client that sends. */
struct congestion_flow {
    uint16_t flight;   /* datagrams */
    uint16_t units;    /* what they amount to */
    uint16_t received; /* as last reported, modulo 2^16 */
    uint16_t lost;
    uint16_t base;  /* the shortest round trip of this and the last period, in 0.1 ms; 0: none */
    uint16_t fresh; /* of this period */
    uint8_t since;  /* low byte of the round in which the period began */
    uint8_t samples;
    uint8_t skip;     /* so many are sent before the next one that is measured */
    uint8_t late : 7; /* timeouts since it last reported */
    uint8_t heard : 1;
};

void congestion_init(struct congestion *path, uint32_t now_ms);

/* A flow joins: what is in it is overwritten. Or leaves, with what it had in flight. */
void congestion_join(struct congestion *path, struct congestion_flow *flow);
void congestion_leave(struct congestion *path, struct congestion_flow *flow);

/* False if the flow has as much in flight as one may have, or is late for long. */
static inline bool congestion_flow_may_send(const struct congestion_flow *flow)
{
    return flow->flight < CONGESTION_FLOW_MAX && flow->late < CONGESTION_LATE_LOST;
}

/*
 * False if a datagram of that payload finds no room in the window; it is then noted that the window
 * is too small. With pacing, there may be room again at congestion_paced.
 */
bool congestion_may_send(struct congestion *path, size_t bytes, uint32_t now_ms);

/* True if there is room for so many whole datagrams, as is soon seen most of the time. */
static inline bool congestion_is_wide(const struct congestion *path, uint32_t count)
{
    return path->window >= CONGESTION_MIN * CONGESTION_DATAGRAM &&
           path->flight + count * CONGESTION_DATAGRAM <= path->window && !path->closed;
}

/* The same as congestion_may_send, for a whole datagram. */
static inline bool congestion_has_room(struct congestion *path, uint32_t now_ms)
{
    return congestion_is_wide(path, 1) ||
           congestion_may_send(path, CONGESTION_DATAGRAM_BYTES, now_ms);
}

/* The milliseconds until the next datagram may be sent, if only pacing prevents it; otherwise 0. */
uint32_t congestion_paced(const struct congestion *path, uint32_t now_ms);

/* How many datagrams there is room for. */
static inline uint32_t congestion_room(const struct congestion *path)
{
    uint32_t least = CONGESTION_MIN * CONGESTION_DATAGRAM;
    uint32_t window = path->window > least ? path->window : least;

    return path->flight < window ? (window - path->flight) / CONGESTION_DATAGRAM : 0;
}

/* A datagram was sent, whether it might be or not; or was not after all. */
void congestion_sent(struct congestion *path, struct congestion_flow *flow, size_t bytes,
                     uint32_t now_ms);
static inline uint32_t congestion_units(size_t bytes)
{
    return (uint32_t)(bytes + CONGESTION_HEADER_BYTES + CONGESTION_UNIT_BYTES - 1) /
           CONGESTION_UNIT_BYTES;
}

/*
 * The same for so many datagrams of so many units in all, in short: while others are in flight and
 * nothing is paced. False if it has to be the long way.
 */
static inline bool congestion_send(struct congestion *path, struct congestion_flow *flow,
                                   uint32_t count, uint32_t units)
{
    if (path->flight == 0 || path->round == 0 || flow->units > UINT16_MAX / 2 ||
        path->window < CONGESTION_MIN * CONGESTION_DATAGRAM)
        return false;
    flow->flight = (uint16_t)(flow->flight + count);
    flow->units = (uint16_t)(flow->units + units);
    path->flight += units;
    if (path->flight > path->peak)
        path->peak = path->flight;
    return true;
}

void congestion_unsent(struct congestion *path, struct congestion_flow *flow, size_t bytes);

/* It is known otherwise that so many are in flight no longer. Returns their units, on average. */
uint32_t congestion_settle(struct congestion *path, struct congestion_flow *flow, uint32_t count);

/* A round trip that was measured before the flow was sent anything: no queue of ours was in it. */
static inline void congestion_guess(struct congestion_flow *flow, uint32_t round_trip_us)
{
    flow->base = flow->fresh = (uint16_t)(round_trip_us / CONGESTION_SAMPLE_US + 1);
}

/* A round trip, without the time for which the peer kept its report back. Before the report. */
void congestion_sample(struct congestion *path, struct congestion_flow *flow,
                       uint32_t round_trip_us);

/*
 * The peer's numbers of datagrams received, and found lost, since the flow joined, modulo 2^16. An
 * older report than the last is ignored. A number beyond what was sent counts as what was sent.
 * Returns how many more were found lost, for congestion_lost.
 */
uint32_t congestion_report(struct congestion *path, struct congestion_flow *flow, uint16_t received,
                           uint16_t lost, uint32_t now_ms);

/* So many datagrams were lost. What a peer misses only because its repair waits was not. */
void congestion_lost(struct congestion *path, struct congestion_flow *flow, uint32_t count);

/*
 * Only the last datagram in a report tells a round trip. After a report of so many, the next one
 * that is measured is taken to be the last of a report again; while nothing is lost and the window
 * suffices, of each fourth report.
 */
static inline void congestion_aim(const struct congestion *path, struct congestion_flow *flow,
                                  uint32_t reported)
{
    uint32_t each = reported < CONGESTION_REPORTED ? reported : CONGESTION_REPORTED, over = 0;
    bool is_calm = path->limited == 0 && path->lost == 0 && path->background == 0;

    if (each > 1)
        over = (flow->flight + 1U) % each;
    flow->skip = (uint8_t)((over > 0 ? each - over : 0) + (is_calm ? 3 * each : 0));
}

/* True if the datagram that was just sent is the one. */
static inline bool congestion_aimed(struct congestion_flow *flow)
{
    if (flow->skip == 0)
        return true;
    flow->skip--;
    return false;
}

/* True if the last two round trips were queued for: a single one may be the peer's own doing. */
static inline bool congestion_is_queued(const struct congestion *path)
{
    return path->delayed == 3U;
}

/* The peer answers: the flow is late no longer. A report of something received says so, too. */
static inline void congestion_heard(struct congestion *path, struct congestion_flow *flow)
{
    flow->late = 0;
    path->silent = false;
}

/*
 * Nothing was reported for as long as a probe waits (RFC 9002, 6.2), or the peer has asked again
 * and had nothing new to report. The third time in a row, what is in flight is lost, and until
 * it reports, the flow is sent nothing but repairs and probes.
 */
void congestion_late(struct congestion *path, struct congestion_flow *flow);

#endif
