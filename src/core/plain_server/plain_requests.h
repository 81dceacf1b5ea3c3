/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The requests of the plain protocol, by kind and sender. */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_REQUESTS_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_REQUESTS_H

#include "core/plain_server/name_claims.h"
#include "core/room/room_state.h"

/*
 * Handles a datagram that is short enough, not empty, and not from ourselves. Returns why it was
 * refused, or REFUSED_NOT.
 */
enum refusal plain_requests_handle(struct room *room, const struct moment *now,
                                   const struct path *path, const char *bytes, size_t length);

/* Decides a claim: answers the join now. */
void plain_requests_join(struct room *room, const struct moment *now,
                         const struct name_claim *claim);

#endif
