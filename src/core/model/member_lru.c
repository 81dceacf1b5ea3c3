/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A doubly linked list. */
#include "core/model/member_lru.h"

void member_lru_append(struct member_lru *lru, struct member *member)
{
    member->lru_older = lru->newest;
    member->lru_newer = NULL;
    *(lru->newest != NULL ? &lru->newest->lru_newer : &lru->oldest) = member;
    lru->newest = member;
}

void member_lru_remove(struct member_lru *lru, struct member *member)
{
    *(member->lru_older != NULL ? &member->lru_older->lru_newer : &lru->oldest) = member->lru_newer;
    *(member->lru_newer != NULL ? &member->lru_newer->lru_older : &lru->newest) = member->lru_older;
}
