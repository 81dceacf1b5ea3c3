/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "roomd/greeting.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static char printed[4096];

static void on_line(void *ctx, const char *text)
{
    (void)ctx;
    strncat(printed, text, sizeof(printed) - strlen(printed) - 1);
    strncat(printed, "\n", sizeof(printed) - strlen(printed) - 1);
}

static void on_problem(void *ctx, const char *where, const char *message)
{
    (void)ctx;
    cr_assert_fail("%s: %s", where, message);
}

static const char *addresses[] = {"127.0.0.1:0",   "192.168.1.7:0", "100.101.102.103:0",
                                  "169.254.3.4:0", "[::1]:0",       "[2001:db8::7]:0",
                                  "[fd00::7]:0",   "[fe80::7]:0"};

#define ADDRESSES (sizeof(addresses) / sizeof(addresses[0]))

/* What is printed with up to three settings on a machine that has all these addresses. */
static void expect(const char *door, const char *const *settings, size_t count, const char *lines)
{
    const struct config_report report = {.error = on_problem};
    struct endpoint machine[ADDRESSES], bound;
    struct config *config;
    struct greeting greeting = {.doors = &bound,
                                .door_count = 1,
                                .machine = machine,
                                .machine_count = ADDRESSES,
                                .line = on_line};

    for (size_t i = 0; i < ADDRESSES; i++)
        cr_assert_eq(endpoint_parse(addresses[i], &machine[i]), 0, "%s", addresses[i]);
    cr_assert_eq(endpoint_parse(door, &bound), 0);
    cr_assert_eq(config_load(NULL, settings, count, &report, &config), 0);
    greeting.config = config;
    printed[0] = '\0';
    greeting_print(&greeting);
    cr_expect_str_eq(printed, lines);
    config_free(config);
}

Test(greeting, of_each_address_it_says_which_clients_are_served_there)
{
    const char *const quiet[] = {"admin.stdin=no"};

    expect("0.0.0.0:8888", quiet, 1,
           "Others can join at 192.168.1.7:8888\n"
           "Others can join at 100.101.102.103:8888 with room only\n"
           "Clients other than room get no reply there until access.trusted names their network\n");
    expect("[::]:8888", quiet, 1,
           "Others can join at [2001:db8::7]:8888 with room only\n"
           "Others can join at [fd00::7]:8888\n"
           "Clients other than room get no reply there until access.trusted names their network\n");
    expect("192.168.1.7:8888", NULL, 0,
           "Others can join at 192.168.1.7:8888\n"
           "Type a line to announce it, /help for commands\n");
    expect("127.0.0.1:8888", quiet, 1,
           "Only this machine can join: the room has no address that others reach\n");
}

/* A machine whose addresses are these only; NULL is its loopback address once more. */
static void expect_of_machine(const char *one, const char *other, const char *door,
                              const char *lines)
{
    const char *const quiet[] = {"admin.stdin=no"};

    for (size_t i = 0; i < ADDRESSES; i++)
        addresses[i] = "127.0.0.1:0";
    if (one != NULL)
        addresses[1] = one;
    if (other != NULL)
        addresses[2] = other;
    expect(door, quiet, 1, lines);
}

Test(greeting, link_local_addresses_are_shown_if_there_are_no_others)
{
    expect_of_machine("169.254.3.4:0", NULL, "0.0.0.0:8888",
                      "Others on this link can join at 169.254.3.4:8888\n");
    expect_of_machine("[fe80::7%2]:0", NULL, "[::]:8888",
                      "Others on this link can join at [fe80::7%eth0]:8888; their own interface "
                      "takes the place of eth0\n");
    expect_of_machine("[fe80::7%2]:0", "192.168.1.7:0", "0.0.0.0:8888",
                      "Others can join at 192.168.1.7:8888\n");
    expect_of_machine(NULL, NULL, "[fe80::7%2]:8888",
                      "Others on this link can join at [fe80::7%eth0]:8888; their own interface "
                      "takes the place of eth0\n");
}

Test(greeting, without_any_address_it_says_why_only_this_machine_can_join)
{
    const char *const deny[] = {"admin.stdin=no", "access.deny=private, 100.64.0.0/10"};

    expect("0.0.0.0:8888", deny, 2,
           "Only this machine can join: access.deny names all its networks\n");
    expect_of_machine(NULL, NULL, "0.0.0.0:8888",
                      "Only this machine can join: the room has no address that others reach\n");
}

Test(greeting, it_follows_the_lists_of_networks)
{
    const char *const trusted[] = {"admin.stdin=no",
                                   "access.trusted=private, 100.64.0.0/10, 2001:db8::/32"};
    const char *const plain_from[] = {"admin.stdin=no", "access.plain_from=100.64.0.0/10"};
    const char *const deny[] = {"admin.stdin=no", "access.deny=100.64.0.0/10"};

    expect("0.0.0.0:8888", trusted, 2,
           "Others can join at 192.168.1.7:8888\n"
           "Others can join at 100.101.102.103:8888\n");
    expect("0.0.0.0:8888", plain_from, 2,
           "Others can join at 192.168.1.7:8888 with room only\n"
           "Others can join at 100.101.102.103:8888\n"
           "Clients other than room get no reply there until access.plain_from names their "
           "network\n"
           "Clients other than room are sent at most three times the bytes that they send, in "
           "networks that access.trusted does not name\n");
    expect("0.0.0.0:8888", deny, 2, "Others can join at 192.168.1.7:8888\n");
}

Test(greeting, it_says_that_clients_whose_address_may_be_forged_are_sent_little)
{
    const char *const all[] = {"admin.stdin=no", "access.plain_from=all"};
    const char *const trusted[] = {"admin.stdin=no", "access.plain_from=all", "access.trusted=all"};
    const char *const narrower[] = {"admin.stdin=no", "access.plain_from=private, 10.1.0.0/16"};

    expect("192.168.1.7:8888", all, 2,
           "Others can join at 192.168.1.7:8888\n"
           "Clients other than room are sent at most three times the bytes that they send, in "
           "networks that access.trusted does not name\n");
    expect("192.168.1.7:8888", trusted, 3, "Others can join at 192.168.1.7:8888\n");
    expect("192.168.1.7:8888", narrower, 2, "Others can join at 192.168.1.7:8888\n");
}

Test(greeting, it_knows_which_protocols_are_served)
{
    const char *const no_plain[] = {"admin.stdin=no", "plain.enabled=no"};
    const char *const no_sequenced[] = {"admin.stdin=no", "sequenced.enabled=no"};

    expect("0.0.0.0:8888", no_plain, 2,
           "Others can join at 192.168.1.7:8888 with room only\n"
           "Others can join at 100.101.102.103:8888 with room only\n");
    expect("0.0.0.0:8888", no_sequenced, 2,
           "Others can join at 192.168.1.7:8888, but not with room\n"
           "Nobody can join at 100.101.102.103:8888\n"
           "Clients get no reply there until access.trusted names their network\n");
}
