/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Makes skeletons. The table is in confusable_table.c. */
#include "core/model/confusable.h"

#include "core/model/code_points.h"

#include <string.h>
#include <utf8proc.h>

/* ---- marks ---- */

/* Marks for any letter: they look like dirt on it, or like an accent. */
static bool is_diacritic(int32_t codepoint)
{
    return (codepoint >= 0x0300 && codepoint <= 0x036f) ||
           (codepoint >= 0x0483 && codepoint <= 0x0489) ||
           (codepoint >= 0x1ab0 && codepoint <= 0x1aff) ||
           (codepoint >= 0x1dc0 && codepoint <= 0x1dff) ||
           (codepoint >= 0x20d0 && codepoint <= 0x20ff) ||
           (codepoint >= 0x2de0 && codepoint <= 0x2dff) ||
           (codepoint >= 0xa66f && codepoint <= 0xa69f) ||
           (codepoint >= 0xfe20 && codepoint <= 0xfe2f);
}

static bool is_han(int32_t codepoint)
{
    return (codepoint >= 0x3400 && codepoint <= 0x4dbf) ||
           (codepoint >= 0x4e00 && codepoint <= 0x9fff) ||
           (codepoint >= 0x20000 && codepoint <= 0x3ffff);
}

/*
 * Below U+0530 are Latin, Greek, Cyrillic and all of ASCII. In other scripts a mark tells one word
 * from another: the vowels of Hindi and Thai, the voiced sounds of Japanese.
 */
static bool counts(int32_t mark, int32_t base)
{
    return !is_diacritic(mark) && base >= 0x0530 && !is_han(base);
}

size_t confusable_decompose(const char *bytes, size_t length,
                            int32_t ret_codepoints[CONFUSABLE_CODEPOINTS_MAX])
{
    utf8proc_ssize_t count = utf8proc_decompose(
        (const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, ret_codepoints,
        CONFUSABLE_CODEPOINTS_MAX,
        UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE);
    int32_t base = 0;
    size_t kept = 0;

    if (count > CONFUSABLE_CODEPOINTS_MAX)
        return 0;
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        int32_t codepoint = ret_codepoints[i];
        bool mark = codepoint >= 0x0300 && code_points_is_mark(codepoint);

        /* An accent that stands alone decomposes into a space with a mark. */
        if (mark && base == ' ')
            ret_codepoints[kept - 1] = '\'';
        /* A mark that is written twice is seen once. */
        if (mark && (!counts(codepoint, base) || ret_codepoints[kept - 1] == codepoint))
            continue;
        base = mark ? base : codepoint;
        ret_codepoints[kept++] = codepoint;
    }
    return kept;
}

/* ---- skeletons ---- */

static const char *find(int32_t codepoint)
{
    size_t low = 0, high = confusable_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (confusable_table[middle].codepoint < codepoint)
            low = middle + 1;
        else
            high = middle;
    }
    return low < confusable_count && confusable_table[low].codepoint == codepoint
               ? confusable_table[low].looks_like
               : NULL;
}

static char look_of_ascii(char c)
{
    switch (c) {
    case '0':
        return 'o';
    case '1':
    case 'I':
    case '|':
        return 'l';
    case '`':
        return '\'';
    default:
        return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
}

static size_t push(char *skeleton, size_t used, char c)
{
    char *last = used > 0 ? skeleton + used - 1 : NULL;

    if (last != NULL && *last == 'r' && c == 'n') {
        *last = 'm';
        return used;
    }
    if (last != NULL && *last == 'v' && c == 'v') {
        *last = 'w';
        return used;
    }
    skeleton[used] = c;
    return used + 1;
}

size_t confusable_add(int32_t codepoint, char *skeleton, size_t used)
{
    const char *look;

    if (codepoint < 0x80)
        return push(skeleton, used, look_of_ascii((char)codepoint));
    look = find(codepoint);
    if (look == NULL)
        return used + (size_t)utf8proc_encode_char(utf8proc_tolower(codepoint),
                                                   (utf8proc_uint8_t *)skeleton + used);
    for (; *look != '\0'; look++)
        used = push(skeleton, used, *look);
    return used;
}

size_t confusable_skeleton(const char *bytes, size_t length,
                           char ret_skeleton[CONFUSABLE_MAX_BYTES])
{
    int32_t codepoints[CONFUSABLE_CODEPOINTS_MAX];
    size_t count = confusable_decompose(bytes, length, codepoints), used = 0;

    for (size_t i = 0; i < count && used + CONFUSABLE_STEP_BYTES <= CONFUSABLE_MAX_BYTES; i++)
        used = confusable_add(codepoints[i], ret_skeleton, used);
    return used;
}
