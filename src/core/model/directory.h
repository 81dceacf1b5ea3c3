/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The directory: everybody by number, who is in and who has left but still has events in the
 * transcript. Sequenced members ask for it page by page, in the order of numbers. Eight bytes each:
 * a seat, or the low half of the exit's number, where the name then is.
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

/* Nobody is on it any more. */
void directory_clear(struct directory *directory);

/* Somebody is in. STATUS_NO_MEMORY: nothing was changed. */
int directory_enter(struct directory *directory, const struct member *member);
/* It leaves; its exit is that event, 0 = nobody was told. */
void directory_leave(struct directory *directory, const struct member *member, uint64_t exit);

/* The next in the order of numbers, beyond `after`; false where there is none. */
bool directory_next(const struct directory *directory, uint64_t after,
                    struct directory_entry *ret_entry);

#endif
