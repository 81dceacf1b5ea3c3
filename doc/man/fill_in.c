/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * fill_in FILE: copies a manual page or a completion script to stdout and inserts lists made from
 * the program's own tables, so that the lists can't contradict them. A line that consists of @LIST@
 * or @LIST ARGUMENT@ is replaced by a list; @VERSION@, @DIALECTS_DIR@ and
 * @WIRESHARK_DIR@ are replaced anywhere.
 * Runs when the program is built, and is not installed. Does not know the text around the lists.
 */
#include "admin/command_table.h"
#include "admin/stats.h"
#include "conf/help.h"
#include "conf/obsolete_option.h"
#include "conf/option.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define LINE_MAX_BYTES 4096

/* ---- roff ---- */

/* Escapes text for an argument in double quotes, or for running text that does not begin a line. */
static void print_roff(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '"')
            fputs("\\(dq", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
}

/* A line of running text: \& keeps a '.' at its beginning from being a macro. */
static void print_roff_line(const char *text)
{
    fputs("\\&", stdout);
    print_roff(text);
    putchar('\n');
}

/* Prints the range of an option as running text. */
static bool print_range(size_t id)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    if (memory == NULL)
        return false;
    help_print_range(memory, id);
    if (fclose(memory) != 0)
        return false;
    print_roff(text);
    free(text);
    return true;
}

/* ---- lists ---- */

static void print_assignment(const char *key, const char *value)
{
    char buffer[OPTION_TEXT_BYTES];

    printf(".It Cm \"%s =%s", key, value[0] != '\0' ? " " : "");
    if (value[0] != '\0')
        print_roff(value_write(value, buffer));
    putchar('"');
}

/* Prints the English wording of a dialect's key if it differs. */
static void print_english(size_t id, const struct option *option)
{
    const char *english;

    if (option->kind != OPTION_KIND_DIALECT_KEY)
        return;
    english = dialect_builtin_text(dialect_builtin_names()[0], DIALECT_EN,
                                   (enum dialect_key)(id - OPTION_DIALECT_KEY));
    if (strcmp(english, option->default_text) == 0)
        return;
    print_assignment(option->key, english);
    fputs(" Pq in English\n", stdout);
}

static bool print_option(size_t id)
{
    struct option option = option_row(id);

    print_assignment(option.key, option.default_text);
    putchar('\n');
    print_english(id, &option);
    print_roff_line(option.help);
    fputs(".Pq \\&", stdout);
    if (!print_range(id))
        return false;
    putchar('\n');
    return true;
}

static bool print_options(const char *section)
{
    bool ok = true, found = false;

    for (size_t id = 0; id < OPTIONS && ok; id++) {
        if (strcmp(option_row(id).section, section) != 0)
            continue;
        if (!found)
            puts(".Bl -tag -width Ds");
        found = true;
        ok = print_option(id);
    }
    if (found)
        puts(".El");
    return ok;
}

static bool print_reload_matrix(const char *argument)
{
    (void)argument;
    puts(".Bl -tag -width limits.trusted_members_per_address -compact");
    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);

        printf(".It Cm %s.%s\n", option.section, option.key);
        print_roff_line(option.reload);
    }
    puts(".El");
    return true;
}

/* Prints a section about obsolete options, if there are any. */
static bool print_obsolete(const char *argument)
{
    (void)argument;
    if (obsolete_rows[0].section == NULL)
        return true;
    puts(".Sh OBSOLETE OPTIONS\nThese are accepted, with a warning, and ignored, whatever their "
         "value is.\n"
         ".Bl -tag -width Ds");
    for (const struct obsolete_option *row = obsolete_rows; row->section != NULL; row++) {
        printf(".It Cm %s.%s\nIgnored since %s:\n", row->section, row->key, row->since);
        print_roff_line(row->instead);
    }
    puts(".El");
    return true;
}

/* `where`: "roomctl" or "console". */
static bool print_commands(const char *where)
{
    bool control = strcmp(where, "roomctl") == 0;
    unsigned place = control ? COMMAND_ON_CONTROL : COMMAND_ON_CONSOLE;

    puts(".Bl -tag -width Ds");
    for (size_t id = 0; id < COMMANDS; id++) {
        const struct command_row *row = command_table_row(id);

        if ((row->places & place) == 0)
            continue;
        printf(".It Cm \"%s%s\"", control ? "" : "/", row->name);
        if (row->arguments[0] != '\0')
            printf(" Ar \"%s\"", row->arguments);
        putchar('\n');
        print_roff_line(row->help);
    }
    puts(".El");
    return true;
}

/* The counts of the room, under the names in answers. */
static bool print_stats(const char *argument)
{
    (void)argument;
    puts(".Bl -tag -width Ds");
    for (size_t i = 0; i < stats_rows(); i++) {
        printf(".It Cm %s\n", stats_row(i)->name);
        print_roff_line(stats_row(i)->help);
    }
    puts(".El");
    return true;
}

static bool print_refusals(const char *argument)
{
    (void)argument;
    puts(".Bl -tag -width Ds");
    for (int refusal = REFUSED_NOT + 1; refusal < REFUSALS; refusal++) {
        printf(".It Cm %s\n", stats_refusal_label((enum refusal)refusal));
        print_roff_line(refusal_text((enum refusal)refusal));
    }
    puts(".El");
    return true;
}

/* Text for single quotes of any shell. */
static void print_quoted(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("'\\", *text) == NULL)
            putchar(*text);
    }
}

/*
 * Names of commands for completion, one per line; with the argument HELP followed by a colon and
 * the help.
 */
static bool print_command_words(const char *argument)
{
    for (size_t id = 0; id < COMMANDS; id++) {
        const struct command_row *row = command_table_row(id);

        if ((row->places & COMMAND_ON_CONTROL) == 0)
            continue;
        fputs(row->name, stdout);
        if (strcmp(argument, "HELP") == 0) {
            putchar(':');
            print_quoted(row->help);
        }
        putchar('\n');
    }
    return true;
}

static bool print_option_words(const char *argument)
{
    (void)argument;
    for (size_t id = 0; id < OPTIONS; id++) {
        struct option option = option_row(id);

        printf("%s.%s\n", option.section, option.key);
    }
    return true;
}

/* ---- filling in ---- */

static const struct {
    const char *word;
    bool (*print)(const char *argument);
} lists[] = {
    {"OPTIONS", print_options},           {"RELOAD", print_reload_matrix},
    {"COMMANDS", print_commands},         {"COMMAND_WORDS", print_command_words},
    {"OPTION_WORDS", print_option_words}, {"STATS", print_stats},
    {"REFUSALS", print_refusals},         {"OBSOLETE", print_obsolete},
};

/* Handles a line "@WORD@" or "@WORD ARGUMENT@". */
static bool print_list(char *line, bool *ret_ok)
{
    size_t length = strlen(line);
    char *argument;

    if (length < 3 || line[0] != '@' || line[length - 1] != '@')
        return false;
    line[length - 1] = '\0';
    argument = line + 1 + strcspn(line + 1, " ");
    if (*argument == ' ')
        *argument++ = '\0';
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strcmp(line + 1, lists[i].word) == 0) {
            *ret_ok = lists[i].print(argument);
            return true;
        }
    }
    fprintf(stderr, "fill_in: there is no list '%s'\n", line + 1);
    *ret_ok = false;
    return true;
}

static void print_line(const char *line)
{
    static const struct {
        const char *word, *text;
    } words[] = {{"@VERSION@", ROOMD_VERSION},
                 {"@DIALECTS_DIR@", ROOMD_DIALECTS_DIR},
                 {"@WIRESHARK_DIR@", ROOMD_WIRESHARK_DIR}};

    while (*line != '\0') {
        size_t i = 0;

        while (i < 2 && strncmp(line, words[i].word, strlen(words[i].word)) != 0)
            i++;
        if (i == 2) {
            putchar(*line++);
            continue;
        }
        fputs(words[i].text, stdout);
        line += strlen(words[i].word);
    }
    putchar('\n');
}

static bool copy(FILE *in)
{
    char line[LINE_MAX_BYTES];
    bool ok = true;

    while (ok && fgets(line, sizeof(line), in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (!print_list(line, &ok))
            print_line(line);
    }
    return ok && !ferror(in) && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    FILE *in = argc == 2 ? fopen(argv[1], "re") : NULL;
    bool ok;

    if (in == NULL) {
        fputs("Usage: fill_in FILE, which exists\n", stderr);
        return EX_USAGE;
    }
    ok = copy(in);
    fclose(in);
    return ok ? EX_OK : EX_SOFTWARE;
}
