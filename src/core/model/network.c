/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Parses, formats and matches networks. Most of it explains mistakes: a ban that covers more than
 * it should is worse than none.
 */
#include <roomd/network.h>

#include "base/suggest.h"

#include <arpa/inet.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_BITS 128U
#define HALF_BITS    64U
#define HALF_BYTES   (HALF_BITS / 8)
/* Offset of an IPv4 address in its v4-mapped form. */
#define MAPPED_BITS  96U
#define MAPPED_BYTES (MAPPED_BITS / 8)
#define MAPPED_MARK  0xffffU
#define IPV4_BITS    32U

#define WHY_JUNK "is no network: write for example 192.0.2.0/24, 2001:db8::/32 or a single address"

struct set {
    const char *word;
    struct network networks[3];
    uint8_t count;
};

#define V4(a, b, c, d, prefix)                                                                     \
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}, MAPPED_BITS + (prefix)}

/* RFC 6598's 100.64.0.0/10 is not among `private`: it holds a carrier's other customers. */
static const struct set sets[NETWORK_SETS] = {
    [NETWORK_LOOPBACK] = {"loopback", {V4(127, 0, 0, 0, 8), {{[15] = 1}, ADDRESS_BITS}}, 2},
    [NETWORK_PRIVATE] = {"private",
                         {V4(10, 0, 0, 0, 8), V4(172, 16, 0, 0, 12), V4(192, 168, 0, 0, 16)},
                         3},
    [NETWORK_LINK_LOCAL] = {"link-local", {V4(169, 254, 0, 0, 16), {{0xfe, 0x80}, 10}}, 2},
    [NETWORK_UNIQUE_LOCAL] = {"unique-local", {{{0xfc}, 7}}, 1},
    [NETWORK_ALL] = {"all", {V4(0, 0, 0, 0, 0), {{0}, 0}}, 2},
};

static int refuse(char ret_why[NETWORK_WHY_BYTES], const char *why)
{
    snprintf(ret_why, NETWORK_WHY_BYTES, "%s", why);
    return STATUS_INVALID;
}

/* ---- one network ---- */

struct network network_of_address(const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    struct network network = {.bits = ADDRESS_BITS};

    memcpy(network.address, address, sizeof(network.address));
    return network;
}

bool network_equal(const struct network *a, const struct network *b)
{
    return a->bits == b->bits && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

/* An address as two numbers, the most significant bit first. */
struct halves {
    uint64_t first;
    uint64_t second;
};

/* Compilers make one load of this form. */
static uint64_t half(const uint8_t *bytes)
{
    return (uint64_t)bytes[0] << 56 | (uint64_t)bytes[1] << 48 | (uint64_t)bytes[2] << 40 |
           (uint64_t)bytes[3] << 32 | (uint64_t)bytes[4] << 24 | (uint64_t)bytes[5] << 16 |
           (uint64_t)bytes[6] << 8 | (uint64_t)bytes[7];
}

static struct halves split(const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return (struct halves){half(address), half(address + HALF_BYTES)};
}

static bool is_mapped(struct halves address)
{
    return address.first == 0 && address.second >> IPV4_BITS == MAPPED_MARK;
}

static bool has(const struct network *network, struct halves address)
{
    struct halves own = split(network->address);

    /* Without this, ::/0 would hold all of IPv4, too. An IPv4 network has a longer prefix. */
    if (network->bits < MAPPED_BITS && is_mapped(address))
        return false;
    if (network->bits <= HALF_BITS)
        return network->bits == 0 ||
               (own.first ^ address.first) >> (HALF_BITS - network->bits) == 0;
    return own.first == address.first &&
           (own.second ^ address.second) >> (ADDRESS_BITS - network->bits) == 0;
}

bool network_has(const struct network *network, const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return has(network, split(address));
}

bool network_is_everybody(const struct network *network)
{
    return network->bits == (endpoint_address_is_ipv4(network->address) ? MAPPED_BITS : 0);
}

const char *network_format(const struct network *network, char text[NETWORK_TEXT_BYTES])
{
    char address[INET6_ADDRSTRLEN];
    bool ipv4 = endpoint_address_is_ipv4(network->address);

    if (ipv4)
        inet_ntop(AF_INET, network->address + MAPPED_BYTES, address, sizeof(address));
    else
        inet_ntop(AF_INET6, network->address, address, sizeof(address));
    if (network->bits == ADDRESS_BITS)
        snprintf(text, NETWORK_TEXT_BYTES, "%s", address);
    else
        snprintf(text, NETWORK_TEXT_BYTES, "%s/%u", address,
                 network->bits - (ipv4 ? MAPPED_BITS : 0));
    return text;
}

static struct network masked(const struct network *network)
{
    struct network result = *network;

    for (unsigned bit = network->bits; bit < ADDRESS_BITS; bit++)
        result.address[bit / 8] &= (uint8_t)~(0x80U >> bit % 8);
    return result;
}

/* ---- parsing ---- */

/* Explains why a text holds no address. */
static int refuse_address(const char *text, char ret_why[NETWORK_WHY_BYTES])
{
    size_t dotted = strspn(text, "0123456789.");

    if (text[0] == '[')
        return refuse(ret_why,
                      "stands in brackets: write the address without them, and without a port");
    if (strchr(text, '%') != NULL)
        return refuse(ret_why,
                      "names an interface: write the address without the '%' and what follows");
    if (dotted > 0 && text[dotted] == ':')
        return refuse(ret_why, "has a port: write the address alone");
    return refuse(ret_why, WHY_JUNK);
}

/* Digits without a leading 0: 010 could mean 8. */
static bool parse_prefix(const char *text, unsigned max, unsigned *ret_bits)
{
    unsigned bits = 0;

    if (text[0] == '\0' || strlen(text) > 3 || (text[0] == '0' && text[1] != '\0'))
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        bits = bits * 10 + (unsigned)(*text - '0');
    }
    *ret_bits = bits;
    return bits <= max;
}

/* ::ffff:192.0.2.0/24 counts the bits of IPv4; taken literally it would be a huge IPv6 network. */
static int refuse_mapped(const struct network *network, unsigned bits,
                         char ret_why[NETWORK_WHY_BYTES])
{
    struct network meant = *network;
    char text[NETWORK_TEXT_BYTES];

    if (bits > ADDRESS_BITS - MAPPED_BITS)
        return refuse(ret_why,
                      "is an IPv4 network in its IPv6 form: its prefix length is 96 to 128");
    meant.bits = (uint8_t)(MAPPED_BITS + bits);
    meant = masked(&meant);
    snprintf(
        ret_why, NETWORK_WHY_BYTES,
        "is an IPv4 network in its IPv6 form, whose prefix length is 96 to 128; did you mean %s?",
        network_format(&meant, text));
    return STATUS_INVALID;
}

static int refuse_host_bits(const struct network *network, char ret_why[NETWORK_WHY_BYTES])
{
    struct network meant = masked(network);
    char text[NETWORK_TEXT_BYTES];

    /* Do not suggest a network of all addresses for one address. */
    if (network_is_everybody(&meant))
        meant = network_of_address(network->address);
    snprintf(ret_why, NETWORK_WHY_BYTES, "has bits set beyond its prefix; did you mean %s?",
             network_format(&meant, text));
    return STATUS_INVALID;
}

int network_parse(const char *text, struct network *ret_network, char ret_why[NETWORK_WHY_BYTES])
{
    struct network network = {.bits = ADDRESS_BITS}, clean;
    size_t length = strcspn(text, "/");
    char address[NETWORK_TEXT_BYTES];
    unsigned bits = ADDRESS_BITS;
    uint8_t ipv4[4];
    bool is_ipv4;

    if (length >= sizeof(address))
        return refuse(ret_why, WHY_JUNK);
    memcpy(address, text, length);
    address[length] = '\0';
    is_ipv4 = inet_pton(AF_INET, address, ipv4) == 1;
    if (is_ipv4)
        endpoint_address_from_ipv4(ipv4, network.address);
    else if (inet_pton(AF_INET6, address, network.address) != 1)
        return refuse_address(text, ret_why);
    if (text[length] == '/' && !parse_prefix(text + length + 1, is_ipv4 ? 32 : ADDRESS_BITS, &bits))
        return refuse(ret_why, is_ipv4 ? "has no prefix length from 0 to 32"
                                       : "has no prefix length from 0 to 128");
    if (is_ipv4 && text[length] == '/')
        bits += MAPPED_BITS;
    if (bits < MAPPED_BITS && endpoint_address_is_ipv4(network.address))
        return refuse_mapped(&network, bits, ret_why);
    network.bits = (uint8_t)bits;
    clean = masked(&network);
    if (!network_equal(&clean, &network))
        return refuse_host_bits(&network, ret_why);
    *ret_network = network;
    return STATUS_OK;
}

/* ---- lists ---- */

const char *network_set_word(enum network_set set)
{
    return sets[set].word;
}

static bool set_has(const struct set *set, struct halves address)
{
    for (uint8_t i = 0; i < set->count; i++) {
        if (has(&set->networks[i], address))
            return true;
    }
    return false;
}

bool network_list_has(const struct network_list *list,
                      const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    struct halves halves;
    unsigned left = list->sets;

    if (left == 0 && list->count == 0) /* access.deny is nearly always empty */
        return false;
    halves = split(address);
    for (const struct set *set = sets; left != 0; set++, left >>= 1) {
        if ((left & 1U) != 0 && set_has(set, halves))
            return true;
    }
    for (uint16_t i = 0; i < list->count; i++) {
        if (has(&list->networks[i], halves))
            return true;
    }
    return false;
}

static int add_network(struct network_list *list, const struct network *network,
                       char ret_why[NETWORK_WHY_BYTES])
{
    for (uint16_t i = 0; i < list->count; i++) {
        if (network_equal(&list->networks[i], network))
            return STATUS_OK;
    }
    if (list->count == NETWORK_LIST_MAX) {
        snprintf(ret_why, NETWORK_WHY_BYTES, "is one too many: a list has at most %d networks",
                 NETWORK_LIST_MAX);
        return STATUS_FULL;
    }
    list->networks[list->count++] = *network;
    return STATUS_OK;
}

int network_list_add(struct network_list *list, const char *text, char ret_why[NETWORK_WHY_BYTES])
{
    struct network network;
    int status;

    for (int set = 0; set < NETWORK_SETS; set++) {
        if (strcmp(sets[set].word, text) == 0) {
            list->sets |= NETWORK_SET_BIT(set);
            return STATUS_OK;
        }
    }
    status = network_parse(text, &network, ret_why);
    if (status == 0)
        return add_network(list, &network, ret_why);
    for (int set = 0; set < NETWORK_SETS; set++) {
        if (!suggest_is_close(suggest_distance(sets[set].word, text), sets[set].word))
            continue;
        snprintf(ret_why, NETWORK_WHY_BYTES, "is no network; did you mean %s?", sets[set].word);
        break;
    }
    return status;
}

const char *network_list_format(const struct network_list *list, char text[NETWORK_LIST_TEXT_BYTES])
{
    size_t used = 0;

    for (int set = 0; set < NETWORK_SETS; set++) {
        if ((list->sets & NETWORK_SET_BIT(set)) != 0)
            used += (size_t)snprintf(text + used, NETWORK_LIST_TEXT_BYTES - used, "%s%s",
                                     used > 0 ? ", " : "", sets[set].word);
    }
    for (uint16_t i = 0; i < list->count; i++) {
        char network[NETWORK_TEXT_BYTES];

        used += (size_t)snprintf(text + used, NETWORK_LIST_TEXT_BYTES - used, "%s%s",
                                 used > 0 ? ", " : "", network_format(&list->networks[i], network));
    }
    if (used == 0)
        snprintf(text, NETWORK_LIST_TEXT_BYTES, "none");
    return text;
}
