/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A network between one server and its peers, on a fake clock: it loses, repeats, delays and
 * reorders datagrams as its links' weather says. It knows nothing of what is in a datagram, nor who
 * is at an endpoint when one arrives: that is for whoever takes it out.
 */
#ifndef TESTS_SUPPORT_FAKE_NETWORK_H
#define TESTS_SUPPORT_FAKE_NETWORK_H

#include "support/dice.h"

#include <roomd/endpoint.h>
#include <stddef.h>
#include <stdint.h>

/* An Ethernet's: nobody here may send more. */
#define FAKE_NETWORK_MAX_BYTES 1472

enum fake_way {
    FAKE_UP, /* to the server */
    FAKE_DOWN,
    FAKE_WAYS,
};

/* Of one direction. A jitter that is longer than what lies between two datagrams makes them change
 * places. */
struct fake_weather {
    uint32_t loss_permille;
    uint32_t twice_permille; /* comes a second time, with a delay of its own */
    uint32_t late_permille;  /* is held back for up to late_ns besides */
    int64_t delay_ns;
    int64_t jitter_ns; /* 0 to so much is added to the delay */
    int64_t late_ns;
};

/* Of one peer; what it has sent and was sent, counted when it is sent. */
struct fake_link {
    struct fake_weather weather[FAKE_WAYS];
    int64_t cut_until_ns; /* nothing passes before that, in either direction */
    uint64_t datagrams[FAKE_WAYS];
    uint64_t bytes[FAKE_WAYS]; /* payload */
    uint64_t lost[FAKE_WAYS];
};

struct fake_flight {
    int64_t due_ns;
    uint64_t order; /* of two that are due at once, the first sent comes first */
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

/* Sends it from or to path->peer. The bytes are copied, as many as there are: a copy that is one
 * byte too short is found by AddressSanitizer. */
void fake_network_send(struct fake_network *network, struct fake_link *link, enum fake_way way,
                       int64_t now_ns, const struct path *path, const void *bytes, size_t length);

/* When the next one arrives, or MOMENT_NEVER_NS. */
int64_t fake_network_next(const struct fake_network *network);

/* One that has arrived by now, to be freed by the caller, or NULL. */
struct fake_flight *fake_network_take(struct fake_network *network, int64_t now_ns);

#endif
