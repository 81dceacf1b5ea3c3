/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Names that nobody may have, at least fifty for each reason. What may be had is in
 * test_name_accepted.c.
 */
#include "core/model/name.h"
#include "core/plain_wire/reserved_names.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct name_reserved reserved;

static void reserve(void)
{
    reserved_names_init(&reserved);
}

TestSuite(name_refused, .init = reserve);

static void expect_fault(const char *text, enum name_fault fault)
{
    struct name name;
    enum name_fault found = name_parse(text, strlen(text), ROOM_NAME_MAX_BYTES, &reserved, &name);

    cr_expect_eq(found, fault, "'%s': %d, not %d", text, (int)found, (int)fault);
}

static void expect_faults(const char *const *names, size_t count, enum name_fault fault)
{
    cr_expect_geq(count, 50);
    for (size_t i = 0; i < count; i++)
        expect_fault(names[i], fault);
}

/* ---- scripts ---- */

static const char *const mixed[] = {
    "аdmin",  "Иvan",      "aб",     "Жx",      "я_ok",       "πthon",   "kΩ",    "λambda",
    "ΑBC",    "Иванov",    "НАTО",   "αγaθός",  "ро\u0301zа", "x²я",     "Ⅸя",    "Greekжλ",
    "λж",     "𝛼dmin",     "µя",     "аlice",   "bοb",        "сarol",   "dαve",  "еve",
    "frαnk",  "grаce",     "hεidi",  "іvan",    "jυdy",       "mаllory", "οscar", "рeggy",
    "trεnt",  "vіctor",    "wαlter", "wеndy",   "οlivia",     "еmma",    "ηoah",  "luсas",
    "sοphie", "сharlotte", "jαmes",  "hеnry",   "thεodore",   "јack",    "ρaula", "rоbert",
    "αnna",   "рeter",     "mαrco",  "ѕven",    "lαura",      "рedro",   "mαria", "јose",
    "tοmas",  "kаtya",     "bοris",  "nаtasha", "sεrgej",     "оlga",    "ρavel", "уuri",
    "dmιtri", "nіkos",     "sοphia", "еleni",   "κostas",
};

Test(name_refused, names_that_mix_latin_greek_and_cyrillic)
{
    expect_faults(mixed, COUNT(mixed), NAME_SCRIPTS);
}

/* ---- what is not seen ---- */

static const int32_t unseen[] = {
    0x00ad,  0x034f,  0x061c,  0x115f,  0x1160,  0x17b4,  0x17b5,  0x180b,  0x180c,  0x180d,
    0x180e,  0x180f,  0x200b,  0x200c,  0x200d,  0x200e,  0x200f,  0x202a,  0x202b,  0x202c,
    0x202d,  0x202e,  0x2060,  0x2061,  0x2062,  0x2063,  0x2064,  0x2065,  0x2066,  0x2067,
    0x2068,  0x2069,  0x206a,  0x206f,  0x2800,  0x16fe4, 0x3164,  0xfe00,  0xfe0e,  0xfe0f,
    0xfeff,  0xffa0,  0xfff0,  0xfff8,  0xfff9,  0xfffb,  0xfffc,  0xfffd,  0x13441, 0x13442,
    0x1bca0, 0x1bca3, 0x1d159, 0x1d173, 0x1d17a, 0xe0001, 0xe0020, 0xe007f, 0xe0100, 0xe01ef,
    0x0001,  0x001b,  0x007f,  0x0085,  0x009f,  0x0378,  0xe000,  0xf8ff,  0xfffe,  0x0600,
    0x06dd,  0x070f,  0x110bd,
};

static void put(char *text, size_t size, const char *before, int32_t codepoint, const char *after)
{
    char bytes[5] = "";

    cr_assert_gt(utf8proc_encode_char(codepoint, (utf8proc_uint8_t *)bytes), 0);
    snprintf(text, size, "%s%s%s", before, bytes, after);
}

/* In a name, and at its end. */
static void expect_in_names(const int32_t *codepoints, size_t count, enum name_fault fault)
{
    char text[ROOM_NAME_MAX_BYTES];

    cr_expect_geq(count, 50);
    for (size_t i = 0; i < count; i++) {
        put(text, sizeof(text), "bo", codepoints[i], "b");
        expect_fault(text, fault);
        put(text, sizeof(text), "小明", codepoints[i], "");
        expect_fault(text, fault);
    }
}

Test(name_refused, names_with_what_is_not_seen)
{
    char text[ROOM_NAME_MAX_BYTES];

    expect_in_names(unseen, COUNT(unseen), NAME_UNSEEN);
    for (size_t i = 0; i < COUNT(unseen); i++) {
        put(text, sizeof(text), "", unseen[i], "");
        expect_fault(text, NAME_UNSEEN);
    }
}

static const char *const joined[] = {
    "bo\u200db",
    "小\u200d明",
    "a\u200cb",
    "\u200dbob",
    "bob\u200d",
    "\u0645\u062d\u0645\u062f\u200c\u0631\u0636\u0627",
    "\u0627\u0645\u06cc\u0631\u200c\u062d\u0633\u06cc\u0646",
    "\u0645\u200d",
    "\u200c\u0645",
    "\u0645\u200c",
    "1\u200c2",
    "\u06a9a\u200cb",
    "क\u200dष",
    "क\u200cष",
    "ක\u200dෂ",
    "👩\u200d👧",
    "Иван\u200cов",
};

Test(name_refused, names_with_joiners_where_nothing_is_joined)
{
    for (size_t i = 0; i < COUNT(joined); i++)
        expect_fault(joined[i], NAME_UNSEEN);
}

/* ---- colons ---- */

static const int32_t colons[] = {
    0x003a,  0x02d0,  0x02d1,  0x02f8,  0x0589,  0x05c3,  0x0703,  0x0704,  0x0705,  0x0706,
    0x0707,  0x0708,  0x0709,  0x0903,  0x0983,  0x0a03,  0x0a83,  0x0b03,  0x0c03,  0x0c83,
    0x0d03,  0x0d83,  0x1038,  0x1361,  0x1362,  0x1363,  0x1364,  0x1365,  0x1366,  0x16ec,
    0x17c7,  0x1803,  0x1804,  0x1809,  0x1b04,  0x205a,  0x205d,  0x2236,  0x2237,  0x2239,
    0x223a,  0x2254,  0x2255,  0x2982,  0x2a74,  0x2af6,  0x2e2c,  0xa4fd,  0xa6f4,  0xa789,
    0xa983,  0xfe13,  0xfe30,  0xfe55,  0xff1a,  0x10781, 0x10782, 0x1d108, 0x1da8a, 0x0f7f,
    0x17c8,  0x1b82,  0x205e,  0x22ee,  0x2360,  0x2803,  0x2805,  0x2806,  0x2818,  0x2828,
    0x2830,  0x2841,  0x2842,  0x2844,  0x2888,  0x2890,  0x28a0,  0x29f4,  0xa881,  0xaaf5,
    0xfbbd,  0xfbbe,  0x10af5, 0x10f88, 0x11002, 0x11082, 0x11102, 0x11182, 0x11303, 0x11445,
    0x114c1, 0x115be, 0x1163e, 0x116ac, 0x11838, 0x119df, 0x11a39, 0x11a97, 0x11c3e, 0x11d41,
    0x11d96, 0x11f03, 0x12471, 0x12472, 0x12473, 0x12474,
};

Test(name_refused, names_with_what_looks_like_a_colon)
{
    expect_in_names(colons, COUNT(colons), NAME_COLON);
}

/* ---- marks ---- */

static const char *const marks[] = {
    "\u0301",
    "\u0301a",
    "\u0308bob",
    "\u20dd",
    "\u20e3",
    "\u0338",
    "\u0335x",
    "\u0489",
    "\u0483a",
    "\u3099",
    "\u309aか",
    "\u093f",
    "\u0903",
    "\u093e",
    "\u0e31",
    "\u0e34ก",
    "\u05b0",
    "\u05bc",
    "\u064b",
    "\u0651",
    "\u0670",
    "\u064e\u0628",
    "\u0940क",
    "\u094dक",
    "\u0981",
    "\u0a3c",
    "\u0abc",
    "\u0b3c",
    "\u0bcd",
    "\u0c4d",
    "\u0ccd",
    "\u0d4d",
    "\u0dca",
    "\u0eb1",
    "\u0f71",
    "\u0f39",
    "\u102d",
    "\u1037",
    "\u135d",
    "\u1712",
    "\u17b6",
    "\u1a17",
    "\u1b34",
    "\u1dc4",
    "\u1dfe",
    "\u2cef",
    "\u302a",
    "\ufe20",
    "\ufe2f",
    "\ua67c",
    "\ua802",
    "\U0001d165",
    "\u0300\u0300\u0300",
    "\u0341",
    "\u0345",
    "\u0363",
};

Test(name_refused, names_that_begin_with_a_mark)
{
    cr_expect_geq(COUNT(marks), 50);
    for (size_t i = 0; i < COUNT(marks); i++) {
        enum name_fault fault = strcmp(marks[i], "\u0903") == 0 ? NAME_COLON : NAME_MARK;

        expect_fault(marks[i], fault);
    }
}

/* ---- words ---- */

static const char *const administrators[] = {
    "admin",           "ADMIN",         "AdMiN",       "ādmin",          "àdmin",
    "ádmin",           "âdmin",         "ãdmin",       "ädmin",          "ådmin",
    "aḍmin",           "ąđmin",         "admìn",       "admín",          "admın",
    "adm1n",           "admln",         "Admln",       "adm|n",          "ａｄｍｉｎ",
    "𝐚𝐝𝐦𝐢𝐧",           "𝒂𝒅𝒎𝒊𝒏",         "𝖆𝖉𝖒𝖎𝖓",       "𝚊𝚍𝚖𝚒𝚗",          "ⓐⓓⓜⓘⓝ",
    "🄰🄳🄼🄸🄽",           "🅐🅓🅜🅘🅝",         "🅰🅳🅼🅸🅽",       "ᴀᴅᴍɪɴ",          "adrnin",
    "ɑdmin",           "admin1",        "1admin",      "adm1n1",         "admin_tom",
    "tom_admin",       "tom-admin-2",   "myAdmin",     "theAdmin7",      "the-Administrator",
    "myAdministrator", "Administrat0r", "admins",      "Administrators", "a.d.m.i.n",
    "a_d_m_i_n",       "ad-min",        "ad·min",      "@admin",         "<admin>",
    "[admin]",         "admin!",        "admin\u0301", "a\u0308dmin",    "a\u20dddmin",
    "аԁміп",           "ꭺdmin",         "system",      "SYSTEM",         "ѕуѕтем",
    "ЅУЅТЕМ",          "sÿstem",        "s.y.s.t.e.m", "system32",       "the_system",
    "System",          "ⓢⓨⓢⓣⓔⓜ",        "管理员",      "管理員",         "管.理.员",
    "管-理-員",        "菅理员",        "管埋员",      "x管理员x",       "小管理員",
    "管理员1号",       "系统",          "系統",        "系统消息",       "系統消息",
    "我是admin",       "admin小明",     "admin님",     "우리admin",      "admin입니다",
    "アドミンadmin",   "հայadmin",      "adminהוא",    "ADMINBob",       "@dmin",
    "＠dmin",          "4dm1n",         "adm!n",       "$y5tem",         "syst3m",
    "the_5ystem",      "admㅣn",        "adm丨n",      "adm│n",          "adm।n",
    "管理貟",          "管理贠",        "系統訊息",    "糸统",           "系统管理",
    "系统通知",        "【系统公告】",  "系统提示2",   "系統廣播",       "【系统】",
    "[系統]",          "系统!",         "[room]",      "*roomd*",        "room>",
    "rㅇㅇm",          "r○◯md",         "room",        "Room",           "r00m",
    "roorn",           "roomd",         "ROOMD",       "roomctl",
};

Test(name_refused, names_that_look_like_the_administrator_or_a_program)
{
    expect_faults(administrators, COUNT(administrators), NAME_RESERVED);
}

static const char *const replies[] = {
    "OK",
    "ok",
    "0K",
    "ОК",
    "ΟΚ",
    "ᴏᴋ",
    "𝗢𝗞",
    "ＯＫ",
    "EXIT",
    "Exit",
    "EX1T",
    "exlt",
    "ЕХІТ",
    "ΕΧΙΤ",
    "QUIT",
    "QU1T",
    "quıt",
    "Y",
    "n",
    "Ν",
    "该用户已存在",
    "请先进入聊天室",
    "聊天室已满",
};

Test(name_refused, names_that_look_like_a_reply)
{
    for (size_t i = 0; i < COUNT(replies); i++)
        expect_fault(replies[i], NAME_RESERVED);
}

static const char *const lines[] = {
    "Notice",
    "NOTICE",
    "notice",
    "Notice!",
    "notice-board",
    "notice_5",
    "Ｎotice",
    "Ｎｏｔｉｃｅ",
    "N0tice",
    "N0T1CE",
    "Notıce",
    "Nótice",
    "notIce",
    "_Notice",
    "[Notice]",
    "«Notice»",
    "NoticeAll",
    "notice.",
    "ⓝotice",
    "***",
    "****",
    "***x",
    "＊＊＊",
    "∗∗∗",
    "⁎⁎⁎",
    "✱✱",
    "**bold**",
    "*",
    "--",
    "---",
    "--x",
    "—",
    "——",
    "––",
    "−−",
    "－－",
    "﹣﹣",
    "‐‐",
    "‑‑",
    "--▶",
    "ーー",
    "You_missed_3",
    "you-missed",
    "youMissed",
    "YouMissed5messages",
    "You_missed",
    "You.missed.5.messages",
    "You_have_said_nothing_for_long_you_leave_in_60",
    "Your_message_was_not_sent",
    "YourMessageWasNotSent",
    "your.message.was.not.sent",
    "管理员消息",
    "管理員消息",
    "管理员消息1",
    "您错过了3条",
    "您错过了",
    "您很久没有发言",
    "您已被管理员移出聊天室",
    "消息没有发送",
    "x消息没有发送",
    "消息-没有-发送",
    "alice进入了聊天室",
    "alice退出了聊天室",
    "33人进入了聊天室",
    "5人退出了聊天室",
    "3_joined",
    "12.left",
    "5joined",
    "１２joined",
    "2_joined_bob",
    "⁂",
    "⁑",
    "✳✳",
    "✻✼✽",
    "🞯🞯",
    "꙳꙳",
    "ㅡㅡ",
    "᠆᠆",
    "־־",
    "⎯⎯",
    "╌╌",
    "⏤",
    "[Here]",
    "Here",
    "HERE",
    "hére",
    "(somebody)",
    "（somebody）",
    "(SOMEBODY)",
    "(3_events_were_missed",
    "3eventsWereMissed",
};

Test(name_refused, names_that_begin_like_a_line_of_the_room)
{
    expect_faults(lines, COUNT(lines), NAME_RESERVED);
}
