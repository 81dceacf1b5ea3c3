/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parses options and the words of a command, and reports errors in them. */
#include "roomctl/arguments.h"

#include "admin/command_table.h"
#include "base/safe_line.h"
#include "base/wrong_option.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char usage[] =
    "Usage: roomctl [-s SOCKET] [--json] COMMAND...\n"
    "Speaks to a running roomd.\n"
    "\n"
    "  -s, --socket SOCKET      the control socket (default: " ARGUMENTS_SOCKET ");\n"
    "                           a NAME without a slash is the instance roomd@NAME\n"
    "      --json               answer in JSON, one object a line\n"
    "      --for TIME           how long a ban or mute lasts: 30s, 10m, 2h, 7d\n"
    "  -n COUNT                 history: the last so many events\n"
    "      --since POINT        history: from there on: the number of an event, or a time:\n"
    "      --until POINT        up to there             10:42, 2026-11-21T10:42, 2h (ago)\n"
    "      --from NAME          history: only of somebody of that name\n"
    "      --search WORDS       history: only with all of these in the text\n"
    "      --help               print this, and exit\n"
    "      --version            print the version, and exit\n"
    "\n"
    "Commands:\n";

static const char usage_end[] =
    "\n"
    "'--' before a text that begins with '-'. Exit codes: 0 done, 1 not done (the answer says "
    "why), 64 usage,\n"
    "69 no roomd answers there, 75 the answer broke off, or it is not kept yet, 77 not allowed.\n";

enum {
    OPTION_JSON = 256,
    OPTION_FOR,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_FROM,
    OPTION_SEARCH,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"socket", required_argument, NULL, 's'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"for", required_argument, NULL, OPTION_FOR},
    {"since", required_argument, NULL, OPTION_SINCE},
    {"until", required_argument, NULL, OPTION_UNTIL},
    {"from", required_argument, NULL, OPTION_FROM},
    {"search", required_argument, NULL, OPTION_SEARCH},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* Options of history, as they stand in the line; the last takes the rest of it. */
static const char *const history_options[] = {"-n", "--since", "--until", "--from", "--search"};

#define HISTORY_OPTIONS (sizeof(history_options) / sizeof(history_options[0]))

/* The state of arguments_parse. */
struct parsing {
    struct arguments *arguments;
    const char *time;                     /* of --for, or NULL */
    const char *history[HISTORY_OPTIONS]; /* values, or NULL */
    bool done;
    int code;
};

/* ---- output ---- */

static void print_help(void)
{
    fputs(usage, stdout);
    for (size_t id = 0; id < COMMANDS; id++) {
        const struct command_row *row = command_table_row(id);
        char words[64];

        if ((row->places & COMMAND_ON_CONTROL) == 0)
            continue;
        snprintf(words, sizeof(words), "%s %s", row->name, row->arguments);
        safe_line_print(stdout, "  %-23s  %s", words, row->help);
    }
    fputs(usage_end, stdout);
}

static void finish(struct parsing *parsing, int code)
{
    parsing->done = true;
    parsing->code = code;
}

static void fail(struct parsing *parsing)
{
    safe_line_print(stderr, "Try 'roomctl --help'.");
    finish(parsing, EX_USAGE);
}

/* ---- options ---- */

static void take_socket(struct parsing *parsing, const char *name)
{
    struct arguments *arguments = parsing->arguments;
    bool is_instance = strchr(name, '/') == NULL;
    int length = is_instance ? snprintf(arguments->path, sizeof(arguments->path),
                                        "/run/roomd-%s/control", name)
                             : snprintf(arguments->path, sizeof(arguments->path), "%s", name);

    if (name[0] == '\0' || length < 0 || (size_t)length >= sizeof(arguments->path)) {
        safe_line_print(stderr, "roomctl: a socket's path has 1 to %d bytes",
                        ARGUMENTS_PATH_BYTES - 1);
        fail(parsing);
    } else if (is_instance) {
        snprintf(arguments->unit, sizeof(arguments->unit), "roomd@%.64s", name);
    }
}

static void take_option(struct parsing *parsing, int option)
{
    switch (option) {
    case 's':
        take_socket(parsing, optarg);
        break;
    case OPTION_JSON:
        parsing->arguments->json = true;
        break;
    case OPTION_FOR:
        parsing->time = optarg;
        break;
    case 'n':
        parsing->history[0] = optarg;
        break;
    case OPTION_SINCE:
    case OPTION_UNTIL:
    case OPTION_FROM:
    case OPTION_SEARCH:
        parsing->history[option - OPTION_SINCE + 1] = optarg;
        break;
    case OPTION_HELP:
        print_help();
        finish(parsing, EX_OK);
        break;
    case OPTION_VERSION:
        safe_line_print(stdout, "roomctl %s", ROOMD_VERSION);
        finish(parsing, EX_OK);
        break;
    default: /* the user was told what is wrong */
        fail(parsing);
    }
}

/* ---- the command ---- */

/* Joins the words to one line. False if it is too long. */
static bool join(struct arguments *arguments, int argc, char **argv, const char *time)
{
    size_t used = 0;

    for (int i = 0; i < argc + (time != NULL ? 1 : 0); i++) {
        int length = snprintf(arguments->line + used, sizeof(arguments->line) - used, "%s%s",
                              i > 0 ? " " : "", i < argc ? argv[i] : time);

        if (length < 0 || (size_t)length >= sizeof(arguments->line) - used)
            return false;
        used += (size_t)length;
    }
    return true;
}

/* Adds the options of history to the line. A time may be written with a space. */
static bool add_history(struct arguments *arguments, const char *const *values)
{
    size_t used = strlen(arguments->line), size = sizeof(arguments->line);

    for (size_t i = 0; i < HISTORY_OPTIONS; i++) {
        int length;

        if (values[i] == NULL)
            continue;
        length =
            snprintf(arguments->line + used, size - used, " %s %s", history_options[i], values[i]);
        if (length < 0 || (size_t)length >= size - used)
            return false;
        if (strcmp(history_options[i], "--since") == 0 ||
            strcmp(history_options[i], "--until") == 0)
            for (char *at = arguments->line + used + strlen(history_options[i]) + 2; *at != '\0';
                 at++)
                *at = (char)(*at == ' ' ? 'T' : *at);
        used += (size_t)length;
    }
    return true;
}

static bool has_history(const struct parsing *parsing)
{
    for (size_t i = 0; i < HISTORY_OPTIONS; i++) {
        if (parsing->history[i] != NULL)
            return true;
    }
    return false;
}

/* Waits for as long as it takes. */
static bool is_endless(size_t id)
{
    return id == COMMAND_WATCH || id == COMMAND_HISTORY || id == COMMAND_EXPORT ||
           id == COMMAND_FORGET || id == COMMAND_BACKUP;
}

static size_t find_command(struct parsing *parsing, const char *name)
{
    size_t id = command_table_find(name, strlen(name));
    const char *meant;

    if (id < COMMANDS && (command_table_row(id)->places & COMMAND_ON_CONTROL) != 0)
        return id;
    meant = command_table_suggest(name, COMMAND_ON_CONTROL);
    if (meant != NULL)
        safe_line_print(stderr, "roomctl: there is no command '%s'; did you mean '%s'?", name,
                        meant);
    else
        safe_line_print(stderr, "roomctl: there is no command '%s'", name);
    fail(parsing);
    return COMMANDS;
}

static void take_command(struct parsing *parsing, int argc, char **argv)
{
    struct arguments *arguments = parsing->arguments;
    const struct command_row *row;
    size_t id = find_command(parsing, argv[0]);

    if (parsing->done)
        return;
    if (id == COMMAND_HELP) {
        print_help();
        finish(parsing, EX_OK);
        return;
    }
    row = command_table_row(id);
    arguments->endless = is_endless(id);
    arguments->json = arguments->json || id == COMMAND_EXPORT;
    arguments->backup = id == COMMAND_BACKUP && argc == 2 ? argv[1] : NULL;
    if (parsing->time != NULL && id != COMMAND_BAN && id != COMMAND_MUTE) {
        safe_line_print(stderr, "roomctl: --for is for ban and mute: %s has no end of its own",
                        row->name);
        fail(parsing);
    } else if (id != COMMAND_HISTORY && has_history(parsing)) {
        safe_line_print(stderr,
                        "roomctl: -n, --since, --until, --from and --search are for history");
        fail(parsing);
    } else if (!join(arguments, argc, argv, parsing->time) ||
               !add_history(arguments, parsing->history)) {
        safe_line_print(stderr, "roomctl: this is longer than the longest command, of %zu bytes",
                        sizeof(arguments->line) - 1);
        fail(parsing);
    } else if (!command_table_words_fit(row, arguments->line + strlen(row->name)) ||
               (id == COMMAND_BACKUP && argc != 2) || (id == COMMAND_HISTORY && argc != 1)) {
        safe_line_print(stderr, "Usage: roomctl %s%s%s", row->name,
                        row->arguments[0] != '\0' ? " " : "", row->arguments);
        fail(parsing);
    }
}

bool arguments_parse(int argc, char **argv, struct arguments *ret_arguments, int *ret_code)
{
    struct parsing parsing = {.arguments = ret_arguments};
    int option;

    opterr = 0;
    *ret_arguments = (struct arguments){.path = ARGUMENTS_SOCKET, .unit = "roomd"};
    while (!parsing.done && (option = getopt_long(argc, argv, ":s:n:", long_options, NULL)) != -1) {
        if (option == '?' || option == ':')
            wrong_option_print("roomctl", option, argv);
        take_option(&parsing, option);
    }
    if (!parsing.done && optind == argc) {
        safe_line_print(stderr, "roomctl: a command is missing");
        fail(&parsing);
    }
    if (!parsing.done)
        take_command(&parsing, argc - optind, argv + optind);
    *ret_code = parsing.code;
    return !parsing.done;
}
