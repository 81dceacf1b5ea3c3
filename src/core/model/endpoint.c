/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Parses, formats and compares endpoints. Text forms come from inet_pton and inet_ntop, which are
 * pure.
 */
#include <roomd/endpoint.h>

#include <arpa/inet.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* A decimal number of at most `max`, with nothing behind it. */
static bool parse_number(const char *text, uint32_t max, uint32_t *ret_number)
{
    uint64_t number = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        number = number * 10 + (uint64_t)(*text - '0');
        if (number > max)
            return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

void endpoint_address_from_ipv4(const uint8_t ipv4[4], uint8_t ret_address[ENDPOINT_ADDRESS_BYTES])
{
    memcpy(ret_address, mapped_prefix, sizeof(mapped_prefix));
    memcpy(ret_address + sizeof(mapped_prefix), ipv4, 4);
}

bool endpoint_address_is_ipv4(const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return memcmp(address, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

bool endpoint_address_is_any(const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    static const uint8_t zero[ENDPOINT_ADDRESS_BYTES];

    if (endpoint_address_is_ipv4(address))
        return memcmp(address + sizeof(mapped_prefix), zero, 4) == 0;
    return memcmp(address, zero, sizeof(zero)) == 0;
}

bool endpoint_address_is_loopback(const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    static const uint8_t one[ENDPOINT_ADDRESS_BYTES] = {[ENDPOINT_ADDRESS_BYTES - 1] = 1};

    if (endpoint_address_is_ipv4(address))
        return address[sizeof(mapped_prefix)] == 127;
    return memcmp(address, one, sizeof(one)) == 0;
}

bool endpoint_address_is_link_local(const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* An address with an optional numeric zone, without the brackets. */
static bool parse_ipv6(char *text, struct endpoint *ret_endpoint)
{
    char *zone = strchr(text, '%');

    if (zone != NULL) {
        *zone++ = '\0';
        if (!parse_number(zone, UINT32_MAX, &ret_endpoint->scope))
            return false;
    }
    return inet_pton(AF_INET6, text, ret_endpoint->address) == 1;
}

static bool parse_ipv4(const char *text, struct endpoint *ret_endpoint)
{
    uint8_t ipv4[4];

    if (inet_pton(AF_INET, text, ipv4) != 1)
        return false;
    endpoint_address_from_ipv4(ipv4, ret_endpoint->address);
    return true;
}

int endpoint_parse(const char *text, struct endpoint *ret_endpoint)
{
    struct endpoint endpoint = {.scope = 0};
    char copy[ENDPOINT_TEXT_BYTES];
    size_t length = strlen(text);
    uint32_t port;
    char *colon;
    bool good;

    if (length >= sizeof(copy))
        return STATUS_INVALID;
    memcpy(copy, text, length + 1);
    colon = strrchr(copy, ':');
    if (colon == NULL || !parse_number(colon + 1, UINT16_MAX, &port))
        return STATUS_INVALID;
    *colon = '\0';
    if (copy[0] == '[' && colon - copy >= 2 && colon[-1] == ']') {
        colon[-1] = '\0';
        good = parse_ipv6(copy + 1, &endpoint);
    } else {
        good = parse_ipv4(copy, &endpoint);
    }
    if (!good)
        return STATUS_INVALID;
    endpoint.port = (uint16_t)port;
    *ret_endpoint = endpoint;
    return STATUS_OK;
}

const char *endpoint_format(const struct endpoint *endpoint, char text[ENDPOINT_TEXT_BYTES])
{
    char address[INET6_ADDRSTRLEN];

    if (endpoint_address_is_ipv4(endpoint->address)) {
        inet_ntop(AF_INET, endpoint->address + sizeof(mapped_prefix), address, sizeof(address));
        snprintf(text, ENDPOINT_TEXT_BYTES, "%s:%u", address, (unsigned)endpoint->port);
    } else {
        inet_ntop(AF_INET6, endpoint->address, address, sizeof(address));
        if (endpoint->scope != 0)
            snprintf(text, ENDPOINT_TEXT_BYTES, "[%s%%%u]:%u", address, (unsigned)endpoint->scope,
                     (unsigned)endpoint->port);
        else
            snprintf(text, ENDPOINT_TEXT_BYTES, "[%s]:%u", address, (unsigned)endpoint->port);
    }
    return text;
}
