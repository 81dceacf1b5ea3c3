/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include <criterion/criterion.h>
#include <roomd/endpoint.h>
#include <roomd/status.h>

static struct endpoint parse(const char *text)
{
    struct endpoint endpoint;

    cr_assert_eq(endpoint_parse(text, &endpoint), 0, "%s", text);
    return endpoint;
}

Test(endpoint, what_is_read_is_written_the_same)
{
    const char *const texts[] = {"192.0.2.1:8888", "0.0.0.0:0", "[2001:db8::1]:65535", "[::]:1",
                                 "[fe80::1%2]:8888"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct endpoint endpoint = parse(texts[i]);
        char text[ENDPOINT_TEXT_BYTES];

        cr_expect_str_eq(endpoint_format(&endpoint, text), texts[i]);
    }
}

Test(endpoint, a_v4_mapped_address_is_the_ipv4_address)
{
    struct endpoint mapped = parse("[::ffff:192.0.2.1]:80"), plain = parse("192.0.2.1:80");
    char text[ENDPOINT_TEXT_BYTES];

    cr_expect(endpoint_equal(&mapped, &plain));
    cr_expect_str_eq(endpoint_format(&mapped, text), "192.0.2.1:80");
}

Test(endpoint, address_port_and_scope_all_tell_endpoints_apart)
{
    struct endpoint a = parse("[fe80::1%1]:80");
    const char *const others[] = {"[fe80::1%2]:80", "[fe80::1]:80", "[fe80::2%1]:80",
                                  "[fe80::1%1]:81"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct endpoint b = parse(others[i]);

        cr_expect_not(endpoint_equal(&a, &b), "%s", others[i]);
    }
}

Test(endpoint, what_is_no_endpoint_is_refused_and_nothing_is_written)
{
    const char *const texts[] = {"",
                                 ":",
                                 "8888",
                                 "192.0.2.1",
                                 "192.0.2.1:",
                                 "192.0.2.1:65536",
                                 "192.0.2.1:-1",
                                 "192.0.2.1: 1",
                                 "192.0.2.256:1",
                                 "localhost:1",
                                 "::1:8888",
                                 "[::1]8888",
                                 "[::1:8888",
                                 "[]:1",
                                 "[192.0.2.1]:1",
                                 "[fe80::1%eth0]:1",
                                 "[fe80::1%]:1",
                                 "[fe80::1%4294967296]:1"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct endpoint endpoint = {.port = 7};

        cr_expect_eq(endpoint_parse(texts[i], &endpoint), STATUS_INVALID, "%s", texts[i]);
        cr_expect_eq(endpoint.port, 7, "%s", texts[i]);
    }
}

Test(endpoint, text_longer_than_any_endpoint_is_refused)
{
    char text[ENDPOINT_TEXT_BYTES * 2];
    struct endpoint endpoint;

    memset(text, '1', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    cr_expect_eq(endpoint_parse(text, &endpoint), STATUS_INVALID);
}

Test(endpoint, kinds_of_addresses_are_known)
{
    cr_expect(endpoint_address_is_any(parse("0.0.0.0:1").address));
    cr_expect(endpoint_address_is_any(parse("[::]:1").address));
    cr_expect_not(endpoint_address_is_any(parse("[::1]:1").address));
    cr_expect(endpoint_address_is_loopback(parse("127.255.0.9:1").address));
    cr_expect(endpoint_address_is_loopback(parse("[::1]:1").address));
    cr_expect_not(endpoint_address_is_loopback(parse("128.0.0.1:1").address));
    cr_expect_not(endpoint_address_is_loopback(parse("[::]:1").address));
    cr_expect(endpoint_address_is_link_local(parse("[fe80::1]:1").address));
    cr_expect(endpoint_address_is_link_local(parse("[febf::1]:1").address));
    cr_expect_not(endpoint_address_is_link_local(parse("[fec0::1]:1").address));
    cr_expect_not(endpoint_address_is_link_local(parse("[fe7f::1]:1").address));
    cr_expect_not(endpoint_address_is_link_local(parse("169.254.0.1:1").address));
}
