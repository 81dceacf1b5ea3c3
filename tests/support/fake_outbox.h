/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * An outbox that keeps what it takes, and takes, postpones or fails as a test says. An empty
 * datagram, which some clients take for the end of input, ends the test.
 */
#ifndef TESTS_SUPPORT_FAKE_OUTBOX_H
#define TESTS_SUPPORT_FAKE_OUTBOX_H

#include <roomd/ports.h>
#include <stdbool.h>

struct fake_datagram {
    struct path path;
    char bytes[1200];
    size_t length;
    const void *source; /* address of the bytes when offered: to compare, not to read */
};

struct fake_outbox {
    struct fake_datagram *sent; /* owned; the datagrams taken, in order */
    size_t count;
    size_t capacity;
    size_t calls;
    size_t offered;      /* entries, taken or not */
    size_t take;         /* so many more are taken before the doors are full; SIZE_MAX: no limit */
    uint32_t full_doors; /* one bit for each door that is full whatever `take` says */
    uint16_t failing_port; /* sending to this port fails; 0: none */
    uint16_t slow_port;    /* the path to this port takes `slow_take` more; 0: all take all */
    size_t slow_take;
    size_t put_off; /* entries for that path that it did not take */
    bool waits;     /* that path is known to take none, until this is false */
    size_t answers; /* entries that are sent now or never */
};

void fake_outbox_init(struct fake_outbox *fake);
void fake_outbox_done(struct fake_outbox *fake);
struct outbox fake_outbox_port(struct fake_outbox *fake);

/* Forgets what was sent. */
void fake_outbox_clear(struct fake_outbox *fake);

/* The n-th datagram that was sent to that port since the last clear, or NULL. */
const struct fake_datagram *fake_outbox_to(const struct fake_outbox *fake, uint16_t port, size_t n);
size_t fake_outbox_count_to(const struct fake_outbox *fake, uint16_t port);

#endif
