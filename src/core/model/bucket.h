/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Token buckets for addresses and prefixes, in a table of fixed size.
 *
 * A bucket is one number, the time at which it will be full again (the generic cell rate algorithm,
 * ITU-T I.371): a full bucket and none at all are the same thing. So when a set of the table is
 * full, the bucket that is fullest makes place, and a flood of addresses can only push out buckets
 * that say least.
 */
#ifndef ROOMD_CORE_MODEL_BUCKET_H
#define ROOMD_CORE_MODEL_BUCKET_H

#include <roomd/endpoint.h>
#include <stdbool.h>
#include <stdint.h>

#define BUCKET_KEY_BYTES 16

/* What is being limited; part of the key. */
enum bucket_kind {
    BUCKET_ANSWER_ADDRESS,
    BUCKET_ANSWER_PREFIX,
    BUCKET_STRANGER,
    BUCKET_JOIN_ADDRESS,
    BUCKET_JOIN_PREFIX,
    BUCKET_LEFT_MESSAGES, /* of an endpoint whose member has left: what that member may still say */
    BUCKET_LEFT_BYTES,
    BUCKET_KINDS /* how many there are */
};

struct bucket_rate {
    int64_t interval_ns; /* one token comes back in this time */
    uint32_t burst;      /* tokens in a full bucket */
};

/* Takes `tokens` whether or not there are so many: the bucket may owe them. */
void bucket_charge(int64_t *full_ns, const struct bucket_rate *rate, uint32_t tokens,
                   int64_t now_ns);

/*
 * Takes `tokens` from a bucket that its owner keeps: the time, 0 at first, at which it is full
 * again. False where there are not so many. The rate may be another one than before: then the
 * bucket is as full as it was, or empty.
 */
bool bucket_spend(int64_t *full_ns, const struct bucket_rate *rate, uint32_t tokens,
                  int64_t now_ns);

struct bucket_table;

/* `key` seeds the keyed hash. About 128 KiB, whatever comes. STATUS_NO_MEMORY. */
int bucket_table_new(const uint8_t key[BUCKET_KEY_BYTES], struct bucket_table **ret_table);
void bucket_table_free(struct bucket_table *table);

/* Takes a token from the bucket of `address`, of which the first `prefix_bits` count. False where
 * there is none left. */
bool bucket_take(struct bucket_table *table, enum bucket_kind kind,
                 const uint8_t address[ENDPOINT_ADDRESS_BYTES], unsigned prefix_bits,
                 const struct bucket_rate *rate, int64_t now_ns);

/* The bucket of an endpoint: when it is full again, to be read and written until the next call for
 * this table; 0 where there was none. */
int64_t *bucket_of_endpoint(struct bucket_table *table, enum bucket_kind kind,
                            const struct endpoint *endpoint);

#endif
