/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A dialect: the verbs, answers and wording of the plain protocol. It is built from texts (built-in
 * ones, or an administrator's) that are checked when they are set; after that it is only read. A
 * dialect is one flat struct and may be copied.
 */
#ifndef ROOMD_DIALECT_H
#define ROOMD_DIALECT_H

#include <roomd/limits.h>
#include <roomd/refusal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIALECT_NAME_MAX_BYTES 63

/* 14 of the known clients crash on a longer answer to a join: their buffer is 128 bytes. */
#define DIALECT_REPLY_MAX_BYTES 120

/* A prefix is a line break or a mark, not a sentence. */
#define DIALECT_PREFIX_MAX_BYTES 16

/* A template is one line of words around its placeholders. */
#define DIALECT_TEMPLATE_MAX_BYTES 240

#define DIALECT_VERB_MAX_BYTES 16
#define DIALECT_VERBS_MAX      8

/* Room for the key, the mistake and the remedy, where a function says why it refused. */
#define DIALECT_WHY_BYTES 256

/* The bye of QUIT in the built-in dialect `course`: one client waits for exactly that. */
#define DIALECT_QUIT_BYE "QUIT"

enum dialect_language {
    DIALECT_ZH,
    DIALECT_EN,
};

/*
 * The keys of a dialect, as written in [plain] or in a dialect file. `bye.VERB` is not among them:
 * see dialect_set_bye.
 */
enum dialect_key {
    /* verbs */
    DIALECT_JOIN_VERBS,
    DIALECT_CHAT_VERBS,
    DIALECT_EXIT_VERBS,
    /* Replies, which the clients compare byte by byte. */
    DIALECT_ACCEPT,
    DIALECT_NAME_TAKEN,
    DIALECT_NAME_BAD,
    DIALECT_ROOM_FULL,
    DIALECT_BANNED,
    DIALECT_REFUSED,
    DIALECT_BYE,
    /* Lines for members: the prefix of each, and templates. */
    DIALECT_PREFIX,
    DIALECT_JOIN,
    DIALECT_CHAT,
    DIALECT_EXIT,
    DIALECT_NOTICE,
    DIALECT_JOINS,     /* many joins in one line */
    DIALECT_EXITS,     /* many exits in one line */
    DIALECT_MISSED,    /* to a member that missed events which left the ring */
    DIALECT_IDLE,      /* to a member that will soon be removed for its silence */
    DIALECT_ASKED,     /* to a member whose name somebody at its address asks for */
    DIALECT_KICKED,    /* to a member that is being removed */
    DIALECT_DISPLACED, /* to a silent one that has to make room in a full room */
    DIALECT_MUTED,     /* to a member whose message was not sent */
    DIALECT_TOO_LONG,  /* likewise */
    DIALECT_NOT_UTF8,  /* likewise */
    DIALECT_CROWDED,   /* likewise */
    DIALECT_LIMITED,   /* likewise */
    /* numbers */
    DIALECT_FOLD_JOINS,
    DIALECT_MAX_LINES,
    DIALECT_KEYS /* their number */
};

enum dialect_key_kind {
    DIALECT_KIND_VERBS,    /* 1 to 8 words */
    DIALECT_KIND_REPLY,    /* at most 120 bytes, no control characters; one placeholder at most */
    DIALECT_KIND_PREFIX,   /* at most 16 bytes, no control characters but line breaks */
    DIALECT_KIND_TEMPLATE, /* one line with placeholders */
    DIALECT_KIND_NUMBER,
};

struct dialect_key_info {
    const char *key; /* as written in a file: "join_verbs" */
    enum dialect_key_kind kind;
    const char *help; /* one line */
    /* Of a template or reply, for people: "{name} {time}"; "" otherwise. */
    const char *placeholders;
    uint32_t min, max; /* of a number */
};

/* The placeholders of a template. */
enum template_field {
    TEMPLATE_LITERAL,
    TEMPLATE_NAME,
    TEMPLATE_TEXT,
    TEMPLATE_TIME,  /* local HH:MM of the event */
    TEMPLATE_NAMES, /* as many as fit */
    TEMPLATE_COUNT,
    TEMPLATE_CODE, /* 8 hexadecimal digits that nobody can guess */
    TEMPLATE_WHY,  /* in name_bad only: which rule forbids the name */
};

#define TEMPLATE_PIECES_MAX 12

struct template_piece {
    uint8_t field;  /* enum template_field */
    uint8_t offset; /* of a literal, into the dialect key's text */
    uint8_t length;
};

/* A template, split into pieces once so that rendering only copies. */
struct template
{
    char text[DIALECT_TEMPLATE_MAX_BYTES + 1];
    uint8_t count;
    struct template_piece pieces[TEMPLATE_PIECES_MAX];
};

struct reply {
    /* The text, then a newline, for members that want one, and a NUL. */
    char bytes[DIALECT_REPLY_MAX_BYTES + 2];
    uint8_t length;  /* without the newline; 0 = none */
    bool has_name;   /* it has a {name}, which is not in `bytes` */
    bool has_why;    /* the same for {why}; never both */
    uint8_t name_at; /* offset of the name, or of the reason, in `bytes` */
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
    enum dialect_language language; /* of {why} */
    struct verbs verbs[3];          /* by enum dialect_key: join, chat, exit */
    /* DIALECT_ACCEPT to DIALECT_BYE, in that order. */
    struct reply replies[DIALECT_BYE - DIALECT_ACCEPT + 1];
    struct reply byes[DIALECT_VERBS_MAX]; /* bye.VERB, beside byes_verb */
    char byes_verb[DIALECT_VERBS_MAX][DIALECT_VERB_MAX_BYTES + 1];
    uint8_t byes_count;
    struct dialect_prefix prefix;
    /* DIALECT_JOIN to DIALECT_LIMITED, in that order. */
    struct template templates[DIALECT_LIMITED - DIALECT_JOIN + 1];
    uint32_t fold_joins; /* 2 to 10000 */
    uint32_t max_lines;  /* 1 to 64 */
};

/* The key's row in the table; `key` < DIALECT_KEYS. */
const struct dialect_key_info *dialect_key_info(enum dialect_key key);
/* The key with the name `text`, or -1. */
int dialect_key_find(const char *text);

/* Names of the built-in dialects, NULL-terminated: "course", "yn". */
const char *const *dialect_builtin_names(void);
/* The text of `key` in a built-in dialect; NULL if there is no built-in of that name. */
const char *dialect_builtin_text(const char *builtin, enum dialect_language language,
                                 enum dialect_key key);

/* Fills in a built-in dialect. STATUS_NOT_FOUND: there is none of that name. */
int dialect_init(struct dialect *dialect, const char *builtin, enum dialect_language language);

/*
 * Sets one key from its text (verbs: words between spaces; numbers: decimal). On an error
 * (STATUS_INVALID, STATUS_TOO_LONG, STATUS_NOT_UTF8) the dialect is unchanged, and `ret_why` says
 * what is wrong, without the key's name. Setting exit_verbs drops the byes of verbs that are not in
 * the new list, so set it before them.
 */
int dialect_set(struct dialect *dialect, enum dialect_key key, const char *text,
                char ret_why[DIALECT_WHY_BYTES]);

/*
 * Sets the bye for members that leave with `verb`. Errors as above; STATUS_FULL after
 * DIALECT_VERBS_MAX different verbs.
 */
int dialect_set_bye(struct dialect *dialect, const char *verb, const char *text,
                    char ret_why[DIALECT_WHY_BYTES]);

/*
 * Checks what depends on several keys: no verb is in two lists, every `bye.VERB` names an exit
 * verb, no reply with a name in it matches a request, the dialect passes dialect_check_pair with
 * itself, and under these limits the longest line fits PLAIN_LINE_MAX_BYTES and the longest reply
 * fits DIALECT_REPLY_MAX_BYTES. On STATUS_INVALID, `ret_why` names the key and, if something is too
 * long, the sum.
 */
int dialect_check(const struct dialect *dialect, const struct room_limits *limits,
                  char ret_why[DIALECT_WHY_BYTES]);

/*
 * Checks that no line of `speaker` asks a server for anything that speaks `hearer`, or a dialect
 * that comes with the program: then these servers can't be set talking to each other.
 * STATUS_INVALID: `ret_why` names the key.
 */
int dialect_check_pair(const struct dialect *speaker, const struct dialect *hearer,
                       char ret_why[DIALECT_WHY_BYTES]);

/* Why nobody may have a name, in words: {why}. "" for NAME_FINE. */
const char *dialect_name_fault(enum dialect_language language, enum name_fault fault);

/* The reply of a key from DIALECT_ACCEPT to DIALECT_BYE. */
const struct reply *dialect_reply(const struct dialect *dialect, enum dialect_key key);
/* The reply to an exit with this verb; its length is 0 if the dialect has no bye. */
const struct reply *dialect_bye(const struct dialect *dialect, const char *verb, size_t verb_len);
/* The template of a key from DIALECT_JOIN to DIALECT_LIMITED. */
const struct template *dialect_template(const struct dialect *dialect, enum dialect_key key);

/* True if these bytes are one of the dialect's replies or byes, with any name in it. */
bool dialect_is_reply(const struct dialect *dialect, const char *bytes, size_t length);

#endif
