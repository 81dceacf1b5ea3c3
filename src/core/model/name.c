/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Checks and folds names. */
#include "core/model/name.h"

#include "core/model/text.h"

#include <roomd/status.h>
#include <string.h>
#include <utf8proc.h>

/* Forbidden in names, whatever the language: these words mark the administrator's lines. */
static const char *const forbidden[] = {"管理员", "admin", "administrator", "system"};

static bool has_reserved(const struct name_reserved *reserved,
                         const struct name_reserved_word *word)
{
    for (size_t i = 0; i < reserved->count; i++) {
        const struct name_reserved_word *have = &reserved->words[i];

        if (have->length == word->length && have->whole == word->whole &&
            memcmp(have->folded, word->folded, word->length) == 0)
            return true;
    }
    return false;
}

void name_reserved_add(struct name_reserved *reserved, const char *text, size_t length, bool whole)
{
    struct name_reserved_word word = {.whole = whole};
    int folded = text_fold(text, length, word.folded, ROOM_NAME_MAX_BYTES);

    /* A word that does not fit is longer than any name and needs no entry. */
    if (folded <= 0 || reserved->count == NAME_RESERVED_MAX)
        return;
    word.length = (uint8_t)folded;
    if (!has_reserved(reserved, &word))
        reserved->words[reserved->count++] = word;
}

void name_reserved_init(struct name_reserved *reserved)
{
    reserved->count = 0;
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
        name_reserved_add(reserved, forbidden[i], strlen(forbidden[i]), false);
}

static bool is_category_allowed(int32_t codepoint)
{
    switch (utf8proc_category(codepoint)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return true;
    }
}

/* Counts the code points; STATUS_INVALID if one of them is not allowed in a name. */
static int check_codepoints(const char *bytes, size_t length, uint32_t *ret_count)
{
    uint32_t count = 0;

    for (size_t at = 0; at < length; count++) {
        utf8proc_int32_t codepoint;
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)bytes + at,
                                                 (utf8proc_ssize_t)(length - at), &codepoint);

        if (step <= 0)
            return STATUS_NOT_UTF8;
        if (!is_category_allowed(codepoint))
            return STATUS_INVALID;
        at += (size_t)step;
    }
    *ret_count = count;
    return STATUS_OK;
}

static bool contains(const char *text, size_t length, const char *part, size_t part_len)
{
    return memmem(text, length, part, part_len) != NULL;
}

static bool is_reserved(const struct name *name, const struct name_reserved *reserved)
{
    for (size_t i = 0; i < reserved->count; i++) {
        const struct name_reserved_word *word = &reserved->words[i];

        if (word->whole ? word->length == name->folded_len &&
                              memcmp(word->folded, name->folded, word->length) == 0
                        : contains(name->folded, name->folded_len, word->folded, word->length))
            return true;
    }
    return false;
}

/*
 * Colons and spaces separate the fields of a line. Checked in folded form, so that compatibility
 * forms are found, too.
 */
static bool is_layout_safe(const struct name *name)
{
    return memchr(name->folded, ':', name->folded_len) == NULL &&
           memchr(name->folded, ' ', name->folded_len) == NULL;
}

int name_parse(const char *bytes, size_t length, uint32_t max_codepoints,
               const struct name_reserved *reserved, struct name *ret_name)
{
    struct name name = {.shown_len = 0};
    uint32_t count;
    int shown, folded, status;

    if (length == 0)
        return STATUS_INVALID;
    if (length > ROOM_NAME_MAX_BYTES)
        return STATUS_TOO_LONG;
    status = check_codepoints(bytes, length, &count);
    if (status != 0)
        return status;
    shown = text_compose(bytes, length, name.shown, ROOM_NAME_MAX_BYTES);
    folded = text_fold(bytes, length, name.folded, ROOM_NAME_MAX_BYTES);
    if (shown < 0 || folded < 0)
        return STATUS_TOO_LONG;
    name.shown_len = (uint8_t)shown;
    name.folded_len = (uint8_t)folded;
    /* Counted as shown: composing makes one code point of a letter and its accent. */
    status = check_codepoints(name.shown, name.shown_len, &count);
    if (status != 0)
        return status;
    if (count > max_codepoints)
        return STATUS_TOO_LONG;
    /* Folding drops invisible characters; a name of nothing else has nothing to show. */
    if (folded == 0 || !is_layout_safe(&name) || is_reserved(&name, reserved))
        return STATUS_INVALID;
    *ret_name = name;
    return STATUS_OK;
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
