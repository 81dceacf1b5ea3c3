/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include <criterion/criterion.h>
#include <roomd/dialect.h>
#include <roomd/status.h>
#include <string.h>

static const struct room_limits limits = {
    .max_members = 1, .max_name_codepoints = 32, .max_text_bytes = 900};
static char why[DIALECT_WHY_BYTES];

static void expect_token(const struct reply *reply, const char *text)
{
    cr_expect(reply->length == strlen(text) && memcmp(reply->bytes, text, reply->length) == 0,
              "'%s' is not '%s'", reply->bytes, text);
    cr_expect_eq(reply->bytes[reply->length], '\n',
                 "a newline stands behind it, for those who want one");
}

Test(dialect, course_is_what_most_clients_speak)
{
    struct dialect dialect;

    cr_assert_eq(dialect_init(&dialect, "course", DIALECT_ZH), 0);
    expect_token(dialect_reply(&dialect, DIALECT_ACCEPT), "OK");
    expect_token(dialect_reply(&dialect, DIALECT_NAME_TAKEN), "该用户已存在");
    expect_token(dialect_reply(&dialect, DIALECT_NAME_BAD), "姓名不可用 (UTF-8): ");
    cr_expect(dialect_reply(&dialect, DIALECT_NAME_BAD)->has_why);
    expect_token(dialect_reply(&dialect, DIALECT_ROOM_FULL), "聊天室已满");
    expect_token(dialect_reply(&dialect, DIALECT_REFUSED), "请先进入聊天室");
    expect_token(dialect_bye(&dialect, "Q", 1), "EXIT");
    expect_token(dialect_bye(&dialect, "E", 1), "EXIT");
    expect_token(dialect_bye(&dialect, "QUIT", 4), "QUIT");
    cr_expect_str_eq(dialect_builtin_text("course", DIALECT_ZH, DIALECT_CHAT), "{name} ： {text}");
    cr_expect_str_eq(dialect_builtin_text("course", DIALECT_EN, DIALECT_NOTICE), "Notice: {text}");
}

Test(dialect, yn_answers_with_single_letters_and_has_no_bye)
{
    for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
        struct dialect dialect;

        cr_assert_eq(dialect_init(&dialect, "yn", (enum dialect_language)language), 0);
        expect_token(dialect_reply(&dialect, DIALECT_ACCEPT), "Y");
        expect_token(dialect_reply(&dialect, DIALECT_NAME_TAKEN), "N");
        expect_token(dialect_reply(&dialect, DIALECT_NAME_BAD), "N");
        expect_token(dialect_reply(&dialect, DIALECT_ROOM_FULL), "N");
        cr_expect_eq(dialect_bye(&dialect, "QUIT", 4)->length, 0);
    }
}

Test(dialect, every_built_in_passes_its_own_check)
{
    for (const char *const *name = dialect_builtin_names(); *name != NULL; name++) {
        for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
            struct dialect dialect;

            cr_assert_eq(dialect_init(&dialect, *name, (enum dialect_language)language), 0, "%s",
                         *name);
            cr_expect_eq(dialect_check(&dialect, &limits, why), 0, "%s: %s", *name, why);
        }
    }
}

Test(dialect, there_is_no_other)
{
    struct dialect dialect;

    cr_expect_eq(dialect_init(&dialect, "klingon", DIALECT_EN), STATUS_NOT_FOUND);
    cr_expect_null(dialect_builtin_text("klingon", DIALECT_EN, DIALECT_ACCEPT));
}

Test(dialect, keys_are_found_by_the_way_they_are_written)
{
    for (int key = 0; key < DIALECT_KEYS; key++)
        cr_expect_eq(dialect_key_find(dialect_key_info((enum dialect_key)key)->key), key);
    cr_expect_eq(dialect_key_find("joyn"), -1);
    cr_expect_eq(dialect_key_find("bye.QUIT"), -1);
}

static void expect_set(enum dialect_key key, const char *text, int status)
{
    struct dialect dialect, before;

    memset(&before, 0, sizeof(before));
    dialect_init(&before, "course", DIALECT_ZH);
    memcpy(&dialect, &before, sizeof(dialect));
    cr_expect_eq(dialect_set(&dialect, key, text, why), status, "%s = '%s'",
                 dialect_key_info(key)->key, text);
    if (status != 0)
        cr_expect_eq(memcmp(&dialect, &before, sizeof(dialect)), 0,
                     "a refused text changes nothing");
}

Test(dialect, verbs_are_words_of_printable_ascii)
{
    expect_set(DIALECT_JOIN_VERBS, "L", 0);
    expect_set(DIALECT_JOIN_VERBS, "  L   LOGIN  ", 0);
    expect_set(DIALECT_JOIN_VERBS, "1 2 3 4 5 6 7 8", 0);
    expect_set(DIALECT_JOIN_VERBS, "1 2 3 4 5 6 7 8 9", STATUS_TOO_LONG);
    expect_set(DIALECT_JOIN_VERBS, "ABCDEFGHIJKLMNOP", 0);
    expect_set(DIALECT_JOIN_VERBS, "ABCDEFGHIJKLMNOPQ", STATUS_TOO_LONG);
    expect_set(DIALECT_JOIN_VERBS, "", STATUS_INVALID);
    expect_set(DIALECT_JOIN_VERBS, "   ", STATUS_INVALID);
    expect_set(DIALECT_JOIN_VERBS, "加入", STATUS_INVALID);
    expect_set(DIALECT_JOIN_VERBS, "L\t", STATUS_INVALID);
}

Test(dialect, replies_have_at_most_120_bytes_and_no_control_characters)
{
    char longest[DIALECT_REPLY_MAX_BYTES + 2];

    memset(longest, 'x', sizeof(longest));
    longest[DIALECT_REPLY_MAX_BYTES] = '\0';
    expect_set(DIALECT_ACCEPT, longest, 0);
    longest[DIALECT_REPLY_MAX_BYTES] = 'x';
    longest[DIALECT_REPLY_MAX_BYTES + 1] = '\0';
    expect_set(DIALECT_ACCEPT, longest, STATUS_TOO_LONG);
    expect_set(DIALECT_ACCEPT, "", STATUS_INVALID);
    expect_set(DIALECT_BYE, "", 0);
    expect_set(DIALECT_ACCEPT, "O\nK", STATUS_INVALID);
    expect_set(DIALECT_ACCEPT, "\xff", STATUS_NOT_UTF8);
}

Test(dialect, numbers_have_their_range)
{
    expect_set(DIALECT_FOLD_JOINS, "1", STATUS_INVALID);
    expect_set(DIALECT_FOLD_JOINS, "2", 0);
    expect_set(DIALECT_FOLD_JOINS, "10000", 0);
    expect_set(DIALECT_FOLD_JOINS, "10001", STATUS_INVALID);
    expect_set(DIALECT_MAX_LINES, "0", STATUS_INVALID);
    expect_set(DIALECT_MAX_LINES, "64", 0);
    expect_set(DIALECT_MAX_LINES, "65", STATUS_INVALID);
    expect_set(DIALECT_MAX_LINES, "", STATUS_INVALID);
    expect_set(DIALECT_MAX_LINES, "3x", STATUS_INVALID);
    expect_set(DIALECT_MAX_LINES, "-3", STATUS_INVALID);
    expect_set(DIALECT_MAX_LINES, "99999999999999999999999", STATUS_INVALID);
}

Test(dialect, templates_take_only_what_their_line_knows)
{
    expect_set(DIALECT_JOIN, "{name}!", 0);
    expect_set(DIALECT_JOIN, "{text}", STATUS_INVALID);
    expect_set(DIALECT_NOTICE, "{name}", STATUS_INVALID);
    expect_set(DIALECT_JOINS, "{count} {names}", 0);
    expect_set(DIALECT_CHAT, "", STATUS_INVALID);
}

Test(dialect, the_line_about_a_name_claim_must_hold_a_code)
{
    expect_set(DIALECT_ASKED, "{code}", 0);
    expect_set(DIALECT_ASKED, "{time} {code}", 0);
    expect_set(DIALECT_ASKED, "somebody asks", STATUS_INVALID);
    cr_expect(strstr(why, "{code}") != NULL, "%s", why);
    expect_set(DIALECT_ASKED, "{{code}", STATUS_INVALID);
    expect_set(DIALECT_ASKED, "", STATUS_INVALID);
    expect_set(DIALECT_IDLE, "{code}", STATUS_INVALID);
}

Test(dialect, a_line_that_could_be_longer_than_1024_bytes_is_refused_with_the_sum)
{
    struct room_limits wide = limits;
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    /* Name, " ： " and the newline. */
    wide.max_text_bytes = 1024 - 1 - 64 - 5;
    cr_expect_eq(dialect_check(&dialect, &wide, why), 0, "%s", why);
    wide.max_text_bytes++;
    cr_expect_eq(dialect_check(&dialect, &wide, why), STATUS_INVALID);
    cr_expect(strstr(why, "chat") != NULL && strstr(why, "1025") != NULL, "%s", why);
    /* 32 bytes at most. */
    wide.max_name_codepoints = 8;
    cr_expect_eq(dialect_check(&dialect, &wide, why), 0, "%s", why);
}

Test(dialect, one_verb_can_mean_only_one_thing)
{
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(dialect_set(&dialect, DIALECT_JOIN_VERBS, "L E", why), 0);
    cr_expect_eq(dialect_check(&dialect, &limits, why), STATUS_INVALID);
    cr_expect(strstr(why, "'E'") != NULL && strstr(why, "exit_verbs") != NULL, "%s", why);
}

Test(dialect, a_bye_for_a_verb_that_is_no_exit_verb_is_refused)
{
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(dialect_set_bye(&dialect, "Qiut", "x", why), 0);
    cr_expect_eq(dialect_check(&dialect, &limits, why), STATUS_INVALID);
    cr_expect(strstr(why, "bye.Qiut") != NULL, "%s", why);
}

Test(dialect, a_built_in_bye_goes_with_its_verb)
{
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(dialect_set(&dialect, DIALECT_EXIT_VERBS, "Q", why), 0);
    cr_expect_eq(dialect_check(&dialect, &limits, why), 0, "%s", why);
    expect_token(dialect_bye(&dialect, "QUIT", 4), "EXIT");
}

Test(dialect, a_bye_of_a_verb_replaces_the_common_one)
{
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(dialect_set_bye(&dialect, "Q", "Exit", why), 0);
    cr_assert_eq(dialect_set_bye(&dialect, "QUIT", "", why), 0);
    expect_token(dialect_bye(&dialect, "Q", 1), "Exit");
    cr_expect_eq(dialect_bye(&dialect, "QUIT", 4)->length, 0);
    expect_token(dialect_bye(&dialect, "E", 1), "EXIT");
}

Test(dialect, at_most_eight_verbs_have_a_bye_of_their_own)
{
    struct dialect dialect;
    char verb[2] = "1";

    dialect_init(&dialect, "yn", DIALECT_ZH);
    for (int i = 0; i < DIALECT_VERBS_MAX; i++, verb[0]++)
        cr_expect_eq(dialect_set_bye(&dialect, verb, "x", why), 0);
    cr_expect_eq(dialect_set_bye(&dialect, "Q", "x", why), STATUS_FULL);
    cr_expect_eq(dialect_set_bye(&dialect, "1", "y", why), 0, "one that is there can be changed");
    cr_expect_eq(dialect_set_bye(&dialect, "", "y", why), STATUS_INVALID);
}

Test(dialect, its_replies_are_recognised_and_nothing_else_is)
{
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_expect(dialect_is_reply(&dialect, "OK", 2));
    cr_expect(dialect_is_reply(&dialect, "EXIT", 4));
    cr_expect(dialect_is_reply(&dialect, "QUIT", 4));
    cr_expect(dialect_is_reply(&dialect, "聊天室已满", strlen("聊天室已满")));
    cr_expect_not(dialect_is_reply(&dialect, "ok", 2));
    cr_expect_not(dialect_is_reply(&dialect, "OK ", 3));
    cr_expect_not(dialect_is_reply(&dialect, "O", 1));
    cr_expect_not(dialect_is_reply(&dialect, "", 0));
}

Test(dialect, a_prefix_is_short_and_may_hold_line_breaks)
{
    expect_set(DIALECT_PREFIX, "", 0);
    expect_set(DIALECT_PREFIX, "\n", 0);
    expect_set(DIALECT_PREFIX, "> ", 0);
    expect_set(DIALECT_PREFIX, "{name}", 0);
    expect_set(DIALECT_PREFIX, "1234567890123456", 0);
    expect_set(DIALECT_PREFIX, "12345678901234567", STATUS_TOO_LONG);
    expect_set(DIALECT_PREFIX, "\r\n", STATUS_INVALID);
    expect_set(DIALECT_PREFIX, "\x7f", STATUS_INVALID);
    expect_set(DIALECT_PREFIX, "\xff", STATUS_NOT_UTF8);
}

Test(dialect, the_prefix_is_part_of_the_sum)
{
    struct room_limits wide = limits;
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    wide.max_text_bytes = 1024 - 1 - 64 - 5 - 3;
    cr_assert_eq(dialect_set(&dialect, DIALECT_PREFIX, "\n> ", why), 0);
    cr_expect_eq(dialect_check(&dialect, &wide, why), 0, "%s", why);
    cr_assert_eq(dialect_set(&dialect, DIALECT_PREFIX, "\n>> ", why), 0);
    cr_expect_eq(dialect_check(&dialect, &wide, why), STATUS_INVALID);
    cr_expect(strstr(why, "chat") != NULL && strstr(why, "1025") != NULL &&
                  strstr(why, "9 of its own") != NULL,
              "%s", why);
}

Test(dialect, an_answer_with_the_longest_name_has_at_most_120_bytes)
{
    char text[DIALECT_REPLY_MAX_BYTES + 1];
    struct room_limits short_names = limits;
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    memset(text, 'x', 57);
    strcpy(text + 56, "{name}");
    cr_assert_eq(dialect_set(&dialect, DIALECT_ACCEPT, text, why), 0, "%s", why);
    cr_expect_eq(dialect_check(&dialect, &limits, why), 0, "%s", why);
    memset(text, 'x', 57);
    strcpy(text + 57, "{name}");
    cr_assert_eq(dialect_set(&dialect, DIALECT_ACCEPT, "OK", why), 0);
    cr_assert_eq(dialect_set_bye(&dialect, "E", text, why), 0);
    cr_expect_eq(dialect_check(&dialect, &limits, why), STATUS_INVALID);
    cr_expect_str_eq(why, "bye.E: the longest answer has 121 bytes, more than the 120 a client can "
                          "take: 57 of its own, "
                          "names of up to 64; shorten it or lower room.max_name");
    short_names.max_name_codepoints = 15;
    cr_expect_eq(dialect_check(&dialect, &short_names, why), 0, "%s", why);
}

Test(dialect, an_answer_that_would_swallow_every_request_is_refused)
{
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(dialect_set(&dialect, DIALECT_ACCEPT, "LOGIN {name}", why), 0);
    cr_expect_eq(dialect_check(&dialect, &limits, why), STATUS_INVALID);
    cr_expect_str_eq(why, "accept: every 'LOGIN NAME' would be taken for this answer, and dropped");
    cr_assert_eq(dialect_set(&dialect, DIALECT_ACCEPT, "LOGIN {name} ok", why), 0);
    cr_expect_eq(dialect_check(&dialect, &limits, why), 0, "%s", why);
    cr_assert_eq(dialect_set_bye(&dialect, "E", "Q {name}", why), 0);
    cr_expect_eq(dialect_check(&dialect, &limits, why), STATUS_INVALID);
    cr_expect_str_eq(why, "bye.E: every 'Q NAME' would be taken for this answer, and dropped");
}

Test(dialect, its_answers_with_names_are_recognised_whatever_the_name)
{
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(dialect_set(&dialect, DIALECT_ACCEPT, "OK {name}", why), 0);
    cr_assert_eq(dialect_set_bye(&dialect, "E", "{name} EXIT", why), 0);
    cr_expect(dialect_is_reply(&dialect, "OK alice", 8));
    cr_expect(dialect_is_reply(&dialect, "alice EXIT", 10));
    cr_expect_not(dialect_is_reply(&dialect, "OK", 2));
    cr_expect_not(dialect_is_reply(&dialect, "OK ", 3));
}

/* ---- two servers ---- */

static void expect_talk(enum dialect_key key, const char *text, int status)
{
    struct dialect dialect;

    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(dialect_set(&dialect, key, text, why), 0, "%s", why);
    cr_expect_eq(dialect_check(&dialect, &limits, why), status, "%s: %s", text, why);
    if (status != 0)
        cr_expect_not_null(strstr(why, "take"), "%s", why);
}

Test(dialect, a_line_is_no_request_to_another_server)
{
    expect_talk(DIALECT_CHAT, "C {name} {text}", STATUS_INVALID);
    expect_talk(DIALECT_CHAT, "C {text}", STATUS_INVALID);
    expect_talk(DIALECT_CHAT, "CHAT x {name}: {text}", STATUS_INVALID);
    expect_talk(DIALECT_JOIN, "L {name}", STATUS_INVALID);
    expect_talk(DIALECT_JOIN, "L {name} came", STATUS_INVALID);
    expect_talk(DIALECT_EXIT, "Q {name} went", STATUS_INVALID);
    expect_talk(DIALECT_NOTICE, "E {text}", STATUS_INVALID);
    expect_talk(DIALECT_JOINS, "C {names}", STATUS_INVALID);
    expect_talk(DIALECT_CHAT, "C {name}: {text}", 0);
    expect_talk(DIALECT_CHAT, "C {name}： {text}", 0);
    expect_talk(DIALECT_CHAT, "<{name}> {text}", 0);
    expect_talk(DIALECT_CHAT, "Chat {name} {text}", 0);
    expect_talk(DIALECT_JOIN, "{name} L", 0);
}

Test(dialect, a_line_is_no_request_to_a_server_with_the_verbs_of_another_door)
{
    struct dialect speaker, hearer;

    dialect_init(&speaker, "course", DIALECT_EN);
    dialect_init(&hearer, "yn", DIALECT_EN);
    cr_assert_eq(dialect_set(&hearer, DIALECT_CHAT_VERBS, "SAY", why), 0);
    cr_expect_eq(dialect_check_pair(&speaker, &hearer, why), 0, "%s", why);
    cr_assert_eq(dialect_set(&speaker, DIALECT_CHAT, "SAY {name} {text}", why), 0);
    cr_expect_eq(dialect_check(&speaker, &limits, why), 0, "%s", why);
    cr_expect_eq(dialect_check_pair(&speaker, &hearer, why), STATUS_INVALID);
    cr_expect_str_eq(why,
                     "chat: other servers take 'SAY {name} {text} ...' for a request, so that two "
                     "of them could be set talking to each other; begin it otherwise, or as "
                     "in 'C {name}: {text}'");
}
