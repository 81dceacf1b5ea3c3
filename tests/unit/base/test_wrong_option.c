/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Command lines with a mistake, read as the programs read them. */
#include "base/wrong_option.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <getopt.h>

enum { OPTION_JSON = 256, OPTION_JOIN };

static void redirect(void)
{
    cr_redirect_stderr();
}

TestSuite(wrong_option, .init = redirect);

static void expect(char *argument, const char *line)
{
    static const struct option options[] = {{"json", no_argument, NULL, OPTION_JSON},
                                            {"join", no_argument, NULL, OPTION_JOIN},
                                            {"name", required_argument, NULL, 'n'},
                                            {NULL, 0, NULL, 0}};
    char program[] = "/usr/bin/\x1b[2J", *argv[] = {program, argument, NULL};

    opterr = 0;
    wrong_option_print("room", getopt_long(2, argv, ":n:", options, NULL), argv);
    fflush(stderr);
    cr_expect_stderr_eq_str(line);
}

#define EXPECT(argument, line)                                                                     \
    do {                                                                                           \
        char copy[] = argument;                                                                    \
        expect(copy, line);                                                                        \
    } while (0)

Test(wrong_option, an_unknown_word)
{
    EXPECT("--nam\x1b[2J\xc2\x9b",
           "room: '--nam\\x1b[2J\\xc2\\x9b' is no option, or the beginning of several\n");
}

Test(wrong_option, the_beginning_of_several)
{
    EXPECT("--j", "room: '--j' is no option, or the beginning of several\n");
}

Test(wrong_option, an_unknown_letter)
{
    EXPECT("-x", "room: there is no option '-x'\n");
}

Test(wrong_option, an_unknown_byte)
{
    EXPECT("-\x9b", "room: there is no option '-\\x9b'\n");
}

Test(wrong_option, a_letter_without_its_argument)
{
    EXPECT("-n", "room: option '-n' needs an argument\n");
}

Test(wrong_option, a_word_without_its_argument)
{
    EXPECT("--name", "room: option '--name' needs an argument\n");
}

Test(wrong_option, an_argument_that_is_not_wanted)
{
    EXPECT("--json=\x1b[2J", "room: this option takes no argument: '--json=\\x1b[2J'\n");
}
