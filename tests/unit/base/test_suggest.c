/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/suggest.h"

#include <criterion/criterion.h>
#include <string.h>

Test(suggest, each_kind_of_slip_counts_one)
{
    cr_expect_eq(suggest_distance("listen", "listen"), 0);
    cr_expect_eq(suggest_distance("listen", "lisen"), 1);
    cr_expect_eq(suggest_distance("listen", "listten"), 1);
    cr_expect_eq(suggest_distance("listen", "lissen"), 1);
    cr_expect_eq(suggest_distance("listen", "lsiten"), 1);
    cr_expect_eq(suggest_distance("listen", "LISTEN"), 0);
}

Test(suggest, the_empty_word_is_as_far_as_the_other_is_long)
{
    cr_expect_eq(suggest_distance("", ""), 0);
    cr_expect_eq(suggest_distance("abc", ""), 3);
    cr_expect_eq(suggest_distance("", "abc"), 3);
}

Test(suggest, a_word_that_is_too_long_is_like_no_other)
{
    char longest[SUGGEST_WORD_MAX_BYTES + 2];

    memset(longest, 'a', sizeof(longest));
    longest[SUGGEST_WORD_MAX_BYTES] = '\0';
    cr_expect_eq(suggest_distance(longest, longest), 0);
    longest[SUGGEST_WORD_MAX_BYTES] = 'a';
    longest[SUGGEST_WORD_MAX_BYTES + 1] = '\0';
    cr_expect_eq(suggest_distance(longest, longest), SUGGEST_FAR);
}

Test(suggest, what_is_close_depends_on_the_word)
{
    cr_expect(suggest_is_close(1, "bye"));
    cr_expect_not(suggest_is_close(2, "bye"));
    cr_expect(suggest_is_close(2, "listen"));
    cr_expect_not(suggest_is_close(3, "listen"));
    cr_expect(suggest_is_close(3, "max_members"));
    cr_expect_not(suggest_is_close(4, "max_members"));
}

Test(suggest, the_closest_of_those_that_are_close_was_meant)
{
    struct suggestion meant = {NULL, 0};

    suggest_consider(&meant, "listen", "motd");
    cr_expect_null(meant.word);
    suggest_consider(&meant, "mode", "motd");
    cr_expect_str_eq(meant.word, "mode");
    suggest_consider(&meant, "mot", "motd");
    cr_expect_str_eq(meant.word, "mot");
    suggest_consider(&meant, "mod", "motd"); /* as close: the first one stays */
    cr_expect_str_eq(meant.word, "mot");
}
