/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Splits a stream at newlines and bounds the length of a line. */
#include "io/line.h"

#include <string.h>

void line_init(struct line *line, char *buffer, size_t max, const struct line_sink *sink)
{
    *line = (struct line){.sink = *sink, .buffer = buffer, .max = max};
}

static void drop(struct line *line)
{
    line->dropping = true;
    line->used = 0;
    line->sink.too_long(line->sink.ctx);
}

static void append(struct line *line, const char *bytes, size_t length)
{
    if (line->dropping || length == 0)
        return;
    if (length > LINE_BUFFER_BYTES(line->max) - line->used) {
        drop(line);
        return;
    }
    memcpy(line->buffer + line->used, bytes, length);
    line->used += length;
    /* One byte more than the maximum can only be the CR of the line ending. */
    if (line->used > line->max && line->buffer[line->max] != '\r')
        drop(line);
}

/* Called at a newline. */
static bool deliver(struct line *line)
{
    size_t length = line->used;

    line->used = 0;
    if (line->dropping) {
        line->dropping = false;
        return true;
    }
    if (length > 0 && line->buffer[length - 1] == '\r')
        length--;
    return line->sink.line(line->sink.ctx, line->buffer, length);
}

size_t line_feed(struct line *line, const char *bytes, size_t length)
{
    size_t taken = 0;

    while (taken < length) {
        const char *newline = memchr(bytes + taken, '\n', length - taken);
        size_t piece = newline == NULL ? length - taken : (size_t)(newline - (bytes + taken));

        append(line, bytes + taken, piece);
        taken += piece;
        if (newline == NULL)
            break;
        taken++;
        if (!deliver(line))
            break;
    }
    return taken;
}

void line_end(struct line *line)
{
    size_t length = line->used;

    if (length > line->max)
        drop(line); /* the CR at the end was no line ending */
    else if (length > 0)
        line->sink.line(line->sink.ctx, line->buffer, length);
    line->used = 0;
    line->dropping = false;
}
