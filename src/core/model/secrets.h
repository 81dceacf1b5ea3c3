/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Unpredictable numbers derived from one secret: tokens, epoch, challenges and cookies of the
 * sequenced protocol, and the codes of the plain one. Each is a keyed hash (BLAKE2b) of what it
 * stands for, so no state is kept for an address before it is verified, and no random number is
 * drawn.
 */
#ifndef ROOMD_CORE_MODEL_SECRETS_H
#define ROOMD_CORE_MODEL_SECRETS_H

#include "base/octets.h"

#include <roomd/endpoint.h>
#include <roomd/room.h>

/* The time it was made, and the hash: 64 and 128 bits. */
#define SECRETS_COOKIE_BYTES 24

/* Lifetime of a cookie's key; cookies of the previous slot are accepted, too. */
#define SECRETS_SLOT_MS UINT64_C(120000)

/* The use of a number: part of the hash, so that none of them can pass for another. */
enum secrets_use { SECRETS_EPOCH = 1, SECRETS_TOKEN, SECRETS_PATH, SECRETS_CODE };

/* The number for that use, `peer` (may be NULL) and two numbers; never 0. */
uint64_t secrets_number(const uint8_t secret[ROOM_SECRET_BYTES], enum secrets_use use,
                        const struct endpoint *peer, uint64_t a, uint64_t b);

/* The cookie of this endpoint for this nonce, made at `now_ms` (monotonic). */
void secrets_cookie(const uint8_t secret[ROOM_SECRET_BYTES], const struct endpoint *peer,
                    uint64_t nonce, uint64_t now_ms, uint8_t ret_cookie[SECRETS_COOKIE_BYTES]);

/*
 * True if the cookie is ours, of this endpoint and nonce, and not too old; then `ret_made_ms` is
 * the time when it was made.
 */
bool secrets_cookie_is_good(const uint8_t secret[ROOM_SECRET_BYTES], const struct endpoint *peer,
                            uint64_t nonce, uint64_t now_ms, struct octets_slice cookie,
                            uint64_t *ret_made_ms);

#endif
