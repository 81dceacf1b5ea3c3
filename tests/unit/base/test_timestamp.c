/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/timestamp.h"

#include <criterion/criterion.h>

static void expect(int64_t wall_ns, int32_t utc_offset_s, const char *expected)
{
    char text[TIMESTAMP_TEXT_BYTES];

    cr_expect_str_eq(timestamp_format(wall_ns, utc_offset_s, text), expected, "%s", text);
}

Test(timestamp, local_time_with_its_offset)
{
    expect(0, 0, "1970-01-01T00:00:00+00:00");
    expect(INT64_C(1700000000999999999), 3600, "2023-11-14T23:13:20+01:00");
    expect(INT64_C(1700000000000000000), -34200, "2023-11-14T12:43:20-09:30");
    expect(INT64_C(1700000000000000000), 20700, "2023-11-15T03:58:20+05:45");
}

Test(timestamp, a_clock_that_was_never_set)
{
    expect(-1, 0, "1969-12-31T23:59:59+00:00");
    expect(INT64_MAX, 0, "2262-04-11T23:47:16+00:00");
    expect(INT64_MIN, 0, "1677-09-21T00:12:43+00:00");
}

static void expect_parsed(const char *text, int64_t seconds)
{
    int64_t wall_ns = 0;

    /* It is 2023-11-14T23:13:20+01:00. */
    cr_expect_eq(timestamp_parse(text, INT64_C(1700000000000000000), 3600, &wall_ns), 0, "%s",
                 text);
    cr_expect_eq(wall_ns, seconds * INT64_C(1000000000), "%s", text);
}

Test(timestamp, the_front_of_a_time_is_enough)
{
    expect_parsed("2023-11-14T23:13:20+01:00", 1700000000);
    expect_parsed("2023-11-14T23:13:20", 1700000000);
    expect_parsed("2023-11-14T22:13:20Z", 1700000000);
    expect_parsed("2023-11-14T12:43:20-09:30", 1700000000);
    expect_parsed("2023-11-14T23:13", 1699999980);
    expect_parsed("2023-11-14", 1699916400);
    expect_parsed("23:13:20", 1700000000);
    expect_parsed("00:00", 1699916400);
    expect_parsed("00:00Z", 1699920000);
    expect_parsed("2024-02-29", 1709161200);
}

Test(timestamp, what_is_no_time_is_refused)
{
    static const char *const wrong[] = {"",
                                        "2",
                                        "2023",
                                        "2023-11",
                                        "2023-11-14T",
                                        "2023-02-29",
                                        "2023-11-31",
                                        "24:00",
                                        "23:60",
                                        "23:59:60",
                                        "2023-13-01",
                                        "2023-00-01",
                                        "1969-12-31",
                                        "2023-11-14 23:13",
                                        "23:13+1:00",
                                        "23:13x",
                                        "9999-01-01",
                                        "23:13+24:00"};
    int64_t wall_ns;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_neq(timestamp_parse(wrong[i], INT64_C(1700000000000000000), 3600, &wall_ns), 0,
                      "%s", wrong[i]);
}
