/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Numbers of members rise, so nearly every insertion is at the end of the array. Members that leave
 * are only marked, so that many exits do not move the array once for each.
 */
#include "core/client/member_list.h"

#include <roomd/client.h>
#include <stdlib.h>
#include <string.h>

#define LIST_FIRST_SIZE 64U

void member_list_done(struct member_list *list)
{
    free(list->row);
    *list = (struct member_list){0};
}

size_t member_list_index(const struct member_list *list, uint64_t number)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->row[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct listed_member *member_list_find(const struct member_list *list, uint32_t number)
{
    size_t index = member_list_index(list, number);

    if (index == list->count || list->row[index].number != number || list->row[index].removed)
        return NULL;
    return &list->row[index];
}

const struct listed_member *member_list_next(const struct member_list *list, uint64_t after)
{
    if (after >= UINT32_MAX)
        return NULL;
    for (size_t index = member_list_index(list, after + 1); index < list->count; index++) {
        if (list->row[index].here)
            return &list->row[index];
    }
    return NULL;
}

static void compact(struct member_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (!list->row[i].removed)
            list->row[kept++] = list->row[i];
    }
    list->count = kept;
    list->removed = 0;
}

void member_list_clean(struct member_list *list)
{
    if (list->removed > list->count / 2)
        compact(list);
}

static bool make_place(struct member_list *list)
{
    size_t size = list->size > 0 ? list->size * 2 : LIST_FIRST_SIZE;
    struct listed_member *row;

    if (list->count < list->size)
        return true;
    row = realloc(list->row, size * sizeof(*row));
    if (row == NULL)
        return false;
    list->row = row;
    list->size = size;
    return true;
}

struct listed_member *member_list_insert(struct member_list *list, uint32_t number)
{
    size_t index = member_list_index(list, number);
    bool has_place = index < list->count && list->row[index].number == number;
    struct listed_member *listed;

    if (has_place && !list->row[index].removed)
        return &list->row[index];
    if (list->count - list->removed == CLIENT_MEMBERS_MAX || (!has_place && !make_place(list)))
        return NULL;
    listed = &list->row[index];
    if (has_place) {
        list->removed--;
    } else {
        memmove(listed + 1, listed, (list->count - index) * sizeof(*listed));
        list->count++;
    }
    *listed = (struct listed_member){.number = number};
    return listed;
}

void member_list_set_name(struct listed_member *listed, const char *name, size_t name_len)
{
    listed->name_len = (uint8_t)name_len;
    memcpy(listed->name, name, name_len);
}

void member_list_set_here(struct member_list *list, struct listed_member *listed, bool here)
{
    if (listed->here == here)
        return;
    listed->here = here;
    list->here = here ? list->here + 1 : list->here - 1;
}

void member_list_remove(struct member_list *list, struct listed_member *listed)
{
    member_list_set_here(list, listed, false);
    if (!listed->removed)
        list->removed++;
    listed->removed = true;
}
