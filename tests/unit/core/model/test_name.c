/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/name.h"

#include "core/plain_wire/reserved_names.h"

#include <criterion/criterion.h>
#include <roomd/room.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static struct name_reserved reserved;

static void reserve(void)
{
    reserved_names_init(&reserved);
}

TestSuite(name, .init = reserve);

static enum name_fault parse(const char *text, struct name *ret_name)
{
    return name_parse(text, strlen(text), 32, &reserved, ret_name);
}

static void expect_refused(const char *text)
{
    struct name name;

    cr_expect_neq(parse(text, &name), 0, "'%s' was accepted", text);
}

static void expect_accepted(const char *text)
{
    struct name name;

    cr_expect_eq(parse(text, &name), 0, "'%s' was refused", text);
}

Test(name, a_name_is_shown_composed_and_compared_folded)
{
    struct name name;

    cr_assert_eq(parse("Ｊose\xcc\x81", &name), 0);
    cr_expect_str_eq(name.shown, "Ｊosé");
    cr_expect_str_eq(name.folded, "josé");
    cr_expect_eq(name.shown_len, strlen(name.shown));
    cr_expect_eq(name.folded_len, strlen(name.folded));
}

Test(name, what_is_shown_alike_is_compared_alike)
{
    struct name name, other;

    cr_assert_eq(parse("α\u0345\u0301", &name), NAME_FINE);
    cr_assert_eq(parse("α\u0301\u0345", &other), NAME_FINE);
    cr_expect_str_eq(name.shown, other.shown);
    cr_expect_str_eq(name.folded, other.folded);
    cr_expect(name_matches("α\u0345\u0301", 6, other.folded, other.folded_len));
}

Test(name, a_nul_byte_is_refused)
{
    struct name name;

    cr_expect_eq(name_parse("a\0b", 3, 32, &reserved, &name), NAME_UNSEEN);
}

Test(name, what_is_not_utf8_is_refused)
{
    struct name name;

    cr_expect_eq(parse("\xc4\xe3", &name), NAME_NOT_UTF8);
}

Test(name, nothing_that_holds_an_administrators_word_is_a_name)
{
    const char *const names[] = {"管理员", "x管理员x",   "admin",
                                 "ADMIN",  "Ａｄｍｉｎ", "myAdministrator",
                                 "system", "eco_SYSTEM", "管理员消息"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        expect_refused(names[i]);
}

Test(name, a_reply_is_no_name_but_may_be_part_of_one)
{
    const char *const replies[] = {"OK", "ok", "EXIT",         "Quit",
                                   "Y",  "n",  "该用户已存在", "请先进入聊天室"};
    const char *const names[] = {"okay", "exits", "anna", "yuri"};

    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
        expect_refused(replies[i]);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        expect_accepted(names[i]);
}

Test(name, the_words_a_line_begins_with_are_reserved)
{
    struct dialect dialect;
    char why[DIALECT_WHY_BYTES];

    dialect_init(&dialect, "course", DIALECT_EN);
    cr_assert_eq(dialect_set(&dialect, DIALECT_NOTICE, "Notice: {text}", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_CHAT, "> {name}: {text}", why), 0);
    reserved_names_add_dialect(&reserved, &dialect);
    expect_refused("notice");
    expect_refused("NOTICE_s");
    expect_refused(">");
    cr_assert_eq(dialect_set(&dialect, DIALECT_NOTICE, "★ {text}", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_IDLE, "~~> {count}", why), 0);
    expect_accepted("★");
    expect_accepted("~~>");
    reserved_names_add_dialect(&reserved, &dialect);
    expect_refused("★");
    expect_refused("★alice");
    expect_accepted("alice★");
    expect_refused("~~>");
    expect_refused("~~>alice");
    expect_accepted("a>b"); /* so short a word is reserved only as a whole name */
}

/* Gives the dialect of a door words of its own. */
static void set_words(struct dialect *dialect, unsigned door)
{
    static const char *const texts[] = {"{name} j",
                                        "{name}: {text}",
                                        "{name} x",
                                        "{text}",
                                        "{count} {names}",
                                        "{count} {names}",
                                        " {count}",
                                        " {count}",
                                        " {code}",
                                        " {text}",
                                        "",
                                        "",
                                        " {count}",
                                        "",
                                        "",
                                        ""};
    char text[64], why[DIALECT_WHY_BYTES];

    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++) {
        snprintf(text, sizeof(text), "door%u-reply%d", door, key);
        cr_assert_eq(dialect_set(dialect, (enum dialect_key)key, text, why), 0, "%s", why);
    }
    for (int key = DIALECT_JOIN; key <= DIALECT_LIMITED; key++) {
        snprintf(text, sizeof(text), "door%u-line%d %s", door, key, texts[key - DIALECT_JOIN]);
        cr_assert_eq(dialect_set(dialect, (enum dialect_key)key, text, why), 0, "%s", why);
    }
}

Test(name, each_door_may_have_a_dialect_of_its_own)
{
    for (unsigned door = 0; door < ROOM_DOORS_MAX; door++) {
        struct dialect dialect;
        char text[64];

        dialect_init(&dialect, "course", DIALECT_ZH);
        set_words(&dialect, door);
        reserved_names_add_dialect(&reserved, &dialect);
        snprintf(text, sizeof(text), "door%u-reply%d", door, DIALECT_BYE);
        expect_refused(text);
        snprintf(text, sizeof(text), "door%u-line%d", door, DIALECT_LIMITED);
        expect_refused(text);
    }
}

Test(name, length_is_limited_in_code_points_and_in_bytes)
{
    struct name name;

    cr_expect_eq(name_parse("abcd", 4, 4, &reserved, &name), 0);
    cr_expect_eq(name_parse("abcde", 5, 4, &reserved, &name), NAME_LONG);
    cr_expect_eq(name_parse("e\xcc\x81", 3, 1, &reserved, &name), 0, "counted as it is shown");
    /* 16 emoji are 64 bytes. */
    expect_accepted("😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏");
    expect_refused("😀😁😂😃😄😅😆😇😈😉😊😋😌😍😎😏a");
}

Test(name, a_refused_name_leaves_the_result_alone)
{
    struct name name = {.shown = "before", .shown_len = 6};

    cr_assert_neq(parse("a b", &name), 0);
    cr_expect_str_eq(name.shown, "before");
}

Test(name, other_ways_to_write_a_name_match_it)
{
    cr_expect(name_matches("ALICE", 5, "alice", 5));
    cr_expect(name_matches("alice", 5, "alice", 5));
    cr_expect_not(name_matches("alic", 4, "alice", 5));
    cr_expect_not(name_matches("alicex", 6, "alice", 5));
    cr_expect_not(name_matches("", 0, "alice", 5));
    cr_expect_not(name_matches("\xff", 1, "alice", 5));
}

Test(name, an_answer_with_a_name_in_it_reserves_nothing)
{
    struct dialect dialect;
    char why[DIALECT_WHY_BYTES];
    size_t count = reserved.count;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(dialect_set(&dialect, DIALECT_ACCEPT, "ja{name}", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_BYE, "{name} nein", why), 0);
    cr_assert_eq(dialect_set_bye(&dialect, "E", "{name}doch", why), 0);
    reserved_names_add_dialect(&reserved, &dialect);
    cr_expect_eq(reserved.count, count);
    expect_accepted("ja");
    expect_accepted("jane");
    expect_accepted("nein");
    expect_accepted("doch");
}

Test(name, what_can_be_asked_for_is_one_to_64_bytes_of_utf8)
{
    char name[ROOM_NAME_MAX_BYTES + 2];

    memset(name, 'n', sizeof(name));
    name[ROOM_NAME_MAX_BYTES + 1] = '\0';
    cr_expect_eq(name_check(name), STATUS_TOO_LONG);
    name[ROOM_NAME_MAX_BYTES] = '\0';
    cr_expect_eq(name_check(name), 0);
    cr_expect_eq(name_check(""), STATUS_INVALID);
    cr_expect_eq(name_check(NULL), STATUS_INVALID);
    cr_expect_eq(name_check("\xff"), STATUS_NOT_UTF8);
    cr_expect_eq(name_check("a b"), 0, "the room refuses it, not this");
}
