/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Compares names with reserved words. */
#include "core/model/name_reserved.h"

#include "core/model/code_points.h"

#include <string.h>
#include <utf8proc.h>

/* A text as it is compared with words. */
struct view {
    char look[CONFUSABLE_MAX_BYTES]; /* the skeleton */
    size_t look_len;
    char letters[CONFUSABLE_MAX_BYTES]; /* the same of its letters and digits alone */
    size_t letters_len;
    size_t number_len;                     /* of the digits that the letters begin with */
    bool bounds[CONFUSABLE_MAX_BYTES + 1]; /* a word may begin or end before letters[i] */
};

enum role {
    ROLE_SEPARATOR,
    ROLE_DIGIT,
    ROLE_CAPITAL,
    ROLE_SMALL,
    ROLE_OTHER, /* letters and marks of all scripts but Latin, Greek and Cyrillic */
};

static enum role role_of_ascii(char c)
{
    if (c >= '0' && c <= '9')
        return ROLE_DIGIT;
    if (c >= 'A' && c <= 'Z')
        return ROLE_CAPITAL;
    return (c >= 'a' && c <= 'z') || c == '|' /* it looks like l */ ? ROLE_SMALL : ROLE_SEPARATOR;
}

/* `look`: what the code point was made into, not empty. */
static enum role role_of(int32_t codepoint, const char *look)
{
    if (codepoint < 0x80)
        return role_of_ascii((char)codepoint);
    switch (utf8proc_category(codepoint)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        if (code_points_script(codepoint) == SCRIPT_OTHER)
            return ROLE_OTHER;
        return utf8proc_category(codepoint) == UTF8PROC_CATEGORY_LU ? ROLE_CAPITAL : ROLE_SMALL;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return ROLE_DIGIT;
    default: /* letters in circles and squares are symbols */
        return (unsigned char)*look >= 0x80 || role_of_ascii(*look) == ROLE_SEPARATOR
                   ? ROLE_SEPARATOR
                   : ROLE_SMALL;
    }
}

static bool is_bound(enum role before, enum role after)
{
    return before == ROLE_SEPARATOR || (before == ROLE_DIGIT) != (after == ROLE_DIGIT) ||
           (before == ROLE_OTHER) != (after == ROLE_OTHER) ||
           (before == ROLE_SMALL && after == ROLE_CAPITAL);
}

/* Puts letters in the place of what is written for them: "@dmin", "$y5tem". False: nothing is. */
static bool replace_signs(int32_t *codepoints, size_t count)
{
    static const char pairs[] = "@a$s!i3e4a5s7t";
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j + 1 < sizeof(pairs); j += 2) {
            if ((unsigned char)pairs[j] == codepoints[i]) {
                codepoints[i] = (unsigned char)pairs[j + 1];
                any = true;
            }
        }
    }
    return any;
}

/* Words are looked for without the difference of i and l, so that "adm1n" is found. */
static void merge(char *look, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (look[i] == 'i')
            look[i] = 'l';
    }
}

/* Adds a letter or digit. */
static void add_letter(struct view *view, int32_t codepoint, enum role before, enum role role)
{
    size_t at = view->letters_len;

    view->bounds[at] = is_bound(before, role);
    view->letters_len = confusable_add(codepoint, view->letters, at);
    if (role == ROLE_DIGIT && view->number_len == at)
        view->number_len = view->letters_len;
    for (at++; at < view->letters_len; at++)
        view->bounds[at] = false;
}

/* Of what confusable_decompose has made. */
static void make_view(const int32_t *codepoints, size_t count, struct view *view)
{
    size_t capital_at = 0;
    enum role before = ROLE_SEPARATOR, second_before = ROLE_SEPARATOR;

    view->look_len = view->letters_len = view->number_len = 0;
    for (size_t i = 0; i < count && view->look_len + CONFUSABLE_STEP_BYTES <= CONFUSABLE_MAX_BYTES;
         i++) {
        int32_t codepoint = codepoints[i];
        char look[CONFUSABLE_STEP_BYTES] = "";
        enum role role;

        view->look_len = confusable_add(codepoint, view->look, view->look_len);
        confusable_add(codepoint, look, 0);
        role = role_of(codepoint, look);
        /* "ADMINBob" is "ADMIN" and "Bob". */
        if (role == ROLE_SMALL && before == ROLE_CAPITAL && second_before == ROLE_CAPITAL)
            view->bounds[capital_at] = true;
        capital_at = view->letters_len;
        if (role != ROLE_SEPARATOR)
            add_letter(view, codepoint, before, role);
        second_before = before;
        before = role;
    }
    view->bounds[view->letters_len] = true;
    merge(view->look, view->look_len);
    merge(view->letters, view->letters_len);
}

/* ---- words ---- */

static bool has(const struct name_reserved *reserved, const struct name_reserved_word *word)
{
    for (size_t i = 0; i < reserved->count; i++) {
        const struct name_reserved_word *have = &reserved->words[i];

        if (have->length == word->length && have->kind == word->kind &&
            memcmp(have->look, word->look, word->length) == 0)
            return true;
    }
    return false;
}

void name_reserved_add(struct name_reserved *reserved, const char *text, size_t length,
                       enum name_reserved_kind kind)
{
    int32_t codepoints[CONFUSABLE_CODEPOINTS_MAX];
    struct name_reserved_word word;
    struct view view;
    bool letters;

    /* A longer word needs no entry. */
    if (length > ROOM_NAME_MAX_BYTES || reserved->count == NAME_RESERVED_MAX)
        return;
    make_view(codepoints, confusable_decompose(text, length, codepoints), &view);
    if (kind > NAME_RESERVED_FRONT && view.letters_len == 0)
        kind = NAME_RESERVED_FRONT;
    letters = kind > NAME_RESERVED_FRONT;
    length = letters ? view.letters_len : view.look_len;
    if (length == 0 || length > sizeof(word.look))
        return;
    memcpy(word.look, letters ? view.letters : view.look, length);
    word.length = (uint8_t)length;
    word.kind = (uint8_t)kind;
    if (!has(reserved, &word))
        reserved->words[reserved->count++] = word;
}

void name_reserved_init(struct name_reserved *reserved)
{
    static const struct {
        enum name_reserved_kind kind;
        const char *text;
    } fixed[] = {
        /* the administrator; traditional characters look like these, see confusable_table.c */
        {NAME_RESERVED_PART, "管理员"},
        {NAME_RESERVED_PART, "系统消息"},
        {NAME_RESERVED_PART, "系统讯息"},
        {NAME_RESERVED_PART, "系统信息"},
        {NAME_RESERVED_PART, "系统通知"},
        {NAME_RESERVED_PART, "系统公告"},
        {NAME_RESERVED_PART, "系统广播"},
        {NAME_RESERVED_PART, "系统提示"},
        {NAME_RESERVED_ALONE, "系统管理"},
        {NAME_RESERVED_ALONE, "系统"},
        {NAME_RESERVED_WORD, "admin"},
        {NAME_RESERVED_WORD, "admins"},
        {NAME_RESERVED_WORD, "administrator"},
        {NAME_RESERVED_WORD, "administrators"},
        {NAME_RESERVED_WORD, "system"},
        /* The programs, whose own messages begin so, and the lines that they show as their own. */
        {NAME_RESERVED_ALONE, "room"},
        {NAME_RESERVED_ALONE, "roomd"},
        {NAME_RESERVED_ALONE, "roomctl"},
        {NAME_RESERVED_ALONE, "Here"},
        {NAME_RESERVED_WHOLE, "(somebody)"},
        {NAME_RESERVED_PART, "events were missed"},
        {NAME_RESERVED_START, "Notice"},
        {NAME_RESERVED_FRONT, "**"},
        {NAME_RESERVED_FRONT, "--"},
        {NAME_RESERVED_WHOLE, "*"},
    };

    reserved->count = reserved->kept = 0;
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        name_reserved_add(reserved, fixed[i].text, strlen(fixed[i].text), fixed[i].kind);
}

void name_reserved_keep(struct name_reserved *reserved)
{
    reserved->kept = reserved->count;
}

void name_reserved_reset(struct name_reserved *reserved)
{
    reserved->count = reserved->kept;
}

/* ---- names ---- */

static bool begins_with(const char *text, size_t length, const struct name_reserved_word *word)
{
    return length >= word->length && memcmp(text, word->look, word->length) == 0;
}

/* The letters from `at` on. */
static bool begins_with_word(const struct view *view, size_t at,
                             const struct name_reserved_word *word)
{
    return begins_with(view->letters + at, view->letters_len - at, word) &&
           view->bounds[at + word->length];
}

static bool holds_word(const struct view *view, const struct name_reserved_word *word)
{
    const char *end = view->letters + view->letters_len, *found = view->letters;

    while ((found = memmem(found, (size_t)(end - found), word->look, word->length)) != NULL) {
        size_t at = (size_t)(found - view->letters);

        if (view->bounds[at] && view->bounds[at + word->length])
            return true;
        found++;
    }
    return false;
}

static bool matches(const struct view *view, const struct name_reserved_word *word)
{
    switch ((enum name_reserved_kind)word->kind) {
    case NAME_RESERVED_WHOLE:
        return view->look_len == word->length && begins_with(view->look, view->look_len, word);
    case NAME_RESERVED_FRONT:
        return begins_with(view->look, view->look_len, word);
    case NAME_RESERVED_ALONE:
        return view->letters_len == word->length &&
               begins_with(view->letters, view->letters_len, word);
    case NAME_RESERVED_START:
        return begins_with_word(view, 0, word);
    case NAME_RESERVED_COUNTED:
        return view->number_len > 0 && begins_with_word(view, view->number_len, word);
    case NAME_RESERVED_WORD:
        return holds_word(view, word);
    case NAME_RESERVED_PART:
        return memmem(view->letters, view->letters_len, word->look, word->length) != NULL;
    }
    return false;
}

/* `first_kind`: words of the kinds before it do not count. */
static bool is_forbidden(const struct name_reserved *reserved, const struct view *view,
                         enum name_reserved_kind first_kind)
{
    for (size_t i = 0; i < reserved->count; i++) {
        if (reserved->words[i].kind >= first_kind && matches(view, &reserved->words[i]))
            return true;
    }
    return false;
}

bool name_reserved_forbid(const struct name_reserved *reserved, const char *name, size_t length)
{
    int32_t codepoints[CONFUSABLE_CODEPOINTS_MAX];
    size_t count = confusable_decompose(name, length, codepoints);
    struct view view;

    make_view(codepoints, count, &view);
    if (is_forbidden(reserved, &view, NAME_RESERVED_WHOLE))
        return true;
    if (!replace_signs(codepoints, count))
        return false;
    make_view(codepoints, count, &view);
    return is_forbidden(reserved, &view, NAME_RESERVED_ALONE);
}
