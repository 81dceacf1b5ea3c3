/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The addresses of a simulated machine. */
#include "io/interfaces.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <roomd/status.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Not a descriptor of this process. */
#define FAKE_FD 1000

static struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_port = 99},
                          ethernet = {.sin_family = AF_INET}, down = {.sin_family = AF_INET};
static struct sockaddr_in6 local = {.sin6_family = AF_INET6, .sin6_scope_id = 2},
                           global = {.sin6_family = AF_INET6};
static struct sockaddr packet = {.sa_family = AF_PACKET};
static struct ifaddrs list[7];
static bool freed, without_proc;
static int error; /* that getifaddrs fails with; 0 = none */

int __wrap_getifaddrs(struct ifaddrs **ret_list);
void __wrap_freeifaddrs(struct ifaddrs *freed_list);
int __wrap_socket(int family, int type, int protocol);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_close(int fd);
FILE *__wrap_fopen(const char *path, const char *mode);

static void add(size_t i, void *address, unsigned flags)
{
    list[i] = (struct ifaddrs){.ifa_addr = address, .ifa_flags = flags, .ifa_name = (char[]){"if"}};
    if (i > 0)
        list[i - 1].ifa_next = &list[i];
}

int __wrap_getifaddrs(struct ifaddrs **ret_list)
{
    if (error != 0) {
        errno = error;
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

int __wrap_socket(int family, int type, int protocol)
{
    (void)protocol;
    cr_assert_eq(family, AF_INET);
    cr_assert_neq(type & SOCK_CLOEXEC, 0);
    return FAKE_FD;
}

int __wrap_close(int fd)
{
    cr_assert_eq(fd, FAKE_FD);
    return 0;
}

static void fill_ipv4(struct ifconf *listed)
{
    static const char *const names[] = {"lo", "eth0", "eth1"}, *const addresses[] = {"127.0.0.1",
                                                                                     "192.0.2.1",
                                                                                     "192.0.2.99"};

    cr_assert_geq((size_t)listed->ifc_len, 3 * sizeof(struct ifreq));
    listed->ifc_len = 3 * sizeof(struct ifreq);
    for (size_t i = 0; i < 3; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_addr.s_addr = inet_addr(addresses[i])};

        strcpy(listed->ifc_req[i].ifr_name, names[i]);
        memcpy(&listed->ifc_req[i].ifr_addr, &address, sizeof(address));
    }
}

/* netdevice(7): lo and eth0 are up, eth1 is not. */
int __wrap_ioctl(int fd, unsigned long request, ...)
{
    struct ifreq *interface;
    va_list arguments;
    void *argument;

    cr_assert_eq(fd, FAKE_FD);
    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == SIOCGIFCONF) {
        fill_ipv4(argument);
        return 0;
    }
    cr_assert_eq(request, SIOCGIFFLAGS);
    interface = argument;
    interface->ifr_flags = strcmp(interface->ifr_name, "eth1") != 0 ? IFF_UP : 0;
    return 0;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    static char lines[] = "00000000000000000000000000000001 01 80 10 80       lo\n"
                          "not an address\n"
                          "fe80000000000000000000000000000z 02 40 20 80     eth0\n"
                          "fe800000000000000000000000000001 0c 40 20 80     eth0\n"
                          "20010db8000000000000000000000001 0c 40 00 80     eth0\n";

    (void)mode;
    cr_assert_str_eq(path, "/proc/self/net/if_inet6");
    return without_proc ? NULL : fmemopen(lines, sizeof(lines) - 1, "r");
}

Test(interfaces, addresses_that_are_up_are_listed_with_port_0)
{
    static const char expected[][24] = {"127.0.0.1:0", "192.0.2.1:0", "[fe80::1%2]:0",
                                        "[2001:db8::1]:0"};
    struct endpoint addresses[8];
    char text[ENDPOINT_TEXT_BYTES];
    size_t count;

    count = interfaces_addresses(addresses, 8);
    cr_assert_eq(count, 4);
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(endpoint_format(&addresses[i], text), expected[i]);
    cr_assert(freed);
}

Test(interfaces, no_more_addresses_are_written_than_fit)
{
    struct endpoint addresses[2];

    cr_assert_eq(interfaces_addresses(addresses, 2), 2);
    cr_assert_eq(interfaces_addresses(addresses, 0), 0);
}

Test(interfaces, after_a_failure_there_are_none)
{
    struct endpoint address;

    error = ENOMEM;
    cr_assert_eq(interfaces_addresses(&address, 1), 0);
}

static void expect_without_netlink(size_t max, size_t expected_count)
{
    static const char expected[][24] = {"127.0.0.1:0", "192.0.2.1:0", "[::1]:0", "[fe80::1%12]:0",
                                        "[2001:db8::1]:0"};
    struct endpoint addresses[8];
    char text[ENDPOINT_TEXT_BYTES];
    size_t count;

    error = EAFNOSUPPORT;
    count = interfaces_addresses(addresses, max);
    cr_assert_eq(count, expected_count);
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(endpoint_format(&addresses[i], text), expected[i]);
}

Test(interfaces, without_netlink_the_addresses_are_found_all_the_same)
{
    expect_without_netlink(8, 5);
    expect_without_netlink(4, 4);
    expect_without_netlink(1, 1);
    expect_without_netlink(0, 0);
}

Test(interfaces, without_netlink_and_proc_the_ipv4_addresses_are_found)
{
    without_proc = true;
    expect_without_netlink(8, 2);
}
