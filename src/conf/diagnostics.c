/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Wording, escaping and counting of diagnostics. Works in buffers on the stack: it is called when memory is short,
 * too.
 */
#include "conf/diagnostics.h"

#include "conf/value.h"
#include "core/model/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES 1024
#define WHERE_BYTES   (DIAGNOSTICS_NAME_BYTES + 16)

/* The length of the character at `text` (it is not the end), 0 where a terminal should not see it. */
static size_t safe_length(const char *text)
{
    char cleaned[4];

    for (size_t length = 1; length <= 4 && text[length - 1] != '\0'; length++) {
        if (text_is_utf8(text, length))
            return text_clean(text, length, cleaned) == length && memcmp(cleaned, text, length) == 0 ? length : 0;
    }
    return 0;
}

void diagnostics_escape(const char *text, char *out, size_t size)
{
    size_t used = 0;

    while (*text != '\0') {
        size_t length = safe_length(text);
        size_t needs = length > 0 ? length : 4;

        if (used + needs + 4 > size) { /* keep place for the dots */
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        if (length > 0)
            memcpy(out + used, text, length);
        else
            snprintf(out + used, 5, "\\x%02x", (unsigned)(unsigned char)*text);
        used += needs;
        text += length > 0 ? length : 1;
    }
    out[used] = '\0';
}

struct excerpt diagnostics_excerpt(const char *text)
{
    struct excerpt excerpt;
    size_t length = strlen(text);

    if (length < sizeof(excerpt.text)) {
        memcpy(excerpt.text, text, length + 1);
        return excerpt;
    }
    length = sizeof(excerpt.text) - 4;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    memcpy(excerpt.text, text, length);
    memcpy(excerpt.text + length, "...", 4);
    return excerpt;
}

void diagnostics_origin_file(struct origin *origin, const char *path)
{
    diagnostics_escape(path, origin->name, sizeof(origin->name));
    origin->path = path;
}

void diagnostics_origin_setting(struct origin *origin, const char *setting)
{
    char text[sizeof("--set ") + DIAGNOSTICS_EXCERPT_BYTES];

    snprintf(text, sizeof(text), "--set %s", diagnostics_excerpt(setting).text);
    diagnostics_escape(text, origin->name, sizeof(origin->name));
    origin->path = NULL;
}

static void write_where(const struct place *place, char out[WHERE_BYTES])
{
    if (place->origin == NULL)
        snprintf(out, WHERE_BYTES, "configuration");
    else if (place->line == 0)
        snprintf(out, WHERE_BYTES, "%s", place->origin->name);
    else
        snprintf(out, WHERE_BYTES, "%s:%u", place->origin->name, place->line);
}

bool diagnostics_is_full(const struct diagnostics *diagnostics)
{
    return diagnostics->count >= CONFIG_ERRORS_MAX;
}

void diagnostics_error(struct diagnostics *diagnostics, const struct place *place, const char *format, ...)
{
    char where[WHERE_BYTES], raw[MESSAGE_BYTES], message[MESSAGE_BYTES * 2];
    va_list arguments;

    if (diagnostics->count++ >= CONFIG_ERRORS_MAX)
        return;
    write_where(place, where);
    va_start(arguments, format);
    vsnprintf(raw, sizeof(raw), format, arguments);
    va_end(arguments);
    diagnostics_escape(raw, message, sizeof(message));
    diagnostics->report->error(diagnostics->report->ctx, where, message);
    if (diagnostics_is_full(diagnostics))
        diagnostics->report->error(diagnostics->report->ctx, where, "that is enough: more mistakes are not listed");
}

void diagnostics_error_raw(struct diagnostics *diagnostics, const struct place *place, const char *section,
                           const char *key, const char *raw, const char *why)
{
    diagnostics_error(diagnostics, place, "%s.%s = %s: %s", section, key,
                      diagnostics_excerpt(raw + strspn(raw, " \t")).text, why);
}

void diagnostics_error_value(struct diagnostics *diagnostics, const struct place *place, const char *section,
                             const char *key, const char *value, const char *why)
{
    struct excerpt excerpt = diagnostics_excerpt(value);
    char written[VALUE_WRITTEN_BYTES(DIAGNOSTICS_EXCERPT_BYTES)];

    diagnostics_error(diagnostics, place, "%s.%s = %s: %s", section, key,
                      value[0] == '\0' ? "\"\"" : value_write(excerpt.text, written), why);
}

bool diagnostics_claim(struct diagnostics *diagnostics, struct place *taken, const struct place *place,
                       const char *section, const char *key)
{
    if (taken->origin == NULL || place->origin->path == NULL) {
        *taken = *place;
        return true;
    }
    diagnostics_error(diagnostics, place, "%s.%s is already set on line %u", section, key, taken->line);
    return false;
}
