/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The handshake of the sequenced protocol: HELLO and JOIN, and their answers (doc/protocol.md, 2.3
 * and 2.9). No state is kept before a cookie has confirmed the address, and no answer is longer
 * than its request.
 *
 * A token is a keyed hash of endpoint, nonce and time of the cookie. So a repeated JOIN finds the
 * session that it made, and no index of nonces is needed.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_HANDSHAKE_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_HANDSHAKE_H

#include "core/room/room_state.h"

/* Both handle a datagram of their kind, and return why it was refused, or REFUSED_NOT. */
enum refusal session_handshake_hello(struct room *room, const struct moment *now,
                                     const struct path *path, const void *bytes, size_t length);
enum refusal session_handshake_join(struct room *room, const struct moment *now,
                                    const struct path *path, const void *bytes, size_t length);

/* Answers an UP with a token of no session. */
void session_handshake_stranger(struct room *room, const struct moment *now,
                                const struct path *path, uint64_t token);

#endif
