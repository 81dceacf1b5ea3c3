/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The server's end of the plain protocol, as the room sees it: deadlines, and members whose
 * programs may be gone.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_SERVER_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_SERVER_H

#include "core/room/protocol.h"

struct plain_server;

extern const struct protocol plain_protocol;

/* Takes about 72 KiB. STATUS_NO_MEMORY. */
int plain_server_new(struct plain_server **ret_plain);
void plain_server_free(struct plain_server *plain);

/* A datagram came from that endpoint, whatever it holds. */
void plain_server_heard(struct room *room, const struct endpoint *peer);

/* An ICMP error from this member's machine says that its port is closed; it may be forged. */
void plain_server_unreachable(struct room *room, const struct moment *now, struct member *member,
                              const struct unreachable *error);

/* Decides the claims that wait: the program is about to end. */
void plain_server_close(struct room *room, const struct moment *now);

#endif
