/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * getifaddrs(3) in terms of endpoints. getifaddrs needs a netlink socket, which a restricted
 * service may not open. The older interfaces replace it then: netdevice(7) for IPv4, /proc for
 * IPv6.
 */
#include "io/interfaces.h"

#include "io/sockaddr.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Limit of the older interface for IPv4; the kernel writes no more than fits. */
#define INTERFACES_IPV4_MAX 64

/* Not /proc/net: that link is missing with ProcSubset=pid. */
#define INTERFACES_IPV6_FILE "/proc/self/net/if_inet6"

/* getifaddrs returns complete addresses, so the length is a formality. */
static int interface_endpoint(const struct ifaddrs *interface, struct endpoint *ret_endpoint)
{
    const union sockaddr_any *address =
        (const union sockaddr_any *)(const void *)interface->ifa_addr;

    /* Interfaces without an address (tunnels) are listed too. */
    if (address == NULL || (interface->ifa_flags & IFF_UP) == 0)
        return STATUS_INVALID;
    return sockaddr_to_endpoint(address,
                                interface->ifa_addr->sa_family == AF_INET ? sizeof(address->ipv4)
                                                                          : sizeof(address->ipv6),
                                ret_endpoint);
}

static size_t list_ipv4(struct endpoint *ret_addresses, size_t max)
{
    struct ifreq requests[INTERFACES_IPV4_MAX];
    struct ifconf list = {.ifc_len = sizeof(requests), .ifc_req = requests};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    size_t count = 0;

    if (fd < 0)
        return 0;
    if (ioctl(fd, SIOCGIFCONF, &list) != 0)
        list.ifc_len = 0;
    for (size_t i = 0; i < (size_t)list.ifc_len / sizeof(requests[0]) && count < max; i++) {
        union sockaddr_any address = {.any = requests[i].ifr_addr};

        if (ioctl(fd, SIOCGIFFLAGS, &requests[i]) == 0 && (requests[i].ifr_flags & IFF_UP) != 0 &&
            sockaddr_to_endpoint(&address, sizeof(address.ipv4), &ret_addresses[count]) ==
                STATUS_OK)
            ret_addresses[count++].port = 0;
    }
    close(fd);
    return count;
}

/*
 * Parses a line of address (32 digits), index, prefix length, scope, flags (all hexadecimal) and
 * name.
 */
static bool read_ipv6(const char *line, struct sockaddr_in6 *ret_address)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    size_t digits = 2 * sizeof(address.sin6_addr);

    if (strspn(line, "0123456789abcdef") != digits)
        return false;
    for (size_t i = 0; i < sizeof(address.sin6_addr); i++) {
        const char byte[] = {line[2 * i], line[2 * i + 1], '\0'};

        address.sin6_addr.s6_addr[i] = (uint8_t)strtoul(byte, NULL, 16);
    }
    address.sin6_scope_id = (uint32_t)strtoul(line + digits, NULL, 16);
    *ret_address = address;
    return true;
}

static size_t list_ipv6(struct endpoint *ret_addresses, size_t max)
{
    FILE *file = fopen(INTERFACES_IPV6_FILE, "re");
    union sockaddr_any address;
    size_t count = 0;
    char line[128];

    while (file != NULL && count < max && fgets(line, sizeof(line), file) != NULL) {
        if (read_ipv6(line, &address.ipv6) &&
            sockaddr_to_endpoint(&address, sizeof(address.ipv6), &ret_addresses[count]) ==
                STATUS_OK)
            ret_addresses[count++].port = 0;
    }
    if (file != NULL)
        fclose(file);
    return count;
}

static size_t list_without_netlink(struct endpoint *ret_addresses, size_t max)
{
    size_t count = list_ipv4(ret_addresses, max);

    return count + list_ipv6(ret_addresses + count, max - count);
}

size_t interfaces_addresses(struct endpoint *ret_addresses, size_t max)
{
    struct ifaddrs *list;
    size_t count = 0;

    if (getifaddrs(&list) != 0)
        return errno == EAFNOSUPPORT ? list_without_netlink(ret_addresses, max) : 0;
    for (const struct ifaddrs *interface = list; interface != NULL && count < max;
         interface = interface->ifa_next) {
        if (interface_endpoint(interface, &ret_addresses[count]) == STATUS_OK)
            ret_addresses[count++].port = 0;
    }
    freeifaddrs(list);
    return count;
}
