/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A dialect: the verbs, answers and wording of a plain protocol. It is built from texts (built-in
 * ones, or an administrator's) that are checked when they are set, and is then only read. A dialect
 * is one flat struct: copy it, keep it anywhere.
 */
#ifndef ROOMD_DIALECT_H
#define ROOMD_DIALECT_H

#include <roomd/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIALECT_NAME_MAX_BYTES 63

/* 14 of the known clients crash on a longer answer to a join: their buffer is 128 bytes. */
#define DIALECT_REPLY_MAX_BYTES 120

/* What stands before each line is a line break or a mark, not a sentence. */
#define DIALECT_PREFIX_MAX_BYTES 16

/* A template is one line of words around its placeholders. */
#define DIALECT_TEMPLATE_MAX_BYTES 240

#define DIALECT_VERB_MAX_BYTES 16
#define DIALECT_VERBS_MAX      8

/* Room for "which key, what is wrong, what to do", where a function says why it refused. */
#define DIALECT_WHY_BYTES 256

/* The built-in `course` has it for those who leave with QUIT: one client waits for just that. */
#define DIALECT_QUIT_BYE "QUIT"

enum dialect_language {
    DIALECT_ZH,
    DIALECT_EN,
};

/* The keys of a dialect, as they stand in [plain] or in a dialect file. `bye.VERB` stands apart:
 * see dialect_set_bye. */
enum dialect_key {
    /* verbs */
    DIALECT_JOIN_VERBS,
    DIALECT_CHAT_VERBS,
    DIALECT_EXIT_VERBS,
    /* answers: replies, compared byte by byte by the clients */
    DIALECT_ACCEPT,
    DIALECT_NAME_TAKEN,
    DIALECT_NAME_BAD,
    DIALECT_ROOM_FULL,
    DIALECT_BANNED,
    DIALECT_REFUSED,
    DIALECT_BYE,
    /* what members see: what stands before each line, and templates */
    DIALECT_PREFIX,
    DIALECT_JOIN,
    DIALECT_CHAT,
    DIALECT_EXIT,
    DIALECT_NOTICE,
    DIALECT_JOINS,    /* many joins in one line */
    DIALECT_EXITS,    /* many exits in one line */
    DIALECT_MISSED,   /* to a member that fell out of the ring */
    DIALECT_IDLE,     /* to a member that will soon be removed for saying nothing */
    DIALECT_KICKED,   /* to a member that is being removed */
    DIALECT_MUTED,    /* to a member whose message was not sent */
    DIALECT_TOO_LONG, /* the same */
    DIALECT_NOT_UTF8, /* the same */
    DIALECT_LIMITED,  /* the same */
    /* numbers */
    DIALECT_FOLD_JOINS,
    DIALECT_MAX_LINES,
    DIALECT_KEYS /* how many there are */
};

enum dialect_key_kind {
    DIALECT_KIND_VERBS,    /* 1 – 8 words */
    DIALECT_KIND_REPLY,    /* at most 120 bytes, no control characters; {name} once, if wanted */
    DIALECT_KIND_PREFIX,   /* at most 16 bytes, no control characters but line breaks */
    DIALECT_KIND_TEMPLATE, /* one line with placeholders */
    DIALECT_KIND_NUMBER,
};

struct dialect_key_info {
    const char *key; /* as written in a file: "join_verbs" */
    enum dialect_key_kind kind;
    const char *help; /* one line */
    const char
        *placeholders; /* of a template or reply, for people: "{name} {time}"; "" otherwise */
    uint32_t min, max; /* of a number */
};

/* What a template's placeholders stand for. */
enum template_field {
    TEMPLATE_LITERAL,
    TEMPLATE_NAME,
    TEMPLATE_TEXT,
    TEMPLATE_TIME,  /* local HH:MM of the event */
    TEMPLATE_NAMES, /* as many as fit */
    TEMPLATE_COUNT,
};

#define TEMPLATE_PIECES_MAX 12

struct template_piece {
    uint8_t field;  /* enum template_field */
    uint8_t offset; /* of a literal, into the dialect key's text */
    uint8_t length;
};

/* A template, taken apart once so that rendering only copies. */
struct template
{
    char text[DIALECT_TEMPLATE_MAX_BYTES + 1];
    uint8_t count;
    struct template_piece pieces[TEMPLATE_PIECES_MAX];
};

struct reply {
    char bytes[DIALECT_REPLY_MAX_BYTES +
               2];   /* followed by a newline, for members that want one, and a NUL */
    uint8_t length;  /* without the newline; 0 = none */
    bool has_name;   /* it holds {name}, which is not in `bytes` */
    uint8_t name_at; /* what of `bytes` stands before it */
};

struct dialect_prefix {
    char bytes[DIALECT_PREFIX_MAX_BYTES];
    uint8_t length; /* 0 = none */
};

struct verbs {
    char word[DIALECT_VERBS_MAX][DIALECT_VERB_MAX_BYTES + 1];
    uint8_t length[DIALECT_VERBS_MAX];
    uint8_t count;
};

struct dialect {
    char name[DIALECT_NAME_MAX_BYTES + 1];
    struct verbs verbs[3]; /* indexed by enum dialect_key: join, chat, exit */
    /* accept … bye, in the order of enum dialect_key */
    struct reply replies[DIALECT_BYE - DIALECT_ACCEPT + 1];
    struct reply byes[DIALECT_VERBS_MAX]; /* bye.VERB, beside byes_verb; count in byes_count */
    char byes_verb[DIALECT_VERBS_MAX][DIALECT_VERB_MAX_BYTES + 1];
    uint8_t byes_count;
    struct dialect_prefix prefix;
    struct template templates[DIALECT_LIMITED - DIALECT_JOIN + 1]; /* join … limited */
    uint32_t fold_joins;                                           /* 2 – 10000 */
    uint32_t max_lines;                                            /* 1 – 64 */
};

/* The key's row in the table; `key` < DIALECT_KEYS. */
const struct dialect_key_info *dialect_key_info(enum dialect_key key);
/* The key written `text`, or -1. */
int dialect_key_find(const char *text);

/* Names of the built-in dialects, NULL-terminated: "course", "yn". */
const char *const *dialect_builtin_names(void);
/* The text a built-in dialect has for `key`; NULL where there is no built-in of that name. */
const char *dialect_builtin_text(const char *builtin, enum dialect_language language,
                                 enum dialect_key key);

/* Fills in a built-in dialect. STATUS_NOT_FOUND where there is none of that name. */
int dialect_init(struct dialect *dialect, const char *builtin, enum dialect_language language);

/*
 * Sets one key from its text (verbs: words between spaces; numbers: decimal). On refusal
 * (STATUS_INVALID, STATUS_TOO_LONG, STATUS_NOT_UTF8) the dialect is as it was and `ret_why` says
 * what is wrong, without the key's name. Setting exit_verbs drops the byes of verbs that are not in
 * it: set it before them.
 */
int dialect_set(struct dialect *dialect, enum dialect_key key, const char *text,
                char ret_why[DIALECT_WHY_BYTES]);

/* Sets the bye for those who leave with `verb`. As above; STATUS_FULL after DIALECT_VERBS_MAX
 * different verbs. */
int dialect_set_bye(struct dialect *dialect, const char *verb, const char *text,
                    char ret_why[DIALECT_WHY_BYTES]);

/*
 * What no single key can tell: no verb stands in two lists, every `bye.VERB` names an exit verb, no
 * answer with a name in it swallows requests, and under these limits the longest possible line fits
 * PLAIN_LINE_MAX_BYTES and the longest answer DIALECT_REPLY_MAX_BYTES. On refusal (STATUS_INVALID)
 * `ret_why` names the key and, where something is too long, the sum.
 */
int dialect_check(const struct dialect *dialect, const struct room_limits *limits,
                  char ret_why[DIALECT_WHY_BYTES]);

/* The reply of an answer: DIALECT_ACCEPT … DIALECT_BYE. */
const struct reply *dialect_reply(const struct dialect *dialect, enum dialect_key key);
/* What one who leaves with this verb is sent; its length is 0 where the dialect has no bye. */
const struct reply *dialect_bye(const struct dialect *dialect, const char *verb, size_t verb_len);
/* The template of a line: DIALECT_JOIN … DIALECT_LIMITED. */
const struct template *dialect_template(const struct dialect *dialect, enum dialect_key key);

/* True where these bytes are one of the dialect's answers or byes, to whomever. */
bool dialect_is_reply(const struct dialect *dialect, const char *bytes, size_t length);

#endif
