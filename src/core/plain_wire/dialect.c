/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The one table of a dialect's keys, the built-in dialects, and the checks on each single text.
 * Checks across keys are in dialect_check.c.
 */
#include <roomd/dialect.h>

#include "core/model/text.h"
#include "core/plain_wire/reply.h"
#include "core/plain_wire/template.h"
#include "core/plain_wire/verbs.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define BIT_NAME  TEMPLATE_BIT(TEMPLATE_NAME)
#define BIT_TEXT  TEMPLATE_BIT(TEMPLATE_TEXT)
#define BIT_TIME  TEMPLATE_BIT(TEMPLATE_TIME)
#define BIT_NAMES TEMPLATE_BIT(TEMPLATE_NAMES)
#define BIT_COUNT TEMPLATE_BIT(TEMPLATE_COUNT)
#define BIT_CODE  TEMPLATE_BIT(TEMPLATE_CODE)
#define BIT_WHY   TEMPLATE_BIT(TEMPLATE_WHY)

/*
 * A row: the key, and its text in the built-in dialects. `yn` is NULL where it is as in `course`.
 */
struct row {
    struct dialect_key_info info;
    uint32_t allowed; /* placeholders, as TEMPLATE_BIT */
    const char *zh;
    const char *en; /* NULL: as zh */
    const char *yn;
};

static const struct row rows[DIALECT_KEYS] = {
    [DIALECT_JOIN_VERBS] = {{"join_verbs", DIALECT_KIND_VERBS, "verbs that ask to join: VERB NAME",
                             "", 0, 0},
                            0,
                            "L LOGIN",
                            NULL,
                            NULL},
    [DIALECT_CHAT_VERBS] = {{"chat_verbs", DIALECT_KIND_VERBS,
                             "verbs that say something: VERB NAME TEXT", "", 0, 0},
                            0,
                            "C CHAT",
                            NULL,
                            NULL},
    [DIALECT_EXIT_VERBS] = {{"exit_verbs", DIALECT_KIND_VERBS, "verbs that leave: VERB NAME", "", 0,
                             0},
                            0,
                            "Q E EXIT QUIT",
                            NULL,
                            "E Q EXIT QUIT"},
    [DIALECT_ACCEPT] = {{"accept", DIALECT_KIND_REPLY, "answer to a join: you are in", "{name}", 0,
                         0},
                        BIT_NAME,
                        "OK",
                        NULL,
                        "Y"},
    [DIALECT_NAME_TAKEN] = {{"name_taken", DIALECT_KIND_REPLY,
                             "answer to a join: somebody has that name", "{name}", 0, 0},
                            BIT_NAME,
                            "该用户已存在",
                            "name taken",
                            "N"},
    [DIALECT_NAME_BAD] = {{"name_bad", DIALECT_KIND_REPLY,
                           "answer to a join: nobody may have that name", "{name} or {why}", 0, 0},
                          BIT_NAME | BIT_WHY,
                          "姓名不可用 (UTF-8): {why}",
                          "name not allowed (UTF-8): {why}",
                          "N"},
    [DIALECT_ROOM_FULL] = {{"room_full", DIALECT_KIND_REPLY,
                            "answer to a join: room.max_members are in", "{name}", 0, 0},
                           BIT_NAME,
                           "聊天室已满",
                           "the room is full",
                           "N"},
    [DIALECT_BANNED] = {{"banned", DIALECT_KIND_REPLY,
                         "answer to a join: banned, or kicked a moment ago", "{name}", 0, 0},
                        BIT_NAME,
                        "您现在不能进入聊天室",
                        "you may not join now",
                        "N"},
    [DIALECT_REFUSED] = {{"refused", DIALECT_KIND_REPLY,
                          "answer to a message from somebody who has not joined", "{name}", 0, 0},
                         BIT_NAME,
                         "请先进入聊天室",
                         "join first",
                         NULL},
    [DIALECT_BYE] = {{"bye", DIALECT_KIND_REPLY,
                      "what a leaver is sent, so that its program ends; empty = nothing", "{name}",
                      0, 0},
                     BIT_NAME,
                     "EXIT",
                     NULL,
                     ""},
    [DIALECT_PREFIX] = {{"prefix", DIALECT_KIND_PREFIX,
                         "what stands before each line, though not before answers", "", 0, 0},
                        0,
                        "",
                        NULL,
                        NULL},
    [DIALECT_JOIN] = {{"join", DIALECT_KIND_TEMPLATE, "somebody joined", "{name} {time}", 0, 0},
                      BIT_NAME | BIT_TIME,
                      "{name} 进入了聊天室",
                      "{name} joined",
                      NULL},
    [DIALECT_CHAT] = {{"chat", DIALECT_KIND_TEMPLATE, "somebody said something",
                       "{name} {text} {time}", 0, 0},
                      BIT_NAME | BIT_TEXT | BIT_TIME,
                      "{name} ： {text}",
                      "{name}: {text}",
                      NULL},
    [DIALECT_EXIT] = {{"exit", DIALECT_KIND_TEMPLATE, "somebody left", "{name} {time}", 0, 0},
                      BIT_NAME | BIT_TIME,
                      "{name} 退出了聊天室",
                      "{name} left",
                      NULL},
    [DIALECT_NOTICE] = {{"notice", DIALECT_KIND_TEMPLATE, "the administrator says something",
                         "{text} {time}", 0, 0},
                        BIT_TEXT | BIT_TIME,
                        "管理员消息: {text}",
                        "Notice: {text}",
                        NULL},
    [DIALECT_JOINS] = {{"joins", DIALECT_KIND_TEMPLATE, "many joined: fold_joins or more in a row",
                        "{names} {count} {time}", 0, 0},
                       BIT_NAMES | BIT_COUNT | BIT_TIME,
                       "{count} 人进入了聊天室: {names}",
                       "{count} joined: {names}",
                       NULL},
    [DIALECT_EXITS] = {{"exits", DIALECT_KIND_TEMPLATE, "many left: fold_joins or more in a row",
                        "{names} {count} {time}", 0, 0},
                       BIT_NAMES | BIT_COUNT | BIT_TIME,
                       "{count} 人退出了聊天室: {names}",
                       "{count} left: {names}",
                       NULL},
    [DIALECT_MISSED] = {{"missed", DIALECT_KIND_TEMPLATE,
                         "to a member that could not be sent so many lines", "{count} {time}", 0,
                         0},
                        BIT_COUNT | BIT_TIME,
                        "您错过了 {count} 条消息",
                        "You missed {count} messages",
                        NULL},
    [DIALECT_IDLE] = {{"idle", DIALECT_KIND_TEMPLATE,
                       "to a member that must leave in {count} seconds, unless it says something",
                       "{count} {time}", 0, 0},
                      BIT_COUNT | BIT_TIME,
                      "您很久没有发言, {count} 秒后将退出聊天室",
                      "You have said nothing for long: you leave in {count} seconds",
                      NULL},
    [DIALECT_ASKED] = {{"asked", DIALECT_KIND_TEMPLATE,
                        "to a member whose name somebody at its address asks for; must hold {code}",
                        "{code} {time}", 0, 0},
                       BIT_CODE | BIT_TIME,
                       "同一地址上有人要用您的名字 ({code})",
                       "Somebody at your address asks for your name ({code})",
                       NULL},
    [DIALECT_KICKED] = {{"kicked", DIALECT_KIND_TEMPLATE,
                         "to a member that is removed; {text} is the reason", "{text} {time}", 0,
                         0},
                        BIT_TEXT | BIT_TIME,
                        "您已被管理员移出聊天室。{text}",
                        "The administrator has removed you from the room. {text}",
                        NULL},
    [DIALECT_DISPLACED] = {{"displaced", DIALECT_KIND_TEMPLATE,
                            "to a silent member that has to make room in a full room", "{time}", 0,
                            0},
                           BIT_TIME,
                           "您很久没有发言, 聊天室已满, 您的位置已让给新来的人",
                           "You have said nothing for long, and the room is full: somebody else "
                           "has your place",
                           NULL},
    [DIALECT_MUTED] = {{"muted", DIALECT_KIND_TEMPLATE,
                        "to a member whose message was not sent: it is muted", "{time}", 0, 0},
                       BIT_TIME,
                       "消息没有发送: 您已被管理员禁言",
                       "Your message was not sent: the administrator has muted you",
                       NULL},
    [DIALECT_TOO_LONG] = {{"too_long", DIALECT_KIND_TEMPLATE,
                           "to a member whose message was not sent: longer than {count} bytes",
                           "{count} {time}", 0, 0},
                          BIT_COUNT | BIT_TIME,
                          "消息没有发送: 超过 {count} 字节",
                          "Your message was not sent: it is longer than {count} bytes",
                          NULL},
    [DIALECT_NOT_UTF8] = {{"not_utf8", DIALECT_KIND_TEMPLATE,
                           "to a member whose message was not sent: not UTF-8", "{time}", 0, 0},
                          BIT_TIME,
                          "消息没有发送: 不是 UTF-8 编码",
                          "Your message was not sent: it is not UTF-8",
                          NULL},
    [DIALECT_CROWDED] = {{"crowded", DIALECT_KIND_TEMPLATE,
                          "to a member whose message was not sent: too many newcomers speak",
                          "{time}", 0, 0},
                         BIT_TIME,
                         "消息没有发送: 聊天室太忙, 请稍后再试",
                         "Your message was not sent: the room is too busy, try again later",
                         NULL},
    [DIALECT_LIMITED] = {{"limited", DIALECT_KIND_TEMPLATE,
                          "to a member whose message was not sent: it exceeds limits.*",
                          "{count} {time}", 0, 0},
                         BIT_COUNT | BIT_TIME,
                         "消息没有发送: 发言太快, 请稍后再试",
                         "Your message was not sent: too fast, try again later",
                         NULL},
    [DIALECT_FOLD_JOINS] = {{"fold_joins", DIALECT_KIND_NUMBER,
                             "so many joins (or exits) in a row, owed to a member, become one line",
                             "", 2, 10000},
                            0,
                            "32",
                            NULL,
                            NULL},
    [DIALECT_MAX_LINES] = {{"max_lines", DIALECT_KIND_NUMBER,
                            "lines that may share a datagram, separated by newlines", "", 1, 64},
                           0,
                           "1",
                           NULL,
                           NULL},
};

static const char *const builtin_names[] = {"course", "yn", NULL};

const struct dialect_key_info *dialect_key_info(enum dialect_key key)
{
    return &rows[key].info;
}

int dialect_key_find(const char *text)
{
    for (int key = 0; key < DIALECT_KEYS; key++) {
        if (strcmp(rows[key].info.key, text) == 0)
            return key;
    }
    return -1;
}

const char *const *dialect_builtin_names(void)
{
    return builtin_names;
}

const char *dialect_builtin_text(const char *builtin, enum dialect_language language,
                                 enum dialect_key key)
{
    const struct row *row = &rows[key];
    bool yn = strcmp(builtin, "yn") == 0;

    if (!yn && strcmp(builtin, "course") != 0)
        return NULL;
    if (yn && row->yn != NULL)
        return row->yn;
    return language == DIALECT_EN && row->en != NULL ? row->en : row->zh;
}

int dialect_init(struct dialect *dialect, const char *builtin, enum dialect_language language)
{
    char why[DIALECT_WHY_BYTES];

    if (dialect_builtin_text(builtin, language, DIALECT_ACCEPT) == NULL)
        return STATUS_NOT_FOUND;
    memset(dialect, 0, sizeof(*dialect));
    snprintf(dialect->name, sizeof(dialect->name), "%s", builtin);
    dialect->language = language;
    for (int key = 0; key < DIALECT_KEYS; key++) {
        int status =
            dialect_set(dialect, (enum dialect_key)key,
                        dialect_builtin_text(builtin, language, (enum dialect_key)key), why);

        /* A mistake in the table above, which the tests would show. */
        if (status != 0)
            return status;
    }
    if (strcmp(builtin, "course") == 0)
        return dialect_set_bye(dialect, "QUIT", DIALECT_QUIT_BYE, why);
    return STATUS_OK;
}

static int refuse(int status, char ret_why[DIALECT_WHY_BYTES], const char *why)
{
    snprintf(ret_why, DIALECT_WHY_BYTES, "%s", why);
    return status;
}

static int set_reply(struct reply *reply, enum dialect_key key, const char *text,
                     char ret_why[DIALECT_WHY_BYTES])
{
    if (text[0] == '\0' && key != DIALECT_BYE)
        return refuse(STATUS_INVALID, ret_why, "is empty: clients wait for an answer");
    return reply_parse(text, rows[key].allowed, reply, ret_why);
}

static int set_prefix(struct dialect_prefix *prefix, const char *text,
                      char ret_why[DIALECT_WHY_BYTES])
{
    struct dialect_prefix result = {.length = 0};
    size_t length = strlen(text);

    if (length > DIALECT_PREFIX_MAX_BYTES) {
        snprintf(ret_why, DIALECT_WHY_BYTES, "is %zu bytes; at most %d stand before a line", length,
                 DIALECT_PREFIX_MAX_BYTES);
        return STATUS_TOO_LONG;
    }
    if (!text_is_utf8(text, length))
        return refuse(STATUS_NOT_UTF8, ret_why, "is not valid UTF-8");
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)text[i] < 0x20 && text[i] != '\n') || text[i] == 0x7f)
            return refuse(STATUS_INVALID, ret_why, "holds a control character");
    }
    memcpy(result.bytes, text, length);
    result.length = (uint8_t)length;
    *prefix = result;
    return STATUS_OK;
}

static int set_number(uint32_t *number, const struct dialect_key_info *info, const char *text,
                      char ret_why[DIALECT_WHY_BYTES])
{
    uint64_t value = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9' && value <= info->max; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    if (at == text || *at != '\0' || value < info->min || value > info->max) {
        snprintf(ret_why, DIALECT_WHY_BYTES, "is not a number from %u to %u", (unsigned)info->min,
                 (unsigned)info->max);
        return STATUS_INVALID;
    }
    *number = (uint32_t)value;
    return STATUS_OK;
}

/*
 * A dialect that no longer leaves with QUIT does not need the bye that its built-in form has for
 * it.
 */
static void drop_unused_byes(struct dialect *dialect)
{
    const struct verbs *exits = &dialect->verbs[DIALECT_EXIT_VERBS];
    uint8_t kept = 0;

    for (uint8_t i = 0; i < dialect->byes_count; i++) {
        if (!verbs_hold(exits, dialect->byes_verb[i], strlen(dialect->byes_verb[i])))
            continue;
        memmove(dialect->byes_verb[kept], dialect->byes_verb[i], sizeof(dialect->byes_verb[i]));
        dialect->byes[kept++] = dialect->byes[i];
    }
    dialect->byes_count = kept;
}

static int set_verb_list(struct dialect *dialect, enum dialect_key key, const char *text,
                         char ret_why[DIALECT_WHY_BYTES])
{
    int status = verbs_parse(text, &dialect->verbs[key - DIALECT_JOIN_VERBS], ret_why);

    if (status == 0 && key == DIALECT_EXIT_VERBS)
        drop_unused_byes(dialect);
    return status;
}

/* Without a code anybody could write the line, and with it an error that quotes it. */
static int set_template(struct template *template, enum dialect_key key, const char *text,
                        char ret_why[DIALECT_WHY_BYTES])
{
    struct template parsed;
    int status;

    if (text[0] == '\0')
        return refuse(STATUS_INVALID, ret_why, "is empty: members would be sent empty datagrams");
    status = template_parse(text, rows[key].allowed, &parsed, ret_why);
    if (status != 0)
        return status;
    if (key == DIALECT_ASKED && !template_has(&parsed, TEMPLATE_CODE))
        return refuse(STATUS_INVALID, ret_why,
                      "lacks {code}, by which roomd finds out whether the member is still there");
    *template = parsed;
    return STATUS_OK;
}

int dialect_set(struct dialect *dialect, enum dialect_key key, const char *text,
                char ret_why[DIALECT_WHY_BYTES])
{
    const struct row *row = &rows[key];

    switch (row->info.kind) {
    case DIALECT_KIND_VERBS:
        return set_verb_list(dialect, key, text, ret_why);
    case DIALECT_KIND_REPLY:
        return set_reply(&dialect->replies[key - DIALECT_ACCEPT], key, text, ret_why);
    case DIALECT_KIND_PREFIX:
        return set_prefix(&dialect->prefix, text, ret_why);
    case DIALECT_KIND_TEMPLATE:
        return set_template(&dialect->templates[key - DIALECT_JOIN], key, text, ret_why);
    case DIALECT_KIND_NUMBER:
        return set_number(key == DIALECT_FOLD_JOINS ? &dialect->fold_joins : &dialect->max_lines,
                          &row->info, text, ret_why);
    }
    return STATUS_INVALID;
}

int dialect_set_bye(struct dialect *dialect, const char *verb, const char *text,
                    char ret_why[DIALECT_WHY_BYTES])
{
    struct reply reply;
    uint8_t i = 0;
    int status = set_reply(&reply, DIALECT_BYE, text, ret_why);

    if (status != 0)
        return status;
    if (verb[0] == '\0' || strlen(verb) > DIALECT_VERB_MAX_BYTES)
        return refuse(STATUS_INVALID, ret_why, "no exit verb is written like that");
    while (i < dialect->byes_count && strcmp(dialect->byes_verb[i], verb) != 0)
        i++;
    if (i == DIALECT_VERBS_MAX)
        return refuse(STATUS_FULL, ret_why, "is one bye too many: at most 8 verbs have their own");
    if (i == dialect->byes_count)
        dialect->byes_count++;
    snprintf(dialect->byes_verb[i], sizeof(dialect->byes_verb[i]), "%s", verb);
    dialect->byes[i] = reply;
    return STATUS_OK;
}

const struct reply *dialect_reply(const struct dialect *dialect, enum dialect_key key)
{
    return &dialect->replies[key - DIALECT_ACCEPT];
}

const struct reply *dialect_bye(const struct dialect *dialect, const char *verb, size_t verb_len)
{
    for (uint8_t i = 0; i < dialect->byes_count; i++) {
        if (strlen(dialect->byes_verb[i]) == verb_len &&
            memcmp(dialect->byes_verb[i], verb, verb_len) == 0)
            return &dialect->byes[i];
    }
    return dialect_reply(dialect, DIALECT_BYE);
}

const struct template *dialect_template(const struct dialect *dialect, enum dialect_key key)
{
    return &dialect->templates[key - DIALECT_JOIN];
}

bool dialect_is_reply(const struct dialect *dialect, const char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof(dialect->replies) / sizeof(dialect->replies[0]); i++) {
        if (reply_matches(&dialect->replies[i], bytes, length))
            return true;
    }
    for (uint8_t i = 0; i < dialect->byes_count; i++) {
        if (reply_matches(&dialect->byes[i], bytes, length))
            return true;
    }
    return false;
}
