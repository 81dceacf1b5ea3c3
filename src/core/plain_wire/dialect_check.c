/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Checks that no single key of a dialect can fail: whether its verbs, byes, answers and lines fit
 * together, and fit into a datagram.
 */
#include <roomd/dialect.h>

#include "core/plain_wire/plain.h"
#include "core/plain_wire/reply.h"
#include "core/plain_wire/request_form.h"
#include "core/plain_wire/template.h"
#include "core/plain_wire/verbs.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static int check_verbs(const struct dialect *dialect, char ret_why[DIALECT_WHY_BYTES])
{
    for (int a = 0; a < 3; a++) {
        for (int b = a + 1; b < 3; b++) {
            for (uint8_t i = 0; i < dialect->verbs[a].count; i++) {
                if (!verbs_hold(&dialect->verbs[b], dialect->verbs[a].word[i],
                                dialect->verbs[a].length[i]))
                    continue;
                snprintf(ret_why, DIALECT_WHY_BYTES, "the verb '%s' stands in both %s and %s",
                         dialect->verbs[a].word[i], dialect_key_info((enum dialect_key)a)->key,
                         dialect_key_info((enum dialect_key)b)->key);
                return STATUS_INVALID;
            }
        }
    }
    return STATUS_OK;
}

/* A mistyped verb would be a bye that is never sent. */
static int check_byes(const struct dialect *dialect, char ret_why[DIALECT_WHY_BYTES])
{
    const struct verbs *exits = &dialect->verbs[DIALECT_EXIT_VERBS];

    for (uint8_t i = 0; i < dialect->byes_count; i++) {
        const char *verb = dialect->byes_verb[i];

        if (verbs_hold(exits, verb, strlen(verb)))
            continue;
        snprintf(ret_why, DIALECT_WHY_BYTES, "bye.%s: '%s' does not stand in exit_verbs", verb,
                 verb);
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

static size_t longest_name(const struct room_limits *limits)
{
    /* A code point has at most 4 bytes. */
    uint64_t bytes = (uint64_t)limits->max_name_codepoints * 4;

    return bytes < ROOM_NAME_MAX_BYTES ? (size_t)bytes : ROOM_NAME_MAX_BYTES;
}

/*
 * A datagram that could be an answer is dropped on receipt, so the answer "L {name}" would end all
 * joins with L.
 */
static const char *swallowed_verb(const struct dialect *dialect, const struct reply *reply)
{
    for (int kind = DIALECT_JOIN_VERBS; kind <= DIALECT_EXIT_VERBS; kind++) {
        const struct verbs *verbs = &dialect->verbs[kind];

        for (uint8_t i = 0; i < verbs->count && reply->has_name && reply->name_at == reply->length;
             i++) {
            size_t length = verbs->length[i];

            if (kind != DIALECT_CHAT_VERBS && reply->length == length + 1 &&
                reply->bytes[length] == ' ' && memcmp(reply->bytes, verbs->word[i], length) == 0)
                return verbs->word[i];
        }
    }
    return NULL;
}

static int check_answer(const struct dialect *dialect, const char *key, const struct reply *reply,
                        size_t name_bytes, char ret_why[DIALECT_WHY_BYTES])
{
    size_t total = reply_length(reply, name_bytes);
    const char *verb = swallowed_verb(dialect, reply);

    if (verb != NULL) {
        snprintf(ret_why, DIALECT_WHY_BYTES,
                 "%s: every '%s NAME' would be taken for this answer, and dropped", key, verb);
        return STATUS_INVALID;
    }
    if (total <= DIALECT_REPLY_MAX_BYTES)
        return STATUS_OK;
    snprintf(ret_why, DIALECT_WHY_BYTES,
             "%s: the longest answer has %zu bytes, more than the %d a client can take: %u of its "
             "own, names of up to "
             "%zu; shorten it or lower room.max_name",
             key, total, DIALECT_REPLY_MAX_BYTES, (unsigned)reply->length, name_bytes);
    return STATUS_INVALID;
}

static int check_answers(const struct dialect *dialect, size_t name_bytes,
                         char ret_why[DIALECT_WHY_BYTES])
{
    int status = STATUS_OK;

    for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE && status == 0; key++)
        status = check_answer(dialect, dialect_key_info((enum dialect_key)key)->key,
                              dialect_reply(dialect, (enum dialect_key)key), name_bytes, ret_why);
    for (uint8_t i = 0; i < dialect->byes_count && status == 0; i++) {
        char key[sizeof("bye.") + DIALECT_VERB_MAX_BYTES];

        snprintf(key, sizeof(key), "bye.%s", dialect->byes_verb[i]);
        status = check_answer(dialect, key, &dialect->byes[i], name_bytes, ret_why);
    }
    return status;
}

static int check_lines(const struct dialect *dialect, const struct room_limits *limits,
                       char ret_why[DIALECT_WHY_BYTES])
{
    size_t name_bytes = longest_name(limits);

    for (int key = DIALECT_JOIN; key <= DIALECT_LIMITED; key++) {
        const struct template *template = dialect_template(dialect, (enum dialect_key)key);
        size_t words = dialect->prefix.length + template_max_bytes(template, 0, 0);
        size_t total = dialect->prefix.length +
                       template_max_bytes(template, name_bytes, limits->max_text_bytes) + 1;

        /* A line that lists names needs space for at least one. */
        if (strstr(dialect_key_info((enum dialect_key)key)->placeholders, "{names}") != NULL)
            total += name_bytes;
        if (total <= PLAIN_LINE_MAX_BYTES)
            continue;
        snprintf(ret_why, DIALECT_WHY_BYTES,
                 "%s: the longest line has %zu bytes, more than the %d a client can take: %zu of "
                 "its own, names of up "
                 "to %zu, "
                 "texts of up to %u, 1 newline; shorten the line or lower room.max_text",
                 dialect_key_info((enum dialect_key)key)->key, total, PLAIN_LINE_MAX_BYTES, words,
                 name_bytes, (unsigned)limits->max_text_bytes);
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

/* ---- what other servers would take for a request ---- */

/* Stand for any value. */
#define ANY_NAME  "{name}"
#define ANY_NAMES "{names}" PLAIN_NAMES_SEPARATOR "..."
#define ANY_TEXT  "{text} ..."

static int refuse_request(const char *key, const char *line, char ret_why[DIALECT_WHY_BYTES])
{
    snprintf(ret_why, DIALECT_WHY_BYTES,
             "%s: other servers take '%.60s' for a request, so that two of them could be set "
             "talking to each other; begin it otherwise, or as in 'C {name}: {text}'",
             key, line);
    return STATUS_INVALID;
}

/* A message from nobody is answered once in a while. */
static int check_line_form(const struct dialect *speaker, const struct dialect *hearer,
                           enum dialect_key key, char ret_why[DIALECT_WHY_BYTES])
{
    const struct template *template = dialect_template(speaker, key);
    const struct template_values values = {.name = ANY_NAME,
                                           .text = ANY_TEXT,
                                           .names = ANY_NAMES,
                                           .name_len = strlen(ANY_NAME),
                                           .text_len = strlen(ANY_TEXT),
                                           .names_len = strlen(ANY_NAMES)};
    char line[PLAIN_LINE_MAX_BYTES];
    size_t length = speaker->prefix.length;
    enum request_form form;

    memcpy(line, speaker->prefix.bytes, length);
    length += template_render(template, &values, line + length, sizeof(line) - 1 - length);
    form = request_form_of(hearer, line, length);
    if (form == REQUEST_FORM_NONE || form == REQUEST_FORM_CHAT)
        return STATUS_OK;
    line[length] = '\0';
    return refuse_request(dialect_key_info(key)->key, line, ret_why);
}

int dialect_check_pair(const struct dialect *speaker, const struct dialect *hearer,
                       char ret_why[DIALECT_WHY_BYTES])
{
    int status = STATUS_OK;

    for (int key = DIALECT_JOIN; key <= DIALECT_LIMITED && status == 0; key++)
        status = check_line_form(speaker, hearer, (enum dialect_key)key, ret_why);
    return status;
}

int dialect_check(const struct dialect *dialect, const struct room_limits *limits,
                  char ret_why[DIALECT_WHY_BYTES])
{
    int status = check_verbs(dialect, ret_why);

    if (status == 0)
        status = check_byes(dialect, ret_why);
    if (status == 0)
        status = check_answers(dialect, longest_name(limits), ret_why);
    if (status == 0)
        status = check_lines(dialect, limits, ret_why);
    return status != 0 ? status : dialect_check_pair(dialect, dialect, ret_why);
}
