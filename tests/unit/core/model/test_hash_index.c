/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/hash_index.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool fails; /* out of memory */

void *__wrap_calloc(size_t count, size_t size)
{
    return fails ? NULL : __real_calloc(count, size);
}

static struct hash_index table;

static void close_table(void)
{
    fails = false;
    hash_index_done(&table);
}

TestSuite(hash_index, .fini = close_table);

static void add(uint32_t hash, uint32_t seat)
{
    if (hash_index_reserve(&table) != 0)
        cr_assert_fail("no memory");
    hash_index_add(&table, hash, seat);
}

/* How many entries this seat has under that hash. */
static unsigned times(uint32_t hash, uint32_t seat)
{
    struct hash_index_search search = hash_index_search(hash);
    unsigned found = 0;
    uint32_t next;

    while (hash_index_next(&table, &search, &next))
        found += next == seat ? 1U : 0U;
    return found;
}

/* How many entries that hash has. */
static unsigned all(uint32_t hash)
{
    struct hash_index_search search = hash_index_search(hash);
    unsigned found = 0;
    uint32_t next;

    while (hash_index_next(&table, &search, &next))
        found++;
    return found;
}

Test(hash_index, nothing_is_found_or_taken_out_where_nothing_was_added)
{
    hash_index_remove(&table, 7, 0);
    cr_expect_eq(all(7), 0);
    cr_expect_null(table.places, "and it takes no memory");
}

Test(hash_index, two_seats_with_one_hash_are_told_one_after_the_other)
{
    add(7, 0);
    add(7, UINT32_MAX - 1);
    add(7 + 64, 3); /* the same place, but another hash */
    cr_expect_eq(all(7), 2);
    cr_expect_eq(times(7, 0), 1);
    cr_expect_eq(times(7, UINT32_MAX - 1), 1);
    hash_index_remove(&table, 7, 0);
    cr_expect_eq(times(7, 0), 0);
    cr_expect_eq(times(7, UINT32_MAX - 1), 1);
    cr_expect_eq(times(7 + 64, 3), 1);
}

Test(hash_index, what_was_not_added_takes_nothing_out)
{
    add(7, 1);
    hash_index_remove(&table, 7, 2);
    hash_index_remove(&table, 8, 1);
    cr_expect_eq(table.count, 1);
    cr_expect_eq(times(7, 1), 1);
}

Test(hash_index, it_goes_on_at_the_beginning_behind_its_last_place)
{
    for (uint32_t seat = 0; seat < 5; seat++)
        add(63, seat);
    add(0, 5);
    hash_index_remove(&table, 63, 0);
    for (uint32_t seat = 1; seat < 5; seat++)
        cr_expect_eq(times(63, seat), 1);
    cr_expect_eq(times(0, 5), 1);
}

/*
 * Few hashes, many of which share the same places: those at the end of the table, whatever its
 * size, and some between.
 */
#define MODEL_HASHES 48U
#define MODEL_SEATS  60U

static uint32_t hash_of(unsigned n)
{
    return n < 8 ? UINT32_MAX - n : n < 24 ? n << 20 : n * UINT32_C(2654435761);
}

static unsigned model[MODEL_HASHES][MODEL_SEATS];

static void compare(unsigned n)
{
    struct hash_index_search search = hash_index_search(hash_of(n));
    unsigned found[MODEL_SEATS] = {0};
    uint32_t seat;

    while (hash_index_next(&table, &search, &seat)) {
        cr_assert_lt(seat, MODEL_SEATS);
        found[seat]++;
    }
    cr_assert_arr_eq(found, model[n], sizeof(found), "hash %u", n);
}

Test(hash_index, it_agrees_with_a_simple_model_whatever_the_order_of_calls)
{
    unsigned count = 0;

    srand(1);
    for (int step = 0; step < 100000; step++) {
        unsigned n = (unsigned)rand() % MODEL_HASHES;
        uint32_t seat = (uint32_t)rand() % MODEL_SEATS;
        bool shrinks = step / 500 % 2 != 0; /* it fills, and empties again */

        if (rand() % 10 < (shrinks ? 2 : 8)) {
            add(hash_of(n), seat);
            model[n][seat]++;
            count++;
        } else {
            hash_index_remove(&table, hash_of(n), seat);
            count -= model[n][seat] > 0 ? 1U : 0U;
            model[n][seat] -= model[n][seat] > 0 ? 1U : 0U;
        }
        if (table.count != count || table.count * 3 > table.capacity * 2)
            cr_assert_fail("%u of %u places are taken, by %u", table.count, table.capacity, count);
        if (step % 16 == 0)
            compare(n);
        for (unsigned each = 0; step % 5000 == 0 && each < MODEL_HASHES; each++)
            compare(each);
    }
}

Test(hash_index, without_memory_it_stays_as_it_is_and_takes_more_when_there_is_some)
{
    unsigned refused = 0;

    for (uint32_t seat = 0; seat < 10000; seat++) {
        uint32_t capacity = table.capacity, hash = seat * UINT32_C(2654435761);

        fails = true;
        if (hash_index_reserve(&table) != 0) {
            refused++;
            cr_assert_eq(table.count, seat);
            cr_assert_eq(table.capacity, capacity);
            for (uint32_t old = 0; old < seat; old++)
                cr_assert_eq(times(old * UINT32_C(2654435761), old), 1);
        }
        fails = false;
        add(hash, seat);
        fails = true;
        hash_index_remove(&table, hash, seat);
        hash_index_add(&table, hash, seat); /* a removal leaves room */
    }
    cr_expect_eq(refused, 9, "64, 128 … 16384 places");
}
