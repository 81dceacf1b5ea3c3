/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Local time is that of this machine. */
#include "room/past_time.h"

#include <roomd/moment.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TEXT_MAX   20
#define DAY_S      86400
#define HOUR_S     3600
#define MINUTE_S   60
#define NUMBER_MAX UINT64_C(4000000000000000000)

static int64_t unit_s(char unit)
{
    return unit == 's'   ? 1
           : unit == 'm' ? MINUTE_S
           : unit == 'h' ? HOUR_S
           : unit == 'd' ? DAY_S
                         : 0;
}

/* The digits at the start; returns how many there are. */
static size_t read_digits(const char *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t count = 0;

    for (; text[count] >= '0' && text[count] <= '9'; count++) {
        if (number > NUMBER_MAX / 10)
            return 0;
        number = 10 * number + (uint64_t)(text[count] - '0');
    }
    *ret_number = number;
    return count;
}

static bool read_date(const char *text, int64_t now_ns, struct past_time *ret_time)
{
    time_t now_s = (time_t)(now_ns / MOMENT_NS_PER_S), at_s;
    struct tm at;
    const char *end;

    localtime_r(&now_s, &at);
    at.tm_sec = 0;
    end = strptime(text, "%H:%M", &at);
    if (end == NULL || *end != '\0') {
        at = (struct tm){.tm_isdst = -1};
        end = strptime(text, "%Y-%m-%dT%H:%M", &at);
    }
    if (end == NULL || *end != '\0') {
        at = (struct tm){.tm_isdst = -1};
        end = strptime(text, "%Y-%m-%d", &at);
    }
    if (end == NULL || *end != '\0')
        return false;
    at.tm_isdst = -1;
    at_s = mktime(&at);
    if (strchr(text, '-') == NULL && at_s > now_s)
        at_s -= DAY_S;
    if (at_s <= 0)
        return false;
    ret_time->since_ns = (int64_t)at_s * MOMENT_NS_PER_S;
    return true;
}

bool past_time_read(const char *text, size_t length, int64_t now_ns, struct past_time *ret_time)
{
    struct past_time time = {0};
    char word[TEXT_MAX + 1];
    uint64_t number = 0;
    int64_t unit;
    size_t digits;

    if (length == 0 || length > TEXT_MAX)
        return false;
    memcpy(word, text, length);
    word[length] = '\0';
    digits = read_digits(word, &number);
    unit = digits > 0 && digits + 1 == length ? unit_s(word[digits]) : 0;
    if (digits > 0 && number > 0 && digits == length) {
        time.number = number;
    } else if (unit > 0) {
        if (number > (uint64_t)(now_ns / MOMENT_NS_PER_S / unit))
            return false;
        time.since_ns = now_ns - (int64_t)number * unit * MOMENT_NS_PER_S;
    } else if (!read_date(word, now_ns, &time)) {
        return false;
    }
    *ret_time = time;
    return true;
}

const char *past_time_words(uint32_t seconds, char words[PAST_TIME_WORDS_BYTES])
{
    static const struct {
        uint32_t seconds;
        const char *name;
    } units[] = {{DAY_S, "day"}, {HOUR_S, "hour"}, {MINUTE_S, "minute"}, {1, "second"}};
    size_t unit = 0;
    uint32_t count;

    while (unit + 1 < sizeof(units) / sizeof(units[0]) &&
           (seconds % units[unit].seconds != 0 || seconds < units[unit].seconds))
        unit++;
    count = seconds / units[unit].seconds;
    snprintf(words, PAST_TIME_WORDS_BYTES, "%u %s%s", (unsigned)count, units[unit].name,
             count == 1 ? "" : "s");
    return words;
}
