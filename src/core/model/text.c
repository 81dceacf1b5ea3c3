/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Validation, cleaning and normal forms. Works in buffers on the stack: utf8proc's convenience
 * functions allocate, and nothing here may.
 */
#include "core/model/text.h"

#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

/*
 * Folded texts are short (a name, a reserved word); one code point decomposes into at most 18
 * (U+FDFA).
 */
#define TEXT_FOLD_MAX_BYTES      256
#define TEXT_FOLD_MAX_CODEPOINTS (TEXT_FOLD_MAX_BYTES * 18)

/* U+FFFD. */
#define TEXT_REPLACEMENT "\xef\xbf\xbd"

/* ---- ASCII, eight bytes at a time ---- */

#define WORD_BYTES      sizeof(uint64_t)
#define IN_EACH(byte)   (UINT64_C(0x0101010101010101) * (byte))
#define HIGHEST_IN_EACH IN_EACH(0x80U)

static uint64_t load_word(const uint8_t *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return word;
}

static bool is_ascii(uint64_t word)
{
    return (word & HIGHEST_IN_EACH) == 0;
}

/*
 * True if all bytes are 0x20 to 0x7e. In ASCII no sum carries into the next byte; the first one
 * sets the high bit of a byte that is 0x7f, the second that of a byte that is 0x20 or more.
 */
static bool is_printable(uint64_t word)
{
    return is_ascii(word | (word + IN_EACH(1U)) | ~(word + IN_EACH(0x60U)));
}

/* ---- validity, and harmless characters ---- */

/*
 * U+3000 to U+CFFF, which includes nearly all of Chinese: with these first bytes nothing can be
 * overlong, a surrogate or hostile.
 */
static bool is_common_three_byte(const uint8_t *at)
{
    return at[0] >= 0xe3 && at[0] <= 0xec && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80;
}

/*
 * The length of one or several valid characters at the front of `left` bytes; 0 or less if there is
 * none.
 */
static utf8proc_ssize_t valid_step(const uint8_t *at, size_t left)
{
    utf8proc_int32_t codepoint;

    if (left >= WORD_BYTES && is_ascii(load_word(at)))
        return (utf8proc_ssize_t)WORD_BYTES;
    if (at[0] < 0x80)
        return 1;
    if (left >= 3 && is_common_three_byte(at))
        return 3;
    return utf8proc_iterate(at, (utf8proc_ssize_t)left, &codepoint);
}

bool text_is_utf8(const char *bytes, size_t length)
{
    const uint8_t *at = (const uint8_t *)bytes;

    while (length > 0) {
        utf8proc_ssize_t step = valid_step(at, length);

        if (step <= 0)
            return false;
        at += step;
        length -= (size_t)step;
    }
    return true;
}

/*
 * True if a hostile character may begin with this byte: beyond ASCII only C1, U+061C and U+2000 to
 * U+2FFF do.
 */
static bool may_be_hostile(uint8_t byte)
{
    return byte < 0x20 || byte == 0x7f || byte == 0xc2 || byte == 0xd8 || byte == 0xe2;
}

/* The number of bytes at the front of valid UTF-8 that are known to be harmless. */
static size_t count_harmless(const uint8_t *bytes, size_t length)
{
    size_t at = 0;

    for (;;) {
        size_t left = length - at;

        if (left >= WORD_BYTES && is_printable(load_word(bytes + at)))
            at += WORD_BYTES;
        else if (left >= 3 && is_common_three_byte(bytes + at))
            at += 3;
        else if (left > 0 && !may_be_hostile(bytes[at]))
            at++;
        else
            return at;
    }
}

size_t text_clean(const char *bytes, size_t length, char *out)
{
    size_t written = 0;

    for (size_t at = 0; at < length;) {
        size_t step = count_harmless((const uint8_t *)bytes + at, length - at);
        int32_t codepoint = ' ';

        if (step == 0)
            step = text_next(bytes + at, length - at, &codepoint);
        /* The caller has validated: only a bug gets here, and it must not loop. */
        if (step == 0)
            break;
        if (utf8_is_hostile(codepoint)) {
            out[written++] = ' ';
        } else {
            memmove(out + written, bytes + at, step);
            written += step;
        }
        at += step;
    }
    return written;
}

size_t text_next(const char *bytes, size_t length, int32_t *ret_codepoint)
{
    utf8proc_int32_t codepoint;
    utf8proc_ssize_t step = length > 0 ? utf8proc_iterate((const utf8proc_uint8_t *)bytes,
                                                          (utf8proc_ssize_t)length, &codepoint)
                                       : 0;

    if (step <= 0)
        return 0;
    *ret_codepoint = codepoint;
    return (size_t)step;
}

bool text_is_space(int32_t codepoint)
{
    utf8proc_category_t category = utf8proc_category(codepoint);

    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
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
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)bytes + at,
                                                 (utf8proc_ssize_t)(length - at), &codepoint);

        if (step <= 0)
            break;
        columns += (size_t)utf8proc_charwidth(codepoint);
        at += (size_t)step;
    }
    return columns;
}

static int normalise(const char *bytes, size_t length, utf8proc_option_t options, char *out,
                     size_t size)
{
    /* utf8proc_reencode overwrites the code points with the bytes, and a terminator. */
    utf8proc_int32_t codepoints[TEXT_FOLD_MAX_CODEPOINTS + 1];
    utf8proc_ssize_t count;

    if (length > TEXT_FOLD_MAX_BYTES)
        return -1;
    count = utf8proc_decompose((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length,
                               codepoints, TEXT_FOLD_MAX_CODEPOINTS, options);
    if (count < 0 || count > TEXT_FOLD_MAX_CODEPOINTS)
        return -1;
    count = utf8proc_reencode(codepoints, count, options);
    if (count < 0 || (size_t)count > size)
        return -1;
    memcpy(out, codepoints, (size_t)count);
    return (int)count;
}

int text_compose(const char *bytes, size_t length, char *out, size_t size)
{
    return normalise(bytes, length, UTF8PROC_STABLE | UTF8PROC_COMPOSE, out, size);
}

int text_fold(const char *bytes, size_t length, char *out, size_t size)
{
    char composed[TEXT_FOLD_MAX_BYTES];
    /* Folding turns U+0345 into a letter, so it needs the marks in their canonical order. */
    int composed_len = text_compose(bytes, length, composed, sizeof(composed));

    if (composed_len < 0)
        return -1;
    /* The flags of utf8proc_NFKC_Casefold. */
    return normalise(composed, (size_t)composed_len,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                         UTF8PROC_IGNORE,
                     out, size);
}
