/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "admin/command_table.h"

#include <criterion/criterion.h>
#include <string.h>

Test(command_table, every_row_is_filled_in_and_found_by_its_name)
{
    for (size_t id = 0; id < COMMANDS; id++) {
        const struct command_row *row = command_table_row(id);

        cr_assert(row->name != NULL && row->arguments != NULL && row->help != NULL, "row %zu", id);
        cr_expect(row->help[0] != '\0' && row->places != 0, "%s", row->name);
        cr_expect_eq(command_table_find(row->name, strlen(row->name)), id, "%s", row->name);
        cr_expect_eq(row->max_words == 0, row->arguments[0] == '\0', "%s", row->name);
        cr_expect(row->min_words <= row->max_words, "%s", row->name);
    }
}

Test(command_table, a_part_of_a_name_is_none)
{
    cr_expect_eq(command_table_find("bansx", 4), COMMAND_BANS);
    cr_expect_eq(command_table_find("bans", 3), COMMAND_BAN);
    cr_expect_eq(command_table_find("ba", 2), COMMANDS);
    cr_expect_eq(command_table_find("", 0), COMMANDS);
    cr_expect_eq(command_table_find("STOP", 4), COMMANDS);
}

Test(command_table, only_commands_of_the_place_are_suggested)
{
    cr_expect_str_eq(command_table_suggest("stpo", COMMAND_ON_CONSOLE), "stop");
    cr_expect_str_eq(command_table_suggest("wacth", COMMAND_ON_CONTROL), "watch");
    cr_expect_null(command_table_suggest("wacth", COMMAND_ON_CONSOLE));
    cr_expect_null(command_table_suggest("xyzzy", COMMAND_ON_CONTROL));
}

Test(command_table, words_are_counted)
{
    static const struct {
        enum command_id id;
        const char *arguments;
        bool fit;
    } cases[] = {
        {COMMAND_MEMBERS, "", true},
        {COMMAND_MEMBERS, "  ", true},
        {COMMAND_MEMBERS, " x", false},
        {COMMAND_NOTICE, "", false},
        {COMMAND_NOTICE, "  ", false},
        {COMMAND_NOTICE, "a b c d e", true},
        {COMMAND_KICK, "", false},
        {COMMAND_KICK, "bob", true},
        {COMMAND_KICK, "bob too loud", true},
        {COMMAND_BAN, "", false},
        {COMMAND_BAN, "bob 10m ", true},
        {COMMAND_BAN, "bob 10m x", false},
        {COMMAND_UNMUTE, "a", true},
        {COMMAND_UNMUTE, "a  b", false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(command_table_words_fit(command_table_row(cases[i].id), cases[i].arguments),
                     cases[i].fit, "%s '%s'", command_table_row(cases[i].id)->name,
                     cases[i].arguments);
}
