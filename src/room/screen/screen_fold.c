/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Two lists. A member on one list that comes to the other is removed: a network that failed for a
 * moment is no news.
 */
#include "room/screen/screen_fold.h"

#include "room/sanitize.h"

#include <string.h>

static bool remove_member(struct screen_fold_side *side, const char *name, size_t name_len)
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

static void add_member(struct screen_fold_side *side, const char *name, size_t name_len)
{
    side->count++;
    if (side->named == SCREEN_FOLD_NAMES_MAX || side->count - 1 != side->named ||
        name_len > ROOM_NAME_MAX_BYTES)
        return;
    memcpy(side->names[side->named], name, name_len);
    side->lengths[side->named++] = (uint8_t)name_len;
}

bool screen_fold_is_empty(const struct screen_fold *fold)
{
    return fold->sides[0].count == 0 && fold->sides[1].count == 0;
}

bool screen_fold_add(struct screen_fold *fold, bool joined, const char *name, size_t name_len,
                     int64_t now_ns)
{
    bool empty = screen_fold_is_empty(fold);
    bool quiet = empty && (!fold->seen || now_ns - fold->last_ns >= SCREEN_FOLD_WAIT_NS);

    fold->seen = true;
    fold->last_ns = now_ns;
    if (quiet)
        return false;
    if (empty)
        fold->joined_first = joined;
    if (!remove_member(&fold->sides[joined ? 0 : 1], name, name_len))
        add_member(&fold->sides[joined ? 1 : 0], name, name_len);
    return true;
}

static void add_names(const struct screen_fold_side *side, struct buffer *out)
{
    /* "and 1 other" would be longer than the name. */
    uint32_t told = side->count <= SCREEN_FOLD_TOLD_MAX + 1 ? side->count : SCREEN_FOLD_TOLD_MAX;

    if (told > side->named)
        told = side->named;
    for (uint32_t i = 0; i < told; i++) {
        if (i > 0)
            buffer_add_text(out, i + 1 == side->count ? " and " : ", ");
        sanitize_add(out, side->names[i], side->lengths[i]);
    }
    if (told == 0)
        buffer_format(out, "%u", side->count);
    else if (side->count > told)
        buffer_format(out, " and %u other%s", side->count - told,
                      side->count - told == 1 ? "" : "s");
}

bool screen_fold_take(struct screen_fold *fold, struct buffer *out)
{
    for (unsigned turn = 0; turn < 2; turn++) {
        bool joined = (turn == 0) == fold->joined_first;
        struct screen_fold_side *side = &fold->sides[joined ? 1 : 0];

        if (side->count == 0)
            continue;
        add_names(side, out);
        buffer_add_text(out, joined ? " joined" : " left");
        side->count = side->named = 0;
        return true;
    }
    return false;
}
