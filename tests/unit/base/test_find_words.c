/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/find_words.h"

#include <criterion/criterion.h>
#include <string.h>

static bool has(const char *text, const char *words)
{
    return find_words((struct octets_slice){words, strlen(words)},
                      (struct octets_slice){text, strlen(text)});
}

Test(find_words, all_words_have_to_be_there_anywhere_in_any_case_of_ascii)
{
    cr_expect(has("Tea is ready", "tea"));
    cr_expect(has("Tea is ready", "READY tea"));
    cr_expect(has("Tea is ready", "  ead  "));
    cr_expect_not(has("Tea is ready", "tea coffee"));
    cr_expect(has("你好", "好"));
    cr_expect_not(has("ÄRGER", "ärger"));
}

Test(find_words, edges)
{
    cr_expect(has("", ""));
    cr_expect(has("x", "x"));
    cr_expect(has("ax", "x"));
    cr_expect_not(has("", "x"));
    cr_expect_not(has("x", "xx"));
    cr_expect(has("100%_", "%_"));
}
