/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Words, escapes and counts diagnostics. Uses buffers on the stack, because it also runs when
 * memory is short.
 */
#include "conf/diagnostics.h"

#include "base/escape.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES 1024

struct excerpt diagnostics_excerpt(const char *text)
{
    struct excerpt excerpt;
    size_t length = strlen(text);

    if (length < sizeof(excerpt.text)) {
        memcpy(excerpt.text, text, length + 1);
        return excerpt;
    }
    length = utf8_cut(text, sizeof(excerpt.text) - 4);
    memcpy(excerpt.text, text, length);
    memcpy(excerpt.text + length, "...", 4);
    return excerpt;
}

void diagnostics_origin_file(struct origin *origin, const char *path)
{
    escape_text(path, strlen(path), origin->name, sizeof(origin->name));
    origin->path = path;
}

void diagnostics_origin_setting(struct origin *origin, const char *setting)
{
    char text[sizeof("--set ") + DIAGNOSTICS_EXCERPT_BYTES];

    snprintf(text, sizeof(text), "--set %s", diagnostics_excerpt(setting).text);
    escape_text(text, strlen(text), origin->name, sizeof(origin->name));
    origin->path = NULL;
}

const char *diagnostics_where(const struct place *place, char out[DIAGNOSTICS_WHERE_BYTES])
{
    if (place->origin == NULL)
        snprintf(out, DIAGNOSTICS_WHERE_BYTES, "configuration");
    else if (place->line == 0)
        snprintf(out, DIAGNOSTICS_WHERE_BYTES, "%s", place->origin->name);
    else
        snprintf(out, DIAGNOSTICS_WHERE_BYTES, "%s:%u", place->origin->name, place->line);
    return out;
}

bool diagnostics_is_full(const struct diagnostics *diagnostics)
{
    return diagnostics->count >= CONFIG_ERRORS_MAX;
}

__attribute__((format(printf, 4, 0))) static void report_to(const struct config_report *report,
                                                            config_diagnostic *emit,
                                                            const struct place *place,
                                                            const char *format, va_list arguments)
{
    char where[DIAGNOSTICS_WHERE_BYTES], raw[MESSAGE_BYTES], message[MESSAGE_BYTES * 2];

    diagnostics_where(place, where);
    vsnprintf(raw, sizeof(raw), format, arguments);
    escape_text(raw, strlen(raw), message, sizeof(message));
    emit(report->ctx, where, message);
}

void diagnostics_error(struct diagnostics *diagnostics, const struct place *place,
                       const char *format, ...)
{
    const struct config_report *report = diagnostics->report;
    char where[DIAGNOSTICS_WHERE_BYTES];
    va_list arguments;

    if (diagnostics->count++ >= CONFIG_ERRORS_MAX)
        return;
    va_start(arguments, format);
    report_to(report, report->error, place, format, arguments);
    va_end(arguments);
    if (!diagnostics_is_full(diagnostics))
        return;
    diagnostics_where(place, where);
    report->error(report->ctx, where, "that is enough: more mistakes are not listed");
}

void diagnostics_warning(struct diagnostics *diagnostics, const struct place *place,
                         const char *format, ...)
{
    const struct config_report *report = diagnostics->report;
    va_list arguments;

    if (report->warning == NULL || diagnostics->warnings++ >= CONFIG_ERRORS_MAX)
        return;
    va_start(arguments, format);
    report_to(report, report->warning, place, format, arguments);
    va_end(arguments);
}

void diagnostics_error_value(struct diagnostics *diagnostics, const struct place *place,
                             const char *section, const char *key, const char *value,
                             const char *why)
{
    struct excerpt excerpt = diagnostics_excerpt(value);
    char written[VALUE_WRITTEN_BYTES(DIAGNOSTICS_EXCERPT_BYTES)];

    diagnostics_error(diagnostics, place, "%s.%s = %s: %s", section, key,
                      value[0] == '\0' ? "\"\"" : value_write(excerpt.text, written), why);
}

bool diagnostics_take_value(struct diagnostics *diagnostics, struct place *taken,
                            const struct place *place, const char *section, const char *key,
                            const char *raw, char ret_value[VALUE_MAX_BYTES + 1])
{
    char why[VALUE_WHY_BYTES];

    if (taken->origin != NULL && place->origin->path != NULL) {
        diagnostics_error(diagnostics, place, "%s.%s is already set on line %u", section, key,
                          taken->line);
        return false;
    }
    *taken = *place;
    if (value_parse(raw, ret_value, why) == 0)
        return true;
    diagnostics_error(diagnostics, place, "%s.%s = %s: %s", section, key,
                      diagnostics_excerpt(raw + strspn(raw, " \t")).text, why);
    return false;
}
