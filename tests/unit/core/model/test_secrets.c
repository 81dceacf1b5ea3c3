/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/secrets.h"

#include <criterion/criterion.h>
#include <string.h>

static const uint8_t secret[ROOM_SECRET_BYTES] = "a secret that is not one at all";
static const struct endpoint peer = {.address = {1}, .port = 9};

static bool is_good(const struct endpoint *from, uint64_t nonce, uint64_t now_ms,
                    const uint8_t *cookie, size_t length)
{
    uint64_t made_ms = 0;

    return secrets_cookie_is_good(secret, from, nonce, now_ms,
                                  (struct octets_slice){(const char *)cookie, length}, &made_ms);
}

Test(secrets, a_cookie_lives_through_the_slot_after_its_own)
{
    uint8_t cookie[SECRETS_COOKIE_BYTES];

    secrets_cookie(secret, &peer, 7, 5 * SECRETS_SLOT_MS, cookie);
    cr_expect(is_good(&peer, 7, 5 * SECRETS_SLOT_MS, cookie, sizeof(cookie)));
    cr_expect(is_good(&peer, 7, 7 * SECRETS_SLOT_MS - 1, cookie, sizeof(cookie)));
    cr_expect_not(is_good(&peer, 7, 7 * SECRETS_SLOT_MS, cookie, sizeof(cookie)));
    cr_expect_not(is_good(&peer, 7, 5 * SECRETS_SLOT_MS - 1, cookie, sizeof(cookie)),
                  "it is of a time to come");
}

Test(secrets, a_cookie_that_is_cut_or_stretched_is_none)
{
    uint8_t cookie[SECRETS_COOKIE_BYTES + 1] = {0};

    secrets_cookie(secret, &peer, 7, 0, cookie);
    for (size_t length = 0; length <= sizeof(cookie); length++)
        cr_expect_eq(is_good(&peer, 7, 0, cookie, length), length == SECRETS_COOKIE_BYTES, "%zu",
                     length);
}

Test(secrets, each_number_depends_on_all_that_it_is_made_of)
{
    struct endpoint other = peer;
    uint64_t token = secrets_number(secret, SECRETS_TOKEN, &peer, 1, 2);
    uint8_t another[ROOM_SECRET_BYTES];

    memcpy(another, secret, sizeof(another));
    another[31] ^= 1;
    other.port++;
    cr_expect_eq(secrets_number(secret, SECRETS_TOKEN, &peer, 1, 2), token);
    cr_expect_neq(secrets_number(another, SECRETS_TOKEN, &peer, 1, 2), token);
    cr_expect_neq(secrets_number(secret, SECRETS_PATH, &peer, 1, 2), token);
    cr_expect_neq(secrets_number(secret, SECRETS_TOKEN, &other, 1, 2), token);
    cr_expect_neq(secrets_number(secret, SECRETS_TOKEN, NULL, 1, 2), token);
    cr_expect_neq(secrets_number(secret, SECRETS_TOKEN, &peer, 2, 2), token);
    cr_expect_neq(secrets_number(secret, SECRETS_TOKEN, &peer, 1, 1), token);
}
