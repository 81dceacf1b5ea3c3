/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/plain_wire/plain_read.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct dialect dialect;
static struct plain_read read;

static void open_dialect(void)
{
    cr_assert_eq(dialect_init(&dialect, "course", DIALECT_ZH), 0);
    plain_read_init(&read, &dialect);
}

TestSuite(plain_read, .init = open_dialect);

static void set(enum dialect_key key, const char *text)
{
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(dialect_set(&dialect, key, text, why), 0, "%s", why);
    plain_read_init(&read, &dialect);
}

/* "chat bob hello|? what" */
static const char *lines_of(const char *bytes, size_t length)
{
    static char result[4096];
    struct octets_slice rest = {bytes, length};
    struct plain_line line;
    size_t used = 0;

    result[0] = '\0';
    while (plain_read_line(&read, &rest, &line) && used < sizeof(result)) {
        const char *key = line.key == PLAIN_READ_UNKNOWN
                              ? "?"
                              : dialect_key_info((enum dialect_key)line.key)->key;

        used += (size_t)snprintf(result + used, sizeof(result) - used, "%s%s", used > 0 ? "|" : "",
                                 key);
        if (line.key == PLAIN_READ_UNKNOWN)
            used += (size_t)snprintf(result + used, sizeof(result) - used, " %.*s",
                                     (int)line.whole.length, line.whole.bytes);
        if (line.values.name_len > 0 && line.key != PLAIN_READ_UNKNOWN)
            used += (size_t)snprintf(result + used, sizeof(result) - used, " %.*s",
                                     (int)line.values.name_len, line.values.name);
        if (line.values.text_len > 0 && line.key != PLAIN_READ_UNKNOWN)
            used += (size_t)snprintf(result + used, sizeof(result) - used, " '%.*s'",
                                     (int)line.values.text_len, line.values.text);
    }
    return result;
}

static const char *lines(const char *text)
{
    return lines_of(text, strlen(text));
}

static uint32_t replies(const char *text)
{
    struct octets_slice name;

    return plain_read_replies(&read, text, strlen(text), &name);
}

/* ---- replies ---- */

Test(plain_read, replies_are_compared_byte_by_byte_but_for_line_breaks_at_their_end)
{
    cr_expect_eq(replies("OK"), PLAIN_READ_BIT(DIALECT_ACCEPT));
    cr_expect_eq(replies("OK\n"), PLAIN_READ_BIT(DIALECT_ACCEPT));
    cr_expect_eq(replies("OK\r\n"), PLAIN_READ_BIT(DIALECT_ACCEPT));
    cr_expect_eq(replies("ok"), 0);
    cr_expect_eq(replies("OK "), 0);
    cr_expect_eq(replies("\nOK"), 0);
    cr_expect_eq(replies("O"), 0);
    cr_expect_eq(replies(""), 0);
    cr_expect_eq(replies("EXIT"), PLAIN_READ_BIT(DIALECT_BYE));
    cr_expect_eq(replies("QUIT"), PLAIN_READ_BIT(DIALECT_BYE), "that of another verb");
    cr_expect_eq(replies("请先进入聊天室"), PLAIN_READ_BIT(DIALECT_REFUSED));
}

Test(plain_read, the_same_words_may_be_several_answers)
{
    cr_assert_eq(dialect_init(&dialect, "yn", DIALECT_ZH), 0);
    cr_expect_eq(replies("N"),
                 PLAIN_READ_BIT(DIALECT_NAME_TAKEN) | PLAIN_READ_BIT(DIALECT_NAME_BAD) |
                     PLAIN_READ_BIT(DIALECT_ROOM_FULL) | PLAIN_READ_BIT(DIALECT_BANNED));
}

Test(plain_read, the_name_in_a_reply_is_returned)
{
    struct octets_slice name;

    set(DIALECT_ACCEPT, "L {name} ok");
    cr_expect_eq(plain_read_replies(&read, "L bob ok\n", 9, &name), PLAIN_READ_BIT(DIALECT_ACCEPT));
    cr_expect(name.length == 3 && memcmp(name.bytes, "bob", 3) == 0);
    cr_expect_eq(plain_read_replies(&read, "EXIT", 4, &name), PLAIN_READ_BIT(DIALECT_BYE));
    cr_expect_eq(name.length, 0);
    cr_expect_eq(replies("L a b ok"), 0);
}

/* ---- lines ---- */

Test(plain_read, each_line_of_the_dialect_is_known)
{
    cr_expect_str_eq(lines("bob 进入了聊天室"), "join bob");
    cr_expect_str_eq(lines("bob ： hello  there "), "chat bob 'hello  there '");
    cr_expect_str_eq(lines("bob 退出了聊天室"), "exit bob");
    cr_expect_str_eq(lines("管理员消息: tea"), "notice 'tea'");
    cr_expect_str_eq(lines("3 人进入了聊天室: a, b, …"), "joins");
    cr_expect_str_eq(lines("3 人退出了聊天室: a, b, c"), "exits");
    cr_expect_str_eq(lines("您错过了 7 条消息"), "missed");
    cr_expect_str_eq(lines("您很久没有发言, 60 秒后将退出聊天室"), "idle");
    cr_expect_str_eq(lines("您已被管理员移出聊天室。too loud"), "kicked 'too loud'");
    cr_expect_str_eq(lines("消息没有发送: 您已被管理员禁言"), "muted");
    cr_expect_str_eq(lines("消息没有发送: 超过 900 字节"), "too_long");
    cr_expect_str_eq(lines("消息没有发送: 不是 UTF-8 编码"), "not_utf8");
    cr_expect_str_eq(lines("消息没有发送: 发言太快, 请稍后再试"), "limited");
    cr_expect_str_eq(lines("Welcome to the room"), "? Welcome to the room");
}

Test(plain_read, line_breaks_and_prefixes_around_lines_are_left_out)
{
    cr_expect_str_eq(lines("\n\nbob 进入了聊天室\n\n"), "join bob");
    cr_expect_str_eq(lines("\r\nbob ： hi\r\nann ： ho\r\n"), "chat bob 'hi'|chat ann 'ho'");
    cr_expect_str_eq(lines("\n"), "");
    cr_expect_str_eq(lines(""), "");
    set(DIALECT_PREFIX, "> ");
    cr_expect_str_eq(lines("> bob ： hi\n> ann ： ho"), "chat bob 'hi'|chat ann 'ho'");
    cr_expect_str_eq(lines("bob ： hi"), "chat bob 'hi'");
    set(DIALECT_PREFIX, "\n> ");
    cr_expect_str_eq(lines("\n> bob ： hi\n\n> ann ： ho\n"), "chat bob 'hi'|chat ann 'ho'");
    set(DIALECT_PREFIX, "\n");
    cr_expect_str_eq(lines("\nbob ： hi\n\nann ： ho\n"), "chat bob 'hi'|chat ann 'ho'");
}

Test(plain_read, the_space_that_keeps_a_line_from_being_a_reply_is_left_out)
{
    set(DIALECT_NOTICE, "{text}");
    cr_expect_str_eq(lines("EXIT "), "notice 'EXIT'");
    cr_expect_str_eq(lines("bob ： hi\nEXIT \nOK then "),
                     "chat bob 'hi'|notice 'EXIT'|notice 'OK then '");
    set(DIALECT_PREFIX, "EX");
    cr_expect_str_eq(lines("EXIT "), "notice 'IT'");
}

Test(plain_read, the_space_that_keeps_a_line_from_being_a_request_is_left_out)
{
    cr_expect_str_eq(lines(" L 进入了聊天室"), "join L");
    cr_expect_str_eq(lines(" BYE 进入了聊天室\n bob ： hi"), "join BYE|chat bob 'hi'",
                     "a verb of another dialect");
    cr_expect_str_eq(lines(" what is this"), "?  what is this");
    set(DIALECT_PREFIX, "> ");
    cr_expect_str_eq(lines(" > BYE 进入了聊天室"), "join BYE");
}

Test(plain_read, the_template_with_the_most_literal_bytes_wins)
{
    cr_assert_eq(dialect_init(&dialect, "course", DIALECT_EN), 0);
    plain_read_init(&read, &dialect);
    cr_expect_str_eq(lines("Notice: tea"), "notice 'tea'");
    cr_expect_str_eq(lines("notice: tea"), "chat notice 'tea'");
    cr_expect_str_eq(lines("bob: Notice: tea"), "chat bob 'Notice: tea'");
    cr_expect_str_eq(lines("bob: joined"), "chat bob 'joined'");
    cr_expect_str_eq(lines("The administrator has removed you from the room."), "kicked");
    set(DIALECT_CHAT, "{name} {text}");
    cr_expect_str_eq(lines("bob joined"), "join bob", "what bob said can't be told from it");
}

Test(plain_read, a_list_that_holds_something_else_than_names_is_not_a_list)
{
    cr_expect_str_eq(lines("2 人进入了聊天室: a b, c"), "? 2 人进入了聊天室: a b, c");
    cr_expect_str_eq(lines("2 人进入了聊天室: a, , c"), "? 2 人进入了聊天室: a, , c");
    cr_expect_str_eq(lines("2 人进入了聊天室: "), "joins");
}

Test(plain_read, names_of_a_list_come_one_by_one)
{
    struct octets_slice names = {"a,, b …", strlen("a,, b …")}, name;
    char text[64] = "";

    while (plain_read_name(&names, &name))
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "[%.*s]", (int)name.length,
                 name.bytes);
    cr_expect_str_eq(text, "[a,][b]");
    names = (struct octets_slice){"", 0};
    cr_expect_not(plain_read_name(&names, &name));
    names = (struct octets_slice){" …", strlen(" …")};
    cr_expect_not(plain_read_name(&names, &name));
}
