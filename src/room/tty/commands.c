/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One table. */
#include "room/tty/commands.h"

#include "base/suggest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct command {
    const char *name;
    const char *argument; /* as help shows it; empty: it takes none */
    const char *help;
    enum commands_what what;
    bool needed;
} commands[] = {
    {"help", "", "list these commands", COMMANDS_HELP, false},
    {"quit", "", "leave the room; q alone, Ctrl-D and Ctrl-C do too", COMMANDS_QUIT, false},
    {"members", "", "list who is in the room", COMMANDS_MEMBERS, false},
    {"name", "NAME", "take another name", COMMANDS_NAME, true},
    {"history", "[COUNT|TIME]", "what was before: 20 lines, or since 2h or 14:05", COMMANDS_HISTORY,
     false},
    {"search", "WORDS", "show the last messages that hold all WORDS", COMMANDS_SEARCH, true},
    {"clear", "", "clear the screen; what was said stays above it", COMMANDS_CLEAR, false},
    {"ignore", "[NAME]", "show nothing of NAME, or show it again; alone: a list", COMMANDS_IGNORE,
     false},
};

#define COMMANDS_COUNT (sizeof(commands) / sizeof(commands[0]))

const char *commands_name(size_t row, const char **ret_argument, const char **ret_help)
{
    if (row >= COMMANDS_COUNT)
        return NULL;
    if (ret_argument != NULL)
        *ret_argument = commands[row].argument;
    if (ret_help != NULL)
        *ret_help = commands[row].help;
    return commands[row].name;
}

static void not_found(const char *word, struct commands_line *ret_line)
{
    struct suggestion best = {0};

    for (size_t i = 0; i < COMMANDS_COUNT; i++)
        suggest_consider(&best, commands[i].name, word);
    ret_line->what = COMMANDS_WRONG;
    if (best.word != NULL)
        snprintf(ret_line->words, sizeof(ret_line->words),
                 "there is no command /%s: did you mean /%s? '//' begins a message with a slash",
                 word, best.word);
    else
        snprintf(ret_line->words, sizeof(ret_line->words),
                 "there is no command /%s: /help lists them, '//' begins a message with a slash",
                 word);
}

static void parse_command(const char *at, size_t length, struct commands_line *ret_line)
{
    char word[SUGGEST_WORD_MAX_BYTES + 1];
    const char *space = memchr(at, ' ', length);
    size_t word_length = space != NULL ? (size_t)(space - at) : length;

    snprintf(word, sizeof(word), "%.*s", (int)word_length, at);
    at += word_length;
    length -= word_length;
    for (; length > 0 && *at == ' '; length--)
        at++;
    while (length > 0 && at[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < COMMANDS_COUNT; i++) {
        if (suggest_distance(word, commands[i].name) != 0) /* ignores case */
            continue;
        *ret_line = (struct commands_line){.what = commands[i].what, .text = at, .length = length};
        if (length > 0 && commands[i].argument[0] == '\0') {
            ret_line->what = COMMANDS_WRONG;
            snprintf(ret_line->words, sizeof(ret_line->words),
                     "/%s takes nothing behind it; '//' begins a message with a slash",
                     commands[i].name);
        } else if (length == 0 && commands[i].needed) {
            ret_line->what = COMMANDS_WRONG;
            snprintf(ret_line->words, sizeof(ret_line->words), "/%s takes a %s", commands[i].name,
                     commands[i].argument);
        }
        return;
    }
    not_found(word, ret_line);
}

static bool equals(const char *line, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(line, word, length) == 0;
}

void commands_read(const char *line, size_t length, struct commands_line *ret_line)
{
    *ret_line = (struct commands_line){.what = COMMANDS_SAY, .text = line, .length = length};
    if (length == 0) {
        ret_line->what = COMMANDS_NOTHING;
    } else if (equals(line, length, "q")) {
        ret_line->what = COMMANDS_QUIT;
        ret_line->length = 0;
    } else if (equals(line, length, "\\q") || (length >= 2 && line[0] == '/' && line[1] == '/')) {
        ret_line->text++;
        ret_line->length--;
    } else if (line[0] == '/') {
        parse_command(line + 1, length - 1, ret_line);
    }
}
