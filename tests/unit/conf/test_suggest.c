/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/option.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_meant(const char *section, const char *key, const char *meant)
{
    char name[OPTION_NAME_BYTES];
    const char *got = option_suggest(section, key, name);

    if (meant == NULL)
        cr_expect_null(got, "%s.%s: %s", section, key, got);
    else
        cr_expect(got != NULL && strcmp(got, meant) == 0, "%s.%s: %s", section, key,
                  got != NULL ? got : "nothing");
}

Test(option_suggest, the_closest_option_is_suggested)
{
    expect_meant("room", "max_membrs", "room.max_members");
    expect_meant("room", "maxmembers", "room.max_members");
    expect_meant("room", "Name", "room.name");
    expect_meant("plain", "nmae_taken", "plain.name_taken");
    expect_meant("admin", "fifo_command", "admin.fifo_commands");
    expect_meant("room", "timeout", "room.idle_timeout");
}

Test(option_suggest, an_option_of_another_section_is_suggested)
{
    expect_meant("plain", "max_members", "room.max_members");
    expect_meant("room", "dialekt", "plain.dialect");
    expect_meant("rom", "listen", "room.listen");
    expect_meant("room", "room.listen", "room.listen");
    expect_meant("room", "admin.fifo", "admin.fifo");
}

Test(option_suggest, its_own_section_comes_first)
{
    expect_meant("plain", "exits", "plain.exits");
    expect_meant("plain", "jon", "plain.join");
}

Test(option_suggest, nothing_is_made_up)
{
    expect_meant("room", "colour", NULL);
    expect_meant("room", "x", NULL);
    expect_meant("limits", "burst_per_second", NULL);
    cr_expect_str_eq(option_suggest_section("Rooms"), "room");
    cr_expect_str_eq(option_suggest_section("amdin"), "admin");
    cr_expect_null(option_suggest_section("history"));
}
