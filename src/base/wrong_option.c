/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Tells the cases apart by optopt, as getopt(3) describes. */
#include "base/wrong_option.h"

#include "base/safe_line.h"

#include <getopt.h>
#include <limits.h>

void wrong_option_print(const char *program, int returned, char *const argv[])
{
    const char *word = argv[optind - 1];

    if (returned == ':')
        safe_line_print(stderr, "%s: option '%s' needs an argument", program, word);
    else if (optopt > UCHAR_MAX)
        safe_line_print(stderr, "%s: this option takes no argument: '%s'", program, word);
    else if (optopt != 0) /* a letter; the others of its word may not have been read yet */
        safe_line_print(stderr, "%s: there is no option '-%c'", program, optopt);
    else
        safe_line_print(stderr, "%s: '%s' is no option, or the beginning of several", program,
                        word);
}
