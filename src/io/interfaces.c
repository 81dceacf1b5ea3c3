/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* getifaddrs(3) and if_nametoindex(3), in terms of endpoints. */
#include "io/interfaces.h"

#include "io/sockaddr.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <roomd/status.h>

/* getifaddrs gives as much as the family has, so the length is only a matter of form. */
static int interface_endpoint(const struct ifaddrs *interface, struct endpoint *ret_endpoint)
{
    const union sockaddr_any *address = (const union sockaddr_any *)(const void *)interface->ifa_addr;

    /* An interface without an address (a tunnel) is listed too. */
    if (address == NULL || (interface->ifa_flags & IFF_UP) == 0)
        return STATUS_INVALID;
    return sockaddr_to_endpoint(
        address, interface->ifa_addr->sa_family == AF_INET ? sizeof(address->ipv4) : sizeof(address->ipv6),
        ret_endpoint);
}

int interfaces_addresses(struct endpoint *ret_addresses, size_t max, size_t *ret_count)
{
    struct ifaddrs *list;
    size_t count = 0;

    if (getifaddrs(&list) != 0)
        return STATUS_SYSTEM;
    for (const struct ifaddrs *interface = list; interface != NULL && count < max; interface = interface->ifa_next) {
        if (interface_endpoint(interface, &ret_addresses[count]) == STATUS_OK)
            ret_addresses[count++].port = 0;
    }
    freeifaddrs(list);
    *ret_count = count;
    return STATUS_OK;
}

uint32_t interfaces_index(const char *name)
{
    return if_nametoindex(name);
}
