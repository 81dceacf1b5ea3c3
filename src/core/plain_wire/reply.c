/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parses, fills in and recognises replies. */
#include "core/plain_wire/reply.h"

#include "core/model/text.h"
#include "core/plain_wire/template.h"

#include <roomd/status.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The space left for a name must hold a character of any length. */
#define REPLY_NAME_MIN_BYTES 4

#define REPLY_NAME "{name}"
#define REPLY_WHY  "{why}"

/* Replaces a name that is empty or not UTF-8, which no client may be sent. */
#define REPLY_NO_NAME "?"

static int refuse_length(size_t length, char ret_why[DIALECT_WHY_BYTES])
{
    snprintf(ret_why, DIALECT_WHY_BYTES, "is %zu bytes; an answer has at most %d", length,
             DIALECT_REPLY_MAX_BYTES);
    return STATUS_TOO_LONG;
}

static int refuse(char ret_why[DIALECT_WHY_BYTES], const char *why)
{
    snprintf(ret_why, DIALECT_WHY_BYTES, "%s", why);
    return STATUS_INVALID;
}

static size_t longest_why(void)
{
    size_t longest = 0;

    for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
        for (int fault = 0; fault < NAME_FAULTS; fault++) {
            size_t length =
                strlen(dialect_name_fault((enum dialect_language)language, (enum name_fault)fault));

            longest = length > longest ? length : longest;
        }
    }
    return longest;
}

size_t reply_length(const struct reply *reply, size_t name_len)
{
    return reply->length + (reply->has_name ? name_len : reply->has_why ? longest_why() : 0);
}

/* Joins the pieces of a template into a reply. */
static int assemble(const struct template *template, struct reply *ret_reply,
                    char ret_why[DIALECT_WHY_BYTES])
{
    struct reply reply = {.length = 0};

    if (template_max_bytes(template, 0, 0) > DIALECT_REPLY_MAX_BYTES)
        return refuse_length(template_max_bytes(template, 0, 0), ret_why);
    for (uint8_t i = 0; i < template->count; i++) {
        const struct template_piece *piece = &template->pieces[i];

        if (piece->field != TEMPLATE_LITERAL) {
            if (reply.has_name || reply.has_why)
                return refuse(ret_why, "holds more than one placeholder");
            reply.has_name = piece->field == TEMPLATE_NAME;
            reply.has_why = piece->field == TEMPLATE_WHY;
            reply.name_at = reply.length;
            continue;
        }
        memcpy(reply.bytes + reply.length, template->text + piece->offset, piece->length);
        reply.length = (uint8_t)(reply.length + piece->length);
    }
    if (reply_length(&reply, REPLY_NAME_MIN_BYTES) > DIALECT_REPLY_MAX_BYTES)
        return refuse_length(reply_length(&reply, REPLY_NAME_MIN_BYTES), ret_why);
    reply.bytes[reply.length] = '\n';
    *ret_reply = reply;
    return STATUS_OK;
}

int reply_parse(const char *text, uint32_t allowed, struct reply *ret_reply,
                char ret_why[DIALECT_WHY_BYTES])
{
    struct template template;
    int status;

    if (strlen(text) > DIALECT_TEMPLATE_MAX_BYTES)
        return refuse_length(strlen(text), ret_why);
    if (strchr(text, '\n') != NULL)
        return refuse(ret_why, "holds a control character");
    status = template_parse(text, allowed, &template, ret_why);
    return status != 0 ? status : assemble(&template, ret_reply, ret_why);
}

static size_t write_literal(char *out, size_t used, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        out[used++] = bytes[i];
        if (bytes[i] == '{')
            out[used++] = '{';
    }
    return used;
}

const char *reply_write(const struct reply *reply, char out[REPLY_TEXT_BYTES])
{
    const char *placeholder = reply->has_name ? REPLY_NAME : reply->has_why ? REPLY_WHY : "";
    size_t used = write_literal(out, 0, reply->bytes, reply->name_at);

    memcpy(out + used, placeholder, strlen(placeholder));
    used += strlen(placeholder);
    used = write_literal(out, used, reply->bytes + reply->name_at,
                         (size_t)(reply->length - reply->name_at));
    out[used] = '\0';
    return out;
}

/*
 * A refused name can hold anything. A space in it would shift the fields of an answer, for clients
 * that split it, and hide the answer from reply_matches.
 */
static size_t write_name(char *out, size_t size, const char *name, size_t length)
{
    if (length == 0 || !text_is_utf8(name, length)) {
        name = REPLY_NO_NAME;
        length = strlen(REPLY_NO_NAME);
    }
    if (length > size) {
        length = size;
        while (((unsigned char)name[length] & 0xc0) == 0x80)
            length--;
    }
    length = text_clean(name, length, out);
    for (size_t i = 0; i < length; i++) {
        if (out[i] == ' ')
            out[i] = '_';
    }
    return length;
}

/* Puts `length` bytes of `text` into the place of the placeholder. */
static const struct reply *fill(const struct reply *reply, const char *text, size_t length,
                                struct reply *filled)
{
    size_t at = reply->name_at, rest = (size_t)(reply->length - reply->name_at);

    memcpy(filled->bytes, reply->bytes, at);
    memcpy(filled->bytes + at, text, length);
    memcpy(filled->bytes + at + length, reply->bytes + at, rest);
    length += at + rest;
    filled->bytes[length] = '\n';
    filled->bytes[length + 1] = '\0';
    filled->length = (uint8_t)length;
    filled->has_name = filled->has_why = false;
    filled->name_at = 0;
    return filled;
}

const struct reply *reply_fill(const struct reply *reply, const char *name, size_t name_len,
                               struct reply *filled)
{
    char text[DIALECT_REPLY_MAX_BYTES];

    if (!reply->has_name)
        return reply;
    name_len = write_name(text, (size_t)(DIALECT_REPLY_MAX_BYTES - reply->length), name, name_len);
    return fill(reply, text, name_len, filled);
}

const struct reply *reply_fill_why(const struct reply *reply, const char *why, struct reply *filled)
{
    return reply->has_why ? fill(reply, why, strlen(why), filled) : reply;
}

static bool is_why(const char *bytes, size_t length)
{
    for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
        for (int fault = 0; fault < NAME_FAULTS; fault++) {
            const char *why =
                dialect_name_fault((enum dialect_language)language, (enum name_fault)fault);

            if (strlen(why) == length && memcmp(bytes, why, length) == 0)
                return true;
        }
    }
    return false;
}

/*
 * Neither names nor the output of reply_fill hold spaces, so "C alice is taken" does not match
 * "{name} is taken". Reasons may, and are a fixed set.
 */
bool reply_matches(const struct reply *reply, const char *bytes, size_t length)
{
    size_t at = reply->name_at, rest = (size_t)(reply->length - reply->name_at);

    if (!reply->has_name && !reply->has_why)
        return reply->length == length && length > 0 && memcmp(reply->bytes, bytes, length) == 0;
    if (length <= reply->length || length > DIALECT_REPLY_MAX_BYTES ||
        memcmp(bytes, reply->bytes, at) != 0 ||
        memcmp(bytes + length - rest, reply->bytes + at, rest) != 0)
        return false;
    return reply->has_why ? is_why(bytes + at, length - reply->length)
                          : memchr(bytes + at, ' ', length - reply->length) == NULL;
}
