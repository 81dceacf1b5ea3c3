/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Validation, cleaning and normal forms. Works in buffers on the stack: utf8proc's convenient functions allocate, and nothing here may. */
#include "core/text.h"

#include <string.h>
#include <utf8proc.h>

/* What is folded is short (a name, a reserved word); one code point decomposes into at most 18 (U+FDFA). */
#define TEXT_FOLD_MAX_BYTES      256
#define TEXT_FOLD_MAX_CODEPOINTS (TEXT_FOLD_MAX_BYTES * 18)

/* U+FFFD. */
#define TEXT_REPLACEMENT "\xef\xbf\xbd"

bool text_is_utf8(const char *bytes, size_t length)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)bytes;
    utf8proc_ssize_t left = (utf8proc_ssize_t)length;
    utf8proc_int32_t codepoint;

    while (left > 0) {
        utf8proc_ssize_t step = *at < 0x80 ? 1 : utf8proc_iterate(at, left, &codepoint);

        if (step <= 0)
            return false;
        at += step;
        left -= step;
    }
    return true;
}

static bool is_bidi_control(int32_t codepoint)
{
    return codepoint == 0x061c || codepoint == 0x200e || codepoint == 0x200f ||
           (codepoint >= 0x202a && codepoint <= 0x202e) || (codepoint >= 0x2066 && codepoint <= 0x2069);
}

bool text_is_hostile(int32_t codepoint)
{
    return codepoint < 0x20 || (codepoint >= 0x7f && codepoint < 0xa0) || codepoint == 0x2028 || codepoint == 0x2029 ||
           is_bidi_control(codepoint);
}

size_t text_clean(const char *bytes, size_t length, char *out)
{
    size_t written = 0;

    for (size_t at = 0; at < length;) {
        utf8proc_int32_t codepoint;
        utf8proc_ssize_t step =
            utf8proc_iterate((const utf8proc_uint8_t *)bytes + at, (utf8proc_ssize_t)(length - at), &codepoint);

        if (step <= 0) /* the caller has validated: only a bug gets here, and it must not loop */
            break;
        if (text_is_hostile(codepoint)) {
            out[written++] = ' ';
        } else {
            memmove(out + written, bytes + at, (size_t)step);
            written += (size_t)step;
        }
        at += (size_t)step;
    }
    return written;
}

size_t text_next(const char *bytes, size_t length, int32_t *ret_codepoint)
{
    utf8proc_int32_t codepoint;
    utf8proc_ssize_t step =
        length > 0 ? utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, &codepoint) : 0;

    if (step <= 0)
        return 0;
    *ret_codepoint = codepoint;
    return (size_t)step;
}

bool text_is_space(int32_t codepoint)
{
    utf8proc_category_t category = utf8proc_category(codepoint);

    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

size_t text_repair(const char *bytes, size_t length, char *out, size_t size, size_t *ret_taken)
{
    size_t written = 0, at = 0;

    while (at < length) {
        int32_t codepoint = 0;
        size_t step = text_next(bytes + at, length - at, &codepoint);
        const char *from = codepoint != 0 ? bytes + at : TEXT_REPLACEMENT;
        size_t count = codepoint != 0 ? step : strlen(TEXT_REPLACEMENT);

        if (count > size - written)
            break;
        memcpy(out + written, from, count);
        written += count;
        at += step > 0 ? step : 1;
    }
    *ret_taken = at;
    return written;
}

size_t text_width(const char *bytes, size_t length)
{
    size_t columns = 0;

    for (size_t at = 0; at < length;) {
        utf8proc_int32_t codepoint;
        utf8proc_ssize_t step =
            utf8proc_iterate((const utf8proc_uint8_t *)bytes + at, (utf8proc_ssize_t)(length - at), &codepoint);

        if (step <= 0)
            break;
        columns += (size_t)utf8proc_charwidth(codepoint);
        at += (size_t)step;
    }
    return columns;
}

static int normalise(const char *bytes, size_t length, utf8proc_option_t options, char *out, size_t size)
{
    /* utf8proc_reencode writes the bytes over the code points, with a terminator behind them. */
    utf8proc_int32_t codepoints[TEXT_FOLD_MAX_CODEPOINTS + 1];
    utf8proc_ssize_t count;

    if (length > TEXT_FOLD_MAX_BYTES)
        return -1;
    count = utf8proc_decompose((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, codepoints,
                               TEXT_FOLD_MAX_CODEPOINTS, options);
    if (count < 0 || count > TEXT_FOLD_MAX_CODEPOINTS)
        return -1;
    count = utf8proc_reencode(codepoints, count, options);
    if (count < 0 || (size_t)count > size)
        return -1;
    memcpy(out, codepoints, (size_t)count);
    return (int)count;
}

int text_fold(const char *bytes, size_t length, char *out, size_t size)
{
    /* The flags of utf8proc_NFKC_Casefold. */
    return normalise(bytes, length,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, out,
                     size);
}

int text_compose(const char *bytes, size_t length, char *out, size_t size)
{
    return normalise(bytes, length, UTF8PROC_STABLE | UTF8PROC_COMPOSE, out, size);
}
