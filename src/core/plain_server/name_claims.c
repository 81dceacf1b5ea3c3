/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table of claims, in order of arrival. */
#include "core/plain_server/name_claims.h"

#include <string.h>

struct name_claim *name_claims_of(struct name_claims *claims, const struct endpoint *newcomer)
{
    for (uint32_t i = 0; i < claims->count; i++) {
        if (endpoint_equal(&claims->claims[i].path.peer, newcomer))
            return &claims->claims[i];
    }
    return NULL;
}

bool name_claims_add(struct name_claims *claims, const struct name_claim *claim)
{
    if (claims->count == NAME_CLAIMS_MAX)
        return false;
    claims->claims[claims->count++] = *claim;
    return true;
}

struct name_claim *name_claims_find(struct name_claims *claims, uint64_t holder)
{
    for (uint32_t i = 0; i < claims->count; i++) {
        if (claims->claims[i].holder == holder)
            return &claims->claims[i];
    }
    return NULL;
}

void name_claims_remove(struct name_claims *claims, struct name_claim *claim)
{
    struct name_claim *end = &claims->claims[claims->count--];

    memmove(claim, claim + 1, (size_t)(end - (claim + 1)) * sizeof(*claim));
}

bool name_claims_take(struct name_claims *claims, int64_t now_ns, struct name_claim *ret_claim)
{
    for (uint32_t i = 0; i < claims->count; i++) {
        struct name_claim *claim = &claims->claims[i];

        if (claim->deadline_ns > now_ns)
            continue;
        *ret_claim = *claim;
        name_claims_remove(claims, claim);
        return true;
    }
    return false;
}

int64_t name_claims_due_ns(const struct name_claims *claims)
{
    int64_t due_ns = MOMENT_NEVER_NS;

    for (uint32_t i = 0; i < claims->count; i++) {
        if (claims->claims[i].deadline_ns < due_ns)
            due_ns = claims->claims[i].deadline_ns;
    }
    return due_ns;
}
