/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The dense arrays of a registry: member, slot and path by position, and the members that lag.
 *
 * Members stand in two groups, one behind the other in the arrays: the established ones, which a
 * sweep serves first, and the newcomers. In each group the members that are owed something, the
 * lagging ones, form a circular range of its positions: `behind` of them from `head` on. A sweep
 * serves the member at the head and then reports either that it has caught up (the range shrinks
 * past it) or that it has not (it moves to the end of the range). So a single lagging member costs
 * no scan, nobody is overtaken twice by its own group, and members may be added, removed and moved
 * between any two steps.
 */
#ifndef ROOMD_CORE_MODEL_STANDINGS_H
#define ROOMD_CORE_MODEL_STANDINGS_H

#include "core/model/registry.h"

#include <stdbool.h>
#include <stdint.h>

struct group {
    uint32_t base; /* its first position, and the one behind its last */
    uint32_t end;
    uint32_t head; /* of the lagging range: `behind` positions from here, wrapping round */
    uint32_t behind;
};

/* All zero: empty. */
struct standings {
    struct member **members; /* three parallel arrays, by position */
    struct slot *slots;
    struct path *paths;
    uint32_t capacity;
    struct group groups[REGISTRY_STANDINGS];
};

void standings_done(struct standings *standings);

uint32_t standings_count(const struct standings *standings);
uint32_t standings_standing_count(const struct standings *standings,
                                  enum registry_standing standing);

/* Makes sure that one more member fits. False without memory: nothing was changed. */
bool standings_reserve(struct standings *standings);

/* Adds a member that is owed nothing. A place was reserved. */
void standings_add(struct standings *standings, struct member *member, const struct slot *slot,
                   const struct path *path, enum registry_standing standing);
void standings_remove(struct standings *standings, const struct member *member);

enum registry_standing standings_standing(const struct standings *standings, uint32_t position);

/* The position of the n-th lagging member of a group. */
uint32_t standings_lagging(const struct standings *standings, enum registry_standing standing,
                           uint32_t n);
bool standings_is_lagging(const struct standings *standings, uint32_t position);

void standings_all_behind(struct standings *standings);
void standings_mark_behind(struct standings *standings, const struct member *member);
void standings_head_done(struct standings *standings, enum registry_standing standing);
void standings_head_later(struct standings *standings, enum registry_standing standing);

#endif
