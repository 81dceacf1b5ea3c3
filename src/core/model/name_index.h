/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The names in use, found by their folded form and by what they look like. Part of the registry,
 * which owns the members.
 */
#ifndef ROOMD_CORE_MODEL_NAME_INDEX_H
#define ROOMD_CORE_MODEL_NAME_INDEX_H

#include "core/model/hash.h"
#include "core/model/hash_index.h"
#include "core/model/registry.h"

/* A name in use. Allocated apart from the member, which stays where it is when it is renamed. */
struct label {
    uint32_t look_hash; /* of its skeleton: see core/model/confusable.h */
    uint8_t shown_len;
    uint8_t folded_len;
    uint8_t folded_at; /* 0 if both are the same, as most are */
    char text[];       /* shown, NUL, folded, NUL */
};

/* All zero but for the key is an empty index. */
struct name_index {
    uint8_t key[HASH_KEY_BYTES];
    struct hash_index by_name, by_look;
};

void name_index_done(struct name_index *index);

/* Makes a label, to be freed with free(); NULL without memory. */
struct label *name_index_label(const struct name_index *index, const struct name *name);

/* Reserves room for one more name. STATUS_NO_MEMORY. */
int name_index_reserve(struct name_index *index);

/* Adds a label; there must be room for it, from name_index_reserve or a removal. */
void name_index_add(struct name_index *index, const struct label *label, uint32_t seat);
void name_index_remove(struct name_index *index, const struct label *label, uint32_t seat);

/* The member with this folded name, or NULL. `seats`: the members by seat. */
struct member *name_index_find(const struct name_index *index, struct member *const *seats,
                               const struct name *name);

/* A member but `except` whose name as shown looks like this one, or NULL. */
struct member *name_index_find_lookalike(const struct name_index *index,
                                         struct member *const *seats, const struct name *name,
                                         const struct member *except);

#endif
