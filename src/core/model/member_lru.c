/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A doubly linked list. */
#include "core/model/member_lru.h"

#include <stddef.h>

void member_lru_append(struct member_lru *lru, struct member *member)
{
    member->lru_older = lru->newest != NULL ? lru->newest->seat + 1 : 0;
    member->lru_newer = 0;
    if (lru->newest != NULL)
        lru->newest->lru_newer = member->seat + 1;
    else
        lru->oldest = member;
    lru->newest = member;
}

void member_lru_remove(struct member_lru *lru, struct member *const *seats, struct member *member)
{
    struct member *older = member->lru_older != 0 ? seats[member->lru_older - 1] : NULL;
    struct member *newer = member->lru_newer != 0 ? seats[member->lru_newer - 1] : NULL;

    if (older != NULL)
        older->lru_newer = member->lru_newer;
    else
        lru->oldest = newer;
    if (newer != NULL)
        newer->lru_older = member->lru_older;
    else
        lru->newest = older;
}
