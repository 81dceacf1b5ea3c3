/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Name claims: joins that ask for the name of a member at the same address. Its program may have
 * been killed and started again, so the holder is sent a line with a code, and the join waits until
 * the holder's machine has had time to refuse that line. Stores the claims; plain_server.c decides
 * them.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_NAME_CLAIMS_H
#define ROOMD_CORE_PLAIN_SERVER_NAME_CLAIMS_H

#include "core/model/registry.h"

#include <roomd/moment.h>

/*
 * At a time; further joins are answered "taken" at once. A turn reads up to 128 datagrams, and no
 * error about a holder is seen before its end.
 */
#define NAME_CLAIMS_MAX 256U

struct name_claim {
    struct path path;    /* of the newcomer */
    uint64_t holder;     /* its member number; 0: it was heard, and keeps its name */
    struct moment asked; /* when it was sent the line */
    int64_t deadline_ns;
    char name[ROOM_NAME_MAX_BYTES + 1]; /* as requested; terminated */
    bool newline;
};

/* All zero is an empty table. */
struct name_claims {
    struct name_claim claims[NAME_CLAIMS_MAX];
    uint32_t count;
};

/* The claim of that newcomer, or NULL. */
struct name_claim *name_claims_of(struct name_claims *claims, const struct endpoint *newcomer);

/* Adds a copy. False if the table is full. */
bool name_claims_add(struct name_claims *claims, const struct name_claim *claim);

/* The claim to the name of member number `holder`, or NULL. */
struct name_claim *name_claims_find(struct name_claims *claims, uint64_t holder);

/* Removes a claim from the table. */
void name_claims_remove(struct name_claims *claims, struct name_claim *claim);

/* Removes and returns the first claim that is due by `now_ns`. False if there is none. */
bool name_claims_take(struct name_claims *claims, int64_t now_ns, struct name_claim *ret_claim);

/* When the next claim is due, or MOMENT_NEVER_NS. */
int64_t name_claims_due_ns(const struct name_claims *claims);

#endif
