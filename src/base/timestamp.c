/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* libc computes the calendar; the offset is added here, because gmtime_r knows none. */
#include "base/timestamp.h"

#include <roomd/status.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIMESTAMP_NS_PER_S INT64_C(1000000000)

const char *timestamp_format(int64_t wall_ns, int32_t utc_offset_s, char text[TIMESTAMP_TEXT_BYTES])
{
    time_t seconds =
        (time_t)(wall_ns / TIMESTAMP_NS_PER_S - (wall_ns % TIMESTAMP_NS_PER_S < 0 ? 1 : 0)) +
        utc_offset_s;
    int minutes = abs(utc_offset_s) / 60;
    struct tm parts;
    size_t used;

    if (gmtime_r(&seconds, &parts) == NULL) /* can't happen: 64 bits of nanoseconds end in 2262 */
        memset(&parts, 0, sizeof(parts));
    used = strftime(text, TIMESTAMP_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + used, TIMESTAMP_TEXT_BYTES - used, "%c%02d:%02d", utc_offset_s < 0 ? '-' : '+',
             minutes / 60 % 100, minutes % 60);
    return text;
}

/* ---- parsing ---- */

/* Exactly so many digits, and a number from min to max. Advances `*at`. */
static bool take_number(const char **at, unsigned digits, int min, int max, int *ret_number)
{
    int number = 0;

    for (unsigned i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        number = number * 10 + (**at - '0');
    }
    *ret_number = number;
    return number >= min && number <= max;
}

static bool take(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

/* YYYY-MM-DD; false: there is none, and nothing was taken. */
static bool take_date(const char **at, struct tm *ret_parts)
{
    const char *text = *at;
    struct tm parts = {.tm_mday = 1};

    if (!take_number(&text, 4, 1970, 2261, &parts.tm_year) || !take(&text, '-') ||
        !take_number(&text, 2, 1, 12, &parts.tm_mon) || !take(&text, '-') ||
        !take_number(&text, 2, 1, 31, &parts.tm_mday))
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    *at = text;
    *ret_parts = parts;
    return true;
}

/* HH:MM, HH:MM:SS */
static bool take_time(const char **at, struct tm *parts)
{
    return take_number(at, 2, 0, 23, &parts->tm_hour) && take(at, ':') &&
           take_number(at, 2, 0, 59, &parts->tm_min) &&
           (!take(at, ':') || take_number(at, 2, 0, 59, &parts->tm_sec));
}

/* Z, +HH:MM, -HH:MM, or nothing. */
static bool take_offset(const char **at, int32_t *offset_s)
{
    int sign = **at == '-' ? -1 : 1, hours, minutes;

    if (take(at, 'Z'))
        *offset_s = 0;
    else if (**at == '+' || **at == '-') {
        (*at)++;
        if (!take_number(at, 2, 0, 23, &hours) || !take(at, ':') ||
            !take_number(at, 2, 0, 59, &minutes))
            return false;
        *offset_s = sign * (hours * 3600 + minutes * 60);
    }
    return true;
}

int timestamp_parse(const char *text, int64_t now_ns, int32_t utc_offset_s, int64_t *ret_wall_ns)
{
    time_t today = (time_t)(now_ns / TIMESTAMP_NS_PER_S) + utc_offset_s, seconds;
    struct tm parts;
    bool has_date = take_date(&text, &parts);
    int day;

    if (!has_date) {
        if (gmtime_r(&today, &parts) == NULL)
            return STATUS_INVALID;
        parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
    }
    if ((!has_date || take(&text, 'T')) &&
        (!take_time(&text, &parts) || !take_offset(&text, &utc_offset_s)))
        return STATUS_INVALID;
    day = parts.tm_mday;
    seconds = timegm(&parts); /* makes 1 March of 30 February */
    if (*text != '\0' || parts.tm_mday != day)
        return STATUS_INVALID;
    *ret_wall_ns = ((int64_t)seconds - utc_offset_s) * TIMESTAMP_NS_PER_S;
    return STATUS_OK;
}
