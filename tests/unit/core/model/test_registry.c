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
    cr_expect_eq(a->lru_newer, b->seat + 1);
    cr_expect_eq(b->lru_older, a->seat + 1);
    cr_expect_eq(b->lru_newer, 0);
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
    cr_expect_eq(b->lru_newer, a->seat + 1);
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
    cr_expect_eq(registry_member(registry, registry_lagging(registry, REGISTRY_ESTABLISHED, 0)), a);
    registry_head_later(registry, REGISTRY_ESTABLISHED);
    cr_expect_eq(registry_member(registry, registry_lagging(registry, REGISTRY_ESTABLISHED, 0)), b);
    registry_head_later(registry, REGISTRY_ESTABLISHED);
    cr_expect_eq(registry_member(registry, registry_lagging(registry, REGISTRY_ESTABLISHED, 0)), a);
    registry_head_done(registry, REGISTRY_ESTABLISHED);
    registry_head_done(registry, REGISTRY_ESTABLISHED);
    cr_expect_eq(registry_behind(registry), 0);
}

/* The expected state of the registry, kept in a simple way, by the test's own numbers. */
#define MODEL_MAX 40U

struct model {
    bool in[MODEL_MAX];
    bool behind[MODEL_MAX];
    enum registry_standing standing[MODEL_MAX];
    unsigned count;
};

static unsigned most; /* members at a time, so far */

static unsigned number_at(uint32_t position)
{
    unsigned n;

    memcpy(&n, registry_path(registry, position)->peer.address, sizeof(n));
    return n;
}

static void compare_members(const struct model *model)
{
    bool seen[MODEL_MAX] = {false};
    unsigned seated = 0;

    cr_assert_eq(registry_count(registry), model->count);
    for (uint32_t i = 0; i < model->count; i++) {
        unsigned n = number_at(i);

        cr_assert(n < MODEL_MAX && model->in[n] && !seen[n]);
        cr_assert_eq(registry_member(registry, i)->position, i);
        cr_assert_eq(registry_member(registry, i), find(n));
        cr_assert_eq(registry_slot(registry, i)->cursor, n * 10U, "slot and path stay together");
        cr_assert_eq(registry_standing(registry, find(n)), model->standing[n]);
        seen[n] = true;
    }
    for (uint32_t seat = 0; seat < registry_seats(registry); seat++) {
        const struct member *member = registry_seated(registry, seat);

        seated += member != NULL ? 1U : 0U;
        cr_assert(member == NULL || member->seat == seat);
    }
    cr_assert_eq(seated, model->count);
    cr_assert_leq(registry_seats(registry), most, "an empty seat is taken before a new one");
}

static void compare(const struct model *model)
{
    uint32_t all = 0;

    compare_members(model);
    for (int standing = 0; standing < REGISTRY_STANDINGS; standing++) {
        unsigned count = 0, behind = 0;

        for (unsigned n = 0; n < MODEL_MAX; n++) {
            bool has = model->in[n] && (int)model->standing[n] == standing;

            count += has ? 1U : 0U;
            behind += has && model->behind[n] ? 1U : 0U;
        }
        cr_assert_eq(registry_standing_count(registry, standing), count);
        cr_assert_eq(registry_standing_behind(registry, standing), behind);
        all += behind;
        for (uint32_t i = 0; i < behind; i++) {
            unsigned n = number_at(registry_lagging(registry, standing, i));

            cr_assert(model->behind[n], "one in the window is not behind");
            cr_assert_eq((int)model->standing[n], standing, "one in the window is of the other");
        }
    }
    cr_assert_eq(registry_behind(registry), all);
}

/* The lagging members of a standing, in order. Returns their number. */
static uint32_t list_lagging(enum registry_standing standing, unsigned ret_numbers[MODEL_MAX])
{
    uint32_t count = registry_standing_behind(registry, standing);

    for (uint32_t i = 0; i < count; i++)
        ret_numbers[i] = number_at(registry_lagging(registry, standing, i));
    return count;
}

static void add_or_remove(struct model *model, unsigned n)
{
    if (model->in[n]) {
        registry_remove(registry, find(n));
        model->count--;
    } else {
        registry_slot(registry, add(n)->position)->cursor = n * 10U;
        model->count++;
        most = model->count > most ? model->count : most;
    }
    model->in[n] = !model->in[n];
    model->behind[n] = false;
    model->standing[n] = REGISTRY_ESTABLISHED;
}

/* Serves the first of a standing: it has caught up, or not. */
static void serve(struct model *model, enum registry_standing standing, bool done)
{
    unsigned head;

    if (registry_standing_behind(registry, standing) == 0)
        return;
    head = number_at(registry_lagging(registry, standing, 0));
    if (done)
        registry_head_done(registry, standing);
    else
        registry_head_later(registry, standing);
    model->behind[head] = !done;
}

/* A member of `standing` changes its standing: whatever the others are owed, and in which order. */
static void move(struct model *model, unsigned n, enum registry_standing standing)
{
    registry_set_standing(registry, find(n), standing);
    model->standing[n] = standing;
}

/* Returns the standing of the members whose order may have changed; REGISTRY_STANDINGS: of all. */
static int change(struct model *model, unsigned n, unsigned what)
{
    enum registry_standing standing = model->in[n] ? model->standing[n] : REGISTRY_ESTABLISHED;

    if (model->in[n]) /* it is then found first */
        (what % 3 == 0 ? registry_warned(registry, find(n))
                       : registry_heard(registry, find(n), what));
    if (what < 4) {
        add_or_remove(model, n);
    } else if (what < 7 && model->in[n]) {
        registry_mark_behind(registry, find(n));
        model->behind[n] = true;
    } else if (what == 7) {
        registry_all_behind(registry);
        memcpy(model->behind, model->in, sizeof(model->in));
        return REGISTRY_STANDINGS;
    } else if (what < 11 && model->in[n]) {
        move(model, n, what % 2 == 0 ? REGISTRY_NEWCOMER : REGISTRY_ESTABLISHED);
        return REGISTRY_STANDINGS;
    } else if (what >= 11) {
        standing = n % 2 == 0 ? REGISTRY_NEWCOMER : REGISTRY_ESTABLISHED;
        serve(model, standing, what < 15);
    }
    return (int)standing;
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
            change(&model, (unsigned)rand() % MODEL_MAX, (unsigned)rand() % 20U);
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

Test(registry, what_happens_to_members_of_one_standing_changes_no_order_among_the_others)
{
    struct model model = {.count = 0};

    srand(1);
    for (int step = 0; step < 50000; step++) {
        unsigned before[REGISTRY_STANDINGS][MODEL_MAX], after[MODEL_MAX];
        uint32_t count[REGISTRY_STANDINGS];
        int changed;

        for (int standing = 0; standing < REGISTRY_STANDINGS; standing++)
            count[standing] = list_lagging(standing, before[standing]);
        changed = change(&model, (unsigned)rand() % MODEL_MAX, (unsigned)rand() % 20U);
        for (int standing = 0; standing < REGISTRY_STANDINGS; standing++) {
            if (standing == changed || changed == REGISTRY_STANDINGS)
                continue;
            cr_assert_eq(list_lagging(standing, after), count[standing]);
            cr_assert_arr_eq(after, before[standing], count[standing] * sizeof(*after));
        }
    }
}

Test(registry, a_member_that_is_established_waits_behind_those_that_are)
{
    struct member *a = add(1), *b = add(2), *c = add(3);

    registry_set_standing(registry, b, REGISTRY_NEWCOMER);
    cr_expect_eq(registry_standing(registry, a), REGISTRY_ESTABLISHED);
    cr_expect_eq(registry_standing(registry, b), REGISTRY_NEWCOMER);
    registry_all_behind(registry);
    registry_set_standing(registry, b, REGISTRY_ESTABLISHED);
    cr_expect_eq(registry_standing_count(registry, REGISTRY_NEWCOMER), 0);
    cr_assert_eq(registry_standing_behind(registry, REGISTRY_ESTABLISHED), 3);
    cr_expect_eq(registry_member(registry, registry_lagging(registry, REGISTRY_ESTABLISHED, 2)), b);
    registry_head_done(registry, REGISTRY_ESTABLISHED);
    registry_head_done(registry, REGISTRY_ESTABLISHED);
    registry_set_standing(registry, b, REGISTRY_NEWCOMER);
    cr_expect_eq(registry_standing_behind(registry, REGISTRY_NEWCOMER), 1, "it is still owed");
    cr_expect_eq(find(3), c);
}

Test(registry, every_lagging_member_gets_a_turn_in_one_round)
{
    bool seen[100] = {false};

    for (unsigned n = 0; n < 100; n++)
        add(n);
    registry_all_behind(registry);
    for (int i = 0; i < 37; i++)
        registry_head_done(registry, REGISTRY_ESTABLISHED);
    for (uint32_t left = registry_behind(registry); left > 0; left--) {
        unsigned n = number_at(registry_lagging(registry, REGISTRY_ESTABLISHED, 0));

        cr_expect_not(seen[n]);
        seen[n] = true;
        registry_head_later(registry, REGISTRY_ESTABLISHED);
    }
}
