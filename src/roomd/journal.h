/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What happens in the room, as lines of the log: as many of each kind as a person could read, and
 * how many were left out. What a terminal is told is terminal_log's business.
 */
#ifndef ROOMD_ROOMD_JOURNAL_H
#define ROOMD_ROOMD_JOURNAL_H

#include "conf/log_option.h"

#include <roomd/event.h>
#include <roomd/moment.h>
#include <roomd/ports.h>
#include <stdbool.h>
#include <stdint.h>

/* Of each kind: what a class that comes in at once makes, and then what a flood may fill a disk
 * with in a day, some 60 MB. */
#define JOURNAL_BURST      50U
#define JOURNAL_PER_SECOND 10U

/* What was left out is told so long after the first of it, whether or not more comes. */
#define JOURNAL_LEFT_OUT_NS (10 * MOMENT_NS_PER_S)

/* Kinds of lines: those of log.events, and one for whoever looks closely. */
#define JOURNAL_UNDELIVERED LOG_EVENTS
#define JOURNAL_KINDS       (LOG_EVENTS + 1)

struct journal {
    uint32_t events;  /* one LOG_EVENT_BIT each: these are logged */
    bool on_terminal; /* a terminal shows them: only refusals are logged */
    int64_t
        full_ns[JOURNAL_KINDS]; /* when each kind's bucket is full again: see core/model/bucket.h */
    uint64_t left_out[JOURNAL_KINDS]; /* lines, since they were last told */
    int64_t left_out_since_ns;        /* MOMENT_NEVER_NS: none were */
};

/* `on_terminal`: stdout is a terminal, which shows what happens. */
void journal_init(struct journal *journal, uint32_t events, bool on_terminal);

/* Log other events from now on. */
void journal_set_events(struct journal *journal, uint32_t events);

/* It listens to the room by that. */
struct observer journal_observer(struct journal *journal);

/* Tells what was left out, if that is due by now; journal_close tells it at once. */
void journal_tick(struct journal *journal, const struct moment *now);
void journal_close(struct journal *journal, const struct moment *now);
/* When journal_tick wants to be called next (monotonic), or MOMENT_NEVER_NS. */
int64_t journal_next_tick(const struct journal *journal);

#endif
