/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/json.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char buffer[512];
static struct json json;

static void expect_string(const char *text, size_t length, const char *expected)
{
    const char *written;

    json_begin(&json, buffer, sizeof(buffer));
    json_string(&json, "k", text, length);
    written = json_end(&json);
    cr_assert_not_null(written);
    cr_expect_str_eq(written, expected, "%s", written);
}

Test(json, an_object_of_nothing)
{
    json_begin(&json, buffer, sizeof(buffer));
    cr_expect_str_eq(json_end(&json), "{}");
}

Test(json, every_kind_of_value)
{
    json_begin(&json, buffer, sizeof(buffer));
    json_text(&json, "text", "x");
    json_number(&json, "least", INT64_MIN);
    json_count(&json, "most", UINT64_MAX);
    json_bool(&json, "yes", true);
    json_bool(&json, "no", false);
    json_null(&json, "none");
    json_object(&json, "inner");
    json_object(&json, "empty");
    json_object_end(&json);
    json_count(&json, "a", 1);
    json_object_end(&json);
    json_count(&json, "b", 2);
    cr_expect_str_eq(json_end(&json),
                     "{\"text\":\"x\",\"least\":-9223372036854775808,\"most\":18446744073709551615,"
                     "\"yes\":true,\"no\":false,\"none\":null,\"inner\":{\"empty\":{},\"a\":1},"
                     "\"b\":2}");
}

Test(json, special_characters_are_escaped)
{
    expect_string("a\"b\\c/d", 7, "{\"k\":\"a\\\"b\\\\c/d\"}");
    expect_string("\b\f\n\r\t", 5, "{\"k\":\"\\b\\f\\n\\r\\t\"}");
    expect_string("\0\x01\x1b\x1f\x7f", 5, "{\"k\":\"\\u0000\\u0001\\u001b\\u001f\\u007f\"}");
    expect_string("", 0, "{\"k\":\"\"}");
}

Test(json, what_a_terminal_would_obey_is_escaped)
{
    expect_string("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", 8,
                  "{\"k\":\"\\u0080\\u009b\\u009f\xc2\xa0\"}");
    expect_string("\u2029\u202a\u202e\u202f", 12, "{\"k\":\"\\u2029\\u202a\\u202e\u202f\"}");
    expect_string("\u2065\u2066\u2069\u206a", 12, "{\"k\":\"\u2065\\u2066\\u2069\u206a\"}");
    expect_string("\u200e\u200f\u061c", 8, "{\"k\":\"\\u200e\\u200f\\u061c\"}");
}

Test(json, utf8_is_kept_and_invalid_bytes_are_replaced)
{
    static const char *const bad[] = {"\x80", "\xc1", "\xf5", "\xff"};

    expect_string("李雷 😀", 11, "{\"k\":\"李雷 😀\"}");
    expect_string("\xf4\x8f\xbf\xbf", 4, "{\"k\":\"\xf4\x8f\xbf\xbf\"}");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        expect_string(bad[i], 1, "{\"k\":\"\xef\xbf\xbd\"}");
    expect_string("a\xe6\x9d", 3, "{\"k\":\"a\xef\xbf\xbd\xef\xbf\xbd\"}"); /* cut off */
    expect_string("\xe0\x80\x80", 3, "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
    expect_string("\xed\xa0\x80", 3, "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
}

Test(json, an_object_that_does_not_fit_is_null)
{
    char *exact;

    for (size_t size = 0; size <= sizeof("{\"key\":\"ab\"}"); size++) {
        exact = malloc(size > 0 ? size : 1); /* the sanitizer sees a byte too many */
        cr_assert_not_null(exact);
        json_begin(&json, exact, size);
        json_text(&json, "key", "ab");
        if (size < sizeof("{\"key\":\"ab\"}"))
            cr_expect_null(json_end(&json), "%zu", size);
        else
            cr_expect_str_eq(json_end(&json), "{\"key\":\"ab\"}");
        free(exact);
    }
}
