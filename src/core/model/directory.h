/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The roll: everybody by number, who is in and who has left but still has events in the transcript. Sequenced members ask for it page by page, in the order of numbers. Eight bytes each: a seat, or
 * the low half of the exit's number, where the name then is.
 */
#ifndef ROOMD_CORE_MODEL_DIRECTORY_H
#define ROOMD_CORE_MODEL_DIRECTORY_H

#include "core/model/registry.h"
#include <roomd/transcript.h>

struct roll;

struct roll_entry {
    uint32_t number;
    bool gone;
    const char *name; /* valid until the next call that changes the room */
    size_t name_len;
};

/* Both are borrowed for its life. STATUS_NO_MEMORY. */
int roll_new(const struct registry *registry, const struct transcript *transcript, struct roll **ret_roll);
void roll_free(struct roll *roll);

/* Nobody is on it any more. */
void roll_clear(struct roll *roll);

/* Somebody is in. STATUS_NO_MEMORY: nothing was changed. */
int roll_enter(struct roll *roll, const struct member *member);
/* It leaves; its exit is that event, 0 = nobody was told. */
void roll_leave(struct roll *roll, const struct member *member, uint64_t exit);

/* The next in the order of numbers, beyond `after`; false where there is none. */
bool roll_next(const struct roll *roll, uint64_t after, struct roll_entry *ret_entry);

#endif
