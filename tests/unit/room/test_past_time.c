/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How a place in the past is named. */
#include "room/past_time.h"

#include <criterion/criterion.h>
#include <roomd/moment.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* 2026-11-23 14:05:30 UTC. */
#define NOW_S INT64_C(1795442730)

static struct past_time read_it(const char *text)
{
    struct past_time time = {.number = 99};

    cr_assert(past_time_read(text, strlen(text), NOW_S * MOMENT_NS_PER_S, &time), "%s", text);
    return time;
}

static int64_t since_s(const char *text)
{
    struct past_time time = read_it(text);

    cr_expect_eq(time.number, 0);
    return time.since_ns / MOMENT_NS_PER_S;
}

static void use_utc(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
}

TestSuite(past_time, .init = use_utc);

Test(past_time, a_number_is_a_number)
{
    cr_expect_eq(read_it("20").number, 20);
    cr_expect_eq(read_it("1").since_ns, 0);
}

Test(past_time, so_long_ago)
{
    cr_expect_eq(since_s("90s"), NOW_S - 90);
    cr_expect_eq(since_s("5m"), NOW_S - 300);
    cr_expect_eq(since_s("2h"), NOW_S - 7200);
    cr_expect_eq(since_s("3d"), NOW_S - 259200);
}

Test(past_time, a_time_of_day_is_that_of_today_or_of_yesterday)
{
    cr_expect_eq(since_s("14:05"), NOW_S - 30);
    cr_expect_eq(since_s("14:06"), NOW_S + 30 - 86400);
    cr_expect_eq(since_s("00:00"), NOW_S - 14 * 3600 - 330);
}

Test(past_time, dates)
{
    cr_expect_eq(since_s("2026-11-22"), NOW_S - 14 * 3600 - 330 - 86400);
    cr_expect_eq(since_s("2026-11-23T14:05"), NOW_S - 30);
}

Test(past_time, anything_else_is_none)
{
    static const char *const texts[] = {"",
                                        "0",
                                        "x",
                                        "2x",
                                        "-1",
                                        "2h ",
                                        "25:00",
                                        "2026-13-01",
                                        "99999999999999999999",
                                        "h",
                                        "9999999999999d"};
    struct past_time time;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_expect_not(past_time_read(texts[i], strlen(texts[i]), NOW_S * MOMENT_NS_PER_S, &time),
                      "%s", texts[i]);
    }
}

Test(past_time, a_time_that_something_is_kept_for_in_words)
{
    char words[PAST_TIME_WORDS_BYTES];

    cr_expect_str_eq(past_time_words(86400, words), "1 day");
    cr_expect_str_eq(past_time_words(7200, words), "2 hours");
    cr_expect_str_eq(past_time_words(90, words), "90 seconds");
    cr_expect_str_eq(past_time_words(0, words), "0 seconds");
}
