/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What was counted, under the names by which it is known outside: one table, from which text and
 * JSON are made. The names are those of metrics, and stay.
 */
#ifndef ROOMD_ADMIN_STATS_H
#define ROOMD_ADMIN_STATS_H

#include "admin/admin.h"

struct stats {
    struct room_stats room;
    struct admin_counts program;
};

enum stats_kind {
    STATS_COUNTER, /* only grows; its name ends in _total */
    STATS_GAUGE,   /* how it is now */
};

struct stats_row {
    const char *name;
    const char *help;
    enum stats_kind kind;
    size_t offset, size; /* of its field in struct stats: a bool, uint32_t or uint64_t */
};

/* Counts by reason stand under this name, with a label: see stats_refusal_label. */
#define STATS_REFUSED "refused_total"

size_t stats_rows(void);
/* `index` < stats_rows(). */
const struct stats_row *stats_row(size_t index);
uint64_t stats_value(const struct stats *stats, const struct stats_row *row);

/* "name_taken", …: a word for programs, where refusal_text is for people. */
const char *stats_refusal_label(enum refusal refusal);

/* Tells all of it: a line for each value, refusals that never happened left out; or one JSON object
 * with all of them. */
void stats_tell(const struct stats *stats, const struct admin_reply *reply);

#endif
