/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/registry.h"
#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t key[REGISTRY_KEY_BYTES] = "a key for tests";
static struct registry *registry;

static void open_registry(void)
{
    cr_assert_eq(registry_new(key, &registry), 0);
}

static void close_registry(void)
{
    registry_free(registry);
}

TestSuite(registry, .init = open_registry, .fini = close_registry);

static struct name make_name(unsigned n)
{
    struct name name;

    name.shown_len = (uint8_t)snprintf(name.shown, sizeof(name.shown), "Name%u", n);
    name.folded_len = (uint8_t)snprintf(name.folded, sizeof(name.folded), "name%u", n);
    return name;
}

static struct path make_path(unsigned n)
{
    struct path path;

    memset(&path, 0, sizeof(path));
    memcpy(path.peer.address, &n, sizeof(n));
    path.peer.port = (uint16_t)(n + 1);
    return path;
}

static struct member *add(unsigned n)
{
    struct name name = make_name(n);
    struct path path = make_path(n);
    struct member *member;

    cr_assert_eq(registry_add(registry, &name, &path, (int64_t)n, false, &member), 0);
    return member;
}

static struct member *find(unsigned n)
{
    struct path path = make_path(n);

    return registry_find_endpoint(registry, &path.peer);
}

Test(registry, a_member_is_found_by_name_and_by_endpoint)
{
    struct member *member = add(1);
    struct name name = make_name(1), other = make_name(2);

    add(3);
    cr_expect_eq(registry_find_name(registry, &name), member);
    cr_expect_eq(find(1), member);
    cr_expect_null(registry_find_name(registry, &other));
    cr_expect_null(find(2));
    cr_expect_str_eq(registry_shown(member), "Name1");
    cr_expect_str_eq(registry_folded(member), "name1");
}

Test(registry, numbers_rise_and_are_never_given_twice)
{
    uint64_t first = add(1)->number;

    registry_remove(registry, find(1));
    cr_expect_gt(add(1)->number, first);
}

Test(registry, a_renamed_member_is_found_only_under_its_new_name)
{
    struct member *member = add(1);
    struct name old = make_name(1), new = make_name(2);
    uint64_t number = member->number;

    cr_assert_eq(registry_rename(registry, member, &new), 0);
    cr_expect_null(registry_find_name(registry, &old));
    cr_expect_eq(registry_find_name(registry, &new), member);
    cr_expect_eq(find(1), member);
    cr_expect_eq(member->number, number);
    cr_expect_str_eq(registry_shown(member), "Name2");
}

Test(registry, of_three_thousand_some_leave_some_are_renamed_and_all_are_found_as_what_they_are)
{
    for (unsigned n = 0; n < 3000; n++)
        add(n);
    for (unsigned n = 0; n < 3000; n++) {
        struct name new = make_name(n + 3000);

        if (n % 3 == 0)
            registry_remove(registry, find(n));
        else if (n % 3 == 1)
            cr_assert_eq(registry_rename(registry, find(n), &new), 0);
    }
    for (unsigned n = 0; n < 3000; n++) {
        struct name old = make_name(n), new = make_name(n + 3000);
        const struct member *member = find(n);

        cr_expect_eq(member == NULL, n % 3 == 0, "%u", n);
        cr_expect_eq(registry_find_name(registry, &old), n % 3 == 2 ? member : NULL, "%u", n);
        cr_expect_eq(registry_find_name(registry, &new), n % 3 == 1 ? member : NULL, "%u", n);
    }
}

Test(registry, the_oldest_is_the_one_heard_longest_ago)
{
    struct member *a = add(1), *b = add(2), *c = add(3);

    cr_expect_eq(registry_oldest_heard(registry, false, false), a);
    registry_heard(registry, a, 10);
    cr_expect_eq(registry_oldest_heard(registry, false, false), b);
    registry_warned(registry, b);
    cr_expect_eq(registry_oldest_heard(registry, false, false), c);
    cr_expect_eq(registry_oldest_heard(registry, false, true), b);
    registry_heard(registry, b, 11);
    cr_expect_null(registry_oldest_heard(registry, false, true));
    registry_remove(registry, c);
    cr_expect_eq(registry_oldest_heard(registry, false, false), a);
    registry_remove(registry, a);
    registry_remove(registry, b);
    cr_expect_null(registry_oldest_heard(registry, false, false));
}

Test(registry, a_member_heard_twice_in_a_row_stays_last_and_was_heard_just_now)
{
    struct member *a = add(1), *b = add(2);

    registry_heard(registry, b, 10);
    registry_heard(registry, b, 11);
    cr_expect_eq(b->heard_ns, 11);
    cr_expect_eq(registry_oldest_heard(registry, false, false), a);
    cr_expect_eq(a->lru_newer, b);
    cr_expect_eq(b->lru_older, a);
    cr_expect_null(b->lru_newer);
    registry_heard(registry, a, 12);
    cr_expect_eq(registry_oldest_heard(registry, false, false), b);
}

Test(registry, warned_members_that_are_heard_again_are_no_longer_warned)
{
    struct member *a = add(1), *b = add(2);

    registry_warned(registry, a);
    registry_warned(registry, b);
    registry_heard(registry, b, 10);
    cr_expect_eq(registry_oldest_heard(registry, false, false), b);
    cr_expect_eq(registry_oldest_heard(registry, false, true), a);
    registry_heard(registry, a, 11);
    cr_expect_null(registry_oldest_heard(registry, false, true));
    cr_expect_eq(b->lru_newer, a);
}

Test(registry, the_member_heard_last_is_found_when_it_has_moved_and_not_when_it_has_left)
{
    struct member *a = add(1), *b = add(2), *c = add(3);

    registry_heard(registry, c, 10);
    registry_mark_behind(registry, c); /* swaps places with the first one */
    cr_expect_eq(c->position, 0);
    cr_expect_eq(find(3), c);
    cr_expect_eq(find(1), a);
    registry_warned(registry, c);
    cr_expect_eq(find(3), c);
    registry_heard(registry, c, 11);
    registry_remove(registry, c);
    cr_expect_null(find(3));
    c = add(4);
    cr_expect_null(find(3), "somebody else has its seat");
    cr_expect_eq(find(4), c);
    cr_expect_eq(find(2), b);
}

Test(registry, a_sequenced_member_that_was_heard_last_is_not_found_by_its_endpoint)
{
    struct name name = make_name(2);
    struct path path = make_path(1);
    struct member *plain = add(1), *sequenced;

    cr_assert_eq(registry_add(registry, &name, &path, 1, true, &sequenced), 0);
    registry_heard(registry, sequenced, 10);
    cr_expect_eq(find(1), plain);
    registry_remove(registry, plain);
    cr_expect_null(find(1));
}

Test(registry, the_head_of_the_lagging_range_wraps_round)
{
    struct member *a = add(1), *b = add(2);

    add(3);
    registry_mark_behind(registry, a);
    registry_mark_behind(registry, b);
    registry_mark_behind(registry, a);
    cr_expect_eq(registry_behind(registry), 2);
    cr_expect_eq(registry_member(registry, registry_lagging(registry, 0)), a);
    registry_head_later(registry);
    cr_expect_eq(registry_member(registry, registry_lagging(registry, 0)), b);
    registry_head_later(registry);
    cr_expect_eq(registry_member(registry, registry_lagging(registry, 0)), a);
    registry_head_done(registry);
    registry_head_done(registry);
    cr_expect_eq(registry_behind(registry), 0);
}

/* The expected state of the registry, kept in a simple way, by the test's own numbers. */
#define MODEL_MAX 40U

struct model {
    bool in[MODEL_MAX];
    bool behind[MODEL_MAX];
    unsigned waited[MODEL_MAX]; /* turns of others since its last one */
    unsigned count, behind_count;
};

static unsigned most; /* members at a time, so far */

static unsigned number_at(uint32_t position)
{
    unsigned n;

    memcpy(&n, registry_path(registry, position)->peer.address, sizeof(n));
    return n;
}

static void compare(const struct model *model)
{
    bool seen[MODEL_MAX] = {false};
    unsigned seated = 0;

    cr_assert_eq(registry_count(registry), model->count);
    cr_assert_eq(registry_behind(registry), model->behind_count);
    for (uint32_t i = 0; i < model->count; i++) {
        unsigned n = number_at(i);

        cr_assert(n < MODEL_MAX && model->in[n] && !seen[n]);
        cr_assert_eq(registry_member(registry, i)->position, i);
        cr_assert_eq(registry_member(registry, i), find(n));
        cr_assert_eq(registry_slot(registry, i)->cursor, n * 10U, "slot and path stay together");
        seen[n] = true;
    }
    for (uint32_t seat = 0; seat < registry_seats(registry); seat++) {
        const struct member *member = registry_seated(registry, seat);

        seated += member != NULL ? 1U : 0U;
        cr_assert(member == NULL || member->seat == seat);
    }
    cr_assert_eq(seated, model->count);
    cr_assert_leq(registry_seats(registry), most, "an empty seat is taken before a new one");
    for (uint32_t i = 0; i < model->behind_count; i++)
        cr_assert(model->behind[number_at(registry_lagging(registry, i))],
                  "one in the window is not behind");
}

static void change(struct model *model, unsigned n, unsigned what)
{
    unsigned head = model->behind_count > 0 ? number_at(registry_lagging(registry, 0)) : 0;

    if (model->in[n]) /* it is then found first */
        (what % 3 == 0 ? registry_warned(registry, find(n))
                       : registry_heard(registry, find(n), what));
    if (what < 4) {
        if (model->in[n]) {
            registry_remove(registry, find(n));
            model->behind_count -= model->behind[n] ? 1U : 0U;
            model->in[n] = model->behind[n] = false;
            model->count--;
        } else {
            registry_slot(registry, add(n)->position)->cursor = n * 10U;
            model->in[n] = true;
            model->count++;
            most = model->count > most ? model->count : most;
        }
    } else if (what < 7 && model->in[n]) {
        registry_mark_behind(registry, find(n));
        model->behind_count += model->behind[n] ? 0U : 1U;
        model->behind[n] = true;
    } else if (what == 7) {
        registry_all_behind(registry);
        memcpy(model->behind, model->in, sizeof(model->in));
        model->behind_count = model->count;
    } else if (what < 12 && model->behind_count > 0) {
        registry_head_done(registry);
        model->behind[head] = false;
        model->behind_count--;
    } else if (model->behind_count > 0) {
        registry_head_later(registry);
    }
}

Test(registry, a_seat_stays_while_others_come_and_go)
{
    const struct member *a = add(1), *b = add(2), *c = add(3);

    cr_expect_eq(b->seat, 1);
    registry_remove(registry, find(1));
    cr_expect_null(registry_seated(registry, 0));
    cr_expect_eq(registry_seated(registry, 1), b);
    cr_expect_eq(registry_seated(registry, 2), c);
    a = add(4);
    cr_expect_eq(a->seat, 0, "the empty seat is taken first");
    cr_expect_eq(registry_seats(registry), 3);
}

Test(registry, it_agrees_with_a_simple_model_whatever_the_order_of_calls)
{
    for (unsigned seed = 1; seed <= 50; seed++) {
        struct model model = {.count = 0};

        srand(seed);
        for (int step = 0; step < 2000; step++) {
            change(&model, (unsigned)rand() % MODEL_MAX, (unsigned)rand() % 16U);
            compare(&model);
        }
        for (unsigned n = 0; n < MODEL_MAX; n++) {
            if (model.in[n])
                registry_remove(registry, find(n));
        }
        cr_assert_eq(registry_count(registry), 0);
        cr_assert_eq(registry_behind(registry), 0);
    }
}

Test(registry, every_lagging_member_gets_a_turn_in_one_round)
{
    bool seen[100] = {false};

    for (unsigned n = 0; n < 100; n++)
        add(n);
    registry_all_behind(registry);
    for (int i = 0; i < 37; i++)
        registry_head_done(registry);
    for (uint32_t left = registry_behind(registry); left > 0; left--) {
        unsigned n = number_at(registry_lagging(registry, 0));

        cr_expect_not(seen[n]);
        seen[n] = true;
        registry_head_later(registry);
    }
}
