/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Numbers with one of four units. */
#include "admin/duration.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <stddef.h>
#include <stdio.h>

#define DAY_S 86400

static const struct {
    char letter;
    int64_t seconds;
} units[] = {{'d', DAY_S}, {'h', 3600}, {'m', 60}, {'s', 1}};

#define UNITS (sizeof(units) / sizeof(units[0]))

int duration_parse(const char *text, int64_t *ret_ns)
{
    const int64_t max_s = (int64_t)DURATION_MAX_DAYS * DAY_S;
    const char *at = text;
    int64_t number = 0;

    for (; *at >= '0' && *at <= '9' && number <= max_s; at++)
        number = number * 10 + (*at - '0');
    for (size_t i = 0; i < UNITS; i++) {
        if (at[0] != units[i].letter || at[1] != '\0')
            continue;
        if (number < 1 || number > max_s / units[i].seconds)
            return STATUS_INVALID;
        *ret_ns = number * units[i].seconds * MOMENT_NS_PER_S;
        return STATUS_OK;
    }
    return STATUS_INVALID;
}

const char *duration_format(int64_t ns, char text[DURATION_TEXT_BYTES])
{
    int64_t seconds = (ns + MOMENT_NS_PER_S - 1) / MOMENT_NS_PER_S, rest;
    size_t unit = 0;

    while (unit + 1 < UNITS && seconds < units[unit].seconds)
        unit++;
    rest = seconds % units[unit].seconds;
    if (unit + 1 < UNITS && rest / units[unit + 1].seconds > 0)
        snprintf(text, DURATION_TEXT_BYTES, "%lld%c %lld%c",
                 (long long)(seconds / units[unit].seconds), units[unit].letter,
                 (long long)(rest / units[unit + 1].seconds), units[unit + 1].letter);
    else
        snprintf(text, DURATION_TEXT_BYTES, "%lld%c", (long long)(seconds / units[unit].seconds),
                 units[unit].letter);
    return text;
}
