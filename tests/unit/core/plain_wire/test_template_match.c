/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/plain_wire/template_match.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL                                                                                        \
    (TEMPLATE_BIT(TEMPLATE_NAME) | TEMPLATE_BIT(TEMPLATE_TEXT) | TEMPLATE_BIT(TEMPLATE_TIME) |     \
     TEMPLATE_BIT(TEMPLATE_NAMES) | TEMPLATE_BIT(TEMPLATE_COUNT) | TEMPLATE_BIT(TEMPLATE_CODE))

/* "NAME/TEXT/NAMES/COUNT/USED", or "no". */
static const char *match_bytes(const char *template_text, const char *bytes, size_t length)
{
    static char result[4096];
    char why[DIALECT_WHY_BYTES], *copy = malloc(length > 0 ? length : 1);
    struct template_values values;
    struct template template;
    size_t used;

    cr_assert_eq(template_parse(template_text, ALL, &template, why), 0, "%s", why);
    cr_assert_not_null(copy);
    memcpy(copy, bytes, length);
    if (template_match(&template, copy, length, &values, &used))
        snprintf(result, sizeof(result), "%.*s/%.*s/%.*s/%llu/%zu", (int)values.name_len,
                 values.name, (int)values.text_len, values.text, (int)values.names_len,
                 values.names, (unsigned long long)values.count, used);
    else
        snprintf(result, sizeof(result), "no");
    free(copy);
    return result;
}

static const char *match(const char *template_text, const char *line)
{
    return match_bytes(template_text, line, strlen(line));
}

#define EXPECT(template_text, line, expected)                                                      \
    do {                                                                                           \
        const char *found = match(template_text, line);                                            \
        cr_expect_str_eq(found, expected, "'%s' of '%s': %s, not %s", line, template_text, found,  \
                         expected);                                                                \
    } while (0)

Test(template_match, finds_what_was_filled_in)
{
    EXPECT("{name} joined", "alice joined", "alice///0/12");
    EXPECT("{name}: {text}", "alice: hello: there", "alice/hello: there//0/19");
    EXPECT("{time} {name}", "08:15 bob", "bob///0/9");
    EXPECT("{count} joined: {names}", "3 joined: a, b, c", "//a, b, c/3/17");
    EXPECT("no placeholder", "no placeholder", "///0/14");
    EXPECT("asked ({code})", "asked (0123abcd)", "///0/16");
    EXPECT("{{{name}}", "{bob}", "bob///0/5");
    EXPECT("{text}", "anything: at all", "/anything: at all//0/16");
}

Test(template_match, one_byte_more_or_less_is_another_line)
{
    EXPECT("{name} joined", "alice joine", "no");
    EXPECT("{name} joined", "alice joined.", "no");
    EXPECT("{name} joined", " joined", "no");
    EXPECT("{name} joined", "joined", "no");
    EXPECT("{name} joined", "", "no");
    EXPECT("no placeholder", "no placeholder ", "no");
    EXPECT("{time}", "8:15", "no");
    EXPECT("{time}", "08:1", "no");
    EXPECT("{time}", "08:15:", "no");
    EXPECT("{count}", "", "no");
    EXPECT("{count}", "12x", "no");
    EXPECT("{code}", "0123abc", "no");
    EXPECT("{code}", "0123abcde", "no");
    EXPECT("{code}", "0123abcg", "no");
    EXPECT("{code}", "0123ABCD", "no");
}

Test(template_match, a_name_holds_no_space_no_colon_and_nothing_that_controls_a_terminal)
{
    EXPECT("{name} joined", "a b joined", "no");
    EXPECT("{name} joined", "bob: joined", "no");
    EXPECT("{name} joined", "bob： joined", "no");
    EXPECT("{name} joined",
           "b\x1b"
           "ob joined",
           "no");
    EXPECT("{name} joined",
           "b\xff"
           "ob joined",
           "no");
    EXPECT("{name} joined",
           "b\xe3\x80\x80"
           "ob joined",
           "no"); /* U+3000 */
    EXPECT("{name} joined", "李雷 joined", "李雷///0/13");
}

Test(template_match, a_name_has_64_bytes_at_most)
{
    char line[128];

    memset(line, 'n', 65);
    cr_expect_str_eq(match_bytes("{name}", line, 65), "no");
    cr_expect_str_neq(match_bytes("{name}", line, 64), "no");
    cr_expect(template_match_is_name(line, 64));
    cr_expect_not(template_match_is_name(line, 65));
    cr_expect_not(template_match_is_name(line, 0));
    cr_expect_not(template_match_is_name("a b", 3));
}

Test(template_match, the_shortest_name_and_the_longest_text_are_taken)
{
    EXPECT("{name}-{text}", "a-b-c", "a/b-c//0/5");
    EXPECT("{text} ({name})", "hello (there) (bob)", "bob/hello (there)//0/19");
    EXPECT("{name}{text}", "abc", "a/bc//0/3");
}

Test(template_match, a_placeholder_that_occurs_twice_must_match_the_same)
{
    EXPECT("{name}: {text} [{name}]", "bob: hi [bob]", "bob/hi//0/13");
    EXPECT("{name}: {text} [{name}]", "bob: hi [ann]", "no");
    EXPECT("{text}|{text}", "a|b|a|b", "/a|b//0/7");
    EXPECT("{count} of {count}", "7 of 7", "///7/6");
    EXPECT("{count} of {count}", "7 of 8", "no");
    EXPECT("{code} {code}", "0123abcd 0123abcd", "///0/17");
    EXPECT("{code} {code}", "0123abcd 0123abce", "no");
}

Test(template_match, a_line_ends_at_its_line_break)
{
    EXPECT("{name}: {text}", "bob: hi\nann: ho", "bob/hi//0/7");
    EXPECT("{name}: {text}", "bob: hi\r\nann: ho", "bob/hi//0/7");
    EXPECT("{name} joined", "bob joined\n", "bob///0/10");
    EXPECT("{text}", "\n", "///0/0");
    cr_expect_eq(template_match_line("abc", 3), 3);
    cr_expect_eq(template_match_line("abc\r\nd", 6), 3);
    cr_expect_eq(template_match_line("abc\r", 4), 4);
    cr_expect_eq(template_match_line("", 0), 0);
}

Test(template_match, line_breaks_within_a_template_are_part_of_it_and_around_it_are_not)
{
    EXPECT("{name} says\n{text}", "bob says\nhi\nann", "bob/hi//0/11");
    EXPECT("{name} says\n{text}", "bob says hi", "no");
    EXPECT("\n{name} joined\n", "bob joined", "bob///0/10");
    EXPECT("\n{name} joined\n", "bob joined\n", "bob///0/10");
}

Test(template_match, spaces_before_an_empty_text_at_the_end_may_be_missing)
{
    EXPECT("You go. {text}", "You go.", "///0/7");
    EXPECT("You go. {text}", "You go. ", "///0/8");
    EXPECT("You go. {text}", "You go. now", "/now//0/11");
    EXPECT("You go. {text}", "You go", "no");
    EXPECT("{count} joined: {names}", "3 joined:", "///3/9");
    EXPECT("{name} {text}", "word", "no");
    EXPECT("{name} {text}", "word ", "word///0/5");
}

Test(template_match, numbers_beyond_64_bits_do_not_match)
{
    EXPECT("{count} lost", "18446744073709551615 lost", "///18446744073709551615/25");
    EXPECT("{count} lost", "18446744073709551616 lost", "no");
    EXPECT("{count} lost", "99999999999999999999999999 lost", "no");
}

Test(template_match, bytes_that_are_not_utf8_match_texts_only)
{
    cr_expect_str_eq(match_bytes("{name}: {text}", "bob: \xff\xfe", 7), "bob/\xff\xfe//0/7");
    cr_expect_str_eq(match_bytes("{name}: {text}", "b\0b: hi", 7), "no");
}

Test(template_match, a_template_that_would_cost_too_much_is_given_up)
{
    static char line[60000];

    memset(line, 'a', sizeof(line));
    cr_expect_str_eq(match_bytes("{text}a{names}a{text}b", line, sizeof(line)), "no");
    cr_expect_str_eq(match_bytes("{text}b", line, sizeof(line)), "no");
}

Test(template_match, its_own_words_are_its_weight)
{
    struct template template;
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(template_parse("{time} {name}: {text}", ALL, &template, why), 0);
    cr_expect_eq(template_match_weight(&template), 3);
}
