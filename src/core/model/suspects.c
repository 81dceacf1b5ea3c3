/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table of suspects is scanned from its beginning: there are few at a time. */
#include "core/model/suspects.h"

struct suspect *suspects_find(struct suspects *suspects, const struct member *member)
{
    for (uint32_t i = 0; member->suspected && i < suspects->count; i++) {
        if (suspects->places[i].member == member)
            return &suspects->places[i];
    }
    return NULL;
}

/* The last one moves to its place. */
static void drop(struct suspects *suspects, struct suspect *suspect)
{
    suspect->member->suspected = false;
    *suspect = suspects->places[--suspects->count];
}

static void drop_stale(struct suspects *suspects, int64_t stale_ns)
{
    for (uint32_t i = 0; i < suspects->count; i++) {
        if (suspects->places[i].counted_ns < stale_ns) {
            drop(suspects, &suspects->places[i]);
            return;
        }
    }
}

struct suspect *suspects_add(struct suspects *suspects, struct member *member, int64_t stale_ns)
{
    struct suspect *suspect;

    if (suspects->count == SUSPECTS_MAX)
        drop_stale(suspects, stale_ns);
    if (suspects->count == SUSPECTS_MAX)
        return NULL;
    suspect = &suspects->places[suspects->count++];
    *suspect = (struct suspect){.member = member};
    member->suspected = true;
    return suspect;
}

void suspects_clear(struct suspects *suspects, const struct member *member)
{
    struct suspect *suspect = suspects_find(suspects, member);

    if (suspect != NULL)
        drop(suspects, suspect);
}
