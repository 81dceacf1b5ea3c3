/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Finds the names that a dialect reserves. */
#include "core/plain_wire/reserved_names.h"

#include "core/model/text.h"
#include "core/plain_wire/template.h"

#include <string.h>

/*
 * A literal of one or two bytes ("-", "N ") would forbid half of all names; so short a word is
 * reserved only as a whole name.
 */
#define NAME_FRONT_MIN_BYTES 3

/* Four Chinese characters: "进入聊天室" is no part of a name, "进入" may be. */
#define NAME_PART_MIN_BYTES 12

static bool is_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return false;
    }
    return true;
}

static bool is_layout(char c)
{
    return c == ' ' || c == ':';
}

/* Words are looked for in the form that names are shown in, and without case. */
static void add(struct name_reserved *reserved, const char *text, size_t length,
                enum name_reserved_kind kind)
{
    char folded[DIALECT_TEMPLATE_MAX_BYTES];
    /* The skeleton of ASCII does not depend on its case, but for I, which reserved words ignore. */
    int folded_len = is_ascii(text, length) ? 0 : text_fold(text, length, folded, sizeof(folded));

    name_reserved_add(reserved, text, length, kind);
    if (folded_len > 0 && ((size_t)folded_len != length || memcmp(folded, text, length) != 0))
        name_reserved_add(reserved, folded, (size_t)folded_len, kind);
}

/*
 * "管理员消息: {text}" reserves "管理员消息" anywhere in a name, "Notice: {text}" a name that
 * begins with "notice" as a word, "*** {text}" one that begins with "***". The chat line of a name
 * has a colon behind it, so what is behind the first colon of a line is left out.
 */
static void reserve_front(struct name_reserved *reserved, const char *text, size_t length)
{
    const char *colon;

    while (length > 0 && is_layout(text[length - 1]))
        length--;
    for (; length > 0 && is_layout(*text); length--)
        text++;
    colon = memchr(text, ':', length);
    if (colon != NULL && (size_t)(colon - text) >= NAME_FRONT_MIN_BYTES)
        length = (size_t)(colon - text);
    if (length < NAME_FRONT_MIN_BYTES)
        add(reserved, text, length, NAME_RESERVED_WHOLE);
    else
        add(reserved, text, length,
            is_ascii(text, length) ? NAME_RESERVED_START : NAME_RESERVED_PART);
}

/* "{count} joined: {names}" reserves names that begin with a number and "joined". */
static void reserve_after_count(struct name_reserved *reserved, const struct template *template)
{
    const struct template_piece *piece = &template->pieces[1];
    const char *text = template->text + piece->offset;
    size_t length = piece->length;

    if (template->count < 2 || template->pieces[0].field != TEMPLATE_COUNT ||
        piece->field != TEMPLATE_LITERAL || !is_ascii(text, length))
        return;
    if (memchr(text, ':', length) != NULL)
        length = (size_t)((const char *)memchr(text, ':', length) - text);
    name_reserved_add(reserved, text, length, NAME_RESERVED_COUNTED);
}

/* "{name} 进入了聊天室" would be a line about alice, if her name could be "alice进入了聊天室". */
static void reserve_after_name(struct name_reserved *reserved, const struct template *template)
{
    for (uint8_t i = 1; i < template->count; i++) {
        const struct template_piece *piece = &template->pieces[i];
        uint8_t before = template->pieces[i - 1].field;

        if (piece->field == TEMPLATE_LITERAL && piece->length >= NAME_PART_MIN_BYTES &&
            (before == TEMPLATE_NAME || before == TEMPLATE_COUNT) &&
            !is_ascii(template->text + piece->offset, piece->length))
            add(reserved, template->text + piece->offset, piece->length, NAME_RESERVED_PART);
    }
}

static void add_template(struct name_reserved *reserved, const struct template *template)
{
    const struct template_piece *piece = &template->pieces[0];

    if (template->count == 0)
        return;
    if (piece->field == TEMPLATE_LITERAL)
        reserve_front(reserved, template->text + piece->offset, piece->length);
    reserve_after_count(reserved, template);
    reserve_after_name(reserved, template);
}

/* An answer with a placeholder is not a name; the words around that are not reserved. */
static void add_reply(struct name_reserved *reserved, const struct reply *reply)
{
    if (!reply->has_name && !reply->has_why)
        name_reserved_add(reserved, reply->bytes, reply->length, NAME_RESERVED_WHOLE);
}

static void add_replies(struct name_reserved *reserved, const struct dialect *dialect)
{
    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++)
        add_reply(reserved, dialect_reply(dialect, (enum dialect_key)key));
    for (uint8_t i = 0; i < dialect->byes_count; i++)
        add_reply(reserved, &dialect->byes[i]);
}

void reserved_names_add_dialect(struct name_reserved *reserved, const struct dialect *dialect)
{
    add_replies(reserved, dialect);
    for (int key = DIALECT_JOIN; key <= DIALECT_LIMITED; key++)
        add_template(reserved, dialect_template(dialect, (enum dialect_key)key));
}

void reserved_names_init(struct name_reserved *reserved)
{
    name_reserved_init(reserved);
    for (const char *const *name = dialect_builtin_names(); *name != NULL; name++) {
        for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
            struct dialect dialect;

            if (dialect_init(&dialect, *name, (enum dialect_language)language) == 0)
                reserved_names_add_dialect(reserved, &dialect);
        }
    }
    name_reserved_keep(reserved);
}
