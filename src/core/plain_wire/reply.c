/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parsing, filling in and recognising of tokens. */
#include "core/plain_wire/reply.h"

#include "core/model/text.h"
#include "core/plain_wire/template.h"

#include <roomd/status.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What is left for a name must hold a character of any length. */
#define TOKEN_NAME_MIN_BYTES 4

#define TOKEN_NAME "{name}"

/* Stands for a name that is empty or not UTF-8: nothing a client could be sent. */
#define TOKEN_NO_NAME "?"

static int refuse_length(size_t length, char ret_why[DIALECT_WHY_BYTES])
{
    snprintf(ret_why, DIALECT_WHY_BYTES, "is %zu bytes; an answer has at most %d", length, DIALECT_TOKEN_MAX_BYTES);
    return STATUS_TOO_LONG;
}

static int refuse(char ret_why[DIALECT_WHY_BYTES], const char *why)
{
    snprintf(ret_why, DIALECT_WHY_BYTES, "%s", why);
    return STATUS_INVALID;
}

/* Puts the pieces of a template together as a token. */
static int assemble(const struct template *template, struct token *ret_token, char ret_why[DIALECT_WHY_BYTES])
{
    struct token token = {.length = 0};

    if (template_max_bytes(template, TOKEN_NAME_MIN_BYTES, 0) > DIALECT_TOKEN_MAX_BYTES)
        return refuse_length(template_max_bytes(template, TOKEN_NAME_MIN_BYTES, 0), ret_why);
    for (uint8_t i = 0; i < template->count; i++) {
        const struct template_piece *piece = &template->pieces[i];

        if (piece->field == TEMPLATE_NAME) {
            if (token.has_name)
                return refuse(ret_why, "holds {name} twice");
            token.has_name = true;
            token.name_at = token.length;
            continue;
        }
        memcpy(token.bytes + token.length, template->text + piece->offset, piece->length);
        token.length = (uint8_t)(token.length + piece->length);
    }
    token.bytes[token.length] = '\n';
    *ret_token = token;
    return STATUS_OK;
}

int token_parse(const char *text, struct token *ret_token, char ret_why[DIALECT_WHY_BYTES])
{
    struct template template;
    int status;

    if (strlen(text) > DIALECT_TEMPLATE_MAX_BYTES)
        return refuse_length(strlen(text), ret_why);
    if (strchr(text, '\n') != NULL)
        return refuse(ret_why, "holds a control character");
    status = template_parse(text, TEMPLATE_BIT(TEMPLATE_NAME), &template, ret_why);
    return status != 0 ? status : assemble(&template, ret_token, ret_why);
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

const char *token_write(const struct token *token, char out[TOKEN_TEXT_BYTES])
{
    size_t used = write_literal(out, 0, token->bytes, token->name_at);

    if (token->has_name) {
        memcpy(out + used, TOKEN_NAME, strlen(TOKEN_NAME));
        used += strlen(TOKEN_NAME);
    }
    used = write_literal(out, used, token->bytes + token->name_at, (size_t)(token->length - token->name_at));
    out[used] = '\0';
    return out;
}

size_t token_length(const struct token *token, size_t name_len)
{
    return token->length + (token->has_name ? name_len : 0);
}

/* A name nobody may have can hold anything. A space in it would shift the fields of an answer, for clients that split it, and hide the answer from token_matches. */
static size_t write_name(char *out, size_t size, const char *name, size_t length)
{
    if (length == 0 || !text_is_utf8(name, length)) {
        name = TOKEN_NO_NAME;
        length = strlen(TOKEN_NO_NAME);
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

const struct token *token_fill(const struct token *token, const char *name, size_t name_len, struct token *filled)
{
    size_t at = token->name_at, rest = (size_t)(token->length - token->name_at), length;

    if (!token->has_name)
        return token;
    memcpy(filled->bytes, token->bytes, at);
    length = at + write_name(filled->bytes + at, (size_t)(DIALECT_TOKEN_MAX_BYTES - token->length), name, name_len);
    memcpy(filled->bytes + length, token->bytes + at, rest);
    length += rest;
    filled->bytes[length] = '\n';
    filled->bytes[length + 1] = '\0';
    filled->length = (uint8_t)length;
    filled->has_name = false;
    filled->name_at = 0;
    return filled;
}

/* Names hold no spaces, and what token_fill makes of others does neither; so "C alice is taken" is not "{name} is taken". */
bool token_matches(const struct token *token, const char *bytes, size_t length)
{
    size_t at = token->name_at, rest = (size_t)(token->length - token->name_at);

    if (!token->has_name)
        return token->length == length && length > 0 && memcmp(token->bytes, bytes, length) == 0;
    return length > token->length && length <= DIALECT_TOKEN_MAX_BYTES && memcmp(bytes, token->bytes, at) == 0 &&
           memcmp(bytes + length - rest, token->bytes + at, rest) == 0 &&
           memchr(bytes + at, ' ', length - token->length) == NULL;
}
