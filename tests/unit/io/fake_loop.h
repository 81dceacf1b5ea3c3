/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A fake kernel below libev: its clock moves only while the loop waits, and it refuses to watch the
 * descriptors that a test names. Replaces epoll_ctl, epoll_wait and clock_gettime for the whole
 * test program, libraries included.
 */
#ifndef ROOMD_TESTS_FAKE_LOOP_H
#define ROOMD_TESTS_FAKE_LOOP_H

#include <ev.h>
#include <stdint.h>

struct fake_loop {
    int64_t ahead_ns;  /* how far the clock has moved */
    int refused;       /* this descriptor is not watched; -1 = none is refused */
    int error;         /* ... for this reason */
    unsigned refusals; /* how often it was asked for */
};

extern struct fake_loop fake_loop;

/* Runs the loop until its clock has moved that far. Fails the test if the loop spins. */
void fake_loop_run(struct ev_loop *loop, double seconds);

#endif
