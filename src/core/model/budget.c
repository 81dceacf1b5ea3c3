/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Two rings of counters per account, and a set-associative table of accounts. */
#include "core/model/budget.h"

#include "core/model/hash.h"

#include <roomd/status.h>
#include <stdlib.h>

/* 4096 accounts: spoofed requests from more addresses than that evict each other. */
#define BUDGET_SETS 512U
#define BUDGET_WAYS 8U

/* More is not counted as heard, so that four of them, times BUDGET_FACTOR, fit 32 bits. */
#define BUDGET_HEARD_MAX (UINT32_MAX / 16)

static uint32_t quarter_of(int64_t now_ns)
{
    return (uint32_t)(now_ns / BUDGET_QUARTER_NS);
}

/* Empties the counters of the quarters that have begun since. Time never runs backwards. */
static void advance(struct budget *budget, uint32_t quarter)
{
    uint32_t steps = quarter - budget->quarter;

    if (quarter <= budget->quarter)
        return;
    for (uint32_t i = 1; i <= steps && i <= BUDGET_QUARTERS; i++) {
        uint32_t place = (budget->quarter + i) % BUDGET_QUARTERS;

        budget->heard[place] = 0;
        budget->sent[place] = 0;
    }
    budget->quarter = quarter;
}

static void count_heard(uint32_t *counter, size_t bytes)
{
    *counter = bytes < BUDGET_HEARD_MAX - *counter ? *counter + (uint32_t)bytes : BUDGET_HEARD_MAX;
}

/* In the latest four quarters. */
static uint32_t sum_heard(const struct budget *budget)
{
    uint32_t oldest = (budget->quarter + 1) % BUDGET_QUARTERS, sum = 0;

    for (uint32_t place = 0; place < BUDGET_QUARTERS; place++)
        sum += place != oldest ? budget->heard[place] : 0;
    return sum;
}

static uint64_t sum_sent(const struct budget *budget)
{
    uint64_t sum = 0;

    for (uint32_t place = 0; place < BUDGET_QUARTERS; place++)
        sum += budget->sent[place];
    return sum;
}

void budget_heard(struct budget *budget, int64_t now_ns, size_t bytes)
{
    advance(budget, quarter_of(now_ns));
    count_heard(&budget->heard[budget->quarter % BUDGET_QUARTERS], bytes);
}

uint32_t budget_left(struct budget *budget, int64_t now_ns)
{
    uint64_t allowed, sent;

    advance(budget, quarter_of(now_ns));
    allowed = (uint64_t)sum_heard(budget) * BUDGET_FACTOR;
    sent = sum_sent(budget);
    return sent < allowed ? (uint32_t)(allowed - sent) : 0;
}

bool budget_spend(struct budget *budget, int64_t now_ns, size_t bytes)
{
    if (bytes > budget_left(budget, now_ns))
        return false;
    budget->sent[budget->quarter % BUDGET_QUARTERS] += (uint32_t)bytes;
    return true;
}

void budget_refund(struct budget *budget, int64_t now_ns, size_t bytes)
{
    advance(budget, quarter_of(now_ns));
    budget->sent[budget->quarter % BUDGET_QUARTERS] -= (uint32_t)bytes;
}

uint32_t budget_quarter(struct budget *budget, int64_t now_ns)
{
    advance(budget, quarter_of(now_ns));
    return budget->quarter;
}

int64_t budget_more_ns(struct budget *budget, int64_t now_ns)
{
    advance(budget, quarter_of(now_ns));
    return sum_heard(budget) > 0 ? ((int64_t)budget->quarter + 1) * BUDGET_QUARTER_NS
                                 : MOMENT_NEVER_NS;
}

/* ---- the table ---- */

struct account {
    struct budget budget;
    uint8_t address[ENDPOINT_ADDRESS_BYTES]; /* all zero: unused; nobody sends from :: */
};

/* The account of an address from which members are in. */
struct held {
    struct account account;
    uint32_t members;
    struct held *next;
};

struct set {
    struct account ways[BUDGET_WAYS];
    struct held *held;     /* owned */
    struct budget evicted; /* for each quarter the most that was sent to one of them */
};

struct budget_table {
    uint8_t key[BUDGET_KEY_BYTES];
    struct budget empty;
    struct set sets[BUDGET_SETS];
};

int budget_table_new(const uint8_t key[BUDGET_KEY_BYTES], struct budget_table **ret_table)
{
    struct budget_table *table = calloc(1, sizeof(*table));

    _Static_assert(BUDGET_KEY_BYTES == HASH_KEY_BYTES, "the contract's key is SipHash's");
    if (table == NULL)
        return STATUS_NO_MEMORY;
    memcpy(table->key, key, sizeof(table->key));
    *ret_table = table;
    return STATUS_OK;
}

void budget_table_free(struct budget_table *table)
{
    for (size_t i = 0; table != NULL && i < BUDGET_SETS; i++) {
        while (table->sets[i].held != NULL) {
            struct held *held = table->sets[i].held;

            table->sets[i].held = held->next;
            free(held);
        }
    }
    free(table);
}

static struct set *set_of(struct budget_table *table, const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return &table->sets[hash_keyed(table->key, address, ENDPOINT_ADDRESS_BYTES) % BUDGET_SETS];
}

static bool is_of(const struct account *account, const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return memcmp(account->address, address, sizeof(account->address)) == 0;
}

static struct held *find_held(const struct set *set, const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    struct held *held = set->held;

    while (held != NULL && !is_of(&held->account, address))
        held = held->next;
    return held;
}

/* Empties the account from which least was sent, and gives it to that address. */
static struct account *replace(struct set *set, uint32_t quarter,
                               const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    struct account *least = &set->ways[0];

    advance(&set->evicted, quarter);
    for (size_t way = 0; way < BUDGET_WAYS; way++) {
        advance(&set->ways[way].budget, quarter);
        if (sum_sent(&set->ways[way].budget) < sum_sent(&least->budget))
            least = &set->ways[way];
    }
    for (uint32_t place = 0; place < BUDGET_QUARTERS; place++) {
        if (set->evicted.sent[place] < least->budget.sent[place])
            set->evicted.sent[place] = least->budget.sent[place];
    }
    memcpy(least->address, address, sizeof(least->address));
    return least;
}

static struct account *find_way(struct set *set, uint32_t quarter,
                                const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    struct account *account;

    for (size_t way = 0; way < BUDGET_WAYS; way++) {
        if (is_of(&set->ways[way], address))
            return &set->ways[way];
    }
    account = replace(set, quarter, address);
    account->budget = set->evicted;
    return account;
}

struct budget *budget_table_find(struct budget_table *table, int64_t now_ns,
                                 const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    struct set *set = set_of(table, address);
    struct held *held = find_held(set, address);

    return held != NULL ? &held->account.budget
                        : &find_way(set, quarter_of(now_ns), address)->budget;
}

struct budget *budget_table_hold(struct budget_table *table, int64_t now_ns,
                                 const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    struct set *set = set_of(table, address);
    struct held *held = find_held(set, address);
    struct account *way;

    if (held == NULL) {
        held = calloc(1, sizeof(*held));
        if (held == NULL)
            return &table->empty;
        way = find_way(set, quarter_of(now_ns), address);
        held->account = *way;
        *way = (struct account){.budget = {.quarter = way->budget.quarter}};
        held->next = set->held;
        set->held = held;
    }
    held->members++;
    return &held->account.budget;
}

void budget_table_release(struct budget_table *table, int64_t now_ns, struct budget *budget)
{
    struct held *held = (struct held *)(void *)budget; /* its first part */
    struct held **link;
    struct set *set;

    if (budget == &table->empty || --held->members > 0)
        return;
    set = set_of(table, held->account.address);
    for (link = &set->held; *link != held; link = &(*link)->next)
        ;
    *link = held->next;
    replace(set, quarter_of(now_ns), held->account.address)->budget = held->account.budget;
    free(held);
}
