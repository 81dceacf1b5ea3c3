/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Matches datagrams with the dialect's replies, and lines with its templates. */
#include "core/plain_wire/plain_read.h"

#include "core/plain_wire/plain.h"
#include "core/plain_wire/reply.h"
#include "core/plain_wire/request_form.h"
#include "core/plain_wire/template_match.h"

#include <string.h>

static size_t weight_of(const struct plain_read *read, uint8_t key)
{
    return template_match_weight(dialect_template(read->dialect, (enum dialect_key)key));
}

void plain_read_init(struct plain_read *read, const struct dialect *dialect)
{
    read->dialect = dialect;
    for (size_t i = 0; i < PLAIN_READ_TEMPLATES; i++) {
        uint8_t key = (uint8_t)(DIALECT_JOIN + i);
        size_t at = i;

        for (; at > 0 && weight_of(read, read->order[at - 1]) <= weight_of(read, key); at--)
            read->order[at] = read->order[at - 1];
        read->order[at] = key;
    }
}

/* ---- replies ---- */

static uint32_t match_reply(const struct reply *reply, enum dialect_key key,
                            struct octets_slice bytes, struct octets_slice *name)
{
    if (!reply_matches(reply, bytes.bytes, bytes.length))
        return 0;
    if (reply->has_name)
        *name = (struct octets_slice){bytes.bytes + reply->name_at, bytes.length - reply->length};
    return PLAIN_READ_BIT(key);
}

uint32_t plain_read_replies(const struct plain_read *read, const char *bytes, size_t length,
                            struct octets_slice *ret_name)
{
    struct octets_slice slice = {bytes, length};
    uint32_t found = 0;

    *ret_name = (struct octets_slice){bytes, 0};
    while (slice.length > 0 && (bytes[slice.length - 1] == '\n' || bytes[slice.length - 1] == '\r'))
        slice.length--;
    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++)
        found |= match_reply(dialect_reply(read->dialect, (enum dialect_key)key),
                             (enum dialect_key)key, slice, ret_name);
    for (uint8_t i = 0; i < read->dialect->byes_count; i++)
        found |= match_reply(&read->dialect->byes[i], DIALECT_BYE, slice, ret_name);
    return found;
}

/* ---- lines ---- */

static void skip(struct octets_slice *rest, size_t length)
{
    rest->bytes += length;
    rest->length -= length;
}

static bool is_break(const struct octets_slice *rest)
{
    return rest->length > 0 && (*rest->bytes == '\n' || *rest->bytes == '\r');
}

/* Skips one only, so that a prefix that begins with a line break stays whole. */
static void skip_break(struct octets_slice *rest)
{
    while (rest->length > 0 && *rest->bytes == '\r')
        skip(rest, 1);
    if (rest->length > 0 && *rest->bytes == '\n')
        skip(rest, 1);
}

/* A prefix may hold line breaks, and line breaks may precede it. */
static void skip_prefix(struct octets_slice *rest, const struct dialect_prefix *prefix)
{
    for (;;) {
        if (prefix->length > 0 && rest->length >= prefix->length &&
            memcmp(rest->bytes, prefix->bytes, prefix->length) == 0) {
            skip(rest, prefix->length);
            break;
        }
        if (!is_break(rest))
            break;
        skip(rest, 1);
    }
    while (is_break(rest))
        skip(rest, 1);
}

static bool is_list(struct octets_slice names)
{
    struct octets_slice name;

    while (plain_read_name(&names, &name)) {
        if (!template_match_is_name(name.bytes, name.length))
            return false;
    }
    return true;
}

static size_t find_template(const struct plain_read *read, struct octets_slice rest,
                            struct plain_line *line)
{
    size_t used;

    for (size_t i = 0; i < PLAIN_READ_TEMPLATES; i++) {
        enum dialect_key key = (enum dialect_key)read->order[i];

        if (!template_match(dialect_template(read->dialect, key), rest.bytes, rest.length,
                            &line->values, &used) ||
            !is_list((struct octets_slice){line->values.names, line->values.names_len}))
            continue;
        line->key = (int)key;
        return used;
    }
    line->key = PLAIN_READ_UNKNOWN;
    return template_match_line(rest.bytes, rest.length);
}

/* If a line would equal a reply, the server appends a space, which belongs to no value. */
static bool has_spare_space(const struct plain_read *read, const char *start,
                            const struct octets_slice *rest)
{
    size_t line = template_match_line(rest->bytes, rest->length);

    return line > 1 && rest->bytes[line - 1] == ' ' &&
           dialect_is_reply(read->dialect, start, (size_t)(rest->bytes + line - 1 - start));
}

static bool has_template(const struct plain_read *read, struct octets_slice rest)
{
    struct plain_line line;

    skip_prefix(&rest, &read->dialect->prefix);
    find_template(read, rest, &line);
    return line.key != PLAIN_READ_UNKNOWN;
}

/*
 * Before a line that begins like a request the server puts a space, which belongs to no value. It
 * may know verbs that this dialect does not have.
 */
static void skip_spare_space(const struct plain_read *read, struct octets_slice *rest)
{
    struct octets_slice line = *rest;

    if (rest->length < 2 || *rest->bytes != ' ')
        return;
    skip(&line, 1);
    if (request_form_of(read->dialect, line.bytes, template_match_line(line.bytes, line.length)) ==
            REQUEST_FORM_ACTS ||
        (!has_template(read, *rest) && has_template(read, line)))
        *rest = line;
}

bool plain_read_line(const struct plain_read *read, struct octets_slice *rest,
                     struct plain_line *ret_line)
{
    const char *start = rest->bytes;
    struct octets_slice line;
    bool spare;
    size_t used;

    skip_spare_space(read, rest);
    skip_prefix(rest, &read->dialect->prefix);
    if (rest->length == 0)
        return false;
    spare = has_spare_space(read, start, rest);
    line = *rest;
    if (spare)
        line.length = template_match_line(rest->bytes, rest->length) - 1;
    used = find_template(read, line, ret_line);
    ret_line->whole = (struct octets_slice){line.bytes, used};
    skip(rest, used + (spare ? 1 : 0));
    skip_break(rest);
    return true;
}

/* After a comma it is a name that looks like the mark. */
static bool is_cut(const struct octets_slice *names)
{
    size_t cut = strlen(PLAIN_NAMES_CUT);

    return names->length >= cut &&
           memcmp(names->bytes + names->length - cut, PLAIN_NAMES_CUT, cut) == 0 &&
           (names->length == cut ||
            names->bytes[names->length - cut - 1] != *PLAIN_NAMES_SEPARATOR);
}

bool plain_read_name(struct octets_slice *names, struct octets_slice *ret_name)
{
    size_t separator = strlen(PLAIN_NAMES_SEPARATOR);
    const char *end;

    if (is_cut(names))
        names->length -= strlen(PLAIN_NAMES_CUT);
    if (names->length == 0)
        return false;
    end = memmem(names->bytes, names->length, PLAIN_NAMES_SEPARATOR, separator);
    *ret_name = (struct octets_slice){names->bytes,
                                      end != NULL ? (size_t)(end - names->bytes) : names->length};
    skip(names, end != NULL ? ret_name->length + separator : names->length);
    return true;
}
