/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The state of one session of the sequenced protocol, beside its member: doc/protocol.md, section
 * 2. Small, because ten thousand of them are idle most of the time: times that are only compared
 * with the near past or future are milliseconds in 32 bits, and wrap.
 */
#ifndef ROOMD_CORE_MODEL_SESSION_H
#define ROOMD_CORE_MODEL_SESSION_H

#include "core/congestion/congestion.h"

#include <roomd/endpoint.h>
#include <roomd/moment.h>
#include <roomd/room.h>

/* Datagrams beyond the reported position: what a client must be able to hold. */
#define SESSION_AHEAD_MAX 256

/* Datagrams sent again per second: to one member, to all. */
#define SESSION_REPAIRS_MAX     256U
#define SESSION_ALL_REPAIRS_MAX 16384U

/* A member not heard for this long, or for a shorter session_timeout, is away. */
#define SESSION_AWAY_NS (90 * MOMENT_NS_PER_S)

/*
 * The datagram after its position was sent so often, with more than SESSION_SMALL_BYTES, and did
 * not arrive: then it is taken to be too large for the path, which says nothing (RFC 8899). All
 * paths of IPv4 take so many bytes.
 */
#define SESSION_LARGE_MAX   8U
#define SESSION_SMALL_BYTES 508U

/* Bits of session.flags. */
#define SESSION_GAP           1U  /* to be told that the events before `gap` are forgotten */
#define SESSION_WAITS         2U  /* it is in the queue of its controller */
#define SESSION_SAMPLED       4U  /* a round trip is being measured */
#define SESSION_REPAIRS_WAITS 8U  /* it is in the queue for repairs */
#define SESSION_PROBED        16U /* the last datagram was sent again; nothing was reported since */
#define SESSION_PROMPT        32U /* before the last events it was sent none for SESSION_QUIET_MS */
#define SESSION_LOSSY         64U /* lossy_ds is set */
#define SESSION_REPAIRS_TURN  128U /* it was the first in the queue for repairs */

/*
 * Within so many tenths of a second of a loss, a client reports events at once that come after so
 * much quiet (doc/protocol.md, 2.5).
 */
#define SESSION_LOSSY_DS 100U
#define SESSION_QUIET_MS 20U

struct session {
    uint64_t token;
    uint64_t nonce;      /* of its last JOIN */
    uint64_t made_ms;    /* when the cookie of that JOIN was made */
    uint64_t position;   /* reported: it has all events up to this one */
    uint32_t nacks;      /* relative to `position`: see nacks.h */
    uint32_t decided;    /* the last of its messages that was taken or refused */
    uint32_t refused;    /* bit n: message decided - n was refused */
    uint32_t packet;     /* the highest packet number of this run */
    uint32_t gap;        /* low half of the event after the gap */
    uint32_t sample;     /* low half of the event whose report ends the measurement */
    uint32_t sampled_us; /* when it was sent */
    struct congestion_flow congestion;
    uint32_t controller; /* of its address: see controllers.h */
    uint32_t next;       /* after it in that one's queue, or in that for repairs; seat + 1 */
    uint32_t repaired;   /* its repairs are used up to then, in s / SESSION_REPAIRS_MAX */
    uint32_t paged_ms;   /* when it was last sent a page of members */
    uint32_t due_ms;     /* when its deadline is */
    uint32_t sooner;     /* neighbours in its queue, seat + 1 */
    uint32_t later;
    uint16_t run;
    uint16_t flight;   /* datagrams sent beyond its position */
    uint16_t ups;      /* that came in this run, modulo 2^16 */
    uint16_t ups_told; /* how many of its UPs it was told are missing, likewise */
    uint16_t reorder;  /* messages in the reorder buffer: see reorder.h */
    uint16_t sent_ms;  /* when it was last sent events, modulo 2^16 */
    uint16_t again_ms; /* when what is measured was sent once more, likewise; 0: it was not */
    uint16_t lossy_ds; /* when something was last lost, in tenths of a second, modulo 2^16 */
    uint8_t flags;
    uint8_t queue;      /* of deadlines: see session_deadlines.h; 0 = none */
    unsigned paths : 2; /* challenges sent in paths_slot */
    unsigned
        large : 5; /* SESSION_LARGE_MAX: large datagrams do not reach it; else how many did not */
    unsigned restored : 1; /* no UP has come since the room was restored */
    uint8_t paths_slot;    /* number of a 3-second slot */
};

static inline uint32_t session_ms(const struct moment *now)
{
    return (uint32_t)((uint64_t)now->mono_ns / (uint64_t)MOMENT_NS_PER_MS);
}

static inline bool session_is_small(const struct session *session)
{
    return session->large == SESSION_LARGE_MAX;
}

/* True if it may be sent so many more datagrams of events, as far as it is concerned. */
static inline bool session_is_open(const struct session *session, uint32_t more)
{
    return congestion_flow_may_send(&session->congestion) &&
           session->flight + more <= SESSION_AHEAD_MAX;
}

/* The highest number at or below `upto` with that low half. */
static inline uint64_t session_whole(uint32_t low, uint64_t upto)
{
    return upto - (uint32_t)((uint32_t)upto - low);
}

#endif
