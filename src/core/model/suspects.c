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

struct suspect *suspects_add(struct suspects *suspects, struct member *member)
{
    struct suspect *suspect = &suspects->places[suspects->count];

    if (suspects->count == SUSPECTS_MAX)
        return NULL;
    suspects->count++;
    *suspect = (struct suspect){.member = member};
    member->suspected = true;
    return suspect;
}

void suspects_drop(struct suspects *suspects, struct suspect *suspect)
{
    suspect->member->suspected = false;
    *suspect = suspects->places[--suspects->count];
}

void suspects_clear(struct suspects *suspects, const struct member *member)
{
    struct suspect *suspect = suspects_find(suspects, member);

    if (suspect != NULL)
        suspects_drop(suspects, suspect);
}
