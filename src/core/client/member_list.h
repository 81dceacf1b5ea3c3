/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members by number, each with the event that changed it last: a sorted array that grows as needed.
 * Knows no pages and no events, only numbers and names.
 */
#ifndef ROOMD_CORE_CLIENT_MEMBER_LIST_H
#define ROOMD_CORE_CLIENT_MEMBER_LIST_H

#include <roomd/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listed_member {
    uint64_t changed; /* the event, or the head of the page, that changed it last */
    uint32_t number;
    bool here;
    bool removed; /* its place in the array is still used; look-ups skip it */
    uint8_t name_len;
    char name[ROOM_NAME_MAX_BYTES];
};

/* All zero is an empty list. Others may read `row`, `count` and `here`. */
struct member_list {
    struct listed_member *row;
    size_t count; /* used places, removed members included */
    size_t size;
    size_t removed;
    uint32_t here;
};

void member_list_done(struct member_list *list);

/*
 * Returns NULL if there is none. This pointer and that of member_list_insert are valid until the
 * next insertion or clean-up.
 */
struct listed_member *member_list_find(const struct member_list *list, uint32_t number);

/*
 * Adds a member without a name, or returns the one with this number. NULL: no memory, or
 * CLIENT_MEMBERS_MAX are in.
 */
struct listed_member *member_list_insert(struct member_list *list, uint32_t number);

void member_list_set_name(struct listed_member *listed, const char *name, size_t name_len);
void member_list_set_here(struct member_list *list, struct listed_member *listed, bool here);

/*
 * Look-ups no longer find it. Its place, and so the index of those after it, stays until
 * member_list_clean.
 */
void member_list_remove(struct member_list *list, struct listed_member *listed);

/* The first member that is here with a number above `after`; NULL if there is none. */
const struct listed_member *member_list_next(const struct member_list *list, uint64_t after);

/*
 * The array index of the first place whose number is at least `number`, removed ones included;
 * `count` if there is none.
 */
size_t member_list_index(const struct member_list *list, uint64_t number);

/* Removes the places of removed members, if they are more than half. */
void member_list_clean(struct member_list *list);

#endif
