/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Opens the doors, explains why one can't be opened, and describes them to the room. */
#include "roomd/server_state.h"

#include "base/log.h"

#include <errno.h>
#include <roomd/status.h>
#include <string.h>
#include <sysexits.h>

static int open_exit_code(int error)
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

static const char *open_hint(int error)
{
    switch (error) {
    case EADDRINUSE:
        return "; 'ss -lunp' shows who has it, room.listen chooses another";
    case EADDRNOTAVAIL:
        return "; 'ip address' shows the addresses this machine has";
    case EACCES:
        return "; ports below 1024 take CAP_NET_BIND_SERVICE";
    case ENODEV:
        return "; there is no interface of that name";
    default:
        return "";
    }
}

/* `held`: a socket kept across a restart, or -1. */
static int open_door(struct server *server, size_t index, int held)
{
    const struct config_door *door = &server->config->doors[index];
    char text[ENDPOINT_TEXT_BYTES];
    uint16_t number;
    int status = held >= 0 ? udp_adopt(server->doors, held, &number)
                           : udp_open(server->doors, &door->listen, door->zone, &number);
    int error = errno;

    if (status == 0) {
        server->configured[number] = index;
        return EX_OK;
    }
    endpoint_format(&door->listen, text);
    if (status == STATUS_SYSTEM && server->config->listen_is_default &&
        (error == EAFNOSUPPORT || error == EADDRNOTAVAIL)) {
        log_warnx("not listening on %s: this machine lacks that kind of address", text);
        return EX_OK;
    }
    if (status != STATUS_SYSTEM) {
        log_errorx("can't listen on %s: %s", text,
                   status == STATUS_INVALID
                       ? "a link-local address needs its interface, as [fe80::1%eth0]:8888"
                       : status_text(status));
        return status == STATUS_INVALID ? EX_CONFIG : EX_OSERR;
    }
    log_errorx("can't listen on %s: %s%s", text, strerror(error), open_hint(error));
    return open_exit_code(error);
}

int doors_open(struct server *server, const struct udp_sink *sink)
{
    int held[ROOM_DOORS_MAX];
    int code;

    if (udp_set_new(server->loop, sink, &server->doors) != 0)
        return EX_OSERR;
    restart_match(server, held);
    for (size_t i = 0; i < server->config->door_count; i++) {
        code = open_door(server, i, held[i]);
        if (code != EX_OK)
            return code;
    }
    if (udp_doors(server->doors) > 0)
        return EX_OK;
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
