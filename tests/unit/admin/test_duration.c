/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "admin/duration.h"

#include <criterion/criterion.h>
#include <roomd/moment.h>
#include <roomd/status.h>

Test(duration, a_number_and_its_unit)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {{"1s", 1},
                 {"30s", 30},
                 {"10m", 600},
                 {"2h", 7200},
                 {"7d", 604800},
                 {"3650d", 315360000},
                 {"315360000s", 315360000},
                 {"87600h", 315360000},
                 {"007s", 7}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ns = -1;

        cr_expect_eq(duration_parse(cases[i].text, &ns), 0, "%s", cases[i].text);
        cr_expect_eq(ns, cases[i].seconds * MOMENT_NS_PER_S, "%s", cases[i].text);
    }
}

Test(duration, anything_else_is_refused)
{
    static const char *const cases[] = {"",
                                        "s",
                                        "10",
                                        "0s",
                                        "0d",
                                        "-1s",
                                        "+1s",
                                        "1.5h",
                                        "10 m",
                                        "10min",
                                        "1h30m",
                                        "3651d",
                                        "87601h",
                                        "315360001s",
                                        "1S",
                                        "1w",
                                        "9999999999999999999999s",
                                        "1\xff"};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t ns = -1;

        cr_expect_eq(duration_parse(cases[i], &ns), STATUS_INVALID, "'%s'", cases[i]);
        cr_expect_eq(ns, -1);
    }
}

Test(duration, a_duration_is_written_in_its_two_largest_units)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {{1, "1s"},
                 {MOMENT_NS_PER_S, "1s"},
                 {MOMENT_NS_PER_S + 1, "2s"},
                 {59 * MOMENT_NS_PER_S, "59s"},
                 {60 * MOMENT_NS_PER_S, "1m"},
                 {598 * MOMENT_NS_PER_S, "9m 58s"},
                 {7199 * MOMENT_NS_PER_S, "1h 59m"},
                 {86400 * MOMENT_NS_PER_S, "1d"},
                 {86459 * MOMENT_NS_PER_S, "1d"},
                 {(86400 + 3600) * MOMENT_NS_PER_S, "1d 1h"},
                 {INT64_C(315359999) * MOMENT_NS_PER_S, "3649d 23h"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[DURATION_TEXT_BYTES];

        cr_expect_str_eq(duration_format(cases[i].ns, text), cases[i].text);
    }
}
