/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Pairs of names that a reader takes for each other, and pairs that can be told apart. */
#include "core/model/confusable.h"

#include <criterion/criterion.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct pair {
    const char *first, *second;
};

static bool look_alike(const struct pair *pair)
{
    char first[CONFUSABLE_MAX_BYTES], second[CONFUSABLE_MAX_BYTES];
    size_t length = confusable_skeleton(pair->first, strlen(pair->first), first);

    return confusable_skeleton(pair->second, strlen(pair->second), second) == length &&
           memcmp(first, second, length) == 0;
}

static const struct pair alike[] = {
    {"alice", "álice"},
    {"alice", "ạlice"},
    {"alice", "aIice"},
    {"alice", "a1ice"},
    {"alice", "alıce"},
    {"alice", "a|ice"},
    {"alice", "аӏісе"},
    {"alice", "ᴀʟɪᴄᴇ"},
    {"alice", "ⓐⓛⓘⓒⓔ"},
    {"alice", "🅐🅛🅘🅒🅔"},
    {"alice", "🇦🇱🇮🇨🇪"},
    {"alice", "alicë"},
    {"alice", "ɑlice"},
    {"alice", "alıce"},
    {"alice", "àlïçè"},
    {"alice", "alicę"},
    {"alice", "𝐚𝐥𝐢𝐜𝐞"},
    {"alice", "a\u20ddlice"},
    {"alice", "alice\u0301"},
    {"alice", "ａｌｉｃｅ"},
    {"bob", "b0b"},
    {"bob", "böb"},
    {"bob", "bøb"},
    {"b0b", "bOb"},
    {"bob", "ʙᴏʙ"},
    {"bob", "Ьоь"},
    {"alice1", "alicel"},
    {"alicel", "alice1"},
    {"alice1", "aliceI"},
    {"user0", "userO"},
    {"ian", "ían"},
    {"lan", "Ian"},
    {"cop", "сор"},
    {"pop", "рор"},
    {"exp", "ехр"},
    {"Zoë", "zoe"},
    {"zoe", "Zoë"},
    {"Søren", "Soren"},
    {"Łukasz", "Lukasz"},
    {"Müller", "Muller"},
    {"modern", "modem"},
    {"Amy", "Arny"},
    {"Wendy", "VVendy"},
    {"swen", "svven"},
    {"o'k", "o’k"},
    {"a-b", "a–b"},
    {"a-b", "a‐b"},
    {"a_b", "a＿b"},
    {"Иван", "Иван\u0301"},
    {"Елена", "Ёлена"},
    {"Νίκος", "Νικος"},
    {"ΑΝΝΑ", "ANNA"},
    {"АННА", "AHHA"},
    {"Ian", "Lan"},
    {"ꓡan", "Lan"},
    {"hello", "héllö"},
    {"管理", "管埋"},
    {"李員", "李员"},
    {"小明", "小明\u0301"},
    {"ok2", "0k2"},
    {"x10", "xl0"},
    {"x10", "x1o"},
    {"TOM", "ТОМ"},
    {"tom", "ţom"},
    {"bob", "bㅇb"},
    {"bob", "b○b"},
    {"tall", "taㅣ丨"},
    {"O'Brien", "O´Brien"},
    {"O’Brien", "O`Brien"},
    {"小二", "小ニ"},
    {"王工", "王エ"},
    {"大力", "大カ"},
    {"小夕", "小ﾀ"},
    {"小卜", "小ト"},
    {"李八", "李ハ"},
    {"人口", "人ロ"},
    {"ヘレン", "へレン"},
    {"小黑", "小黒"},
    {"小晚", "小晩"},
    {"ที", "ทีี"},
    {"कि", "किि"},
};

Test(confusable, names_that_look_alike_are_one)
{
    cr_expect_geq(COUNT(alike), 50);
    for (size_t i = 0; i < COUNT(alike); i++)
        cr_expect(look_alike(&alike[i]), "%s, %s", alike[i].first, alike[i].second);
}

static const struct pair different[] = {
    {"alice", "alicia"},
    {"Lia", "Ila"},
    {"ian", "lan"},
    {"Ali", "All"},
    {"bob", "rob"},
    {"bob", "bobby"},
    {"张伟", "张玮"},
    {"か", "が"},
    {"カ", "ガ"},
    {"一一", "ーー"},
    {"이수", "이슈"},
    {"강", "간"},
    {"ハ", "パ"},
    {"क\u093f", "क\u0941"},
    {"กา", "ก\u0e35"},
    {"\u0628\u0646", "\u062a\u0646"},
    {"\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd1"},
    {"user1", "user2"},
    {"user1", "user11"},
    {"m1", "m2"},
    {"tom", "tim"},
    {"ann", "anne"},
    {"a", "b"},
    {"한", "핞"},
    {"Иван", "Иваны"},
    {"Ольга", "Олеся"},
    {"小明", "小红"},
    {"jose", "joseph"},
    {"x_1", "x_2"},
    {"gail", "gali"},
    {"mila", "mali"},
    {"5", "s"},
    {"8", "B"},
    {"2", "z"},
};

Test(confusable, names_that_can_be_told_apart_are_two)
{
    for (size_t i = 0; i < COUNT(different); i++)
        cr_expect_not(look_alike(&different[i]), "%s, %s", different[i].first, different[i].second);
}
