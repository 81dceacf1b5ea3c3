/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A set-associative table of token buckets. */
#include "core/model/bucket.h"

#include "core/model/hash.h"

#include <roomd/status.h>
#include <stdlib.h>

/* 4096 buckets in 128 KiB: one for every machine of a large school. */
#define BUCKET_SETS 512U
#define BUCKET_WAYS 8U

struct bucket_key {
    uint8_t address[ENDPOINT_ADDRESS_BYTES]; /* bits beyond the prefix are zero */
    uint16_t port;                           /* 0: of the address, whatever the port */
    uint16_t used; /* 1, so that an unused place equals no key; 16 bits: no padding */
    uint8_t kind;
    uint8_t prefix_bits;
};

struct bucket {
    struct bucket_key key;
    int64_t full_ns; /* when it is full again; 0 = full, or unused */
};

struct bucket_table {
    uint8_t key[BUCKET_KEY_BYTES];
    /*
     * The bucket found last, per kind: in a flood often the next one, too, and hashing costs more
     * than the rest.
     */
    struct bucket *last[BUCKET_KINDS];
    struct bucket sets[BUCKET_SETS][BUCKET_WAYS];
};

bool bucket_has(int64_t *full_ns, const struct bucket_rate *rate, uint32_t tokens, int64_t now_ns)
{
    int64_t empty_ns = now_ns + rate->interval_ns * (int64_t)rate->burst;
    int64_t from_ns;

    /* It was emptied at another rate, which would fill it more slowly. */
    if (*full_ns > empty_ns)
        *full_ns = empty_ns;
    from_ns = *full_ns > now_ns ? *full_ns : now_ns;
    return from_ns - now_ns <= rate->interval_ns * ((int64_t)rate->burst - (int64_t)tokens);
}

bool bucket_spend(int64_t *full_ns, const struct bucket_rate *rate, uint32_t tokens, int64_t now_ns)
{
    if (!bucket_has(full_ns, rate, tokens, now_ns))
        return false;
    bucket_charge(full_ns, rate, tokens, now_ns);
    return true;
}

void bucket_charge(int64_t *full_ns, const struct bucket_rate *rate, uint32_t tokens,
                   int64_t now_ns)
{
    *full_ns = (*full_ns > now_ns ? *full_ns : now_ns) + rate->interval_ns * (int64_t)tokens;
}

int bucket_table_new(const uint8_t key[BUCKET_KEY_BYTES], struct bucket_table **ret_table)
{
    struct bucket_table *table = calloc(1, sizeof(*table));

    if (table == NULL)
        return STATUS_NO_MEMORY;
    memcpy(table->key, key, sizeof(table->key));
    for (size_t kind = 0; kind < BUCKET_KINDS; kind++)
        table->last[kind] = table->sets[0];
    *ret_table = table;
    return STATUS_OK;
}

void bucket_table_free(struct bucket_table *table)
{
    free(table);
}

_Static_assert(sizeof(struct bucket_key) == ENDPOINT_ADDRESS_BYTES + 6,
               "compared and hashed as bytes");

static struct bucket_key make_key(enum bucket_kind kind,
                                  const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                                  unsigned prefix_bits, uint16_t port)
{
    struct bucket_key key = {
        .kind = (uint8_t)kind, .prefix_bits = (uint8_t)prefix_bits, .used = 1, .port = port};
    unsigned whole = prefix_bits / 8;

    memcpy(key.address, address, whole);
    if (prefix_bits % 8 != 0)
        key.address[whole] = (uint8_t)(address[whole] & (0xff00U >> (prefix_bits % 8)));
    return key;
}

static bool is_of(const struct bucket *bucket, const struct bucket_key *key)
{
    return memcmp(&bucket->key, key, sizeof(*key)) == 0;
}

/* The bucket of that key; if there is none, it replaces the fullest of its set. */
static struct bucket *find_bucket(struct bucket_table *table, const struct bucket_key *key)
{
    struct bucket *set = table->sets[hash_keyed(table->key, key, sizeof(*key)) % BUCKET_SETS];
    struct bucket *fullest = &set[0];

    for (size_t way = 0; way < BUCKET_WAYS; way++) {
        if (is_of(&set[way], key))
            return &set[way];
        if (set[way].full_ns < fullest->full_ns)
            fullest = &set[way];
    }
    fullest->key = *key;
    fullest->full_ns = 0;
    return fullest;
}

static int64_t *bucket_of_prefix(struct bucket_table *table, enum bucket_kind kind,
                                 const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                                 unsigned prefix_bits)
{
    struct bucket_key key = make_key(kind, address, prefix_bits, 0);

    if (!is_of(table->last[kind], &key))
        table->last[kind] = find_bucket(table, &key);
    return &table->last[kind]->full_ns;
}

bool bucket_holds(struct bucket_table *table, enum bucket_kind kind,
                  const uint8_t address[ENDPOINT_ADDRESS_BYTES], unsigned prefix_bits,
                  const struct bucket_rate *rate, int64_t now_ns)
{
    return bucket_has(bucket_of_prefix(table, kind, address, prefix_bits), rate, 1, now_ns);
}

bool bucket_take(struct bucket_table *table, enum bucket_kind kind,
                 const uint8_t address[ENDPOINT_ADDRESS_BYTES], unsigned prefix_bits,
                 const struct bucket_rate *rate, int64_t now_ns)
{
    return bucket_spend(bucket_of_prefix(table, kind, address, prefix_bits), rate, 1, now_ns);
}

int64_t *bucket_of_endpoint(struct bucket_table *table, enum bucket_kind kind,
                            const struct endpoint *endpoint)
{
    struct bucket_key key =
        make_key(kind, endpoint->address, ENDPOINT_ADDRESS_BYTES * 8, endpoint->port);

    return &find_bucket(table, &key)->full_ns;
}
