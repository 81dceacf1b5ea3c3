/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Token buckets for addresses and prefixes, in a table of fixed size.
 *
 * A bucket is one number, the time at which it will be full again (the generic cell rate algorithm,
 * ITU-T I.371): a full bucket and no bucket are the same. So when a set of the table is full, its
 * fullest bucket is evicted, and a flood of addresses can only evict the buckets that hold the
 * least information.
 */
#ifndef ROOMD_CORE_MODEL_BUCKET_H
#define ROOMD_CORE_MODEL_BUCKET_H

#include <roomd/endpoint.h>
#include <stdbool.h>
#include <stdint.h>

#define BUCKET_KEY_BYTES 16

/* The limited action; part of the key. */
enum bucket_kind {
    BUCKET_ANSWER_ADDRESS,
    BUCKET_ANSWER_PREFIX,
    BUCKET_STRANGER,
    BUCKET_EXCHANGE, /* answers to an endpoint that may be a server */
    BUCKET_REJOIN,   /* accepts to a member that has been accepted before */
    BUCKET_JOIN_ADDRESS,
    BUCKET_JOIN_PREFIX,
    BUCKET_LEFT_MESSAGES, /* what the endpoint's last member left of its allowance */
    BUCKET_LEFT_BYTES,
    BUCKET_KINDS /* their number */
};

struct bucket_rate {
    int64_t interval_ns; /* time for one token to come back */
    uint32_t burst;      /* tokens in a full bucket */
};

/* Takes `tokens` even if there are fewer: the bucket may owe them. */
void bucket_charge(int64_t *full_ns, const struct bucket_rate *rate, uint32_t tokens,
                   int64_t now_ns);

/*
 * True if a bucket that the caller keeps has `tokens`: the time at which it is full again, 0 at
 * first. After a change of rate the bucket is as full as before, or empty, which is noted in it.
 */
bool bucket_has(int64_t *full_ns, const struct bucket_rate *rate, uint32_t tokens, int64_t now_ns);

/* Takes `tokens` from it. False if it has fewer. */
bool bucket_spend(int64_t *full_ns, const struct bucket_rate *rate, uint32_t tokens,
                  int64_t now_ns);

struct bucket_table;

/* `key` seeds the keyed hash. Takes about 128 KiB, once. STATUS_NO_MEMORY. */
int bucket_table_new(const uint8_t key[BUCKET_KEY_BYTES], struct bucket_table **ret_table);
void bucket_table_free(struct bucket_table *table);

/*
 * True if the bucket of the first `prefix_bits` of `address` has a token. Where several are asked,
 * all are asked before any is taken from: a refusal costs nothing.
 */
bool bucket_holds(struct bucket_table *table, enum bucket_kind kind,
                  const uint8_t address[ENDPOINT_ADDRESS_BYTES], unsigned prefix_bits,
                  const struct bucket_rate *rate, int64_t now_ns);

/* Takes a token from that bucket. False if it is empty. */
bool bucket_take(struct bucket_table *table, enum bucket_kind kind,
                 const uint8_t address[ENDPOINT_ADDRESS_BYTES], unsigned prefix_bits,
                 const struct bucket_rate *rate, int64_t now_ns);

/*
 * The bucket of an endpoint: the time at which it is full again, 0 if there was none. May be read
 * and written until the next call for this table.
 */
int64_t *bucket_of_endpoint(struct bucket_table *table, enum bucket_kind kind,
                            const struct endpoint *endpoint);

#endif
