/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The ways in which people write an address. */
#include "room/options.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect(const char *word, const char *host, const char *port)
{
    struct options options;

    cr_assert(options_split_host(word, &options), "%s", word);
    cr_expect_str_eq(options.host, host, "%s", word);
    cr_expect_str_eq(options.port, port, "%s", word);
}

Test(options, a_host_with_and_without_a_port)
{
    expect("example.org", "example.org", "8888");
    expect("example.org:1", "example.org", "1");
    expect("192.0.2.7:65535", "192.0.2.7", "65535");
    expect("[2001:db8::7]:8889", "2001:db8::7", "8889");
    expect("[2001:db8::7]", "2001:db8::7", "8888");
    expect("2001:db8::7", "2001:db8::7", "8888");
    expect("fe80::1%eth0", "fe80::1%eth0", "8888");
    expect("[fe80::1%eth0]:8889", "fe80::1%eth0", "8889");
    expect("::1", "::1", "8888");
}

Test(options, anything_else_is_refused)
{
    static const char *const wrong[] = {
        "",     ":8888",     "host:",   "host:0", "host:65536", "host:x",    "host:888888",
        "[::1", "[::1]8888", "[]:8888", "[::1]:", "host:-1",    "host: 8888"};
    char longest[OPTIONS_HOST_MAX_BYTES + 2];
    struct options options;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_not(options_split_host(wrong[i], &options), "'%s'", wrong[i]);
    memset(longest, 'a', sizeof(longest));
    longest[OPTIONS_HOST_MAX_BYTES] = '\0';
    cr_expect(options_split_host(longest, &options));
    longest[OPTIONS_HOST_MAX_BYTES] = 'a';
    longest[OPTIONS_HOST_MAX_BYTES + 1] = '\0';
    cr_expect_not(options_split_host(longest, &options));
}
