/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/room/terms.h"

#include <criterion/criterion.h>

static struct terms_history history;

static void change(int64_t now_ns, uint32_t timeout_s)
{
    terms_change(&history, now_ns,
                 &(struct terms){"room", .max_text_bytes = 900, .session_timeout_s = timeout_s});
}

static uint32_t timeout_at(int64_t at_ns)
{
    const struct terms *terms = terms_at(&history, at_ns);

    return terms != NULL ? terms->session_timeout_s : 0;
}

static void begin(void)
{
    terms_init(&history, &(struct terms){"room", .max_text_bytes = 900, .session_timeout_s = 1});
}

TestSuite(terms, .init = begin);

Test(terms, those_of_a_moment_stay_the_same_whatever_comes_later)
{
    cr_expect_eq(timeout_at(INT64_MIN + 1), 1);
    cr_expect_eq(timeout_at(10), 1);
    change(10, 2);
    cr_expect_eq(timeout_at(10), 1, "somebody may have been told in this moment, before");
    cr_expect_eq(timeout_at(11), 2);
    change(10, 3);
    cr_expect_eq(timeout_at(10), 1);
    cr_expect_eq(timeout_at(11), 3, "the second ones were in force for no time");
}

Test(terms, a_reload_that_changes_none_of_them_is_not_kept)
{
    for (int64_t now_ns = 0; now_ns < 100; now_ns++)
        change(now_ns, 1);
    cr_expect_eq(history.count, 0);
    cr_expect_eq(timeout_at(5), 1);
}

Test(terms, each_of_them_counts)
{
    const struct terms title = {"home", .max_text_bytes = 900, .session_timeout_s = 1};
    const struct terms text = {"home", .max_text_bytes = 901, .session_timeout_s = 1};

    terms_change(&history, 1, &title);
    terms_change(&history, 2, &text);
    cr_expect_str_eq(terms_at(&history, 1)->title, "room");
    cr_expect_str_eq(terms_at(&history, 2)->title, "home");
    cr_expect_eq(terms_at(&history, 2)->max_text_bytes, 900);
    cr_expect_eq(terms_at(&history, 3)->max_text_bytes, 901);
}

Test(terms, of_many_the_oldest_are_forgotten_and_not_mistaken)
{
    for (uint32_t n = 0; n < TERMS_PAST; n++)
        change(10 * n, 2 + n);
    cr_expect_eq(timeout_at(0), 1);
    change(1000, 100);
    cr_expect_null(terms_at(&history, 0));
    cr_expect_eq(timeout_at(1), 2);
    cr_expect_eq(timeout_at(1000), 1 + TERMS_PAST);
    cr_expect_eq(timeout_at(1001), 100);
}
