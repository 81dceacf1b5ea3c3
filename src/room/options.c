/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* getopt, and the ways in which people write an address. */
#include "room/options.h"

#include "base/safe_line.h"
#include "base/wrong_option.h"
#include "room/past_time.h"

#include <getopt.h>
#include <pwd.h>
#include <roomd/moment.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "Usage: room [--name NAME] [--linear] [--json] [--since NUMBER|TIME|all] [-m TEXT] "
    "HOST[:PORT]\n"
    "       room --plain [--dialect NAME|FILE] [--language zh|en] [--keepalive SECONDS] ... "
    "HOST[:PORT]\n"
    "Sits in a room of roomd, and gets every message exactly once, in order.\n"
    "\n"
    "  -n, --name NAME          the name to join under (default: it is asked for; without a "
    "terminal, the login name)\n"
    "  -m, --message TEXT       join, say this, wait until it was taken, and leave\n"
    "      --json               show what happens in JSON, one object a line\n"
    "      --since NUMBER|TIME|all\n"
    "                           first what has happened since that event or time, as far as the "
    "room keeps it: 2h, 14:05,\n"
    "                           2026-11-23, 2026-11-23T14:05\n"
    "      --plain              speak the plain protocol, with any server of it; what the network "
    "loses is lost\n"
    "      --dialect NAME|FILE  which dialect of it: course (default), yn, or a file as roomd's "
    "plain.dialect takes\n"
    "      --language zh|en     the wording of the built-in dialects (default: zh)\n"
    "      --keepalive SECONDS  join again so often; only for servers that forget who is silent, "
    "and take it\n"
    "      --linear             on a terminal, only write forwards: for screen readers and serial "
    "lines\n"
    "      --help               print this, and exit\n"
    "      --version            print the version, and exit\n"
    "\n"
    "On a terminal it is a screen to chat on; /help tells what it can. Else each line of stdin is "
    "a message, each\n"
    "event a line on stdout, and at the end of stdin it waits until all it has said was taken, and "
    "leaves.\n"
    "The port is " OPTIONS_PORT
    " where none is given; IPv6 addresses with a port stand in brackets.\n"
    "Exit codes: 0 all was delivered, 64 usage, 69 nobody answers there, 71 system, 74 nobody "
    "reads stdout,\n"
    "75 no answer in time, 76 refused.\n";

enum {
    OPTION_JSON = 256,
    OPTION_LINEAR,
    OPTION_SINCE,
    OPTION_PLAIN,
    OPTION_DIALECT,
    OPTION_LANGUAGE,
    OPTION_KEEPALIVE,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"name", required_argument, NULL, 'n'},
    {"message", required_argument, NULL, 'm'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"linear", no_argument, NULL, OPTION_LINEAR},
    {"since", required_argument, NULL, OPTION_SINCE},
    {"plain", no_argument, NULL, OPTION_PLAIN},
    {"dialect", required_argument, NULL, OPTION_DIALECT},
    {"language", required_argument, NULL, OPTION_LANGUAGE},
    {"keepalive", required_argument, NULL, OPTION_KEEPALIVE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* ---- HOST[:PORT] ---- */

/* 0 if it is not a number from 1 to `max`, which has at most five digits. */
static uint32_t parse_number(const char *text, uint32_t max)
{
    uint32_t number = 0;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || at - text > 4)
            return 0;
        number = number * 10 + (uint32_t)(*at - '0');
    }
    return number <= max ? number : 0;
}

static bool set_host(struct options *options, const char *host, size_t length, const char *port)
{
    if (length == 0 || length > OPTIONS_HOST_MAX_BYTES || parse_number(port, UINT16_MAX) == 0)
        return false;
    memcpy(options->host, host, length);
    options->host[length] = '\0';
    snprintf(options->port, sizeof(options->port), "%s", port);
    return true;
}

bool options_split_host(const char *word, struct options *ret_options)
{
    const char *close = word[0] == '[' ? strchr(word, ']') : NULL;
    const char *colon = strchr(word, ':');

    if (word[0] == '[') {
        if (close == NULL || (close[1] != '\0' && close[1] != ':'))
            return false;
        return set_host(ret_options, word + 1, (size_t)(close - word - 1),
                        close[1] == ':' ? close + 2 : OPTIONS_PORT);
    }
    /* Two colons: an IPv6 address without a port. */
    if (colon == NULL || strchr(colon + 1, ':') != NULL)
        return set_host(ret_options, word, strlen(word), OPTIONS_PORT);
    return set_host(ret_options, word, (size_t)(colon - word), colon + 1);
}

/* ---- the command line ---- */

static bool fail(const char *what, int *ret_code)
{
    if (what != NULL)
        safe_line_print(stderr, "room: %s", what);
    safe_line_print(stderr, "Try 'room --help'.");
    *ret_code = EX_USAGE;
    return false;
}

static bool set_name(struct options *options, const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length > ROOM_NAME_MAX_BYTES)
        return false;
    memcpy(options->name, name, length + 1);
    return true;
}

static void set_login_name(struct options *options)
{
    const struct passwd *user = getpwuid(getuid());

    if (user == NULL || !set_name(options, user->pw_name))
        set_name(options, "guest");
}

static bool set_since(struct options *options, const char *word)
{
    struct past_time since = {.number = 1};

    if (strcmp(word, "all") != 0 &&
        !past_time_read(word, strlen(word), (int64_t)time(NULL) * MOMENT_NS_PER_S, &since))
        return false;
    options->wants_past = true;
    options->past = (struct client_past_query){.first = since.number != 0 ? since.number : 1,
                                               .since_ns = since.since_ns};
    return true;
}

static bool set_option(struct options *options, int option, int *ret_code)
{
    switch (option) {
    case 'n':
        options->has_name = true;
        return set_name(options, optarg) || fail("a name has 1 to 64 bytes", ret_code);
    case 'm':
        options->message = optarg;
        return optarg[0] != '\0' || fail("there is nothing to say: -m takes a text", ret_code);
    case OPTION_JSON:
        options->json = true;
        return true;
    case OPTION_SINCE:
        return set_since(options, optarg) ||
               fail("--since takes an event's number, a time (2h, 14:05, 2026-11-23) or all",
                    ret_code);
    case OPTION_LINEAR:
        options->linear = true;
        return true;
    case OPTION_PLAIN:
        options->plain = true;
        return true;
    case OPTION_DIALECT:
        options->dialect_name = optarg;
        return true;
    case OPTION_LANGUAGE:
        options->language = optarg;
        return strcmp(optarg, "zh") == 0 || strcmp(optarg, "en") == 0 ||
               fail("--language takes zh or en", ret_code);
    case OPTION_KEEPALIVE:
        options->keepalive_s = parse_number(optarg, OPTIONS_KEEPALIVE_MAX_S);
        return options->keepalive_s > 0 || fail("--keepalive takes seconds, 1 to 86400", ret_code);
    case OPTION_HELP:
        fputs(usage, stdout);
        return false;
    case OPTION_VERSION:
        safe_line_print(stdout, "room %s", ROOMD_VERSION);
        return false;
    default: /* the user was told what is wrong */
        return fail(NULL, ret_code);
    }
}

bool options_parse(int argc, char **argv, struct options *ret_options, int *ret_code)
{
    int option;

    opterr = 0;
    *ret_options = (struct options){.json = false};
    *ret_code = EX_OK;
    while ((option = getopt_long(argc, argv, ":n:m:", long_options, NULL)) != -1) {
        if (option == '?' || option == ':')
            wrong_option_print("room", option, argv);
        if (!set_option(ret_options, option, ret_code))
            return false;
    }
    if (argc - optind != 1)
        return fail(optind == argc ? "which room? it takes HOST[:PORT]"
                                   : "it takes one HOST[:PORT]",
                    ret_code);
    if (!options_split_host(argv[optind], ret_options))
        return fail(
            "that is no HOST[:PORT]: write host, host:8888, 192.0.2.7:8888 or [2001:db8::7]:8888",
            ret_code);
    if (!ret_options->plain && (ret_options->dialect_name != NULL ||
                                ret_options->language != NULL || ret_options->keepalive_s > 0))
        return fail("--dialect, --language and --keepalive belong to --plain", ret_code);
    if (ret_options->wants_past && (ret_options->plain || ret_options->message != NULL))
        return fail("--since does not go with --plain and -m", ret_code);
    if (ret_options->name[0] == '\0')
        set_login_name(ret_options);
    return true;
}
