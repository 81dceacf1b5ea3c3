/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The directory: members by number, both present ones and those that have left but whose exit is
 * still in the transcript. Sequenced members read it page by page, in the order of numbers. Eight
 * bytes per member: a seat, or the low half of the number of the exit, which has the name.
 */
#ifndef ROOMD_CORE_MODEL_DIRECTORY_H
#define ROOMD_CORE_MODEL_DIRECTORY_H

#include "core/model/registry.h"
#include "core/model/transcript.h"

struct directory;

struct directory_entry {
    uint32_t number;
    bool gone;
    const char *name; /* valid until the next call that changes the room */
    size_t name_len;
};

/* Both are borrowed for its life. STATUS_NO_MEMORY. */
int directory_new(const struct registry *registry, const struct transcript *transcript,
                  struct directory **ret_directory);
void directory_free(struct directory *directory);

/* Removes everybody. */
void directory_clear(struct directory *directory);

/* Adds a member that has joined. STATUS_NO_MEMORY: nothing was changed. */
int directory_enter(struct directory *directory, const struct member *member);
/*
 * Adds one in any order, for a room that is restored: present, or gone with its exit. Afterwards
 * directory_sort is to be called. STATUS_NO_MEMORY.
 */
int directory_load(struct directory *directory, const struct member *member);
int directory_load_gone(struct directory *directory, uint64_t number, uint64_t exit);
void directory_sort(struct directory *directory);
/* Marks a member as left; `exit` is the number of its exit event, 0 = there is none. */
void directory_leave(struct directory *directory, const struct member *member, uint64_t exit);

/* The next entry with a number above `after`; false if there is none. */
bool directory_next(const struct directory *directory, uint64_t after,
                    struct directory_entry *ret_entry);

#endif
