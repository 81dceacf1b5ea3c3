/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parses and writes values. */
#include "conf/value.h"

#include "core/model/text.h"

#include <inttypes.h>
#include <roomd/status.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t';
}

int value_replace(char **text, const char *value)
{
    char *copy = strdup(value);

    if (copy == NULL)
        return STATUS_NO_MEMORY;
    free(*text);
    *text = copy;
    return STATUS_OK;
}

char *value_trim(char *text)
{
    size_t length;

    while (is_space(*text))
        text++;
    length = strlen(text);
    while (length > 0 && is_space(text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

static bool is_control(char byte)
{
    return ((unsigned char)byte < 0x20 && byte != '\t') || byte == 0x7f;
}

int value_refuse(int status, char ret_why[VALUE_WHY_BYTES], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(ret_why, VALUE_WHY_BYTES, format, arguments);
    va_end(arguments);
    return status;
}

/* `text` begins after the first quote. */
static int parse_quoted(const char *text, char *out, size_t *ret_length,
                        char ret_why[VALUE_WHY_BYTES])
{
    size_t length = 0;

    for (; *text != '"'; text++) {
        if (*text == '\0')
            return value_refuse(STATUS_INVALID, ret_why, "the closing quote is missing");
        if (*text != '\\') {
            out[length++] = *text;
            continue;
        }
        text++;
        if (*text == 'n')
            out[length++] = '\n';
        else if (*text == '\\' || *text == '"')
            out[length++] = *text;
        else
            return value_refuse(STATUS_INVALID, ret_why,
                                "between quotes a backslash begins one of \\n \\\\ \\\"");
    }
    text++;
    while (is_space(*text))
        text++;
    if (*text != '\0' && *text != ';')
        return value_refuse(STATUS_INVALID, ret_why,
                            "only a comment (; …) may follow the closing quote");
    *ret_length = length;
    return STATUS_OK;
}

/* `text` begins at the first byte that is no space, `start` where the value of the line began. */
static size_t parse_unquoted(const char *start, const char *text, char *out)
{
    const char *end = text;

    while (*end != '\0' && !(*end == ';' && end > start && is_space(end[-1])))
        end++;
    while (end > text && is_space(end[-1]))
        end--;
    memcpy(out, text, (size_t)(end - text));
    return (size_t)(end - text);
}

int value_parse(const char *text, char ret_value[VALUE_MAX_BYTES + 1],
                char ret_why[VALUE_WHY_BYTES])
{
    char value[VALUE_MAX_BYTES + 1];
    const char *start = text;
    size_t length = 0;
    int status;

    if (strlen(text) > VALUE_MAX_BYTES)
        return value_refuse(STATUS_TOO_LONG, ret_why, "is longer than 4096 bytes");
    while (is_space(*text))
        text++;
    if (*text == '"') {
        status = parse_quoted(text + 1, value, &length, ret_why);
        if (status != 0)
            return status;
    } else {
        length = parse_unquoted(start, text, value);
    }
    for (size_t i = 0; i < length; i++) {
        if (is_control(value[i]) && (value[i] != '\n' || *text != '"'))
            return value_refuse(STATUS_INVALID, ret_why, "holds a control character");
    }
    if (!text_is_utf8(value, length))
        return value_refuse(STATUS_NOT_UTF8, ret_why, "is not valid UTF-8");
    memcpy(ret_value, value, length);
    ret_value[length] = '\0';
    return STATUS_OK;
}

static bool needs_quotes(const char *value)
{
    size_t length = strlen(value);

    if (length == 0)
        return false;
    if (is_space(value[0]) || is_space(value[length - 1]) || value[0] == '"' || value[0] == ';')
        return true;
    return strchr(value, '\n') != NULL || strstr(value, " ;") != NULL ||
           strstr(value, "\t;") != NULL;
}

const char *value_write(const char *value, char *out)
{
    char *at = out;

    if (!needs_quotes(value))
        return memcpy(out, value, strlen(value) + 1);
    *at++ = '"';
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\' || *value == '\n')
            *at++ = '\\';
        *at++ = (char)(*value == '\n' ? 'n' : *value);
    }
    *at++ = '"';
    *at = '\0';
    return out;
}

bool value_switch(const char *value, bool *ret_on)
{
    static const char *const words[][2] = {
        {"no", "yes"}, {"false", "true"}, {"off", "on"}, {"0", "1"}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (int on = 0; on < 2; on++) {
            if (strcasecmp(value, words[i][on]) == 0) {
                *ret_on = on == 1;
                return true;
            }
        }
    }
    return false;
}

/* Parses the digits at *at and advances it. */
static bool parse_digits(const char **at, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (**at < '0' || **at > '9')
        return false;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        uint64_t digit = (uint64_t)(**at - '0');

        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return number <= max;
}

bool value_number(const char *value, uint64_t max, uint64_t *ret_number)
{
    uint64_t number;

    if (!parse_digits(&value, max, &number) || *value != '\0')
        return false;
    *ret_number = number;
    return true;
}

bool value_size(const char *value, uint64_t max, uint64_t *ret_bytes)
{
    static const struct {
        const char *unit;
        unsigned shift;
    } units[] = {{"", 0}, {"K", 10}, {"KiB", 10}, {"M", 20}, {"MiB", 20}, {"G", 30}, {"GiB", 30}};
    uint64_t number;

    if (!parse_digits(&value, max, &number))
        return false;
    while (is_space(*value))
        value++;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcasecmp(value, units[i].unit) != 0)
            continue;
        if (number > max >> units[i].shift)
            return false;
        *ret_bytes = number << units[i].shift;
        return true;
    }
    return false;
}

const char *value_write_size(uint64_t bytes, char out[VALUE_SIZE_BYTES])
{
    static const char *const units[] = {"", " KiB", " MiB", " GiB"};
    size_t unit = 0;

    while (unit < 3 && bytes != 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    snprintf(out, VALUE_SIZE_BYTES, "%" PRIu64 "%s", bytes, units[unit]);
    return out;
}

/* The largest unit first. */
static const struct {
    char letter;
    uint32_t seconds;
} durations[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

#define DURATIONS (sizeof(durations) / sizeof(durations[0]))

bool value_duration(const char *value, uint32_t max_s, uint32_t *ret_s)
{
    uint64_t number;

    if (!parse_digits(&value, max_s, &number))
        return false;
    if (*value == '\0' && number == 0) {
        *ret_s = 0;
        return true;
    }
    while (is_space(*value))
        value++;
    for (size_t i = 0; i < DURATIONS; i++) {
        if ((*value | 0x20) != durations[i].letter || value[1] != '\0')
            continue;
        if (number > max_s / durations[i].seconds)
            return false;
        *ret_s = (uint32_t)number * durations[i].seconds;
        return true;
    }
    return false;
}

const char *value_write_duration(uint32_t seconds, char out[VALUE_DURATION_BYTES])
{
    size_t unit = seconds == durations[0].seconds ? 1 : 0;

    while (unit + 1 < DURATIONS && (seconds == 0 || seconds % durations[unit].seconds != 0))
        unit++;
    if (seconds == 0)
        snprintf(out, VALUE_DURATION_BYTES, "0");
    else
        snprintf(out, VALUE_DURATION_BYTES, "%u%c", (unsigned)(seconds / durations[unit].seconds),
                 durations[unit].letter);
    return out;
}
