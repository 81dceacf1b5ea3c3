/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Endpoints to the kernel's addresses and back. */
#include "io/sockaddr.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static struct endpoint parse(const char *text)
{
    struct endpoint endpoint;

    cr_assert_eq(endpoint_parse(text, &endpoint), STATUS_OK);
    return endpoint;
}

Test(sockaddr, an_ipv4_endpoint_becomes_an_address_of_that_family)
{
    struct endpoint endpoint = parse("192.0.2.1:8888");
    union sockaddr_any address;

    cr_assert_eq(sockaddr_from_endpoint(&endpoint, &address), sizeof(struct sockaddr_in));
    cr_assert_eq(address.any.sa_family, AF_INET);
    cr_assert_eq(address.ipv4.sin_addr.s_addr, inet_addr("192.0.2.1"));
    cr_assert_eq(address.ipv4.sin_port, htons(8888));
}

Test(sockaddr, an_endpoint_comes_back_as_it_was)
{
    static const char texts[][48] = {"192.0.2.1:8888", "0.0.0.0:1", "[::]:65535",
                                     "[2001:db8::1]:8888", "[fe80::1%7]:8888"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct endpoint endpoint = parse(texts[i]);
        struct endpoint back;
        union sockaddr_any address;
        socklen_t length = sockaddr_from_endpoint(&endpoint, &address);

        cr_assert_eq(sockaddr_to_endpoint(&address, length, &back), STATUS_OK);
        cr_expect(endpoint_equal(&endpoint, &back), "%s", texts[i]);
    }
}

Test(sockaddr, a_scope_counts_for_a_link_local_address_only)
{
    union sockaddr_any address = {.ipv6 = {.sin6_family = AF_INET6, .sin6_scope_id = 7}};
    struct endpoint endpoint;

    inet_pton(AF_INET6, "2001:db8::1", &address.ipv6.sin6_addr);
    cr_assert_eq(sockaddr_to_endpoint(&address, sizeof(address.ipv6), &endpoint), STATUS_OK);
    cr_assert_eq(endpoint.scope, 0);
    inet_pton(AF_INET6, "febf::1", &address.ipv6.sin6_addr);
    cr_assert_eq(sockaddr_to_endpoint(&address, sizeof(address.ipv6), &endpoint), STATUS_OK);
    cr_assert_eq(endpoint.scope, 7);
}

Test(sockaddr, an_ipv6_source_does_not_pass_for_ipv4)
{
    union sockaddr_any address = {.ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(4000)}};
    struct endpoint endpoint;

    inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.ipv6.sin6_addr);
    cr_assert_eq(sockaddr_to_endpoint(&address, sizeof(address.ipv6), &endpoint), STATUS_INVALID);
    inet_pton(AF_INET6, "::fffe:127.0.0.1", &address.ipv6.sin6_addr);
    cr_assert_eq(sockaddr_to_endpoint(&address, sizeof(address.ipv6), &endpoint), STATUS_OK);
}

Test(sockaddr, a_short_or_foreign_address_is_refused)
{
    union sockaddr_any address;
    struct endpoint endpoint = parse("192.0.2.1:8888"), untouched = endpoint;

    memset(&address, 0, sizeof(address));
    cr_assert_eq(sockaddr_to_endpoint(&address, 0, &endpoint), STATUS_INVALID);
    cr_assert_eq(sockaddr_to_endpoint(&address, sizeof(address), &endpoint), STATUS_INVALID);
    address.any.sa_family = AF_INET;
    cr_assert_eq(sockaddr_to_endpoint(&address, 1, &endpoint), STATUS_INVALID);
    cr_assert_eq(sockaddr_to_endpoint(&address, sizeof(address.ipv4) - 1, &endpoint),
                 STATUS_INVALID);
    address.any.sa_family = AF_INET6;
    cr_assert_eq(sockaddr_to_endpoint(&address, sizeof(address.ipv6) - 1, &endpoint),
                 STATUS_INVALID);
    address.any.sa_family = AF_UNIX;
    cr_assert_eq(sockaddr_to_endpoint(&address, sizeof(address), &endpoint), STATUS_INVALID);
    cr_assert(endpoint_equal(&endpoint, &untouched));
}
