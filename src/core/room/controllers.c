/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A growing array of controllers, and an index by address. */
#include "core/room/controllers.h"

#include "core/model/hash.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16U

_Static_assert(sizeof(struct controller) <= 96, "what doc/performance.md says of it");

void controllers_init(struct controllers *controllers, const uint8_t key[CONTROLLERS_KEY_BYTES])
{
    _Static_assert(CONTROLLERS_KEY_BYTES == HASH_KEY_BYTES, "the contract's key is SipHash's");
    *controllers = (struct controllers){.controllers = NULL};
    memcpy(controllers->key, key, sizeof(controllers->key));
}

void controllers_done(struct controllers *controllers)
{
    hash_index_done(&controllers->by_address);
    free(controllers->controllers);
}

int controllers_reserve(struct controllers *controllers)
{
    uint32_t capacity = controllers->capacity == 0 ? FIRST_CAPACITY : controllers->capacity * 2;
    struct controller *grown;

    if (hash_index_reserve_all(&controllers->by_address, controllers->members + 1) != 0)
        return STATUS_NO_MEMORY;
    if (controllers->members < controllers->capacity)
        return STATUS_OK;
    grown = realloc(controllers->controllers, capacity * sizeof(*grown));
    if (grown == NULL)
        return STATUS_NO_MEMORY;
    controllers->controllers = grown;
    controllers->capacity = capacity;
    return STATUS_OK;
}

/* No /64 in use begins with the zeros, and the ffff, of a mapped IPv4 address. */
static void address_of(const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                       uint8_t ret_address[CONTROLLERS_ADDRESS_BYTES])
{
    size_t from =
        endpoint_address_is_ipv4(address) ? ENDPOINT_ADDRESS_BYTES - CONTROLLERS_ADDRESS_BYTES : 0;

    memcpy(ret_address, address + from, CONTROLLERS_ADDRESS_BYTES);
}

static uint32_t hash_of(const struct controllers *controllers,
                        const uint8_t address[CONTROLLERS_ADDRESS_BYTES])
{
    return hash_keyed(controllers->key, address, CONTROLLERS_ADDRESS_BYTES);
}

static uint32_t open_controller(struct controllers *controllers,
                                const uint8_t address[CONTROLLERS_ADDRESS_BYTES], uint32_t hash,
                                uint32_t now_ms)
{
    uint32_t number = controllers->free != 0 ? controllers->free - 1 : controllers->used++;
    struct controller *controller = controllers_at(controllers, number);

    if (controllers->free != 0)
        controllers->free = controller->first;
    *controller = (struct controller){.first = 0};
    congestion_init(&controller->path, now_ms);
    memcpy(controller->address, address, CONTROLLERS_ADDRESS_BYTES);
    hash_index_add(&controllers->by_address, hash, number);
    return number;
}

uint32_t controllers_enter(struct controllers *controllers,
                           const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                           struct congestion_flow *flow, uint32_t now_ms)
{
    uint8_t wanted[CONTROLLERS_ADDRESS_BYTES];
    struct hash_index_search search;
    uint32_t hash, number;

    address_of(address, wanted);
    hash = hash_of(controllers, wanted);
    search = hash_index_search(hash);
    do {
        if (!hash_index_next(&controllers->by_address, &search, &number)) {
            number = open_controller(controllers, wanted, hash, now_ms);
            break;
        }
    } while (memcmp(controllers_at(controllers, number)->address, wanted, sizeof(wanted)) != 0);
    congestion_join(&controllers_at(controllers, number)->path, flow);
    controllers->members++;
    return number;
}

void controllers_leave(struct controllers *controllers, uint32_t number,
                       struct congestion_flow *flow)
{
    struct controller *controller = controllers_at(controllers, number);

    congestion_leave(&controller->path, flow);
    controllers->members--;
    if (controller->path.flows > 0)
        return;
    hash_index_remove(&controllers->by_address, hash_of(controllers, controller->address), number);
    controller->first = controllers->free;
    controllers->free = number + 1;
}
