/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Looks properties up, in utf8proc's tables and in ours. */
#include "core/model/code_points.h"

#include <utf8proc.h>

static uint8_t find(const struct code_points_range *ranges, size_t count, int32_t codepoint)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (codepoint > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && codepoint >= ranges[low].first ? ranges[low].value : 0;
}

enum script code_points_script(int32_t codepoint)
{
    return (enum script)find(code_points_scripts, code_points_script_count, codepoint);
}

enum joining code_points_joining(int32_t codepoint)
{
    return (enum joining)find(code_points_joinings, code_points_joining_count, codepoint);
}

bool code_points_is_mark(int32_t codepoint)
{
    switch (utf8proc_category(codepoint)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return true;
    default:
        return false;
    }
}

static bool is_in(const int32_t *list, size_t count, int32_t codepoint)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == codepoint)
            return true;
    }
    return false;
}

#define IS_IN(list, codepoint) is_in(list, sizeof(list) / sizeof((list)[0]), codepoint)

bool code_points_is_unseen(int32_t codepoint)
{
    /*
     * Assigned, and no controls: the blank pattern of Braille, the null note of music, blanks of
     * hieroglyphs and of Khitan, and the characters for an object and for bytes that could not be
     * shown.
     */
    static const int32_t blanks[] = {0x2800, 0x1d159, 0x13441, 0x13442, 0x16fe4, 0xfffc, 0xfffd};

    switch (utf8proc_category(codepoint)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
        return true;
    default:
        return utf8proc_get_property(codepoint)->ignorable || IS_IN(blanks, codepoint);
    }
}

/* True for code points of the scripts of South and Southeast Asia, in the planes of most of them.
 */
static bool is_indic(int32_t codepoint)
{
    return (codepoint >= 0x0900 && codepoint <= 0x109f) ||
           (codepoint >= 0x1700 && codepoint <= 0x1cff) ||
           (codepoint >= 0xa800 && codepoint <= 0xabff) ||
           (codepoint >= 0x11000 && codepoint <= 0x11fff);
}

bool code_points_is_colon(int32_t codepoint, int32_t before)
{
    /*
     * Those of which UTS #39 says so, and all others with COLON in their name or with two dots one
     * above the other, patterns of Braille among them, or more dots. Compatibility forms decompose
     * to a colon; a name is checked for that, too.
     */
    static const int32_t colons[] = {
        0x02d0,  0x02d1,  0x02f8,  0x0589,  0x05c3,  0x0703,  0x0704,  0x0705, 0x0706, 0x0707,
        0x0708,  0x0709,  0x1361,  0x1362,  0x1363,  0x1364,  0x1365,  0x1366, 0x16ec, 0x1803,
        0x1804,  0x1809,  0x205a,  0x205d,  0x2236,  0x2237,  0x2239,  0x223a, 0x2254, 0x2255,
        0x2982,  0x2af6,  0x2e2c,  0xa4fd,  0xa6f4,  0xa789,  0xfe13,  0xfe30, 0xfe55, 0xff1a,
        0x10781, 0x10782, 0x1d108, 0x1da8a, 0x205e,  0x22ee,  0x2360,  0x2803, 0x2805, 0x2806,
        0x2818,  0x2828,  0x2830,  0x2841,  0x2842,  0x2844,  0x2888,  0x2890, 0x28a0, 0x29f4,
        0xfbbd,  0xfbbe,  0x10af5, 0x10f88, 0x12471, 0x12472, 0x12473, 0x12474};
    static const int32_t visargas[] = {
        0x0903,  0x0983,  0x0a03,  0x0a83,  0x0b03,  0x0c03,  0x0c83,  0x0d03,  0x0d83,
        0x0f7f,  0x1038,  0x17c7,  0x17c8,  0x1b04,  0x1b82,  0xa881,  0xa983,  0xaaf5,
        0x11002, 0x11082, 0x11102, 0x11182, 0x11303, 0x11445, 0x114c1, 0x115be, 0x1163e,
        0x116ac, 0x11838, 0x119df, 0x11a39, 0x11a97, 0x11c3e, 0x11d41, 0x11d96, 0x11f03};

    if (codepoint < 0x80) /* nearly all are, and the lists are long */
        return codepoint == ':';
    return IS_IN(colons, codepoint) || (IS_IN(visargas, codepoint) && !is_indic(before));
}
