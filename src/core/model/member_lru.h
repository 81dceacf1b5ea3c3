/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members in the order in which they were last heard, linked by their seats. A member is in one
 * list at a time.
 */
#ifndef ROOMD_CORE_MODEL_MEMBER_LRU_H
#define ROOMD_CORE_MODEL_MEMBER_LRU_H

#include "core/model/registry.h"

/* All zero: empty. */
struct member_lru {
    struct member *oldest; /* heard longest ago; NULL: nobody */
    struct member *newest;
};

/* The member, which is in no list, was heard last of all. */
void member_lru_append(struct member_lru *lru, struct member *member);

/* The member is in this list. `seats`: the members by seat. */
void member_lru_remove(struct member_lru *lru, struct member *const *seats, struct member *member);

#endif
