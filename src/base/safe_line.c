/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Builds the whole line before writing it, so that stderr, which has no buffer, gets it at once. */
#include "base/safe_line.h"

#include "base/escape.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <string.h>

static const char dots[] = "...";

/* The longest text with each of its bytes escaped, and the newline in place of the terminator. */
#define LINE_BYTES (SAFE_LINE_MAX_BYTES * ESCAPE_JSON_BYTES + 1)

/* A write that fails is noticed where the stream is flushed. */
static void end_line(FILE *out, char *line, size_t length)
{
    line[length] = '\n';
    fwrite(line, 1, length + 1, out);
}

void safe_line_print(FILE *out, const char *format, ...)
{
    char text[SAFE_LINE_MAX_BYTES + 1];
    va_list arguments;
    size_t length;
    int written;

    va_start(arguments, format);
    written = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    length = written < 0 ? 0 : (size_t)written;
    if (length >= sizeof(text)) {
        length = utf8_cut(text, sizeof(text) - sizeof(dots));
        memcpy(text + length, dots, sizeof(dots));
        length += sizeof(dots) - 1;
    }
    safe_line_write(out, "", text, length);
}

void safe_line_write(FILE *out, const char *before, const char *bytes, size_t length)
{
    char line[SAFE_LINE_BEFORE_MAX_BYTES + LINE_BYTES];
    size_t used;

    snprintf(line, SAFE_LINE_BEFORE_MAX_BYTES + 1, "%s", before);
    used = strlen(line);
    used += escape_text(bytes, length, line + used, sizeof(line) - used);
    end_line(out, line, used);
}

void safe_line_write_json(FILE *out, const char *bytes, size_t length)
{
    char line[LINE_BYTES];

    end_line(out, line, escape_json(bytes, length, line, sizeof(line)));
}
