/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* BLAKE2b (RFC 7693) with a key, over fields of fixed length. */
#include "core/model/secrets.h"

#include <sodium/crypto_generichash.h>
#include <sodium/utils.h>
#include <string.h>

#define MAC_BYTES 16

/* Follow enum secrets_use. */
#define USE_COOKIE 16
#define USE_SLOT   17

#define INPUT_BYTES 64

_Static_assert(SECRETS_COOKIE_BYTES == 8 + MAC_BYTES, "time and hash");
_Static_assert(ROOM_SECRET_BYTES == crypto_generichash_KEYBYTES,
               "BLAKE2b takes the secret as it is");
_Static_assert(MAC_BYTES >= crypto_generichash_BYTES_MIN, "BLAKE2b makes no shorter hash");

static void hash(const uint8_t key[ROOM_SECRET_BYTES], uint8_t use, const struct endpoint *peer,
                 uint64_t a, uint64_t b, uint8_t *ret_digest, size_t size)
{
    uint8_t input[INPUT_BYTES];
    struct octets_writer writer = octets_write(input, sizeof(input));

    octets_write_u8(&writer, use);
    octets_write_u64(&writer, a);
    octets_write_u64(&writer, b);
    if (peer != NULL) {
        octets_write_slice(
            &writer, (struct octets_slice){(const char *)peer->address, sizeof(peer->address)});
        octets_write_u32(&writer, peer->scope);
        octets_write_u16(&writer, peer->port);
        octets_write_u16(&writer, peer->transport);
    }
    crypto_generichash(ret_digest, size, input, writer.length, key, ROOM_SECRET_BYTES);
}

uint64_t secrets_number(const uint8_t secret[ROOM_SECRET_BYTES], enum secrets_use use,
                        const struct endpoint *peer, uint64_t a, uint64_t b)
{
    uint8_t digest[MAC_BYTES];
    struct octets_reader reader;
    uint64_t number;

    hash(secret, (uint8_t)use, peer, a, b, digest, sizeof(digest));
    reader = octets_read(digest, sizeof(digest));
    number = octets_read_u64(&reader);
    return number != 0 ? number : 1;
}

static void make_mac(const uint8_t secret[ROOM_SECRET_BYTES], const struct endpoint *peer,
                     uint64_t nonce, uint64_t made_ms, uint8_t ret_mac[MAC_BYTES])
{
    uint8_t key[ROOM_SECRET_BYTES];

    hash(secret, USE_SLOT, NULL, made_ms / SECRETS_SLOT_MS, 0, key, sizeof(key));
    hash(key, USE_COOKIE, peer, nonce, made_ms, ret_mac, MAC_BYTES);
}

void secrets_cookie(const uint8_t secret[ROOM_SECRET_BYTES], const struct endpoint *peer,
                    uint64_t nonce, uint64_t now_ms, uint8_t ret_cookie[SECRETS_COOKIE_BYTES])
{
    struct octets_writer writer = octets_write(ret_cookie, SECRETS_COOKIE_BYTES);

    octets_write_u64(&writer, now_ms);
    make_mac(secret, peer, nonce, now_ms, ret_cookie + writer.length);
}

bool secrets_cookie_is_good(const uint8_t secret[ROOM_SECRET_BYTES], const struct endpoint *peer,
                            uint64_t nonce, uint64_t now_ms, struct octets_slice cookie,
                            uint64_t *ret_made_ms)
{
    struct octets_reader reader = octets_read(cookie.bytes, cookie.length);
    uint64_t made_ms = octets_read_u64(&reader);
    uint8_t mac[MAC_BYTES];

    if (cookie.length != SECRETS_COOKIE_BYTES || made_ms > now_ms ||
        now_ms / SECRETS_SLOT_MS - made_ms / SECRETS_SLOT_MS > 1)
        return false;
    make_mac(secret, peer, nonce, made_ms, mac);
    if (sodium_memcmp(mac, reader.at, MAC_BYTES) != 0)
        return false;
    *ret_made_ms = made_ms;
    return true;
}
