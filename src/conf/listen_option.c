/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Parses doors. Most of the code detects the usual mistakes in an address and names the right form.
 */
#include "conf/listen_option.h"

#include "conf/builtin_dialect.h"
#include "conf/value.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/* The longest address with interface and port; nothing longer is parsed. */
#define ADDRESS_MAX_BYTES (ENDPOINT_TEXT_BYTES + CONFIG_ZONE_MAX_BYTES)

struct parser {
    const struct place *place;
    struct diagnostics *diagnostics;
    struct listen_option *listen;
};

static int refuse(const struct parser *parser, const char *address, const char *why)
{
    diagnostics_error(parser->diagnostics, parser->place, "room.listen: '%s' %s",
                      diagnostics_excerpt(address).text, why);
    return STATUS_INVALID;
}

static bool is_port(const char *text)
{
    uint64_t port;

    return value_number(text, UINT16_MAX, &port);
}

/* Says what is wrong with an address outside brackets; NULL if it has the form A.B.C.D:PORT. */
static const char *wrong_shape(const char *address)
{
    const char *colon = strchr(address, ':');

    if (colon != NULL && strchr(colon + 1, ':') != NULL)
        return "has no brackets: an IPv6 address is written [::1]:8888";
    if (colon == NULL && address[strspn(address, "0123456789")] == '\0')
        return "is a port without an address: for all addresses write 0.0.0.0:8888, [::]:8888";
    if (strcspn(address, ":") != strspn(address, "0123456789."))
        return "is no address: names are not looked up, write its address, for example "
               "127.0.0.1:8888";
    if (colon == NULL)
        return "has no port: write for example 127.0.0.1:8888";
    return is_port(colon + 1) ? NULL
                              : "has no port from 0 to 65535: write for example 127.0.0.1:8888";
}

/* The same for one that begins with a bracket. */
static const char *wrong_brackets(const char *address)
{
    const char *close = strchr(address, ']');

    if (close == NULL)
        return "has no closing bracket: write for example [::1]:8888";
    if (close[1] == '\0')
        return "has no port: write for example [::1]:8888";
    return close[1] == ':' && is_port(close + 2)
               ? NULL
               : "has no port from 0 to 65535: write for example [::1]:8888";
}

static bool is_interface(const char *zone)
{
    size_t length = strlen(zone);

    for (size_t i = 0; i < length; i++) {
        if (zone[i] <= ' ' || zone[i] > '~' || strchr("/:%[]", zone[i]) != NULL)
            return false;
    }
    return length > 0 && length <= CONFIG_ZONE_MAX_BYTES;
}

/*
 * Removes the interface name from [ADDRESS%NAME]:PORT, so that endpoint_parse can read the rest.
 * NULL if there is none, or it is a number.
 */
static const char *take_zone(char *address, char zone[ADDRESS_MAX_BYTES + 1])
{
    char *percent = strchr(address, '%');
    char *close = strchr(address, ']');
    size_t length;

    if (percent == NULL || close == NULL || percent > close)
        return NULL;
    length = (size_t)(close - percent) - 1;
    memcpy(zone, percent + 1, length);
    zone[length] = '\0';
    if (zone[strspn(zone, "0123456789")] == '\0')
        return NULL;
    memmove(percent, close, strlen(close) + 1);
    return zone;
}

static int parse_address(const struct parser *parser, const char *address,
                         struct listen_option_door *door)
{
    char bare[ADDRESS_MAX_BYTES + 1], zone[ADDRESS_MAX_BYTES + 1];
    bool link_local;
    const char *name, *wrong = address[0] == '[' ? wrong_brackets(address) : wrong_shape(address);

    if (wrong != NULL)
        return refuse(parser, address, wrong);
    if (strlen(address) > ADDRESS_MAX_BYTES)
        return refuse(parser, address,
                      "is too long for an address: write for example 127.0.0.1:8888 or [::1]:8888");
    memcpy(bare, address, strlen(address) + 1);
    name = take_zone(bare, zone);
    if (name != NULL && !is_interface(name))
        return refuse(parser, address,
                      "names no interface behind the '%': write for example [fe80::1%eth0]:8888");
    if (endpoint_parse(bare, &door->endpoint) != 0)
        return refuse(
            parser, address,
            "is no IP address with a port: write for example 127.0.0.1:8888 or [::1]:8888");
    if (name != NULL)
        snprintf(door->zone, sizeof(door->zone), "%.*s", CONFIG_ZONE_MAX_BYTES, name);
    link_local = endpoint_address_is_link_local(door->endpoint.address);
    if (link_local != (name != NULL || door->endpoint.scope != 0))
        return refuse(
            parser, address,
            link_local
                ? "is a link-local address and needs its interface: write for example "
                  "[fe80::1%eth0]:8888"
                : "is no link-local address (fe80::…): only those have an interface behind a '%'");
    return STATUS_OK;
}

/* Port 0 is any free port, so it may occur several times. */
static bool is_duplicate(const struct listen_option *listen, const struct listen_option_door *door)
{
    for (size_t i = 0; i < listen->count; i++) {
        if (endpoint_equal(&listen->doors[i].endpoint, &door->endpoint) &&
            strcmp(listen->doors[i].zone, door->zone) == 0)
            return door->endpoint.port != 0;
    }
    return false;
}

/* ADDRESS or ADDRESS=DIALECT */
static int parse_door(const struct parser *parser, char *text)
{
    struct listen_option_door door = {.zone = ""};
    char *dialect = strchr(text, '=');
    char why[VALUE_WHY_BYTES];
    int status;

    if (dialect != NULL) {
        *dialect++ = '\0';
        dialect = value_trim(dialect);
    }
    text = value_trim(text);
    if (*text == '\0')
        return refuse(parser, text, "holds no address: write for example 0.0.0.0:8888, [::]:8888");
    if (dialect != NULL && *dialect == '\0')
        return refuse(parser, text,
                      "is followed by '=' but no dialect: write for example 127.0.0.1:8888=course");
    if (dialect != NULL && builtin_dialect_check(dialect, why) != 0)
        return refuse(parser, dialect, why);
    status = parse_address(parser, text, &door);
    if (status != 0)
        return status;
    if (dialect != NULL) /* builtin_dialect_check has checked its length */
        memcpy(door.dialect, dialect, strlen(dialect) + 1);
    if (is_duplicate(parser->listen, &door))
        return refuse(parser, text, "stands there twice");
    if (parser->listen->count == ROOM_DOORS_MAX) {
        diagnostics_error(parser->diagnostics, parser->place,
                          "room.listen: '%s' is one too many: a room has at most %d doors", text,
                          ROOM_DOORS_MAX);
        return STATUS_FULL;
    }
    parser->listen->doors[parser->listen->count++] = door;
    return STATUS_OK;
}

int listen_option_parse(const char *text, const struct place *place,
                        struct diagnostics *diagnostics, struct listen_option *ret_listen)
{
    struct listen_option listen = {.count = 0};
    struct parser parser = {.place = place, .diagnostics = diagnostics, .listen = &listen};
    char copy[VALUE_MAX_BYTES + 1];
    char *next = copy;
    int status = STATUS_OK;

    snprintf(copy, sizeof(copy), "%s", text);
    while (next != NULL && status != STATUS_FULL) {
        char *item = strsep(&next, ",");
        int item_status = parse_door(&parser, item);

        if (item_status != 0)
            status = item_status;
    }
    if (status != 0)
        return STATUS_INVALID;
    *ret_listen = listen;
    return STATUS_OK;
}

const char *listen_option_write(const struct listen_option *listen,
                                char out[LISTEN_OPTION_TEXT_BYTES])
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < listen->count; i++) {
        const struct listen_option_door *door = &listen->doors[i];
        char address[ENDPOINT_TEXT_BYTES];
        int before; /* length of the text before the zone's name */

        endpoint_format(&door->endpoint, address);
        before = (int)(door->zone[0] != '\0' ? strcspn(address, "]") : strlen(address));
        used += (size_t)snprintf(out + used, LISTEN_OPTION_TEXT_BYTES - used, "%s%.*s%s%s%s%s%s",
                                 i > 0 ? ", " : "", before, address,
                                 door->zone[0] != '\0' ? "%" : "", door->zone, address + before,
                                 door->dialect[0] != '\0' ? "=" : "", door->dialect);
    }
    return out;
}
