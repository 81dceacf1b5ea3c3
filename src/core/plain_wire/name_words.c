/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The words for each reason why a name is refused, one row each, in every language. */
#include <roomd/dialect.h>

static const char *const words[NAME_FAULTS][2] = {
    [NAME_FINE] = {[DIALECT_ZH] = "", [DIALECT_EN] = ""},
    [NAME_EMPTY] = {[DIALECT_ZH] = "名字是空的", [DIALECT_EN] = "it is empty"},
    [NAME_LONG] = {[DIALECT_ZH] = "太长", [DIALECT_EN] = "it is too long"},
    [NAME_NOT_UTF8] = {[DIALECT_ZH] = "不是 UTF-8 编码", [DIALECT_EN] = "it is not UTF-8"},
    [NAME_SPACE] = {[DIALECT_ZH] = "含有空格", [DIALECT_EN] = "there is a space in it"},
    [NAME_COLON] = {[DIALECT_ZH] = "含有冒号或像冒号的字符",
                    [DIALECT_EN] = "there is a colon in it, or what looks like one"},
    [NAME_UNSEEN] = {[DIALECT_ZH] = "含有看不见的字符",
                     [DIALECT_EN] = "there is a character in it that can't be seen"},
    [NAME_MARK] =
        {[DIALECT_ZH] = "以组合符号开头", [DIALECT_EN] = "it begins with a combining mark"},
    [NAME_SCRIPTS] = {[DIALECT_ZH] = "混用了拉丁, 希腊或西里尔字母",
                      [DIALECT_EN] = "it mixes Latin, Greek or Cyrillic letters"},
    [NAME_RESERVED] = {[DIALECT_ZH] = "像管理员, 程序或聊天室的消息",
                       [DIALECT_EN] = "it looks like the administrator, a program or a line"},
    [NAME_MUTED] = {[DIALECT_ZH] = "您已被管理员禁言, 不能改名",
                    [DIALECT_EN] = "the administrator has muted you under another"},
};

const char *dialect_name_fault(enum dialect_language language, enum name_fault fault)
{
    return words[fault][language];
}
