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
