/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The daemon's command line. */
#include "base/safe_line.h"
#include "base/wrong_option.h"
#include "conf/config.h"
#include "conf/help.h"
#include "io/std.h"
#include "roomd/server.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static const char usage[] =
    "Usage: roomd [-c FILE] [--check] [--set SECTION.KEY=VALUE]...\n"
    "A group-chat room on UDP, for everybody who can send a datagram.\n"
    "\n"
    "  -c, --config FILE        read this configuration (default: " SERVER_CONFIG_PATH
    " if it exists)\n"
    "      --set SECTION.KEY=VALUE\n"
    "                           override one option; may be repeated\n"
    "      --check              report every mistake in the configuration, and exit\n"
    "      --help-config        list every option with its default, and exit\n"
    "      --help               print this, and exit\n"
    "      --version            print the version, and exit\n"
    "\n"
    "Lines on stdin are announced to everybody; /help lists commands. SIGHUP reads the "
    "configuration again.\n"
    "Exit codes: 0 ended, 64 usage, 66 no such file, 69 address or store in use, or not available, "
    "71 system,\n"
    "74 disk of the store, 77 permission, 78 configuration.\n";

enum {
    OPTION_CHECK = 256,
    OPTION_SET,
    OPTION_HELP,
    OPTION_HELP_CONFIG,
    OPTION_VERSION,
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"set", required_argument, NULL, OPTION_SET},
    {"help", no_argument, NULL, OPTION_HELP},
    {"help-config", no_argument, NULL, OPTION_HELP_CONFIG},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

struct command_line {
    struct server_options options;
    const char **settings; /* owned; at most one for each argument */
    bool check;
    bool done; /* nothing is left to do: something was printed */
    int code;
};

static void fail(struct command_line *line, const char *what)
{
    if (what != NULL)
        safe_line_print(stderr, "roomd: %s", what);
    safe_line_print(stderr, "Try 'roomd --help'.");
    line->done = true;
    line->code = EX_USAGE;
}

static void print(struct command_line *line, int option)
{
    if (option == OPTION_HELP)
        fputs(usage, stdout);
    else if (option == OPTION_HELP_CONFIG)
        help_print(stdout);
    else
        safe_line_print(stdout, "roomd %s", ROOMD_VERSION);
    line->done = true;
}

static void take_option(struct command_line *line, int option)
{
    switch (option) {
    case 'c':
        line->options.config_path = optarg;
        break;
    case OPTION_CHECK:
        line->check = true;
        break;
    case OPTION_SET:
        if (!config_is_setting(optarg))
            fail(line, "--set takes SECTION.KEY=VALUE, as in --set room.name=lobby");
        line->settings[line->options.setting_count++] = optarg;
        break;
    case OPTION_HELP:
    case OPTION_HELP_CONFIG:
    case OPTION_VERSION:
        print(line, option);
        break;
    default: /* the user was told what is wrong */
        fail(line, NULL);
    }
}

static void parse(struct command_line *line, int argc, char **argv)
{
    int option;

    opterr = 0;
    while (!line->done && (option = getopt_long(argc, argv, ":c:", long_options, NULL)) != -1) {
        if (option == '?' || option == ':')
            wrong_option_print("roomd", option, argv);
        take_option(line, option);
    }
    if (!line->done && optind < argc)
        fail(line, "it takes options only: what is to be announced goes to stdin");
}

int main(int argc, char **argv)
{
    struct command_line line = {.code = EX_OK};

    line.settings = calloc((size_t)argc, sizeof(*line.settings));
    if (line.settings == NULL)
        return EX_OSERR;
    line.options.settings = line.settings;
    parse(&line, argc, argv);
    if (!line.done && line.check)
        line.code = server_check(&line.options);
    else if (!line.done)
        line.code = std_prepare() == 0 ? server_run(&line.options) : EX_OSERR;
    free(line.settings);
    return line.code;
}
