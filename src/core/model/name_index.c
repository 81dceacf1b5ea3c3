/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Two indexes of labels. */
#include "core/model/name_index.h"

#include "core/model/confusable.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

void name_index_done(struct name_index *index)
{
    hash_index_done(&index->by_name);
    hash_index_done(&index->by_look);
}

struct label *name_index_label(const struct name_index *index, const struct name *name)
{
    bool same = name->shown_len == name->folded_len &&
                memcmp(name->shown, name->folded, name->shown_len) == 0;
    size_t folded_at = same ? 0 : name->shown_len + 1U;
    struct label *label = calloc(1, sizeof(*label) + folded_at + name->folded_len + 1U);
    char look[CONFUSABLE_MAX_BYTES];

    if (label == NULL)
        return NULL;
    label->shown_len = name->shown_len;
    label->folded_len = name->folded_len;
    label->folded_at = (uint8_t)folded_at;
    memcpy(label->text, name->shown, name->shown_len);
    memcpy(label->text + folded_at, name->folded, name->folded_len);
    label->look_hash =
        hash_keyed(index->key, look, confusable_skeleton(name->shown, name->shown_len, look));
    return label;
}

static uint32_t hash_label(const struct name_index *index, const struct label *label)
{
    return hash_keyed(index->key, label->text + label->folded_at, label->folded_len);
}

int name_index_reserve(struct name_index *index)
{
    int status = hash_index_reserve(&index->by_name);

    return status != 0 ? status : hash_index_reserve(&index->by_look);
}

void name_index_add(struct name_index *index, const struct label *label, uint32_t seat)
{
    hash_index_add(&index->by_name, hash_label(index, label), seat);
    hash_index_add(&index->by_look, label->look_hash, seat);
}

void name_index_remove(struct name_index *index, const struct label *label, uint32_t seat)
{
    hash_index_remove(&index->by_name, hash_label(index, label), seat);
    hash_index_remove(&index->by_look, label->look_hash, seat);
}

struct member *name_index_find(const struct name_index *index, struct member *const *seats,
                               const struct name *name)
{
    struct hash_index_search search =
        hash_index_search(hash_keyed(index->key, name->folded, name->folded_len));
    uint32_t seat;

    while (hash_index_next(&index->by_name, &search, &seat)) {
        const struct label *label = seats[seat]->label;

        if (label->folded_len == name->folded_len &&
            memcmp(label->text + label->folded_at, name->folded, name->folded_len) == 0)
            return seats[seat];
    }
    return NULL;
}

/* The skeletons are not kept: they are made again for the few labels with the same hash. */
static bool looks_like(const struct label *label, const char *look, size_t length)
{
    char own[CONFUSABLE_MAX_BYTES];

    return confusable_skeleton(label->text, label->shown_len, own) == length &&
           memcmp(own, look, length) == 0;
}

struct member *name_index_find_lookalike(const struct name_index *index,
                                         struct member *const *seats, const struct name *name,
                                         const struct member *except)
{
    char look[CONFUSABLE_MAX_BYTES];
    size_t length = confusable_skeleton(name->shown, name->shown_len, look);
    struct hash_index_search search = hash_index_search(hash_keyed(index->key, look, length));
    uint32_t seat;

    /* A restored name may be of marks alone, which have no skeleton. */
    while (length > 0 && hash_index_next(&index->by_look, &search, &seat)) {
        if (seats[seat] != except && looks_like(seats[seat]->label, look, length))
            return seats[seat];
    }
    return NULL;
}
