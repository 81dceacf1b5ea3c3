/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members whose programs may be gone, in a table of fixed size. A member in it has its bit
 * `suspected` set, so that nothing is looked up for the others. Decides nothing.
 */
#ifndef ROOMD_CORE_MODEL_SUSPECTS_H
#define ROOMD_CORE_MODEL_SUSPECTS_H

#include "core/model/registry.h"

/* At a time: a lab whose power fails is handled in batches of this size, a few seconds each. */
#define SUSPECTS_MAX 1024U

/* A member from which an ICMP error came back, and which was not heard since. */
struct suspect {
    struct member *member;
    int64_t counted_ns; /* when the last error was counted */
    uint64_t quoted;    /* the event that it quoted */
    uint8_t errors;     /* counted so far */
};

/* All zero is an empty table. */
struct suspects {
    struct suspect places[SUSPECTS_MAX];
    uint32_t count;
};

/* NULL if it is not suspected. */
struct suspect *suspects_find(struct suspects *suspects, const struct member *member);

/*
 * Adds a member that is not in the table. In a full one it takes the place of a suspect whose last
 * error was counted before `stale_ns`. NULL if there is none.
 */
struct suspect *suspects_add(struct suspects *suspects, struct member *member, int64_t stale_ns);

/* Removes a member that was heard, or is about to be removed. Cheap if it was not suspected. */
void suspects_clear(struct suspects *suspects, const struct member *member);

#endif
