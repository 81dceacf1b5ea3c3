/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The verbs of all dialects that come with the program, and the form of requests. */
#include "core/plain_wire/request_form.h"

#include "core/plain_wire/verbs.h"

#include <string.h>

#define JOINS  (1U << DIALECT_JOIN_VERBS)
#define SPEAKS (1U << DIALECT_CHAT_VERBS)
#define LEAVES (1U << DIALECT_EXIT_VERBS)

/* A test compares it with the built-in dialects and the files. */
#define WORD(text, kinds) {text, sizeof(text) - 1, kinds}
static const struct {
    const char *word;
    size_t length;
    unsigned kinds;
} shipped[] = {
    WORD("L", JOINS),     WORD("LOGIN", JOINS), WORD("E", JOINS | LEAVES), WORD("C", SPEAKS),
    WORD("CHAT", SPEAKS), WORD("Q", LEAVES),    WORD("EXIT", LEAVES),      WORD("QUIT", LEAVES),
};

/* What the word may ask for, one bit for each kind of verb; 0 = nothing. */
static unsigned kinds_of(const struct dialect *hearer, const char *word, size_t length)
{
    unsigned kinds = 0;

    for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
        if (shipped[i].length == length && memcmp(shipped[i].word, word, length) == 0)
            kinds |= shipped[i].kinds;
    }
    for (int key = DIALECT_JOIN_VERBS; key <= DIALECT_EXIT_VERBS; key++) {
        if (verbs_hold(&hearer->verbs[key], word, length))
            kinds |= 1U << key;
    }
    return kinds;
}

bool request_form_may_be_name(const char *name, size_t length)
{
    static const char wide_colon[] = "：";

    return memchr(name, ' ', length) == NULL && memchr(name, ':', length) == NULL &&
           memmem(name, length, wide_colon, strlen(wide_colon)) == NULL;
}

/* True if what follows the verb can be a request that changes something. */
static bool acts(unsigned kinds, const char *name, const char *end)
{
    const char *name_end = memchr(name, ' ', (size_t)(end - name));

    if (!request_form_may_be_name(name, (size_t)((name_end != NULL ? name_end : end) - name)))
        return false;
    /* A join without a name is answered; other requests have one. */
    if (name == end || name == name_end)
        return name == end && (kinds & JOINS) != 0;
    /* The name of a join is all that follows; a message without a text is ignored. */
    return (kinds & (name_end != NULL ? SPEAKS | LEAVES : JOINS | LEAVES)) != 0;
}

enum request_form request_form_of(const struct dialect *hearer, const char *bytes, size_t length)
{
    const char *space = memchr(bytes, ' ', length);
    unsigned kinds = space != NULL ? kinds_of(hearer, bytes, (size_t)(space - bytes)) : 0;

    if (kinds == 0)
        return REQUEST_FORM_NONE;
    if (acts(kinds, space + 1, bytes + length))
        return REQUEST_FORM_ACTS;
    if (kinds == JOINS)
        return REQUEST_FORM_JOIN;
    return kinds == SPEAKS ? REQUEST_FORM_CHAT : REQUEST_FORM_OTHER;
}
