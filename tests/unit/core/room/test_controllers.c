/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/room/controllers.h"
#include "support/dice.h"

#include <criterion/criterion.h>
#include <string.h>

static const uint8_t key[CONTROLLERS_KEY_BYTES] = "0123456789abcde";
static struct controllers controllers;

static void open_table(void)
{
    controllers_init(&controllers, key);
}

static void close_table(void)
{
    controllers_done(&controllers);
}

TestSuite(controllers, .init = open_table, .fini = close_table);

static const uint8_t *ipv4(uint8_t host, uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, host}, address);
    return address;
}

static const uint8_t *ipv6(uint8_t net, uint8_t host, uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    memset(address, 0, ENDPOINT_ADDRESS_BYTES);
    address[0] = 0x20;
    address[7] = net; /* the last byte of the /64 */
    address[8] = host;
    return address;
}

static uint32_t enter(const uint8_t *address, struct congestion_flow *flow)
{
    cr_assert_eq(controllers_reserve(&controllers), 0);
    return controllers_enter(&controllers, address, flow, 0);
}

Test(controllers, members_at_one_address_share_a_controller)
{
    struct congestion_flow flows[3];
    uint8_t address[ENDPOINT_ADDRESS_BYTES];
    uint32_t first = enter(ipv4(1, address), &flows[0]);

    cr_expect_eq(enter(ipv4(1, address), &flows[1]), first);
    cr_expect_neq(enter(ipv4(2, address), &flows[2]), first);
    cr_expect_eq(controllers_at(&controllers, first)->path.flows, 2);
    cr_expect_eq(controllers_at(&controllers, first)->path.window,
                 2 * CONGESTION_INITIAL * CONGESTION_DATAGRAM);
}

Test(controllers, a_64_of_ipv6_is_one_address)
{
    struct congestion_flow flows[3];
    uint8_t address[ENDPOINT_ADDRESS_BYTES];
    uint32_t first = enter(ipv6(1, 1, address), &flows[0]);

    cr_expect_eq(enter(ipv6(1, 2, address), &flows[1]), first);
    cr_expect_neq(enter(ipv6(2, 1, address), &flows[2]), first);
}

Test(controllers, the_last_that_leaves_takes_the_controller_along)
{
    struct congestion_flow flows[2];
    uint8_t address[ENDPOINT_ADDRESS_BYTES];
    uint32_t number = enter(ipv4(1, address), &flows[0]);

    enter(ipv4(1, address), &flows[1]);
    congestion_sent(&controllers_at(&controllers, number)->path, &flows[0], 1200, 0);
    controllers_leave(&controllers, number, &flows[0]);
    cr_expect_eq(controllers_at(&controllers, number)->path.flight, 0,
                 "what it had in flight is gone with it");
    controllers_leave(&controllers, number, &flows[1]);
    cr_expect_eq(enter(ipv4(2, address), &flows[0]), number, "free for another address");
    cr_expect_eq(controllers_at(&controllers, number)->path.window,
                 CONGESTION_INITIAL * CONGESTION_DATAGRAM, "and as new");
}

#define MEMBERS 300U
#define HOSTS   40U

/* Members come, go and move, compared with a simple table. */
Test(controllers, they_are_found_as_in_a_simple_table)
{
    static struct congestion_flow flows[MEMBERS];
    static uint32_t numbers[MEMBERS], hosts[MEMBERS], model[HOSTS];
    static bool is_in[MEMBERS];
    struct dice dice = {.state = 1};
    uint8_t address[ENDPOINT_ADDRESS_BYTES];

    for (unsigned step = 0; step < 100000; step++) {
        uint32_t member = dice_below(&dice, MEMBERS);
        uint8_t host = (uint8_t)dice_below(&dice, HOSTS);
        bool moves = is_in[member] && dice_below(&dice, 2) == 0;

        if (is_in[member]) {
            controllers_leave(&controllers, numbers[member], &flows[member]);
            model[hosts[member]]--;
        } else {
            cr_assert_eq(controllers_reserve(&controllers), 0);
        }
        is_in[member] = moves || !is_in[member];
        if (!is_in[member])
            continue;
        if (host % 2 == 0)
            ipv4(host, address);
        else
            ipv6(host, 1, address);
        numbers[member] = controllers_enter(&controllers, address, &flows[member], step);
        hosts[member] = host;
        model[host]++;
        cr_assert_eq(controllers_at(&controllers, numbers[member])->path.flows, model[host]);
    }
    cr_expect_leq(controllers.used, HOSTS);
}

/* Whatever is reserved for members suffices wherever they move to. */
Test(controllers, members_of_one_address_may_all_move_to_addresses_of_their_own)
{
    static struct congestion_flow flows[200];
    uint32_t numbers[200];
    uint8_t address[ENDPOINT_ADDRESS_BYTES];

    for (unsigned i = 0; i < 200; i++)
        numbers[i] = enter(ipv4(1, address), &flows[i]);
    for (unsigned i = 0; i < 200; i++) {
        controllers_leave(&controllers, numbers[i], &flows[i]);
        numbers[i] = controllers_enter(&controllers, ipv6((uint8_t)i, 1, address), &flows[i], 0);
        cr_expect_eq(controllers_at(&controllers, numbers[i])->path.flows, 1);
    }
    cr_expect_eq(controllers.by_address.count, 200);
    cr_expect_leq(controllers.used, controllers.capacity);
}
