/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The clocks, on a fake kernel. */
#include "io/clock.h"

#include <criterion/criterion.h>
#include <time.h>

static int64_t wall_s, boot_s;
static long offset_s;
static unsigned look_ups;

int __wrap_clock_gettime(clockid_t id, struct timespec *ret_time);
struct tm *__wrap_localtime_r(const time_t *seconds, struct tm *ret_local);

int __wrap_clock_gettime(clockid_t id, struct timespec *ret_time)
{
    cr_assert(id == CLOCK_REALTIME || id == CLOCK_BOOTTIME);
    *ret_time = (struct timespec){.tv_sec = id == CLOCK_REALTIME ? wall_s : boot_s, .tv_nsec = 7};
    return 0;
}

struct tm *__wrap_localtime_r(const time_t *seconds, struct tm *ret_local)
{
    cr_assert_eq(*seconds, wall_s);
    look_ups++;
    *ret_local = (struct tm){.tm_gmtoff = offset_s};
    return ret_local;
}

Test(clock, a_moment_has_all_three_times)
{
    struct clock clock;
    struct moment now;

    wall_s = 1700000000;
    boot_s = 1234;
    offset_s = 8 * 3600;
    clock_init(&clock);
    clock_now(&clock, &now);
    cr_assert_eq(now.wall_ns, INT64_C(1700000000000000007));
    cr_assert_eq(now.mono_ns, INT64_C(1234000000007));
    cr_assert_eq(now.utc_offset_s, 28800);
}

Test(clock, the_offset_is_looked_up_once_in_a_wall_minute)
{
    struct clock clock;
    struct moment now;

    clock_init(&clock);
    for (wall_s = 60000; wall_s < 60060; wall_s++)
        clock_now(&clock, &now);
    cr_assert_eq(look_ups, 1);
    offset_s = 3600;
    clock_now(&clock, &now);
    cr_assert_eq(look_ups, 2);
    cr_assert_eq(now.utc_offset_s, 3600);
}

Test(clock, a_wall_clock_that_steps_back_is_looked_up_again)
{
    struct clock clock;
    struct moment now;

    clock_init(&clock);
    wall_s = 60000;
    clock_now(&clock, &now);
    wall_s = 0;
    offset_s = -3600;
    clock_now(&clock, &now);
    cr_assert_eq(look_ups, 2);
    cr_assert_eq(now.utc_offset_s, -3600);
}

Test(clock, the_first_minute_of_1970_is_looked_up_too)
{
    struct clock clock;
    struct moment now;

    clock_init(&clock);
    wall_s = 0;
    offset_s = 60;
    clock_now(&clock, &now);
    cr_assert_eq(now.utc_offset_s, 60);
}
