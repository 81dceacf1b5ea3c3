/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Names whose lines are not shown. */
#include "room/screen/ignored.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static struct ignored ignored;

static int toggle(const char *name, bool *ret_ignored)
{
    return ignored_toggle(&ignored, name, strlen(name), ret_ignored);
}

Test(ignored, a_name_is_ignored_however_it_is_written)
{
    bool now;

    cr_expect_not(ignored_has(&ignored, "Bob", 3));
    cr_expect_eq(toggle("bob", &now), STATUS_OK);
    cr_expect(now);
    cr_expect(ignored_has(&ignored, "Bob", 3));
    cr_expect(ignored_has(&ignored, "ＢＯＢ", strlen("ＢＯＢ")));
    cr_expect_not(ignored_has(&ignored, "bo", 2));
    cr_expect_eq(toggle("BOB", &now), STATUS_OK);
    cr_expect_not(now);
    cr_expect_not(ignored_has(&ignored, "bob", 3));
}

Test(ignored, names_are_the_same_however_they_are_written)
{
    cr_expect(ignored_is_same("bob", 3, "ＢＯＢ", strlen("ＢＯＢ")));
    cr_expect_not(ignored_is_same("bob", 3, "bo", 2));
    cr_expect_not(ignored_is_same("bob", 3, "rob", 3));
    cr_expect_not(ignored_is_same("", 0, "", 0), "that is no name");
}

Test(ignored, an_invalid_name_is_refused)
{
    char longest[ROOM_NAME_MAX_BYTES + 2];
    bool now;

    cr_expect_eq(toggle("", &now), STATUS_INVALID);
    cr_expect_eq(toggle("\xff", &now), STATUS_INVALID);
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    cr_expect_eq(toggle(longest, &now), STATUS_INVALID);
    longest[ROOM_NAME_MAX_BYTES] = '\0';
    cr_expect_eq(toggle(longest, &now), STATUS_OK);
}

Test(ignored, the_list_has_an_end)
{
    char name[16];
    bool now;

    for (unsigned i = 0; i < IGNORED_MAX; i++) {
        snprintf(name, sizeof(name), "m%u", i);
        cr_expect_eq(toggle(name, &now), STATUS_OK);
    }
    cr_expect_eq(toggle("one more", &now), STATUS_FULL);
    cr_expect_eq(toggle("m5", &now), STATUS_OK);
    cr_expect_eq(toggle("one more", &now), STATUS_OK);
    cr_expect(ignored_has(&ignored, "m6", 2));
}
