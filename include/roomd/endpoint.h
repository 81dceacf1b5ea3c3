/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The address of a member. An IPv4 address is kept in its v4-mapped form (RFC 4291, 2.5.5.2), so
 * that 192.0.2.1 and ::ffff:192.0.2.1 are the same endpoint, and endpoints are compared as bytes.
 */
#ifndef ROOMD_ENDPOINT_H
#define ROOMD_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENDPOINT_ADDRESS_BYTES 16

/* "[ffff:…%4294967295]:65535" and its NUL. */
#define ENDPOINT_TEXT_BYTES 72

/* 24 bytes without padding: hashed and compared as bytes. */
struct endpoint {
    uint8_t address[ENDPOINT_ADDRESS_BYTES];
    uint32_t scope;     /* interface index of a link-local IPv6 address, else 0 */
    uint16_t port;      /* host byte order */
    uint16_t transport; /* 0 = UDP, the only one so far */
};

/*
 * The way of a datagram in, and of its answer out: a client that wrote to one of several addresses
 * of this machine expects the answer from the same one.
 */
struct path {
    struct endpoint peer;
    /* the address it was sent to; all zero: the kernel chooses */
    uint8_t local[ENDPOINT_ADDRESS_BYTES];
    uint16_t door; /* index of the listening address */
};

/* A.B.C.D in its v4-mapped form. `ipv4` is in network byte order, as in struct in_addr. */
void endpoint_address_from_ipv4(const uint8_t ipv4[4], uint8_t ret_address[ENDPOINT_ADDRESS_BYTES]);

bool endpoint_address_is_ipv4(const uint8_t address[ENDPOINT_ADDRESS_BYTES]);
/* 0.0.0.0 or :: */
bool endpoint_address_is_any(const uint8_t address[ENDPOINT_ADDRESS_BYTES]);
/* 127.0.0.0/8 or ::1 */
bool endpoint_address_is_loopback(const uint8_t address[ENDPOINT_ADDRESS_BYTES]);
/* fe80::/10, which needs a scope; 169.254.0.0/16 has none. */
bool endpoint_address_is_link_local(const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/*
 * Parses "192.0.2.1:8888", "[2001:db8::1]:8888" or "[fe80::1%2]:8888". The zone must be numeric:
 * mapping an interface's name to its index is a system call. STATUS_INVALID for anything else, host
 * names included.
 */
int endpoint_parse(const char *text, struct endpoint *ret_endpoint);

/* Formats an endpoint as endpoint_parse reads it (IPv6: RFC 5952). Returns `text`. */
const char *endpoint_format(const struct endpoint *endpoint, char text[ENDPOINT_TEXT_BYTES]);

#endif
