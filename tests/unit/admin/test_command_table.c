/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "admin/command_table.h"

#include <criterion/criterion.h>
#include <string.h>

Test(vocabulary, every_row_is_filled_in_and_found_by_its_name)
{
    for (size_t id = 0; id < VOCABULARY_ROWS; id++) {
        const struct vocabulary_row *row = vocabulary_row(id);

        cr_assert(row->name != NULL && row->arguments != NULL && row->help != NULL, "row %zu", id);
        cr_expect(row->help[0] != '\0' && row->places != 0, "%s", row->name);
        cr_expect_eq(vocabulary_find(row->name, strlen(row->name)), id, "%s", row->name);
        cr_expect_eq(row->max_words == 0, row->arguments[0] == '\0', "%s", row->name);
        cr_expect(row->min_words <= row->max_words, "%s", row->name);
    }
}

Test(vocabulary, a_part_of_a_name_is_none)
{
    cr_expect_eq(vocabulary_find("bansx", 4), VOCABULARY_BANS);
    cr_expect_eq(vocabulary_find("bans", 3), VOCABULARY_BAN);
    cr_expect_eq(vocabulary_find("ba", 2), VOCABULARY_ROWS);
    cr_expect_eq(vocabulary_find("", 0), VOCABULARY_ROWS);
    cr_expect_eq(vocabulary_find("STOP", 4), VOCABULARY_ROWS);
}

Test(vocabulary, what_is_suggested_can_be_given_there)
{
    cr_expect_str_eq(vocabulary_suggest("stpo", VOCABULARY_CONSOLE), "stop");
    cr_expect_str_eq(vocabulary_suggest("wacth", VOCABULARY_CONTROL), "watch");
    cr_expect_null(vocabulary_suggest("wacth", VOCABULARY_CONSOLE));
    cr_expect_null(vocabulary_suggest("xyzzy", VOCABULARY_CONTROL));
}

Test(vocabulary, words_are_counted)
{
    static const struct {
        enum vocabulary_id id;
        const char *arguments;
        bool fit;
    } cases[] = {
        {VOCABULARY_MEMBERS, "", true}, {VOCABULARY_MEMBERS, "  ", true},   {VOCABULARY_MEMBERS, " x", false},
        {VOCABULARY_NOTICE, "", false}, {VOCABULARY_NOTICE, "  ", false},   {VOCABULARY_NOTICE, "a b c d e", true},
        {VOCABULARY_KICK, "", false},   {VOCABULARY_KICK, "bob", true},     {VOCABULARY_KICK, "bob too loud", true},
        {VOCABULARY_BAN, "", false},    {VOCABULARY_BAN, "bob 10m ", true}, {VOCABULARY_BAN, "bob 10m x", false},
        {VOCABULARY_UNMUTE, "a", true}, {VOCABULARY_UNMUTE, "a  b", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(vocabulary_words_fit(vocabulary_row(cases[i].id), cases[i].arguments), cases[i].fit, "%s '%s'",
                     vocabulary_row(cases[i].id)->name, cases[i].arguments);
}
