/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/plain_wire/reply.h"
#include "core/plain_wire/template.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define BOTH (TEMPLATE_BIT(TEMPLATE_NAME) | TEMPLATE_BIT(TEMPLATE_WHY))

static char why[DIALECT_WHY_BYTES];

static struct reply parse(const char *text)
{
    struct reply reply;

    cr_assert_eq(reply_parse(text, BOTH, &reply, why), 0, "%s: %s", text, why);
    return reply;
}

static void expect_refused(const char *text, int status)
{
    struct reply reply = {.length = 77};

    cr_expect_eq(reply_parse(text, TEMPLATE_BIT(TEMPLATE_NAME), &reply, why), status, "'%s'", text);
    cr_expect_eq(reply.length, 77, "a refused text changes nothing");
}

static void expect_filled(const char *text, const char *name, size_t name_len, const char *expected)
{
    struct reply reply = parse(text), filled;
    const struct reply *result = reply_fill(&reply, name, name_len, &filled);

    cr_expect(result->length == strlen(expected) &&
                  memcmp(result->bytes, expected, result->length) == 0,
              "'%s', not '%s'", result->bytes, expected);
    cr_expect_eq(result->bytes[result->length], '\n', "for those who want one");
    cr_expect_not(result->has_name);
    cr_expect(reply_matches(&reply, result->bytes, result->length), "'%s' is known again",
              result->bytes);
}

Test(reply, without_a_name_it_is_sent_unchanged)
{
    struct reply reply = parse("OK"), filled;

    cr_expect_eq(reply_fill(&reply, "alice", 5, &filled), &reply);
    cr_expect_eq(reply_length(&reply, 64), 2);
    reply = parse("");
    cr_expect_eq(reply_length(&reply, 64), 0);
    cr_expect_not(reply_matches(&reply, "", 0));
}

Test(reply, a_name_is_put_where_it_belongs)
{
    struct reply reply = parse("L {name} ok");

    expect_filled("L {name} ok", "alice", 5, "L alice ok");
    expect_filled("OK {name}", "小明", 6, "OK 小明");
    expect_filled("{name}!", "alice", 5, "alice!");
    expect_filled("{name}", "alice", 5, "alice");
    expect_filled("{{{name}}", "alice", 5, "{alice}");
    cr_expect_eq(reply_length(&reply, 5), strlen("L alice ok"));
}

Test(reply, a_reason_is_put_where_it_belongs_and_is_known_again_in_any_language)
{
    struct reply reply = parse("no: {why}!"), filled;

    for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
        for (int fault = NAME_FINE + 1; fault < NAME_FAULTS; fault++) {
            const char *words =
                dialect_name_fault((enum dialect_language)language, (enum name_fault)fault);
            char expected[DIALECT_REPLY_MAX_BYTES + 2];

            snprintf(expected, sizeof(expected), "no: %s!\n", words);
            cr_expect_eq(reply_fill_why(&reply, words, &filled), &filled);
            cr_expect_str_eq(filled.bytes, expected);
            cr_expect(reply_matches(&reply, filled.bytes, filled.length), "%s", words);
            cr_expect_leq(filled.length, reply_length(&reply, 0));
        }
    }
    cr_expect_not(reply_matches(&reply, "no: because!", 12), "no other words are a reason");
    cr_expect_not(reply_matches(&reply, "no: !", 5));
    reply = parse("no");
    cr_expect_eq(reply_fill_why(&reply, "because", &filled), &reply);
}

Test(reply, its_place_for_a_reason_holds_the_longest)
{
    char text[DIALECT_REPLY_MAX_BYTES + 8];
    struct reply reply = parse("{why}");
    size_t space = DIALECT_REPLY_MAX_BYTES - reply_length(&reply, 0);

    memset(text, 'x', sizeof(text));
    strcpy(text + space, "{why}");
    parse(text);
    text[space] = 'x';
    strcpy(text + space + 1, "{why}");
    cr_expect_eq(reply_parse(text, BOTH, &reply, why), STATUS_TOO_LONG);
    cr_expect_str_eq(why, "is 121 bytes; an answer has at most 120");
}

Test(reply, a_name_that_nobody_can_have_does_no_harm)
{
    char name[300], expected[DIALECT_REPLY_MAX_BYTES + 1];

    expect_filled("L {name} no", "a b", 3, "L a_b no");
    expect_filled("L {name} no", "a\nb\x7f", 4, "L a_b_ no");
    expect_filled("L {name} no", "", 0, "L ? no");
    expect_filled("L {name} no", "\xff", 1, "L ? no");
    memset(name, 'x', sizeof(name));
    memset(expected, 'x', sizeof(expected));
    memcpy(expected, "L ", 2);
    memcpy(expected + DIALECT_REPLY_MAX_BYTES - 3, " no", 4);
    expect_filled("L {name} no", name, sizeof(name), expected);
}

Test(reply, a_long_name_is_cut_between_characters)
{
    char name[300];
    struct reply reply, filled;

    for (size_t at = 0; at < sizeof(name); at += 4)
        memcpy(name + at, "😀", 4);
    for (size_t words = 110; words <= DIALECT_REPLY_MAX_BYTES - 4; words++) {
        char text[DIALECT_REPLY_MAX_BYTES + 8];

        memset(text, 'x', words);
        strcpy(text + words, "{name}");
        reply = parse(text);
        reply_fill(&reply, name, sizeof(name), &filled);
        cr_expect_eq(filled.length, words + (DIALECT_REPLY_MAX_BYTES - words) / 4 * 4);
    }
}

Test(reply, its_place_for_a_name_holds_any_character)
{
    char text[DIALECT_REPLY_MAX_BYTES + 8];

    memset(text, 'x', sizeof(text));
    strcpy(text + DIALECT_REPLY_MAX_BYTES - 4, "{name}");
    parse(text);
    memset(text, 'x', sizeof(text));
    strcpy(text + DIALECT_REPLY_MAX_BYTES - 3, "{name}");
    expect_refused(text, STATUS_TOO_LONG);
    cr_expect_str_eq(why, "is 121 bytes; an answer has at most 120");
}

Test(reply, what_is_no_answer_is_refused)
{
    char longest[600];

    expect_refused("{why}", STATUS_INVALID);
    expect_refused("{name} and {name}", STATUS_INVALID);
    cr_expect_str_eq(why, "holds more than one placeholder");
    expect_refused("L {nmae} ok", STATUS_INVALID);
    cr_expect_str_eq(why,
                     "'{nmae} ok' is no placeholder here: use {name} (write '{{' for a brace)");
    expect_refused("{text}", STATUS_INVALID);
    expect_refused("{", STATUS_INVALID);
    expect_refused("O\nK", STATUS_INVALID);
    expect_refused("O\tK", STATUS_INVALID);
    expect_refused("\xff", STATUS_NOT_UTF8);
    memset(longest, 'x', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    expect_refused(longest, STATUS_TOO_LONG);
    cr_expect_str_eq(why, "is 599 bytes; an answer has at most 120");
}

Test(reply, it_is_written_as_it_was_read)
{
    const char *const texts[] = {"",           "OK",         "L {name} ok", "{name}",
                                 "{{{name}{{", "no: {why}!", "a{{b"};
    char longest[DIALECT_REPLY_MAX_BYTES * 2 + 1], out[REPLY_TEXT_BYTES];
    struct reply reply;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        reply = parse(texts[i]);
        cr_expect_str_eq(reply_write(&reply, out), texts[i]);
    }
    memset(longest, '{', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    reply = parse(longest);
    cr_expect_str_eq(reply_write(&reply, out), longest);
}

static bool matches(const char *text, const char *bytes)
{
    struct reply reply = parse(text);

    return reply_matches(&reply, bytes, strlen(bytes));
}

Test(reply, it_is_recognised_whatever_the_name)
{
    cr_expect(matches("L {name} ok", "L alice ok"));
    cr_expect(matches("L {name} ok", "L 小明 ok"));
    cr_expect_not(matches("L {name} ok", "L  ok"), "nobody is called nothing");
    cr_expect_not(matches("L {name} ok", "L ok"));
    cr_expect_not(matches("L {name} ok", "L alice OK"));
    cr_expect_not(matches("L {name} ok", "L alice ok "));
    cr_expect_not(matches("L {name} ok", "l alice ok"));
    cr_expect_not(matches("aa{name}aa", "aaa"), "the two parts do not overlap");
    cr_expect(matches("OK {name}", "OK x"));
    cr_expect_not(matches("OK {name}", "OK "));
    cr_expect_not(matches("{name} is taken", "C alice is taken"),
                  "what somebody says is no answer");
}

Test(reply, nothing_longer_than_an_answer_is_one)
{
    char bytes[DIALECT_REPLY_MAX_BYTES + 1];
    struct reply reply = parse("OK {name}");

    memset(bytes, 'x', sizeof(bytes));
    memcpy(bytes, "OK ", 3);
    cr_expect(reply_matches(&reply, bytes, DIALECT_REPLY_MAX_BYTES));
    cr_expect_not(reply_matches(&reply, bytes, DIALECT_REPLY_MAX_BYTES + 1));
}
