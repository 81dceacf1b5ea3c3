/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/plain_wire/template.h"

#include <criterion/criterion.h>
#include <roomd/moment.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define ALL                                                                                        \
    (TEMPLATE_BIT(TEMPLATE_NAME) | TEMPLATE_BIT(TEMPLATE_TEXT) | TEMPLATE_BIT(TEMPLATE_TIME) |     \
     TEMPLATE_BIT(TEMPLATE_NAMES) | TEMPLATE_BIT(TEMPLATE_COUNT) | TEMPLATE_BIT(TEMPLATE_CODE))

static char why[DIALECT_WHY_BYTES];

static const struct template_values values = {
    .name = "alice",
    .name_len = 5,
    .text = "hi",
    .text_len = 2,
    .names = "a, b",
    .names_len = 4,
    .count = 7,
    .code = 0xc0de,
    .wall_ns = 1700000000 * MOMENT_NS_PER_S, /* 22:13:20 UTC */
    .utc_offset_s = 2 * 3600,
};

static void expect_line(const char *text, const char *expected)
{
    struct template template;
    char line[512];
    size_t length;

    cr_assert_eq(template_parse(text, ALL, &template, why), 0, "%s: %s", text, why);
    length = template_render(&template, &values, line, sizeof(line));
    cr_expect(length == strlen(expected) && memcmp(line, expected, length) == 0, "'%s' gave '%.*s'",
              text, (int)length, line);
}

Test(template, placeholders_are_filled_in)
{
    expect_line("", "");
    expect_line("no placeholder", "no placeholder");
    expect_line("{name}", "alice");
    expect_line("{name} ： {text}", "alice ： hi");
    expect_line("{time} {count}: {names}.", "00:13 7: a, b.");
    expect_line("({code})", "(0000c0de)");
    expect_line("{name}{name}{text}", "alicealicehi");
    expect_line("{{name} {{{name}", "{name} {alice");
    expect_line("}a}", "}a}");
}

Test(template, local_time_wraps_at_midnight_in_both_directions)
{
    struct template template;
    struct template_values late = {.wall_ns = 60 * MOMENT_NS_PER_S, .utc_offset_s = -3600};
    char line[8];

    cr_assert_eq(template_parse("{time}", ALL, &template, why), 0);
    cr_expect_eq(template_render(&template, &late, line, sizeof(line)), 5);
    cr_expect_eq(memcmp(line, "23:01", 5), 0);
}

Test(template, what_is_no_placeholder_is_refused_with_those_there_are)
{
    struct template template = {.count = 9};

    cr_expect_eq(template_parse("{nmae}", ALL, &template, why), STATUS_INVALID);
    cr_expect(strstr(why, "{name}") != NULL, "%s", why);
    cr_expect_eq(template_parse("{text}", TEMPLATE_BIT(TEMPLATE_NAME), &template, why),
                 STATUS_INVALID);
    cr_expect_eq(template_parse("{", ALL, &template, why), STATUS_INVALID);
    cr_expect_eq(template_parse("{name", ALL, &template, why), STATUS_INVALID);
    cr_expect_eq(template_parse("{text}", 0, &template, why), STATUS_INVALID);
    cr_expect_eq(template.count, 9, "untouched");
}

Test(template, bad_bytes_are_refused)
{
    struct template template;

    cr_expect_eq(template_parse("\xff", ALL, &template, why), STATUS_NOT_UTF8);
    cr_expect_eq(template_parse("a\033[2J", ALL, &template, why), STATUS_INVALID);
    cr_expect_eq(template_parse("\n{text}", ALL, &template, why), 0,
                 "a line break is the administrator's wish");
}

Test(template, its_length_is_limited)
{
    char text[DIALECT_TEMPLATE_MAX_BYTES + 2];
    struct template template;

    memset(text, 'x', sizeof(text));
    text[DIALECT_TEMPLATE_MAX_BYTES] = '\0';
    cr_expect_eq(template_parse(text, ALL, &template, why), 0);
    text[DIALECT_TEMPLATE_MAX_BYTES] = 'x';
    text[DIALECT_TEMPLATE_MAX_BYTES + 1] = '\0';
    cr_expect_eq(template_parse(text, ALL, &template, why), STATUS_TOO_LONG);
}

Test(template, its_pieces_are_limited_and_names_occurs_once)
{
    struct template template;

    cr_expect_eq(
        template_parse("{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}",
                       ALL, &template, why),
        0);
    cr_expect_eq(
        template_parse("{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}{name}x",
                       ALL, &template, why),
        STATUS_TOO_LONG);
    cr_expect_eq(template_parse("{names} {names}", ALL, &template, why), STATUS_TOO_LONG);
}

Test(template, rendering_never_writes_beyond_its_buffer)
{
    struct template template;

    cr_assert_eq(template_parse("<{name} {text}{time} {count}{code} {names}>", ALL, &template, why),
                 0);
    for (size_t size = 0; size <= 50; size++) {
        char *line = malloc(size > 0 ? size : 1);

        cr_expect_leq(template_render(&template, &values, line, size), size);
        free(line);
    }
}

Test(template, the_longest_line_is_what_it_says)
{
    struct template template;

    cr_assert_eq(template_parse("<{name} {text} {name} {time}>", ALL, &template, why), 0);
    cr_expect_eq(template_max_bytes(&template, 64, 900), 5 + 64 + 900 + 64 + 5);
    cr_assert_eq(template_parse("{count}: {names}", ALL, &template, why), 0);
    cr_expect_eq(template_max_bytes(&template, 64, 900), 20 + 2);
    cr_assert_eq(template_parse("({code})", ALL, &template, why), 0);
    cr_expect_eq(template_max_bytes(&template, 64, 900), 10);
}
