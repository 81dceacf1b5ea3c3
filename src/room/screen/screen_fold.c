/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Two lists. Who is on one when it comes to the other is taken off: somebody whose network has failed for a moment is no news. */
#include "room/screen/screen_fold.h"

#include "room/sanitize.h"

#include <string.h>

static bool take_off(struct crowd_side *side, const char *name, size_t name_len)
{
    for (uint32_t i = 0; i < side->named; i++) {
        if (side->lengths[i] != name_len || memcmp(side->names[i], name, name_len) != 0)
            continue;
        side->named--;
        side->count--;
        memmove(&side->names[i], &side->names[i + 1], (side->named - i) * sizeof(side->names[0]));
        memmove(&side->lengths[i], &side->lengths[i + 1], side->named - i);
        return true;
    }
    return false;
}

static void put_on(struct crowd_side *side, const char *name, size_t name_len)
{
    side->count++;
    if (side->named == CROWD_NAMES_MAX || side->count - 1 != side->named || name_len > ROOM_NAME_MAX_BYTES)
        return;
    memcpy(side->names[side->named], name, name_len);
    side->lengths[side->named++] = (uint8_t)name_len;
}

bool crowd_is_empty(const struct crowd *crowd)
{
    return crowd->sides[0].count == 0 && crowd->sides[1].count == 0;
}

bool crowd_add(struct crowd *crowd, bool joined, const char *name, size_t name_len, int64_t now_ns)
{
    bool empty = crowd_is_empty(crowd);
    bool quiet = empty && (!crowd->seen || now_ns - crowd->last_ns >= CROWD_WAIT_NS);

    crowd->seen = true;
    crowd->last_ns = now_ns;
    if (quiet)
        return false;
    if (empty)
        crowd->joined_first = joined;
    if (!take_off(&crowd->sides[joined ? 0 : 1], name, name_len))
        put_on(&crowd->sides[joined ? 1 : 0], name, name_len);
    return true;
}

static void add_names(const struct crowd_side *side, struct bytes *out)
{
    /* "and 1 other" would take more place than the name. */
    uint32_t told = side->count <= CROWD_TOLD_MAX + 1 ? side->count : CROWD_TOLD_MAX;

    if (told > side->named)
        told = side->named;
    for (uint32_t i = 0; i < told; i++) {
        if (i > 0)
            bytes_add_text(out, i + 1 == side->count ? " and " : ", ");
        visible_add(out, side->names[i], side->lengths[i]);
    }
    if (told == 0)
        bytes_format(out, "%u", side->count);
    else if (side->count > told)
        bytes_format(out, " and %u other%s", side->count - told, side->count - told == 1 ? "" : "s");
}

bool crowd_take(struct crowd *crowd, struct bytes *out)
{
    for (unsigned turn = 0; turn < 2; turn++) {
        bool joined = (turn == 0) == crowd->joined_first;
        struct crowd_side *side = &crowd->sides[joined ? 1 : 0];

        if (side->count == 0)
            continue;
        add_names(side, out);
        bytes_add_text(out, joined ? " joined" : " left");
        side->count = side->named = 0;
        return true;
    }
    return false;
}
