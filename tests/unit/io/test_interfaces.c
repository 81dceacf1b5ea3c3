/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* This machine's addresses, on a machine made up here. */
#include "io/interfaces.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <roomd/status.h>
#include <string.h>

static struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_port = 99}, ethernet = {.sin_family = AF_INET},
                          down = {.sin_family = AF_INET};
static struct sockaddr_in6 local = {.sin6_family = AF_INET6, .sin6_scope_id = 2}, global = {.sin6_family = AF_INET6};
static struct sockaddr packet = {.sa_family = AF_PACKET};
static struct ifaddrs list[7];
static bool freed, broken;

int __wrap_getifaddrs(struct ifaddrs **ret_list);
void __wrap_freeifaddrs(struct ifaddrs *freed_list);
unsigned __wrap_if_nametoindex(const char *name);

static void add(size_t i, void *address, unsigned flags)
{
    list[i] = (struct ifaddrs){.ifa_addr = address, .ifa_flags = flags, .ifa_name = (char[]){"if"}};
    if (i > 0)
        list[i - 1].ifa_next = &list[i];
}

int __wrap_getifaddrs(struct ifaddrs **ret_list)
{
    if (broken) {
        errno = ENOMEM;
        return -1;
    }
    loopback.sin_addr.s_addr = inet_addr("127.0.0.1");
    ethernet.sin_addr.s_addr = inet_addr("192.0.2.1");
    down.sin_addr.s_addr = inet_addr("192.0.2.99");
    inet_pton(AF_INET6, "fe80::1", &local.sin6_addr);
    inet_pton(AF_INET6, "2001:db8::1", &global.sin6_addr);
    add(0, &packet, IFF_UP);
    add(1, NULL, IFF_UP);
    add(2, &loopback, IFF_UP);
    add(3, &down, 0);
    add(4, &ethernet, IFF_UP);
    add(5, &local, IFF_UP);
    add(6, &global, IFF_UP);
    *ret_list = list;
    return 0;
}

void __wrap_freeifaddrs(struct ifaddrs *freed_list)
{
    cr_assert_eq(freed_list, list);
    freed = true;
}

unsigned __wrap_if_nametoindex(const char *name)
{
    return strcmp(name, "eth0") == 0 ? 2 : 0;
}

Test(interfaces, addresses_that_are_up_are_listed_with_port_0)
{
    static const char expected[][24] = {"127.0.0.1:0", "192.0.2.1:0", "[fe80::1%2]:0", "[2001:db8::1]:0"};
    struct endpoint addresses[8];
    char text[ENDPOINT_TEXT_BYTES];
    size_t count;

    cr_assert_eq(interfaces_addresses(addresses, 8, &count), STATUS_OK);
    cr_assert_eq(count, 4);
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(endpoint_format(&addresses[i], text), expected[i]);
    cr_assert(freed);
}

Test(interfaces, no_more_addresses_than_there_is_place_for_are_written)
{
    struct endpoint addresses[2];
    size_t count;

    cr_assert_eq(interfaces_addresses(addresses, 2, &count), STATUS_OK);
    cr_assert_eq(count, 2);
    cr_assert_eq(interfaces_addresses(addresses, 0, &count), STATUS_OK);
    cr_assert_eq(count, 0);
}

Test(interfaces, a_failure_is_told)
{
    struct endpoint address;
    size_t count = 99;

    broken = true;
    cr_assert_eq(interfaces_addresses(&address, 1, &count), STATUS_SYSTEM);
    cr_assert_eq(count, 99);
}

Test(interfaces, an_interface_has_an_index_by_its_name)
{
    cr_assert_eq(interfaces_index("eth0"), 2);
    cr_assert_eq(interfaces_index("eth9"), 0);
}
