/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Logs what happens in the room: as many lines of each kind as a person can read, and how many were
 * left out. A terminal is served by terminal_log.
 */
#ifndef ROOMD_ROOMD_JOURNAL_H
#define ROOMD_ROOMD_JOURNAL_H

#include "conf/log_option.h"

#include <roomd/event.h>
#include <roomd/moment.h>
#include <roomd/ports.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * For each kind: a burst that covers a whole class joining at once, then a rate at which a flood
 * fills a disk with some 60 MB a day.
 */
#define JOURNAL_BURST      50U
#define JOURNAL_PER_SECOND 10U

/* Lines left out are reported this long after the first of them, whether or not more follow. */
#define JOURNAL_LEFT_OUT_NS (10 * MOMENT_NS_PER_S)

/* Kinds of lines: those of log.events, and one at level debug. */
#define JOURNAL_UNDELIVERED LOG_EVENTS
#define JOURNAL_KINDS       (LOG_EVENTS + 1)

struct journal {
    uint32_t events;                  /* the kinds to log, one LOG_EVENT_BIT each */
    bool on_terminal;                 /* stdout shows the rest, so only refusals are logged */
    int64_t full_ns[JOURNAL_KINDS];   /* time each bucket is full again: core/model/bucket.h */
    uint64_t left_out[JOURNAL_KINDS]; /* lines, since the last report */
    int64_t left_out_since_ns;        /* MOMENT_NEVER_NS: none were */
};

/* `on_terminal`: stdout is a terminal, which shows what happens. */
void journal_init(struct journal *journal, uint32_t events, bool on_terminal);

/* Changes the events to log from now on. */
void journal_set_events(struct journal *journal, uint32_t events);

/* The observer to pass to the room. */
struct observer journal_observer(struct journal *journal);

/* Reports lines left out, if that is due; journal_close reports them at once. */
void journal_tick(struct journal *journal, const struct moment *now);
void journal_close(struct journal *journal, const struct moment *now);
/* Time of the next call of journal_tick (monotonic), or MOMENT_NEVER_NS. */
int64_t journal_next_tick(const struct journal *journal);

#endif
