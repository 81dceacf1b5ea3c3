/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * How much somebody may ask of the room, the same for both protocols: answers to strangers, joins
 * from one address, messages of one member. Decides nothing else, and tells nobody.
 */
#ifndef ROOMD_CORE_ROOM_ADMISSION_H
#define ROOMD_CORE_ROOM_ADMISSION_H

#include "core/room/room_state.h"

/* Takes from the buckets of answers. False where this address, or its prefix, has had all that it
 * may have for now. */
bool admission_may_answer(struct room *room, const struct moment *now,
                          const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

bool admission_is_trusted(const struct room *room, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/* Takes from the buckets of joins, and asks for limits.members_per_address; access.trusted has
 * neither. */
bool admission_may_join(struct room *room, const struct moment *now,
                        const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/*
 * A rename, a join and an exit are lines for everybody, as a message is, but nobody has a reason
 * for many of them: so each costs as many messages as leave room for so many changes, whatever
 * limits.messages is.
 */
#define ADMISSION_CHANGES_PER_S 10U
#define ADMISSION_CHANGES_BURST 100U

/* At least 1, and no more than a full bucket holds. */
uint32_t admission_change_cost(const struct room *room);

/* Takes so many messages and bytes. False where there is not so much. */
bool admission_may_act(const struct room *room, const struct moment *now,
                       struct allowance *allowance, uint32_t messages, size_t bytes);

/* How long until admission_may_act would say yes; at least 1. */
int64_t admission_wait_ns(const struct room *room, const struct moment *now,
                          const struct allowance *allowance, uint32_t messages, size_t bytes);

/* An exit is refused to nobody: where there is not so much, it is owed. */
void admission_charge_exit(const struct room *room, const struct moment *now,
                           struct allowance *allowance);

/*
 * Leaving and joining again saves nothing: an endpoint's next member goes on with what the last one
 * has left of its allowance, kept in the room's buckets, and its join is charged. Out of full
 * buckets, as after any pause, a join is free.
 */
bool admission_may_rejoin(struct room *room, const struct moment *now, const struct endpoint *peer,
                          size_t bytes, struct allowance *ret_allowance);
void admission_remember(struct room *room, const struct moment *now, const struct endpoint *peer,
                        const struct allowance *allowance);

#endif
