/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Goes through the text character by character, with utf8proc's tables. */
#include "room/sanitize.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <utf8proc.h>

static const char dotted_circle[] = "\xe2\x97\x8c";
static const char replacement[] = "\xef\xbf\xbd";

struct writing {
    struct buffer *out; /* borrowed */
    bool plain;
    bool has_base;  /* there is a character that marks can combine with */
    unsigned marks; /* on that character */
};

/* Zero width joiner and non-joiner, and the variation selectors. */
static bool is_joiner(int32_t codepoint)
{
    return codepoint == 0x200c || codepoint == 0x200d ||
           (codepoint >= 0xfe00 && codepoint <= 0xfe0f);
}

static void add_mark(struct writing *writing, const char *text, size_t length)
{
    if (!writing->has_base) {
        buffer_add_text(writing->out, dotted_circle);
        writing->has_base = true;
    }
    if (writing->marks < SANITIZE_MARKS_MAX)
        buffer_add(writing->out, text, length);
    else if (writing->marks == SANITIZE_MARKS_MAX)
        buffer_add_text(writing->out, replacement);
    writing->marks++;
}

static void add_escaped(struct writing *writing, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        buffer_format(writing->out, "\\x%02x", (unsigned)(unsigned char)text[i]);
    writing->has_base = true;
    writing->marks = 0;
}

/* Returns the number of bytes used. */
static size_t add_one(struct writing *writing, const char *text, size_t length)
{
    utf8proc_int32_t codepoint;
    utf8proc_ssize_t step =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &codepoint);

    if (step <= 0) {
        add_escaped(writing, text, 1);
        return 1;
    }
    if (utf8_is_hostile(codepoint)) {
        add_escaped(writing, text, (size_t)step);
    } else if (utf8proc_charwidth(codepoint) == 0) {
        if (!writing->plain || !is_joiner(codepoint))
            add_mark(writing, text, (size_t)step);
    } else {
        buffer_add(writing->out, text, (size_t)step);
        writing->has_base = true;
        writing->marks = 0;
    }
    return (size_t)step;
}

static void add_all(struct writing *writing, const char *text, size_t length)
{
    for (size_t at = 0; at < length;)
        at += add_one(writing, text + at, length - at);
}

void sanitize_add(struct buffer *out, const char *text, size_t length)
{
    struct writing writing = {.out = out};

    add_all(&writing, text, length);
}

void sanitize_add_plain(struct buffer *out, const char *text, size_t length)
{
    struct writing writing = {.out = out, .plain = true};

    add_all(&writing, text, length);
}

size_t sanitize_cut(const char *text, size_t length, size_t columns)
{
    size_t width = 0, at = 0;

    while (at < length) {
        utf8proc_int32_t codepoint;
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                                 (utf8proc_ssize_t)(length - at), &codepoint);
        size_t wide = step > 0 ? (size_t)utf8proc_charwidth(codepoint) : 1;

        if (width + wide > columns)
            break;
        width += wide;
        at += step > 0 ? (size_t)step : 1;
    }
    return at;
}
