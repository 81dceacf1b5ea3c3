/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Counts under their public names: one table, from which text and JSON are made. The names are
 * those of metrics and do not change.
 */
#ifndef ROOMD_ADMIN_STATS_H
#define ROOMD_ADMIN_STATS_H

#include "admin/admin.h"

struct stats {
    struct room_stats room;
    struct admin_counts program;
    struct room_log_stats log;
    uint64_t records_waiting; /* of these, not kept yet */
};

enum stats_kind {
    STATS_COUNTER, /* only grows; its name ends in _total */
    STATS_GAUGE,   /* a current value */
};

struct stats_row {
    const char *name;
    const char *help;
    enum stats_kind kind;
    size_t offset, size; /* of its field in struct stats: a bool, uint32_t or uint64_t */
};

/* Counts by reason have this name and a label: see stats_refusal_label. */
#define STATS_REFUSED "refused_total"

size_t stats_rows(void);
/* `index` < stats_rows(). */
const struct stats_row *stats_row(size_t index);
uint64_t stats_value(const struct stats *stats, const struct stats_row *row);

/* "name_taken", …: a word for programs; refusal_text is for people. */
const char *stats_refusal_label(enum refusal refusal);

/*
 * Says all counts: one line per value, without refusals that are 0; or one JSON object with all of
 * them.
 */
void stats_say(const struct stats *stats, const struct admin_reply *reply);

#endif
