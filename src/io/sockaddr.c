/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Converts between struct endpoint, in which an IPv4 address is v4-mapped, and the kernel's two
 * address families.
 */
#include "io/sockaddr.h"

#include <arpa/inet.h>
#include <roomd/status.h>
#include <string.h>

#define SOCKADDR_MAPPED_PREFIX_BYTES 12

socklen_t sockaddr_from_endpoint(const struct endpoint *endpoint, union sockaddr_any *ret_address)
{
    memset(ret_address, 0, sizeof(*ret_address));
    if (endpoint_address_is_ipv4(endpoint->address)) {
        ret_address->ipv4.sin_family = AF_INET;
        ret_address->ipv4.sin_port = htons(endpoint->port);
        memcpy(&ret_address->ipv4.sin_addr, endpoint->address + SOCKADDR_MAPPED_PREFIX_BYTES, 4);
        return sizeof(ret_address->ipv4);
    }
    ret_address->ipv6.sin6_family = AF_INET6;
    ret_address->ipv6.sin6_port = htons(endpoint->port);
    ret_address->ipv6.sin6_scope_id = endpoint->scope;
    memcpy(&ret_address->ipv6.sin6_addr, endpoint->address, ENDPOINT_ADDRESS_BYTES);
    return sizeof(ret_address->ipv6);
}

int sockaddr_to_endpoint(const union sockaddr_any *address, socklen_t length,
                         struct endpoint *ret_endpoint)
{
    struct endpoint endpoint = {0};

    if (length < sizeof(address->any.sa_family))
        return STATUS_INVALID;
    if (address->any.sa_family == AF_INET && length >= sizeof(address->ipv4)) {
        endpoint_address_from_ipv4((const uint8_t *)&address->ipv4.sin_addr, endpoint.address);
        endpoint.port = ntohs(address->ipv4.sin_port);
    } else if (address->any.sa_family == AF_INET6 && length >= sizeof(address->ipv6)) {
        /* Our sockets are of one family each. In a packet such a source can only be forged. */
        if (IN6_IS_ADDR_V4MAPPED(&address->ipv6.sin6_addr))
            return STATUS_INVALID;
        memcpy(endpoint.address, &address->ipv6.sin6_addr, ENDPOINT_ADDRESS_BYTES);
        endpoint.port = ntohs(address->ipv6.sin6_port);
        /* For any other address a scope would turn one endpoint into two. */
        if (endpoint_address_is_link_local(endpoint.address))
            endpoint.scope = address->ipv6.sin6_scope_id;
    } else {
        return STATUS_INVALID;
    }
    *ret_endpoint = endpoint;
    return STATUS_OK;
}
