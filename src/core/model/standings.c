/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The dense arrays, with two groups of members and the lagging range of each. */
#include "core/model/standings.h"

#include <stdlib.h>

#define STANDINGS_FIRST_CAPACITY 64U

void standings_done(struct standings *standings)
{
    free(standings->members);
    free(standings->slots);
    free(standings->paths);
}

uint32_t standings_count(const struct standings *standings)
{
    return standings->groups[REGISTRY_NEWCOMER].end;
}

static uint32_t count_of(const struct group *group)
{
    return group->end - group->base;
}

uint32_t standings_standing_count(const struct standings *standings,
                                  enum registry_standing standing)
{
    return count_of(&standings->groups[standing]);
}

/* Without memory, returns the old array and sets `ret_grown` to false. */
static void *grow(void *array, size_t bytes, bool *ret_grown)
{
    void *grown = realloc(array, bytes);

    if (grown != NULL)
        return grown;
    *ret_grown = false;
    return array;
}

bool standings_reserve(struct standings *standings)
{
    uint32_t capacity =
        standings->capacity == 0 ? STANDINGS_FIRST_CAPACITY : standings->capacity * 2;
    bool grown = true;

    if (standings_count(standings) < standings->capacity)
        return true;
    /* If one of them can't grow, those that did are merely larger than needed. */
    standings->members = grow(standings->members, capacity * sizeof(*standings->members), &grown);
    standings->slots = grow(standings->slots, capacity * sizeof(*standings->slots), &grown);
    standings->paths = grow(standings->paths, capacity * sizeof(*standings->paths), &grown);
    if (grown)
        standings->capacity = capacity;
    return grown;
}

/* ---- positions ---- */

enum registry_standing standings_standing(const struct standings *standings, uint32_t position)
{
    return position < standings->groups[REGISTRY_NEWCOMER].base ? REGISTRY_ESTABLISHED
                                                                : REGISTRY_NEWCOMER;
}

static struct group *group_at(struct standings *standings, uint32_t position)
{
    return &standings->groups[standings_standing(standings, position)];
}

static uint32_t lagging(const struct group *group, uint32_t n)
{
    uint32_t left = group->end - group->head; /* positions up to the end of the group */

    return n < left ? group->head + n : group->base + (n - left);
}

static bool is_lagging(const struct group *group, uint32_t position)
{
    uint32_t distance = position >= group->head
                            ? position - group->head
                            : group->end - group->head + (position - group->base);

    return distance < group->behind;
}

uint32_t standings_lagging(const struct standings *standings, enum registry_standing standing,
                           uint32_t n)
{
    return lagging(&standings->groups[standing], n);
}

bool standings_is_lagging(const struct standings *standings, uint32_t position)
{
    return is_lagging(&standings->groups[standings_standing(standings, position)], position);
}

static void put(struct standings *standings, struct member *member, uint32_t position)
{
    standings->members[position] = member;
    member->position = position;
}

static void copy_place(struct standings *standings, uint32_t from, uint32_t to)
{
    put(standings, standings->members[from], to);
    standings->slots[to] = standings->slots[from];
    standings->paths[to] = standings->paths[from];
}

static void swap(struct standings *standings, uint32_t a, uint32_t b)
{
    struct member *member = standings->members[a];
    struct slot slot = standings->slots[a];
    struct path path = standings->paths[a];

    if (a == b)
        return;
    copy_place(standings, b, a);
    put(standings, member, b);
    standings->slots[b] = slot;
    standings->paths[b] = path;
}

/* ---- the lagging range ---- */

static void advance_head(struct group *group)
{
    group->head = group->head + 1 < group->end ? group->head + 1 : group->base;
}

void standings_all_behind(struct standings *standings)
{
    for (int standing = 0; standing < REGISTRY_STANDINGS; standing++)
        standings->groups[standing].behind = count_of(&standings->groups[standing]);
}

void standings_mark_behind(struct standings *standings, const struct member *member)
{
    struct group *group = group_at(standings, member->position);

    if (is_lagging(group, member->position))
        return;
    swap(standings, member->position, lagging(group, group->behind));
    group->behind++;
}

void standings_head_done(struct standings *standings, enum registry_standing standing)
{
    standings->groups[standing].behind--;
    advance_head(&standings->groups[standing]);
}

void standings_head_later(struct standings *standings, enum registry_standing standing)
{
    struct group *group = &standings->groups[standing];

    /*
     * If everybody lags, the end of the range is just behind its head. Otherwise a member that has
     * caught up gives up its place there.
     */
    if (group->behind < count_of(group))
        swap(standings, group->head, lagging(group, group->behind));
    advance_head(group);
}

/* ---- adding and removing ---- */

/*
 * Gives the first position of the newcomers to the established: the newcomer there moves to the
 * end. Both positions are neighbours in the circle of positions, so neither anybody's place in the
 * lagging range nor the order of the range changes.
 */
static void shift_newcomers_up(struct standings *standings)
{
    struct group *group = &standings->groups[REGISTRY_NEWCOMER];

    if (count_of(group) > 0)
        copy_place(standings, group->base, group->end);
    if (group->head == group->base)
        group->head = count_of(group) > 0 ? group->end : group->base + 1;
    group->base++;
    group->end++;
}

/* The other way round: takes the position before the first of the newcomers, which is empty. */
static void shift_newcomers_down(struct standings *standings)
{
    struct group *group = &standings->groups[REGISTRY_NEWCOMER];
    uint32_t count = count_of(group);

    group->base--;
    group->end--;
    if (count > 0)
        copy_place(standings, group->end, group->base);
    if (count == 0 || group->head == group->end)
        group->head = group->base;
}

/*
 * The new place is the last of its group. If the lagging range reaches or wraps round the end of
 * the group, the member would be in the middle or at the end of the range without being owed
 * anything. So the place is made just behind the range, and the member there moves to the end.
 */
void standings_add(struct standings *standings, struct member *member, const struct slot *slot,
                   const struct path *path, enum registry_standing standing)
{
    struct group *group = &standings->groups[standing];
    uint32_t place = group->end;
    bool wraps = group->head + group->behind > place;

    if (standing == REGISTRY_ESTABLISHED)
        shift_newcomers_up(standings);
    standings->slots[place] = *slot;
    standings->paths[place] = *path;
    put(standings, member, place);
    group->end++;
    /*
     * The range was [head, place) and [base, rest). With one place more it would include the new
     * member and lose its last one: swap the two.
     */
    if (wraps)
        swap(standings, place, lagging(group, group->behind));
}

/*
 * Moves a member that leaves just behind the range first, then fills its place with the last of the
 * group: so neither the range nor anybody's place in it changes.
 */
void standings_remove(struct standings *standings, const struct member *member)
{
    struct group *group = group_at(standings, member->position);

    if (is_lagging(group, member->position)) {
        /* The last of the range takes its place, so that nobody has to wait longer. */
        swap(standings, member->position, lagging(group, group->behind - 1));
        group->behind--;
    } else {
        swap(standings, member->position, lagging(group, group->behind));
    }
    swap(standings, member->position, group->end - 1);
    group->end--;
    if (group->head >= group->end)
        group->head = group->base;
    if (group == &standings->groups[REGISTRY_ESTABLISHED])
        shift_newcomers_down(standings);
}
