/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A list and a place in it. Name servers give the same addresses in another order each time, so the current one is looked for. */
#include "room/net/addresses.h"

#include <string.h>

bool addresses_equal(const struct address *one, const struct address *other)
{
    return one->length == other->length && memcmp(&one->bytes, &other->bytes, one->length) == 0;
}

bool addresses_again(struct addresses *addresses, bool stay)
{
    addresses->next = 0;
    addresses->left = addresses->count;
    for (size_t i = 0; i < addresses->count; i++) {
        if (!addresses_equal(&addresses->list[i], &addresses->current))
            continue;
        addresses->next = (i + 1) % addresses->count;
        addresses->left -= stay ? 1 : 0;
        return stay;
    }
    return false;
}

bool addresses_set(struct addresses *addresses, const struct address *list, size_t count, bool stay)
{
    addresses->count = count < ADDRESSES_MAX ? count : ADDRESSES_MAX;
    memcpy(addresses->list, list, addresses->count * sizeof(*list));
    return addresses_again(addresses, stay);
}

const struct address *addresses_next(struct addresses *addresses)
{
    const struct address *address = &addresses->list[addresses->next];

    if (addresses->left == 0)
        return NULL;
    addresses->left--;
    addresses->next = (addresses->next + 1) % addresses->count;
    addresses->current = *address;
    return address;
}
