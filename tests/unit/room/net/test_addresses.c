/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Whose turn it is. Addresses are written as letters. */
#include "room/net/addresses.h"

#include <criterion/criterion.h>
#include <string.h>

static struct addresses addresses;

static struct address address_of(char letter)
{
    struct address address;

    memset(&address, 0, sizeof(address));
    memset(&address.bytes, letter, 16);
    address.length = 16;
    return address;
}

static bool set(const char *letters, bool stay)
{
    struct address list[32];
    size_t count = strlen(letters);

    for (size_t i = 0; i < count; i++)
        list[i] = address_of(letters[i]);
    return addresses_set(&addresses, list, count, stay);
}

/* The letter, or '-' where the round is over. */
static char next(void)
{
    const struct address *address = addresses_next(&addresses);

    return address != NULL ? ((const char *)&address->bytes)[0] : '-';
}

static void expect_round(const char *letters)
{
    for (; *letters != '\0'; letters++)
        cr_expect_eq(next(), *letters, "'%c' was expected", *letters);
    cr_expect_eq(next(), '-');
    cr_expect_eq(next(), '-');
}

Test(addresses, without_any_the_round_is_over)
{
    expect_round("");
    cr_expect_not(set("", true));
    cr_expect_not(addresses_again(&addresses, true));
    expect_round("");
}

Test(addresses, each_has_its_turn_in_the_order_given)
{
    cr_expect_not(set("abc", false));
    expect_round("abc");
}

Test(addresses, another_round_goes_on_behind_the_last_one)
{
    set("abc", false);
    expect_round("abc");
    cr_expect_not(set("cab", false));
    expect_round("abc");
    set("a", false);
    next();
    cr_expect_not(set("a", false));
    expect_round("a");
}

Test(addresses, one_in_use_stays_while_the_host_has_it)
{
    set("abc", false);
    next();
    next();
    cr_expect(set("bd", true));
    expect_round("d");
    cr_expect_not(set("ef", true), "d is gone");
    expect_round("ef");
}

Test(addresses, where_they_can_not_be_looked_up_the_old_ones_have_another_round)
{
    set("ab", false);
    next();
    cr_expect(addresses_again(&addresses, true));
    expect_round("b");
    cr_expect_not(addresses_again(&addresses, false));
    expect_round("ab");
}

Test(addresses, more_than_there_is_room_for_are_left_out)
{
    set("abcdefghijklmnopqrstuvwxyz", false);
    expect_round("abcdefghijklmnop");
}
