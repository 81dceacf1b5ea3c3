/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Words of the command line, and the comparison with an event in memory. */
#include "admin/history_query.h"

#include "admin/duration.h"
#include "base/timestamp.h"
#include "core/model/text.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/* ---- parsing ---- */

#define WORD_BYTES 128

/* Takes the next word; "" at the end. One that is too long is no value of any option. */
static void take_word(const char **at, char ret_word[WORD_BYTES])
{
    size_t length = strcspn(*at, " ");

    snprintf(ret_word, WORD_BYTES, "%.*s", (int)length, *at);
    *at += length;
    *at += strspn(*at, " ");
}

static bool parse_number(const char *text, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (*text == '\0' || strlen(text) > 18)
        return false;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    if (*text != '\0' || number == 0)
        return false;
    *ret_number = number;
    return true;
}

/* A number of an event, a time, or how long ago. */
static enum admin_result parse_point(const struct command_call *call, const char *text,
                                     uint64_t *ret_number, int64_t *ret_wall_ns)
{
    const struct moment *now = call->now;
    int64_t ago_ns;

    if (parse_number(text, ret_number))
        return ADMIN_DONE;
    if (duration_parse(text, &ago_ns) == STATUS_OK) {
        *ret_wall_ns = now->wall_ns > ago_ns ? now->wall_ns - ago_ns : 1;
        return ADMIN_DONE;
    }
    if (timestamp_parse(text, now->wall_ns, now->utc_offset_s, ret_wall_ns) == STATUS_OK)
        return ADMIN_DONE;
    return admin_say(call->reply, ADMIN_USAGE,
                     "'%s' is neither the number of an event nor a time, such as 10:42, "
                     "2026-11-21T10:42 or 2h (ago)",
                     text);
}

size_t history_query_fold(const char *name, size_t length, char ret_folded[ROOM_NAME_MAX_BYTES])
{
    int folded = text_fold(name, length, ret_folded, ROOM_NAME_MAX_BYTES);

    return folded > 0 ? (size_t)folded : 0;
}

static enum admin_result parse_from(const struct command_call *call, const char *text,
                                    struct history_query *query)
{
    query->name_len = history_query_fold(text, strlen(text), query->name);
    return query->name_len > 0
               ? ADMIN_DONE
               : admin_say(call->reply, ADMIN_USAGE, "nobody can have the name '%s'", text);
}

static enum admin_result parse_option(const struct command_call *call, const char *option,
                                      const char *value, struct history_query *query)
{
    if (strcmp(option, "-n") == 0)
        return parse_number(value, &query->count)
                   ? ADMIN_DONE
                   : command_output_usage(call, "-n takes a number from 1.");
    if (strcmp(option, "--since") == 0)
        return parse_point(call, value, &query->first, &query->since_ns);
    if (strcmp(option, "--until") == 0)
        return parse_point(call, value, &query->last, &query->until_ns);
    if (strcmp(option, "--from") == 0)
        return parse_from(call, value, query);
    return command_output_usage(call, "there is no such option.");
}

/* The rest of the line. */
static enum admin_result parse_words(const struct command_call *call, const char *words,
                                     struct history_query *query)
{
    if (words[0] == '\0')
        return command_output_usage(call, "search for what?");
    if (strlen(words) >= sizeof(query->words) || !text_is_utf8(words, strlen(words)))
        return admin_say(call->reply, ADMIN_USAGE,
                         "words to search for are UTF-8, and have at most %zu bytes",
                         sizeof(query->words) - 1);
    memcpy(query->words, words, strlen(words) + 1);
    return ADMIN_DONE;
}

enum admin_result history_query_parse(const struct command_call *call,
                                      struct history_query *ret_query)
{
    struct history_query query = {.count = 0};
    const char *at = call->arguments;
    enum admin_result result = ADMIN_DONE;

    while (*at != '\0' && result == ADMIN_DONE) {
        char option[WORD_BYTES], value[WORD_BYTES];

        take_word(&at, option);
        if (strcmp(option, "--search") == 0) {
            result = parse_words(call, at, &query);
            break;
        }
        take_word(&at, value);
        result = parse_option(call, option, value, &query);
    }
    if (query.count == 0 && query.first == 0 && query.since_ns == 0)
        query.count = HISTORY_QUERY_COUNT;
    *ret_query = query;
    return result;
}

/* ---- comparing ---- */

bool history_query_is_search(const struct history_query *query)
{
    return query->since_ns != 0 || query->until_ns != 0 || query->name_len > 0 ||
           query->words[0] != '\0';
}

static int lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

static bool holds(const char *text, size_t text_len, const char *word, size_t length)
{
    for (size_t at = 0; at + length <= text_len; at++) {
        size_t same = 0;

        while (same < length && lower(text[at + same]) == lower(word[same]))
            same++;
        if (same == length)
            return true;
    }
    return false;
}

static bool holds_words(const struct event *event, const char *words)
{
    for (const char *at = words + strspn(words, " "); *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");

        if (!holds(event->text, event->text_len, at, length))
            return false;
        at += length;
    }
    return true;
}

static bool is_by(const struct event *event, const char *name, size_t length)
{
    char folded[ROOM_NAME_MAX_BYTES];

    return history_query_fold(event->name, event->name_len, folded) == length &&
           memcmp(folded, name, length) == 0;
}

bool history_query_wants(const struct history_query *query, const struct event *event)
{
    return (query->since_ns == 0 || event->wall_ns >= query->since_ns) &&
           (query->until_ns == 0 || event->wall_ns < query->until_ns) &&
           holds_words(event, query->words) &&
           (query->name_len == 0 || is_by(event, query->name, query->name_len));
}
