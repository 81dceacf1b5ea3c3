/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Checks and folds names. */
#include "core/model/name.h"

#include "core/model/code_points.h"
#include "core/model/name_letters.h"
#include "core/model/text.h"

#include <roomd/status.h>
#include <string.h>

/* The code points of valid UTF-8; returns their number. */
static size_t decode(const char *bytes, size_t length, int32_t codepoints[ROOM_NAME_MAX_BYTES])
{
    size_t count = 0, step;

    for (size_t at = 0; at < length; at += step) {
        step = text_next(bytes + at, length - at, &codepoints[count]);
        if (step == 0)
            break;
        count++;
    }
    return count;
}

/* Composes and folds: the two forms of a name. */
static enum name_fault make_forms(const char *bytes, size_t length, struct name *name)
{
    int shown, folded;

    if (length == 0)
        return NAME_EMPTY;
    if (length > ROOM_NAME_MAX_BYTES)
        return NAME_LONG;
    if (!text_is_utf8(bytes, length))
        return NAME_NOT_UTF8;
    shown = text_compose(bytes, length, name->shown, ROOM_NAME_MAX_BYTES);
    folded = text_fold(bytes, length, name->folded, ROOM_NAME_MAX_BYTES);
    if (shown < 0 || folded < 0)
        return NAME_LONG;
    name->shown_len = (uint8_t)shown;
    name->folded_len = (uint8_t)folded;
    return NAME_FINE;
}

static enum name_fault check_shown(const struct name *name, uint32_t max_codepoints)
{
    int32_t codepoints[ROOM_NAME_MAX_BYTES];
    size_t count = decode(name->shown, name->shown_len, codepoints);
    enum name_fault fault = name_letters_check(codepoints, count);

    /* Counted as shown: composing makes one code point of a letter and its accent. */
    return fault == NAME_FINE && count > max_codepoints ? NAME_LONG : fault;
}

/* An accent that stands alone ("O´Brien") decomposes into a space with a mark, and is none. */
static bool has_space(const int32_t *codepoints, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (codepoints[i] == ' ' && (i + 1 == count || !code_points_is_mark(codepoints[i + 1])))
            return true;
    }
    return false;
}

/* Colons, spaces and scripts are looked for in this form too, which has no compatibility forms. */
static enum name_fault check_folded(const struct name *name)
{
    int32_t codepoints[ROOM_NAME_MAX_BYTES];
    size_t count = decode(name->folded, name->folded_len, codepoints);

    /* Folding drops invisible characters; a name of nothing else has nothing to show. */
    if (count == 0)
        return NAME_UNSEEN;
    if (memchr(name->folded, ':', name->folded_len) != NULL)
        return NAME_COLON;
    if (has_space(codepoints, count))
        return NAME_SPACE;
    return name_letters_mix_scripts(codepoints, count) ? NAME_SCRIPTS : NAME_FINE;
}

enum name_fault name_parse(const char *bytes, size_t length, uint32_t max_codepoints,
                           const struct name_reserved *reserved, struct name *ret_name)
{
    struct name name = {.shown_len = 0};
    enum name_fault fault = make_forms(bytes, length, &name);

    if (fault == NAME_FINE)
        fault = check_shown(&name, max_codepoints);
    if (fault == NAME_FINE)
        fault = check_folded(&name);
    if (fault == NAME_FINE && name_reserved_forbid(reserved, name.shown, name.shown_len))
        fault = NAME_RESERVED;
    if (fault == NAME_FINE)
        *ret_name = name;
    return fault;
}

int name_check(const char *name)
{
    size_t length = name != NULL ? strnlen(name, ROOM_NAME_MAX_BYTES + 1) : 0;

    if (length == 0)
        return STATUS_INVALID;
    if (length > ROOM_NAME_MAX_BYTES)
        return STATUS_TOO_LONG;
    return text_is_utf8(name, length) ? STATUS_OK : STATUS_NOT_UTF8;
}

bool name_matches(const char *bytes, size_t length, const char *folded, size_t folded_len)
{
    char buffer[ROOM_NAME_MAX_BYTES];
    int result;

    if (length == folded_len && memcmp(bytes, folded, length) == 0)
        return true;
    if (length > PLAIN_REQUEST_MAX_BYTES)
        return false;
    result = text_fold(bytes, length, buffer, sizeof(buffer));
    return result >= 0 && (size_t)result == folded_len && memcmp(buffer, folded, folded_len) == 0;
}
