/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * How much somebody may ask of the room, the same for both protocols: answers to strangers, joins from one address, messages of one member. Decides nothing else, and tells nobody.
 */
#ifndef ROOMD_CORE_ROOM_ADMISSION_H
#define ROOMD_CORE_ROOM_ADMISSION_H

#include "core/room/room_state.h"

/* Takes from the buckets of answers. False where this address, or its prefix, has had all that it may have for now. */
bool admission_may_answer(struct room *room, const struct moment *now, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

bool admission_is_trusted(const struct room *room, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/* Takes from the buckets of joins. Not asked for who is trusted. */
bool admission_may_join(struct room *room, const struct moment *now, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/* limits.members_per_address are in from there. Looks at every member; joins from outside access.trusted are few. */
bool admission_is_address_full(const struct room *room, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/* Takes a message of so many bytes from the member's buckets. False where there is not so much in them. */
bool admission_may_say(const struct room *room, const struct moment *now, struct member *member, size_t bytes);

/* How long until admission_may_say would say yes; at least 1. */
int64_t admission_wait_ns(const struct room *room, const struct moment *now, const struct member *member, size_t bytes);

#endif
