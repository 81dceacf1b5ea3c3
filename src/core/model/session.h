/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What is kept of one session of the sequenced protocol, beside its member: doc/protocol.md,
 * section 2. Small, since ten thousand of them are idle most of the time: times that only compare
 * with the near past or future are milliseconds in 32 bits, and wrap.
 */
#ifndef ROOMD_CORE_MODEL_SESSION_H
#define ROOMD_CORE_MODEL_SESSION_H

#include "core/model/nacks.h"

#include <roomd/endpoint.h>
#include <roomd/moment.h>
#include <roomd/room.h>

/*
 * Datagrams beyond the reported position (doc/protocol.md, 2.5). The first is that of RFC 6928. The
 * smallest is what anybody may send at once, nearly: what is lost on a radio link says nothing of
 * load, and with two, every second loss would stop all until a report has come.
 */
#define SESSION_WINDOW_FIRST 10
#define SESSION_WINDOW_MIN   8
#define SESSION_WINDOW_MAX   256

/* Datagrams sent again in a second: to one member, to all. */
#define SESSION_REPAIRS_MAX     256U
#define SESSION_ALL_REPAIRS_MAX 16384U

/* A member not heard for so long, or for the whole of a shorter session_timeout, is away. */
#define SESSION_AWAY_NS (90 * MOMENT_NS_PER_S)

/* Bits of session.flags. */
#define SESSION_GAP     1U /* it is to be told that the events before `gap` are forgotten */
#define SESSION_LOST    2U /* something was lost: the window grows slowly */
#define SESSION_SAMPLED 4U /* a round trip is being measured */

struct session {
    uint64_t token;
    uint64_t nonce;    /* of its last JOIN */
    uint64_t made_ms;  /* when the cookie of that was made */
    uint64_t position; /* reported: it has all events up to this */
    uint32_t decided;  /* the last of its messages that was taken or refused */
    uint32_t refused;  /* bit n: message decided - n was not taken */
    uint32_t packet;   /* the highest of this run */
    uint16_t run;
    uint16_t window; /* datagrams */
    uint16_t flight; /* datagrams sent beyond its position */
    uint8_t flags;
    uint8_t queue; /* of timers: see session_timers.h; 0 = in none */
    uint32_t gap;  /* low half of the event it goes on with */
    struct nacks nacks;
    uint8_t paths;          /* challenges sent in paths_slot */
    uint8_t paths_slot;     /* of 3 s */
    uint16_t repaired;      /* datagrams sent again in repaired_s */
    uint16_t repaired_s;    /* second */
    uint16_t reorder;       /* messages that came early: see reorder.h */
    uint32_t sample;        /* low half of the event whose report ends the measurement */
    uint32_t sampled_us;    /* when it was sent */
    uint32_t round_trip_us; /* smoothed (RFC 6298); 0 = not measured yet */
    uint32_t grown_ms;      /* when the window grew last, after a loss */
    uint32_t halved_ms;     /* when it was halved last */
    uint32_t paged_ms;      /* when it was sent a page of members */
    uint32_t due_ms;        /* when its timer is due */
    uint32_t sooner;        /* neighbours in its queue, seat + 1 */
    uint32_t later;
};

static inline uint32_t session_ms(const struct moment *now)
{
    return (uint32_t)((uint64_t)now->mono_ns / (uint64_t)MOMENT_NS_PER_MS);
}

/* The number with that low half that is nearest below or at `upto`. */
static inline uint64_t session_whole(uint32_t low, uint64_t upto)
{
    return upto - (uint32_t)((uint32_t)upto - low);
}

#endif
