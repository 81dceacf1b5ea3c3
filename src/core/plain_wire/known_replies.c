/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Collects each built-in answer once, and what tells at first sight that a datagram is no answer at all. */
#include "core/plain_wire/known_replies.h"

#include "core/plain_wire/reply.h"

#include <string.h>

/* ---- which there are ---- */

static void mark(bool marks[UINT8_MAX + 1], const char *byte)
{
    if (byte != NULL)
        marks[(uint8_t)*byte] = true;
    else
        memset(marks, true, UINT8_MAX + 1);
}

/* One with a name in it has any length above its own, and begins or ends with any byte where the name does. */
static void expect(struct answers *answers, const struct token *token)
{
    size_t length = token_length(token, 1);

    if (length == 0)
        return;
    mark(answers->firsts, !token->has_name || token->name_at > 0 ? token->bytes : NULL);
    mark(answers->lasts, !token->has_name || token->name_at < token->length ? token->bytes + token->length - 1 : NULL);
    do
        answers->lengths[length++] = true;
    while (token->has_name && length <= DIALECT_TOKEN_MAX_BYTES);
}

static bool is_builtin(const struct answers *answers, const char *bytes, size_t length)
{
    for (size_t i = 0; i < answers->count; i++) {
        if (token_matches(&answers->tokens[i], bytes, length))
            return true;
    }
    return false;
}

static void add(struct answers *answers, const char *text)
{
    char why[DIALECT_WHY_BYTES];

    if (text[0] == '\0' || is_builtin(answers, text, strlen(text)) || answers->count == ANSWERS_MAX)
        return;
    if (token_parse(text, &answers->tokens[answers->count], why) == 0)
        answers->count++;
}

void answers_init(struct answers *answers)
{
    answers->count = 0;
    for (const char *const *name = dialect_builtin_names(); *name != NULL; name++) {
        for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
            for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++)
                add(answers, dialect_builtin_text(*name, (enum dialect_language)language, (enum dialect_key)key));
        }
    }
    add(answers, DIALECT_QUIT_BYE);
    answers_set_doors(answers, NULL, 0);
}

static void add_dialect(struct answers *answers, const struct dialect *dialect)
{
    for (size_t i = 0; i < answers->dialect_count; i++) {
        if (answers->dialects[i] == dialect)
            return;
    }
    answers->dialects[answers->dialect_count++] = dialect;
    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++)
        expect(answers, dialect_token(dialect, (enum dialect_key)key));
    for (uint8_t i = 0; i < dialect->byes_count; i++)
        expect(answers, &dialect->byes[i]);
}

void answers_set_doors(struct answers *answers, const struct room_door *doors, size_t count)
{
    memset(answers->lengths, false, sizeof(answers->lengths));
    memset(answers->firsts, false, sizeof(answers->firsts));
    memset(answers->lasts, false, sizeof(answers->lasts));
    for (size_t i = 0; i < answers->count; i++)
        expect(answers, &answers->tokens[i]);
    answers->dialect_count = 0;
    for (size_t door = 0; door < count; door++)
        add_dialect(answers, doors[door].dialect);
}

/* ---- what is one ---- */

bool answers_have(const struct answers *answers, const char *bytes, size_t length)
{
    if (length == 0 || length > DIALECT_TOKEN_MAX_BYTES || !answers->lengths[length] ||
        !answers->firsts[(uint8_t)bytes[0]] || !answers->lasts[(uint8_t)bytes[length - 1]])
        return false;
    if (is_builtin(answers, bytes, length))
        return true;
    for (size_t i = 0; i < answers->dialect_count; i++) {
        if (dialect_is_token(answers->dialects[i], bytes, length))
            return true;
    }
    return false;
}
