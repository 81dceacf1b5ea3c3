/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A backtracking match, piece by piece. Templates have at most twelve pieces, which bounds its
 * depth; a budget of steps bounds the cost of templates with several texts.
 */
#include "core/plain_wire/template_match.h"

#include "base/utf8.h"
#include "core/model/text.h"

#include <string.h>

/* Enough for a text of any length that fits a plain datagram, followed by words to be found. */
#define STEPS_MAX 4096U

#define TIME_BYTES 5U
#define CODE_BYTES 8U

struct match {
    const struct template *template;
    const char *bytes;
    size_t length;
    struct template_values values;
    bool has_name, has_text, has_names, has_count, has_code;
    unsigned steps;
    size_t end; /* of the line, once all pieces have matched */
};

static bool match_from(struct match *match, uint8_t index, size_t at);

size_t template_match_line(const char *bytes, size_t length)
{
    const char *end = length > 0 ? memchr(bytes, '\n', length) : NULL;
    size_t line = end != NULL ? (size_t)(end - bytes) : length;

    while (end != NULL && line > 0 && bytes[line - 1] == '\r')
        line--;
    return line;
}

size_t template_match_weight(const struct template *template)
{
    size_t weight = 0;

    for (uint8_t i = 0; i < template->count; i++)
        weight += template->pieces[i].field == TEMPLATE_LITERAL ? template->pieces[i].length : 0U;
    return weight;
}

/* ---- names ---- */

/* The length of the character at `bytes`; 0 if a name can't hold it. */
static size_t name_step(const char *bytes, size_t length)
{
    int32_t codepoint = 0;
    size_t step = text_next(bytes, length, &codepoint);

    if (utf8_is_hostile(codepoint) || text_is_space(codepoint) || codepoint == ':' ||
        codepoint == 0xff1a)
        return 0;
    return step;
}

bool template_match_is_name(const char *bytes, size_t length)
{
    size_t at = 0, step = 1;

    while (at < length && step > 0) {
        step = name_step(bytes + at, length - at);
        at += step;
    }
    return length > 0 && length <= ROOM_NAME_MAX_BYTES && at == length;
}

/* ---- pieces ---- */

/* A value matched before must occur again here. */
static bool match_again(struct match *match, uint8_t index, size_t at, const char *bytes,
                        size_t length)
{
    return length <= match->length - at && memcmp(match->bytes + at, bytes, length) == 0 &&
           match_from(match, (uint8_t)(index + 1), at + length);
}

static bool match_name(struct match *match, uint8_t index, size_t at)
{
    size_t length = 0, step;

    if (match->has_name)
        return match_again(match, index, at, match->values.name, match->values.name_len);
    match->has_name = true;
    match->values.name = match->bytes + at;
    while ((step = name_step(match->bytes + at + length, match->length - at - length)) > 0) {
        length += step;
        match->values.name_len = length;
        if (length > ROOM_NAME_MAX_BYTES)
            break;
        if (match_from(match, (uint8_t)(index + 1), at + length))
            return true;
    }
    match->has_name = false;
    return false;
}

static bool match_text(struct match *match, uint8_t index, size_t at)
{
    if (match->has_text)
        return match_again(match, index, at, match->values.text, match->values.text_len);
    match->has_text = true;
    match->values.text = match->bytes + at;
    for (size_t length = template_match_line(match->bytes + at, match->length - at) + 1; length > 0;
         length--) {
        match->values.text_len = length - 1;
        if (match_from(match, (uint8_t)(index + 1), at + length - 1))
            return true;
    }
    match->has_text = false;
    return false;
}

/* A template has at most one {names}. */
static bool match_names(struct match *match, uint8_t index, size_t at)
{
    match->values.names = match->bytes + at;
    for (size_t length = template_match_line(match->bytes + at, match->length - at) + 1; length > 0;
         length--) {
        match->values.names_len = length - 1;
        if (match_from(match, (uint8_t)(index + 1), at + length - 1))
            return true;
    }
    return false;
}

static bool is_digit(const struct match *match, size_t at)
{
    return at < match->length && match->bytes[at] >= '0' && match->bytes[at] <= '9';
}

static bool match_count(struct match *match, uint8_t index, size_t at)
{
    uint64_t count = 0;
    size_t end = at;

    for (; is_digit(match, end); end++) {
        uint64_t digit = (uint64_t)(match->bytes[end] - '0');

        if (count > (UINT64_MAX - digit) / 10)
            return false;
        count = count * 10 + digit;
    }
    if (end == at || (match->has_count && count != match->values.count))
        return false;
    match->has_count = true;
    match->values.count = count;
    return match_from(match, (uint8_t)(index + 1), end);
}

static bool match_time(struct match *match, uint8_t index, size_t at)
{
    if (match->length - at < TIME_BYTES || match->bytes[at + 2] != ':' || !is_digit(match, at) ||
        !is_digit(match, at + 1) || !is_digit(match, at + 3) || !is_digit(match, at + 4))
        return false;
    return match_from(match, (uint8_t)(index + 1), at + TIME_BYTES);
}

static bool match_code(struct match *match, uint8_t index, size_t at)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t code = 0;

    if (match->length - at < CODE_BYTES)
        return false;
    for (size_t i = 0; i < CODE_BYTES; i++) {
        const char *digit = memchr(digits, match->bytes[at + i], sizeof(digits) - 1);

        if (digit == NULL)
            return false;
        code = code << 4 | (uint32_t)(digit - digits);
    }
    if (match->has_code && code != match->values.code)
        return false;
    match->has_code = true;
    match->values.code = code;
    return match_from(match, (uint8_t)(index + 1), at + CODE_BYTES);
}

/* True if pieces follow this one, and all of them may be empty. */
static bool may_end_after(const struct template *template, uint8_t index)
{
    for (uint8_t i = (uint8_t)(index + 1); i < template->count; i++) {
        if (template->pieces[i].field != TEMPLATE_TEXT &&
            template->pieces[i].field != TEMPLATE_NAMES)
            return false;
    }
    return (uint8_t)(index + 1) < template->count;
}

static bool is_blank(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != ' ')
            return false;
    }
    return true;
}

/*
 * A server may drop the spaces before an empty text at the end of a line. A literal of spaces only
 * does not match this way: it would match any line.
 */
static bool match_trimmed(struct match *match, uint8_t index, size_t at, const char *words,
                          size_t length)
{
    size_t left = template_match_line(match->bytes + at, match->length - at);

    if (left >= length || is_blank(words, left) || !is_blank(words + left, length - left) ||
        memcmp(match->bytes + at, words, left) != 0 || !may_end_after(match->template, index) ||
        (match->has_text && match->values.text_len > 0))
        return false;
    match->values.text = match->values.names = match->bytes + at + left;
    match->values.text_len = match->values.names_len = 0;
    match->end = at + left;
    return true;
}

static bool match_words(struct match *match, uint8_t index, size_t at)
{
    const struct template_piece *piece = &match->template->pieces[index];
    const char *words = match->template->text + piece->offset;
    size_t length = piece->length;

    for (; index == 0 && length > 0 && *words == '\n'; length--)
        words++;
    while (index + 1 == match->template->count && length > 0 && words[length - 1] == '\n')
        length--;
    if (length <= match->length - at && memcmp(match->bytes + at, words, length) == 0)
        return match_from(match, (uint8_t)(index + 1), at + length);
    return match_trimmed(match, index, at, words, length);
}

/* True if the pieces from `index` on match the bytes from `at` on. */
static bool match_from(struct match *match, uint8_t index, size_t at)
{
    if (++match->steps > STEPS_MAX)
        return false;
    if (index == match->template->count) {
        match->end = at;
        return template_match_line(match->bytes + at, match->length - at) == 0;
    }
    switch ((enum template_field)match->template->pieces[index].field) {
    case TEMPLATE_LITERAL:
        return match_words(match, index, at);
    case TEMPLATE_NAME:
        return match_name(match, index, at);
    case TEMPLATE_TEXT:
        return match_text(match, index, at);
    case TEMPLATE_TIME:
        return match_time(match, index, at);
    case TEMPLATE_NAMES:
        return match_names(match, index, at);
    case TEMPLATE_COUNT:
        return match_count(match, index, at);
    case TEMPLATE_CODE:
        return match_code(match, index, at);
    case TEMPLATE_WHY: /* in no line */
        break;
    }
    return false;
}

bool template_match(const struct template *template, const char *bytes, size_t length,
                    struct template_values *ret_values, size_t *ret_used)
{
    struct match match = {.template = template,
                          .bytes = bytes,
                          .length = length,
                          .values = {.name = bytes, .text = bytes, .names = bytes}};

    if (!match_from(&match, 0, 0))
        return false;
    if (!match.has_name)
        match.values.name_len = 0;
    if (!match.has_text)
        match.values.text_len = 0;
    *ret_values = match.values;
    *ret_used = match.end;
    return true;
}
