/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Writes what is new behind the common beginning of the old line and the new one. */
#include "room/tty/linear.h"

#include "core/model/text.h"

#include <string.h>

void linear_done(struct linear *linear)
{
    buffer_done(&linear->shown);
    *linear = (struct linear){0};
}

void linear_end(struct linear *linear, struct buffer *out)
{
    if (linear->open)
        buffer_add_text(out, "\r\n");
    linear->open = false;
    linear->shown.length = 0;
}

static void begin_line(struct linear *linear, const char *prompt, size_t prompt_length,
                       struct buffer *out)
{
    linear_end(linear, out);
    buffer_add(out, prompt, prompt_length);
    linear->open = true;
    linear->prompt_width = text_width(prompt, prompt_length);
}

/*
 * Erases what is shown behind its first `same` bytes. False if that is not possible on this line.
 */
static bool erase_back(struct linear *linear, size_t same, size_t columns, struct buffer *out)
{
    const char *shown = linear->shown.at;
    size_t width = linear->shown.length > 0 ? text_width(shown, linear->shown.length) : 0;
    size_t back =
        linear->shown.length > same ? text_width(shown + same, linear->shown.length - same) : 0;

    if (linear->shown.length == same)
        return true;
    /*
     * The line goes on in the next row, where backspace stops; or only a mark is to be erased,
     * without its letter.
     */
    if (linear->prompt_width + width >= columns || back == 0)
        return false;
    for (size_t i = 0; i < back; i++)
        buffer_add_text(out, "\b \b");
    return true;
}

void linear_show(struct linear *linear, const char *prompt, size_t prompt_length, const char *line,
                 size_t length, bool asked, size_t columns, struct buffer *out)
{
    size_t same = 0;

    if (!linear->open) {
        if (length == 0 && !asked)
            return;
        begin_line(linear, prompt, prompt_length, out);
    }
    while (same < length && same < linear->shown.length && line[same] == linear->shown.at[same])
        same++;
    while (same > 0 && same < length && ((unsigned char)line[same] & 0xc0) == 0x80)
        same--;
    if (!erase_back(linear, same, columns, out)) {
        begin_line(linear, prompt, prompt_length, out);
        same = 0;
    }
    buffer_add(out, line + same, length - same);
    linear->shown.length = 0;
    buffer_add(&linear->shown, line, length);
}
