/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members by number, with the event that changed each last: a sorted row that grows as it must.
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
    bool removed; /* its place in the row is not taken away yet; looked up by nobody */
    uint8_t name_len;
    char name[ROOM_NAME_MAX_BYTES];
};

/* All zero is an empty one. Its fields are its own, but for `here`. */
struct member_list {
    struct listed_member *row;
    size_t count; /* in the row, removed ones too */
    size_t size;
    size_t removed;
    uint32_t here;
};

void member_list_done(struct member_list *list);

/* Both: valid until the next insertion or clean-up. NULL: there is none. */
struct listed_member *member_list_find(const struct member_list *list, uint32_t number);

/* Takes one in that is not in yet, without a name, or returns the one that is. NULL: no memory, or
 * CLIENT_MEMBERS_MAX are in. */
struct listed_member *member_list_insert(struct member_list *list, uint32_t number);

void member_list_set_name(struct listed_member *listed, const char *name, size_t name_len);
void member_list_set_here(struct member_list *list, struct listed_member *listed, bool here);

/* It is found no more; its place, and with it the index of those behind it, stays until
 * member_list_clean. */
void member_list_remove(struct member_list *list, struct listed_member *listed);

/* The first that is here with a higher number than that; NULL where there is none. */
const struct listed_member *member_list_next(const struct member_list *list, uint64_t after);

/* Index in the row of the first whose number is at least that; `count` where there is none. Those
 * removed count. */
size_t member_list_index(const struct member_list *list, uint64_t number);

/* Gives back the places of those removed, where it is worth it. */
void member_list_clean(struct member_list *list);

#endif
