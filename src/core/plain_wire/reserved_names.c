/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Finds the names that a dialect reserves. */
#include "core/plain_wire/reserved_names.h"

#include "core/model/text.h"
#include "core/plain_wire/template.h"

/*
 * A literal of one or two bytes ("-", "N ") would forbid half of all names; so short a word is
 * reserved only as a whole name.
 */
#define NAME_PART_MIN_BYTES 3

static bool is_layout(char c)
{
    return c == ' ' || c == ':';
}

/*
 * "管理员消息: {text}" reserves "管理员消息". A name can't hold colons and spaces, so with them the
 * word would match no name.
 */
static void reserve_prefix(struct name_reserved *reserved, const struct template *template)
{
    const struct template_piece *piece = &template->pieces[0];
    char folded[DIALECT_TEMPLATE_MAX_BYTES];
    int length;
    size_t start = 0;

    if (template->count == 0 || piece->field != TEMPLATE_LITERAL)
        return;
    length = text_fold(template->text + piece->offset, piece->length, folded, sizeof(folded));
    while (length > 0 && is_layout(folded[length - 1]))
        length--;
    while (length > 0 && is_layout(folded[start])) {
        start++;
        length--;
    }
    if (length > 0)
        name_reserved_add(reserved, folded + start, (size_t)length, length < NAME_PART_MIN_BYTES);
}

/* An answer with a name in it is not a name; the words around the name are not reserved. */
void reserved_names_add_reply(struct name_reserved *reserved, const struct reply *reply)
{
    if (!reply->has_name)
        name_reserved_add(reserved, reply->bytes, reply->length, true);
}

static void add_replies(struct name_reserved *reserved, const struct dialect *dialect)
{
    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++)
        reserved_names_add_reply(reserved, dialect_reply(dialect, (enum dialect_key)key));
    for (uint8_t i = 0; i < dialect->byes_count; i++)
        reserved_names_add_reply(reserved, &dialect->byes[i]);
}

void reserved_names_add_dialect(struct name_reserved *reserved, const struct dialect *dialect)
{
    add_replies(reserved, dialect);
    for (int key = DIALECT_JOIN; key <= DIALECT_LIMITED; key++)
        reserve_prefix(reserved, dialect_template(dialect, (enum dialect_key)key));
}
