/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Checks the code points of names. */
#include "core/model/name_letters.h"

#include "core/model/code_points.h"
#include "core/model/text.h"

#include <utf8proc.h>

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER     0x200d

/* The canonical combining class of a virama, which ends a syllable. */
#define CLASS_VIRAMA 9

/* ---- joiners: RFC 5892, appendix A.1 and A.2 ---- */

static bool joins(int32_t codepoint, enum joining direction)
{
    enum joining joining = code_points_joining(codepoint);

    return joining == JOINING_DUAL || joining == direction;
}

/* The letters on both sides, past marks, would be joined in writing. */
static bool is_between_joined(const int32_t *codepoints, size_t count, size_t at)
{
    size_t before = at, after = at + 1;

    while (before > 0 && code_points_is_mark(codepoints[before - 1]))
        before--;
    while (after < count && code_points_is_mark(codepoints[after]))
        after++;
    return before > 0 && after < count && joins(codepoints[before - 1], JOINING_LEFT) &&
           joins(codepoints[after], JOINING_RIGHT);
}

/* Persian and the scripts of India can't be written without joiners; elsewhere nothing is seen. */
static bool is_joiner_in_place(const int32_t *codepoints, size_t count, size_t at)
{
    int32_t codepoint = codepoints[at];

    if (codepoint != ZERO_WIDTH_NON_JOINER && codepoint != ZERO_WIDTH_JOINER)
        return false;
    if (at > 0 && utf8proc_get_property(codepoints[at - 1])->combining_class == CLASS_VIRAMA)
        return true;
    return codepoint == ZERO_WIDTH_NON_JOINER && is_between_joined(codepoints, count, at);
}

/* ---- checks ---- */

enum name_fault name_letters_check(const int32_t *codepoints, size_t count)
{
    int32_t before = 0;

    for (size_t i = 0; i < count; i++) {
        int32_t codepoint = codepoints[i];

        if (text_is_space(codepoint))
            return NAME_SPACE;
        if (code_points_is_colon(codepoint, before))
            return NAME_COLON;
        if (code_points_is_unseen(codepoint) && !is_joiner_in_place(codepoints, count, i))
            return NAME_UNSEEN;
        before = codepoint;
    }
    return count > 0 && code_points_is_mark(codepoints[0]) ? NAME_MARK : NAME_FINE;
}

bool name_letters_mix_scripts(const int32_t *codepoints, size_t count)
{
    unsigned scripts = 0;

    for (size_t i = 0; i < count; i++)
        scripts |= 1U << code_points_script(codepoints[i]);
    scripts &= ~(1U << SCRIPT_OTHER);
    return (scripts & (scripts - 1)) != 0;
}
