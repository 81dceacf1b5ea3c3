/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Bytes of a terminal, in whatever pieces they come. */
#include "room/tty/keys.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct keys keys;
static char told[4096];

static void on_typed(void *ctx, const char *bytes, size_t length)
{
    (void)ctx;
    sprintf(told + strlen(told), "%.*s", (int)length, bytes);
}

static void on_pasted(void *ctx, const char *bytes, size_t length, bool cut)
{
    (void)ctx;
    sprintf(told + strlen(told), "<%.*s%s>", (int)(length < 100 ? length : 100), bytes,
            cut ? " cut" : "");
}

static const struct keys_sink sink = {.typed = on_typed, .pasted = on_pasted};

static void feed(const char *bytes)
{
    keys_feed(&keys, bytes, strlen(bytes), false, &sink);
}

static void expect(const char *expected)
{
    cr_expect_str_eq(told, expected);
    told[0] = '\0';
}

static void close_keys(void)
{
    keys_done(&keys);
}

TestSuite(keys, .fini = close_keys);

Test(keys, typed_keys_are_delivered_at_once)
{
    feed("hello");
    expect("hello");
    feed("\r");
    expect("\r");
    feed("\x1b[A");
    expect("\x1b[A");
    feed("\x1b");
    expect("\x1b");
    feed("\x80");
    expect("\x80");
    feed("\xff");
    expect("\xff");
}

Test(keys, a_character_is_delivered_whole)
{
    feed("a\xe4");
    expect("a");
    feed("\xb8");
    expect("");
    feed("\xad");
    expect("中");
    feed("\xf0\x9f\x91");
    expect("");
    feed("\x8d!");
    expect("👍!");
    feed("\xe4");
    feed("x");
    expect("\xe4x");
}

Test(keys, a_paste_is_told_apart_from_typing)
{
    feed("a\x1b[200~two\r\nlines\r\x1b[201~b");
    expect("a<two\nlines>b");
    feed("\x1b[200~\x1b[201~");
    expect("<>");
    feed("\x1b[200~one\rtwo\n\r\n\x1b[201~");
    expect("<one\ntwo>");
    feed("\x1b[201~");
    expect("\x1b[201~");
}

Test(keys, a_paste_may_be_cut_anywhere)
{
    const char *all = "ab\x1b[200~pa\x1b[20ste\x1b[201~cd";

    for (size_t at = 0; at <= strlen(all); at++) {
        keys_feed(&keys, all, at, true, &sink);
        keys_feed(&keys, all + at, strlen(all) - at, false, &sink);
        expect("ab<pa\x1b[20ste>cd");
    }
    for (size_t at = 0; at < strlen(all); at++)
        keys_feed(&keys, all + at, 1, at + 1 < strlen(all), &sink);
    expect("ab<pa\x1b[20ste>cd");
}

Test(keys, a_paste_has_an_end)
{
    feed("\x1b[200~");
    for (size_t i = 0; i < KEYS_PASTE_MAX_BYTES / 8 + 10; i++)
        feed("12345678");
    cr_expect_leq(keys.paste.length, KEYS_PASTE_MAX_BYTES);
    feed("\x1b[201~x");
    cr_expect_not_null(strstr(told, " cut>x"));
}
