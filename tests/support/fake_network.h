/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A network between one server and its peers, on a fake clock. It loses, duplicates, delays and
 * reorders datagrams according to the weather of each peer's link; and all peers at one address may
 * share an access line, with its bottleneck. It does not know what a datagram holds, or who has an
 * endpoint when it arrives; the caller that takes it out does.
 */
#ifndef TESTS_SUPPORT_FAKE_NETWORK_H
#define TESTS_SUPPORT_FAKE_NETWORK_H

#include "support/dice.h"
#include "support/link.h"

#include <roomd/endpoint.h>
#include <stddef.h>
#include <stdint.h>

/* The payload of an Ethernet frame; nothing longer may be sent. */
#define FAKE_NETWORK_MAX_BYTES 1472

enum fake_way {
    FAKE_UP, /* to the server */
    FAKE_DOWN,
    FAKE_WAYS,
};

/*
 * Conditions in one direction. A jitter longer than the interval between two datagrams reorders
 * them.
 */
struct fake_weather {
    uint32_t loss_permille;
    uint32_t twice_permille; /* arrives a second time, with its own delay */
    uint32_t late_permille;  /* is delayed by up to late_ns more */
    int64_t delay_ns;
    int64_t jitter_ns; /* 0 to this is added to the delay */
    int64_t late_ns;
};

/* What all peers at one address share. */
struct fake_access {
    struct link ways[FAKE_WAYS];
};

/* One peer's link, and counters of what it and the server have sent. */
struct fake_link {
    struct fake_weather weather[FAKE_WAYS];
    struct fake_access *access; /* borrowed; beyond the link. NULL: there is none */
    int64_t cut_until_ns;       /* until then nothing passes, in either direction */
    uint64_t datagrams[FAKE_WAYS];
    uint64_t bytes[FAKE_WAYS]; /* payload */
    uint64_t lost[FAKE_WAYS];  /* at the access line, too */
};

struct fake_flight {
    int64_t due_ns;
    uint64_t order; /* of two that are due at once, the one sent first arrives first */
    enum fake_way way;
    struct path path;
    size_t length;
    uint8_t bytes[];
};

struct fake_network {
    struct fake_flight **flights; /* owned; a heap, the next to arrive on top */
    size_t count, capacity;
    uint64_t order;
    struct dice dice;
};

void fake_network_init(struct fake_network *network, uint64_t seed);
void fake_network_done(struct fake_network *network);

/*
 * Sends it from or to path->peer. The bytes are copied into memory of exactly that length, so that
 * AddressSanitizer finds a read beyond it.
 */
void fake_network_send(struct fake_network *network, struct fake_link *link, enum fake_way way,
                       int64_t now_ns, const struct path *path, const void *bytes, size_t length);

/* When the next datagram arrives, or MOMENT_NEVER_NS. */
int64_t fake_network_next(const struct fake_network *network);

/* A datagram that has arrived by now, to be freed by the caller, or NULL. */
struct fake_flight *fake_network_take(struct fake_network *network, int64_t now_ns);

#endif
