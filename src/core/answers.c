/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Collects each built-in answer once. */
#include "core/answers.h"

#include "core/token.h"

#include <string.h>

bool answers_have(const struct answers *answers, const char *bytes, size_t length)
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

    if (text[0] == '\0' || answers_have(answers, text, strlen(text)) || answers->count == ANSWERS_MAX)
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
}
