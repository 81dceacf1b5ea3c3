/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Opens the doors, explains why one can't be opened, and describes them to the room. */
#include "roomd/server_state.h"

#include "base/log.h"
#include "conf/listen_option.h"
#include "io/interfaces.h"

#include <errno.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static int exit_code_of(int error)
{
    switch (error) {
    case EADDRINUSE:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
    case ENODEV:
        return EX_UNAVAILABLE;
    case EACCES:
    case EPERM:
        return EX_NOPERM;
    default:
        return EX_OSERR;
    }
}

/* This machine has no such address: waiting for it, or another start, would not help. */
static bool is_missing(int error)
{
    return error == EADDRNOTAVAIL || error == EAFNOSUPPORT || error == ENODEV;
}

static const char *reason_of(const struct endpoint *listen, int error)
{
    switch (error) {
    case EADDRINUSE:
        return "another program has it; 'ss -lunp' shows which, room.listen chooses another";
    case EADDRNOTAVAIL:
        return "this machine does not have that address ('ip address' shows those it has)";
    case EAFNOSUPPORT:
        return endpoint_address_is_ipv4(listen->address) ? "this kernel has no IPv4"
                                                         : "this kernel has no IPv6";
    case EACCES:
        return "permission denied; ports below 1024 take CAP_NET_BIND_SERVICE";
    case ENODEV:
        return "there is no interface of that name";
    default:
        return strerror(error);
    }
}

/* Why each door of the configuration could not be opened: an errno, or 0. */
struct opening {
    int errors[ROOM_DOORS_MAX];
    int code; /* of the first of them */
};

/* Writes the doors that can be had, or could not be opened for another reason. */
static const char *write_rest(const struct config *config, const struct opening *opening,
                              char out[LISTEN_OPTION_TEXT_BYTES])
{
    struct listen_option rest = {.count = 0};

    for (size_t i = 0; i < config->door_count; i++) {
        const struct config_door *door = &config->doors[i];
        struct listen_option_door *kept = &rest.doors[rest.count];

        if (is_missing(opening->errors[i]))
            continue;
        rest.count++;
        kept->endpoint = door->listen;
        memcpy(kept->zone, door->zone, sizeof(kept->zone));
        if (door->dialect != 0)
            snprintf(kept->dialect, sizeof(kept->dialect), "%s",
                     config->dialects[door->dialect].source);
    }
    return listen_option_write(&rest, out);
}

/* Says which entry of room.listen to take out, and what is left of it. */
static void report_missing(const struct config *config, size_t index, const struct opening *opening)
{
    const struct config_door *door = &config->doors[index];
    struct listen_option one = {.doors = {{.endpoint = door->listen}}, .count = 1};
    char address[LISTEN_OPTION_TEXT_BYTES], rest[LISTEN_OPTION_TEXT_BYTES];

    memcpy(one.doors[0].zone, door->zone, sizeof(door->zone));
    listen_option_write(&one, address);
    write_rest(config, opening, rest);
    if (rest[0] == '\0')
        snprintf(rest, sizeof(rest), "0.0.0.0:%u", door->listen.port);
    log_errorx("room.listen: can't open %s: %s; take \"%s\" out of room.listen (%s), so that it is "
               "\"%s\"",
               address, reason_of(&door->listen, opening->errors[index]), address,
               config->listen_where, rest);
}

static void report(const struct config *config, const struct opening *opening)
{
    for (size_t i = 0; i < config->door_count; i++) {
        char text[ENDPOINT_TEXT_BYTES];

        if (opening->errors[i] == 0)
            continue;
        if (is_missing(opening->errors[i]))
            report_missing(config, i, opening);
        else
            log_errorx("room.listen: can't open %s: %s",
                       endpoint_format(&config->doors[i].listen, text),
                       reason_of(&config->doors[i].listen, opening->errors[i]));
    }
}

/* `held`: a socket kept across a restart, or -1. Goes on after an error, to report all of them. */
static void open_door(struct server *server, size_t index, int held, struct opening *opening)
{
    const struct config_door *door = &server->config->doors[index];
    char text[ENDPOINT_TEXT_BYTES];
    uint16_t number;
    int status = held >= 0 ? udp_adopt(server->doors, held, &number)
                           : udp_open(server->doors, &door->listen, door->zone, &number);
    int error = errno;

    if (status == 0) {
        server->configured[number] = index;
        return;
    }
    endpoint_format(&door->listen, text);
    if (status == STATUS_SYSTEM && server->config->listen_is_default && is_missing(error)) {
        log_warnx("not listening on %s: %s", text, reason_of(&door->listen, error));
    } else if (status != STATUS_SYSTEM) {
        log_errorx("room.listen: can't open %s: %s", text,
                   status == STATUS_INVALID
                       ? "a link-local address needs its interface, as [fe80::1%eth0]:8888"
                       : status_text(status));
        opening->code = status == STATUS_INVALID ? EX_CONFIG : EX_OSERR;
    } else {
        opening->errors[index] = error;
        if (opening->code == EX_OK)
            opening->code = exit_code_of(error);
    }
}

static bool has_family(const struct endpoint *addresses, size_t count, bool ipv4)
{
    for (size_t i = 0; i < count; i++) {
        if (endpoint_address_is_ipv4(addresses[i].address) == ipv4)
            return true;
    }
    return false;
}

/*
 * Where IPv6 is switched off (disable_ipv6), [::] can be bound all the same. No interface has an
 * address of that family then, not even loopback.
 */
static void warn_of_deaf_doors(const struct server *server)
{
    struct endpoint machine[ROOM_OWN_MAX];
    size_t count = interfaces_addresses(machine, ROOM_OWN_MAX);

    if (count == 0 || count == ROOM_OWN_MAX) /* unknown, or only a part */
        return;
    for (uint16_t door = 0; door < udp_doors(server->doors); door++) {
        const struct endpoint *bound = udp_bound(server->doors, door);
        bool ipv4 = endpoint_address_is_ipv4(bound->address);
        char text[ENDPOINT_TEXT_BYTES];

        if (endpoint_address_is_any(bound->address) && !has_family(machine, count, ipv4))
            log_warnx("nobody can write to %s: no interface of this machine has an %s address",
                      endpoint_format(bound, text), ipv4 ? "IPv4" : "IPv6");
    }
}

int doors_open(struct server *server, const struct udp_sink *sink)
{
    const struct udp_expendable hello = {.first = ROOM_HELLO_FIRST_BYTE,
                                         .third = ROOM_HELLO_THIRD_BYTE};
    struct opening opening = {.code = EX_OK};
    int held[ROOM_DOORS_MAX];

    if (udp_set_new(server->loop, sink, &server->doors) != 0)
        return EX_OSERR;
    udp_set_expendable(server->doors, &hello);
    restart_match(server, held);
    for (size_t i = 0; i < server->config->door_count; i++)
        open_door(server, i, held[i], &opening);
    report(server->config, &opening);
    warn_of_deaf_doors(server);
    if (opening.code != EX_OK || udp_doors(server->doors) > 0)
        return opening.code;
    log_errorx("there is no address to listen on: set room.listen");
    return EX_UNAVAILABLE;
}

size_t doors_describe(const struct server *server, const struct config *config,
                      struct room_door ret_doors[ROOM_DOORS_MAX])
{
    uint16_t count = udp_doors(server->doors);

    for (uint16_t door = 0; door < count; door++) {
        ret_doors[door].listen = *udp_bound(server->doors, door);
        ret_doors[door].dialect =
            &config->dialects[config->doors[server->configured[door]].dialect].dialect;
    }
    return count;
}
