/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members whose programs may be gone, in a table of fixed size. A member in it has its bit
 * `suspected`, so that nothing is looked up for the others. Decides nothing.
 */
#ifndef ROOMD_CORE_MODEL_SUSPECTS_H
#define ROOMD_CORE_MODEL_SUSPECTS_H

#include "core/model/registry.h"

/* At one time: a lab whose power fails is worked off in portions of this size, a few seconds each.
 */
#define SUSPECTS_MAX 1024U

/* An ICMP error came back from this member, and it has not been heard since. */
struct suspect {
    struct member *member;
    int64_t counted_ns; /* when the last error was counted */
    int64_t probe_ns;   /* when it is probed next */
    uint8_t errors;     /* counted so far */
    uint8_t probes;     /* sent since the last error */
};

/* All zero is an empty table. */
struct suspects {
    struct suspect places[SUSPECTS_MAX];
    uint32_t count;
};

/* NULL: it is not suspected. */
struct suspect *suspects_find(struct suspects *suspects, const struct member *member);

/* The member is not in the table yet. NULL: the table is full. */
struct suspect *suspects_add(struct suspects *suspects, struct member *member);

/* The last suspect takes its place. */
void suspects_drop(struct suspects *suspects, struct suspect *suspect);

/* The member was heard, or is about to be removed. Cheap where it was not suspected. */
void suspects_clear(struct suspects *suspects, const struct member *member);

#endif
