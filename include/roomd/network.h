/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Networks, as an administrator writes them (CIDR, RFC 4632 and RFC 4291, 2.3), and lists of them.
 * An IPv4 network is kept in its v4-mapped form, as endpoints are, so each network has one form
 * however it was written. A malformed text is never taken for a larger network than was meant.
 */
#ifndef ROOMD_NETWORK_H
#define ROOMD_NETWORK_H

#include <roomd/endpoint.h>
#include <stdbool.h>
#include <stdint.h>

/* The longest address, "/128" and a NUL. */
#define NETWORK_TEXT_BYTES 52

/* Room for the mistake and what may have been meant. */
#define NETWORK_WHY_BYTES 192

/* Scanned one by one for each datagram. */
#define NETWORK_LIST_MAX 256

/* The words for the usual networks, and the networks themselves, each with ", ". */
#define NETWORK_LIST_TEXT_BYTES (64 + NETWORK_LIST_MAX * (NETWORK_TEXT_BYTES + 2))

/*
 * Bits beyond the prefix are 0. 0.0.0.0/0 is all of IPv4 and nothing else, ::/0 all of IPv6 and
 * nothing else.
 */
struct network {
    uint8_t address[ENDPOINT_ADDRESS_BYTES];
    uint8_t bits; /* of the prefix, 0 to 128; at least 96 for an IPv4 network */
};

/* Usual networks that have a word. */
enum network_set {
    NETWORK_LOOPBACK,     /* 127.0.0.0/8, ::1 */
    NETWORK_PRIVATE,      /* 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) */
    NETWORK_LINK_LOCAL,   /* 169.254.0.0/16 (RFC 3927), fe80::/10 */
    NETWORK_UNIQUE_LOCAL, /* fc00::/7 (RFC 4193) */
    NETWORK_ALL,          /* 0.0.0.0/0, ::/0 */
    NETWORK_SETS          /* their number */
};

#define NETWORK_SET_BIT(set) ((uint8_t)(1U << (set)))

struct network_list {
    uint8_t sets;   /* NETWORK_SET_BIT of each word in it */
    uint16_t count; /* of the others */
    struct network networks[NETWORK_LIST_MAX];
};

/*
 * Parses "192.0.2.0/24", "2001:db8::/32", "::ffff:192.0.2.0/120" (which is 192.0.2.0/24) or a
 * single address. STATUS_INVALID for anything else, including bits beyond the prefix; `ret_why`
 * then continues the text: "is no network …".
 */
int network_parse(const char *text, struct network *ret_network, char ret_why[NETWORK_WHY_BYTES]);

/*
 * Formats a network as network_parse reads it; a single address has no prefix length. Returns
 * `text`.
 */
const char *network_format(const struct network *network, char text[NETWORK_TEXT_BYTES]);

/* The network of this one address. */
struct network network_of_address(const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

bool network_equal(const struct network *a, const struct network *b);
bool network_has(const struct network *network, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);
/* True for 0.0.0.0/0 and ::/0. */
bool network_is_everybody(const struct network *network);

/* "loopback", "private", …; `set` < NETWORK_SETS. */
const char *network_set_word(enum network_set set);

/*
 * Adds a word's networks, or a network; duplicates are not added. STATUS_INVALID, STATUS_FULL:
 * `ret_why` as above.
 */
int network_list_add(struct network_list *list, const char *text, char ret_why[NETWORK_WHY_BYTES]);

/* Formats a list as "loopback, 192.0.2.0/24", or "none" if empty. Returns `text`. */
const char *network_list_format(const struct network_list *list,
                                char text[NETWORK_LIST_TEXT_BYTES]);

bool network_list_has(const struct network_list *list,
                      const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

#endif
