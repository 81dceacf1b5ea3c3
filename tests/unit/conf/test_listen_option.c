/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/listen_option.h"
#include "conf_support.h"

static const struct place nowhere = {.origin = NULL};

/* `text` has no error; its canonical form is `canonical`. */
static void expect_doors(const char *text, const char *canonical)
{
    struct outcome outcome;
    struct config_report report;
    struct diagnostics diagnostics = {.report = &report};
    struct listen_option listen = {.count = 0};
    char written[LISTEN_OPTION_TEXT_BYTES];

    outcome_open(&outcome, &report);
    cr_expect_eq(listen_option_parse(text, &nowhere, &diagnostics, &listen), 0);
    fclose(outcome.stream);
    cr_expect_str_eq(listen_option_write(&listen, written), canonical, "'%s': '%s' %s", text,
                     written, outcome.text);
    outcome_done(&outcome);
}

/* `text` has one error and is refused. */
static void expect_mistake(const char *text, const char *words)
{
    struct outcome outcome;
    struct config_report report;
    struct diagnostics diagnostics = {.report = &report};
    struct listen_option listen = {.count = 77};

    outcome_open(&outcome, &report);
    cr_expect_eq(listen_option_parse(text, &nowhere, &diagnostics, &listen), STATUS_INVALID, "%s",
                 text);
    fclose(outcome.stream);
    cr_expect_eq(outcome.errors, 1, "'%s': %s", text, outcome.text);
    cr_expect(strstr(outcome.text, words) != NULL, "'%s': %s", text, outcome.text);
    cr_expect_eq(listen.count, 77);
    outcome_done(&outcome);
}

Test(listen_option, addresses_of_both_families_with_and_without_dialect)
{
    expect_doors("0.0.0.0:8888", "0.0.0.0:8888");
    expect_doors("[::]:8888", "[::]:8888");
    expect_doors(" 0.0.0.0:8888 ,[::]:8888 ", "0.0.0.0:8888, [::]:8888");
    expect_doors("127.0.0.1:1=yn,[2001:DB8:0::1]:65535 = course",
                 "127.0.0.1:1=yn, [2001:db8::1]:65535=course");
    expect_doors("127.0.0.1:1=./a.conf", "127.0.0.1:1=./a.conf");
}

Test(listen_option, a_link_local_address_has_a_zone)
{
    expect_doors("[fe80::1%eth0]:8888", "[fe80::1%eth0]:8888");
    expect_doors("[fe80::1%eth0.100]:8888=yn, [fe80::1%2]:8888",
                 "[fe80::1%eth0.100]:8888=yn, [fe80::1%2]:8888");
    expect_doors("[fe80::1%abcdefghijklmno]:1", "[fe80::1%abcdefghijklmno]:1");
    expect_mistake("[fe80::1%abcdefghijklmnop]:1", "names no interface");
    expect_mistake("[fe80::1%]:8888", "is no IP address");
    expect_mistake("[fe80::1%a/b]:8888", "names no interface");
    expect_mistake("[fe80::1]:8888", "needs its interface");
    expect_mistake("[fe80::1%0]:8888", "needs its interface");
    expect_mistake("[::1%lo]:8888", "is no link-local address");
    expect_mistake("[2001:db8::1%2]:8888", "is no link-local address");
}

Test(listen_option, port_0_may_occur_several_times_but_no_other_door)
{
    expect_doors("127.0.0.1:0, 127.0.0.1:0", "127.0.0.1:0, 127.0.0.1:0");
    expect_doors("[fe80::1%a]:1, [fe80::1%b]:1", "[fe80::1%a]:1, [fe80::1%b]:1");
    expect_mistake("127.0.0.1:1, 127.0.0.1:1=yn", "stands there twice");
    expect_mistake("127.0.0.1:1, [::ffff:127.0.0.1]:1", "stands there twice");
    expect_mistake("[::1]:1, [0::1]:1", "stands there twice");
    expect_mistake("[fe80::1%a]:1, [fe80::1%a]:1", "stands there twice");
}

Test(listen_option, each_usual_error_is_named_with_an_example)
{
    expect_mistake("localhost:8888",
                   "names are not looked up, write its address, for example 127.0.0.1:8888");
    expect_mistake("chat.example.org", "names are not looked up");
    expect_mistake("*:8888", "names are not looked up");
    expect_mistake(":8888", "is no IP address with a port");
    expect_mistake("127.0.0.1", "has no port: write for example 127.0.0.1:8888");
    expect_mistake("[::1]", "has no port: write for example [::1]:8888");
    expect_mistake("8888",
                   "is a port without an address: for all addresses write 0.0.0.0:8888, [::]:8888");
    expect_mistake("::1", "has no brackets: an IPv6 address is written [::1]:8888");
    expect_mistake(":::8888", "has no brackets");
    expect_mistake("fe80::1%eth0:8888", "has no brackets");
    expect_mistake("[::1:8888", "has no closing bracket");
    expect_mistake("[::1]8888", "has no port from 0 to 65535");
    expect_mistake("[]:8888", "is no IP address");
    expect_mistake("[127.0.0.1]:8888", "is no IP address");
    expect_mistake("256.0.0.1:8888", "is no IP address");
    expect_mistake("1.2.3:8888", "is no IP address");
}

Test(listen_option, a_port_is_0_to_65535)
{
    expect_doors("127.0.0.1:0, 127.0.0.1:65535", "127.0.0.1:0, 127.0.0.1:65535");
    expect_mistake("127.0.0.1:65536", "has no port from 0 to 65535");
    expect_mistake("127.0.0.1:-1", "has no port from 0 to 65535");
    expect_mistake("127.0.0.1:", "has no port from 0 to 65535");
    expect_mistake("127.0.0.1:80a", "has no port from 0 to 65535");
    expect_mistake("[::1]:", "has no port from 0 to 65535");
}

Test(listen_option, an_empty_place_is_refused)
{
    expect_mistake("", "holds no address");
    expect_mistake("127.0.0.1:1,", "holds no address");
    expect_mistake(",127.0.0.1:1", "holds no address");
    expect_mistake("=yn", "holds no address");
}

Test(listen_option, a_dialect_is_built_in_or_a_path)
{
    expect_mistake("127.0.0.1:1=", "is followed by '=' but no dialect");
    expect_mistake("127.0.0.1:1=cours",
                   "'cours' is no dialect, and no file's path (that holds a '/' or a '.'); did you "
                   "mean course? built in: course, yn");
    expect_mistake("127.0.0.1:1=klingon",
                   "'klingon' is no dialect, and no file's path (that holds a '/' or a '.'); built "
                   "in: course, yn");
}

Test(listen_option, something_very_long_is_refused)
{
    char text[600];

    memset(text, '1', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    expect_mistake(text, "is a port without an address");
    memcpy(text + sizeof(text) - 6, ":8888", 6);
    expect_mistake(text, "is too long for an address");
    memcpy(text, "127.0.0.1:1=./", 14);
    text[12 + 255] = '\0';
    expect_doors(text, text);
    text[12 + 255] = '1';
    text[12 + 256] = '\0';
    expect_mistake(text, "has at most 255");
}

Test(listen_option, a_room_has_at_most_32_doors)
{
    char text[1024] = "127.0.0.1:1000";

    for (int port = 1001; port < 1032; port++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), ", 127.0.0.1:%d", port);
    expect_doors(text, text);
    strcat(text, ", 127.0.0.1:1032, 127.0.0.1:1033");
    expect_mistake(text, "'127.0.0.1:1032' is one too many: a room has at most 32 doors");
}

Test(listen_option, every_wrong_door_is_reported)
{
    expect_errors(load_text("[room]\nlisten = localhost:1, 127.0.0.1:1, 5, 127.0.0.1:2=nope\n"),
                  "a.conf:2: room.listen: 'localhost:1' is no address: names are not looked up, "
                  "write its address, for "
                  "example 127.0.0.1:8888\n"
                  "a.conf:2: room.listen: '5' is a port without an address: for all addresses "
                  "write 0.0.0.0:8888, "
                  "[::]:8888\n"
                  "a.conf:2: room.listen: 'nope' is no dialect, and no file's path (that holds a "
                  "'/' or a '.'); built "
                  "in: course, yn\n");
}

Test(listen_option, doors_come_out_as_endpoints)
{
    struct config *config =
        good("[room]\nlisten = 127.0.0.1:8889=yn, [fe80::1%eth0]:1, [fe80::1%7]:2=course\n");

    cr_assert_eq(config->door_count, 3);
    cr_expect_not(config->listen_is_default);
    cr_expect_str_eq(config->listen_where, "a.conf:2");
    cr_expect_eq(config->doors[0].listen.port, 8889);
    cr_expect_str_eq(config->doors[0].zone, "");
    cr_expect_str_eq(config->dialects[config->doors[0].dialect].dialect.name, "yn");
    cr_expect_str_eq(config->doors[1].zone, "eth0");
    cr_expect_eq(config->doors[1].listen.scope, 0);
    cr_expect_eq(config->doors[1].dialect, 0);
    cr_expect_str_eq(config->doors[2].zone, "");
    cr_expect_eq(config->doors[2].listen.scope, 7);
    cr_expect_eq(config->doors[2].dialect, 0);
    cr_expect_eq(config->dialect_count, 2);
    config_free(config);
}

Test(listen_option, the_default_differs_from_the_same_doors_in_the_file)
{
    struct config *config = good("");
    struct outcome outcome = load_setting("room.listen=0.0.0.0:8888, [::]:8888");

    cr_expect(config->listen_is_default);
    cr_expect_null(config->listen_where);
    cr_expect_eq(config->door_count, 2);
    cr_expect_not(outcome.config->listen_is_default);
    cr_expect_str_eq(outcome.config->listen_where, "--set room.listen=0.0.0.0:8888, [::]:8888");
    config_free(config);
    outcome_done(&outcome);
}
