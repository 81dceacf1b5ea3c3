/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Limits what is sent to an address that may be forged, in proportion to what came from it: with
 * each datagram, the bytes sent in the last hour are at most BUDGET_FACTOR times the bytes heard in
 * the last hour (the anti-amplification limit of RFC 9000, section 8.1, with an hour for its
 * connection).
 *
 * Time is counted in quarters of an hour. What was sent counts in five of them, the present one
 * included, which is more than an hour; what was heard counts in four, which is less. So the limit
 * holds exactly, for the price of up to a quarter of what would be allowed.
 */
#ifndef ROOMD_CORE_MODEL_BUDGET_H
#define ROOMD_CORE_MODEL_BUDGET_H

#include <roomd/endpoint.h>
#include <roomd/moment.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUDGET_FACTOR     3U
#define BUDGET_QUARTER_NS (900 * MOMENT_NS_PER_S)
#define BUDGET_QUARTERS   5U

/* All zero: nothing heard, so nothing may be sent. */
struct budget {
    uint32_t quarter; /* the latest that is counted; time / BUDGET_QUARTER_NS */
    /* Bytes of UDP payload, by quarter % BUDGET_QUARTERS. */
    uint32_t heard[BUDGET_QUARTERS];
    uint32_t sent[BUDGET_QUARTERS];
};

void budget_heard(struct budget *budget, int64_t now_ns, size_t bytes);

/* The bytes that may be sent now. */
uint32_t budget_left(struct budget *budget, int64_t now_ns);

/* Counts so many bytes as sent. False if that is more than budget_left: nothing is counted. */
bool budget_spend(struct budget *budget, int64_t now_ns, size_t bytes);

/* Bytes that were spent at the same time were not sent after all. */
void budget_refund(struct budget *budget, int64_t now_ns, size_t bytes);

/* The present quarter. */
uint32_t budget_quarter(struct budget *budget, int64_t now_ns);

/*
 * When there may be more to spend although nothing is heard: the next quarter, or MOMENT_NEVER_NS
 * if nothing that was heard counts any more.
 */
int64_t budget_more_ns(struct budget *budget, int64_t now_ns);

/* ---- budgets by address ---- */

/*
 * Each address has one budget, whoever sends from it. Those of addresses from which members are in
 * are *held*: they are kept as long as the members are. The others are in a table of fixed size.
 * When a set of it is full, the budget from which least was sent is evicted, and what was sent is
 * kept for the set: a budget that is new there begins with the largest of these, so an address that
 * was evicted gets no more for it.
 */
struct budget_table;

#define BUDGET_KEY_BYTES 16

/* `key` seeds the keyed hash. Takes about 290 KiB, touched as it fills. STATUS_NO_MEMORY. */
int budget_table_new(const uint8_t key[BUDGET_KEY_BYTES], struct budget_table **ret_table);
void budget_table_free(struct budget_table *table);

/* The budget of an address, made if there is none. Valid until the next call for this table. */
struct budget *budget_table_find(struct budget_table *table, int64_t now_ns,
                                 const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/*
 * Holds the budget of an address for one member more. Returns it; it is valid until it was released
 * as often as it was held. Without memory it is one that stays empty.
 */
struct budget *budget_table_hold(struct budget_table *table, int64_t now_ns,
                                 const uint8_t address[ENDPOINT_ADDRESS_BYTES]);
void budget_table_release(struct budget_table *table, int64_t now_ns, struct budget *budget);

#endif
