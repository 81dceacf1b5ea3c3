/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Rate limits, the same for both protocols: answers to strangers, joins from one address, actions
 * of one member. Decides nothing else, and tells nobody.
 */
#ifndef ROOMD_CORE_ROOM_ADMISSION_H
#define ROOMD_CORE_ROOM_ADMISSION_H

#include "core/room/room_state.h"

/*
 * Takes from the buckets of answers of this address and of its prefix. False if one of them is
 * empty: nothing is taken.
 */
bool admission_may_answer(struct room *room, const struct moment *now,
                          const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/* The limits of that address. */
const struct room_address_limits *admission_limits(const struct room *room,
                                                   const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

bool admission_is_trusted(const struct room *room, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/*
 * True if the address and its prefix may have one more member, and their buckets of joins hold a
 * token. Takes none: somebody else may refuse the join. Addresses in access.trusted have limits of
 * their own.
 */
bool admission_may_join(const struct room *room, const struct moment *now,
                        const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/* It joins: takes from the buckets of joins. */
void admission_charge_join(struct room *room, const struct moment *now,
                           const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/*
 * A rename, a join and an exit are lines for everybody, as a message is, but nobody has a reason
 * for many of them. Each costs so many messages that only about this many changes are possible,
 * whatever limits.messages is.
 */
#define ADMISSION_CHANGES_PER_S 10U
#define ADMISSION_CHANGES_BURST 100U

/* At least 1, and no more than a full bucket holds. */
uint32_t admission_change_cost(const struct room *room);

/* Takes so many messages and bytes. False if there are fewer of either: nothing is taken. */
bool admission_may_act(const struct room *room, const struct moment *now,
                       struct allowance *allowance, uint32_t messages, size_t bytes);

/* The time until admission_may_act would return true; at least 1. */
int64_t admission_wait_ns(const struct room *room, const struct moment *now,
                          const struct allowance *allowance, uint32_t messages, size_t bytes);

/* An exit is never refused: missing tokens are owed. */
void admission_charge_exit(const struct room *room, const struct moment *now,
                           struct allowance *allowance);

/*
 * Leaving and joining again does not refill a member's buckets: an endpoint's next member inherits
 * the allowance that the last one left, kept in the room's buckets, and its join is charged. With
 * full buckets, as after any pause, a join is free.
 */
bool admission_may_rejoin(struct room *room, const struct moment *now, const struct endpoint *peer,
                          size_t bytes, struct allowance *ret_allowance);
void admission_remember(struct room *room, const struct moment *now, const struct member *member);

/*
 * Counts bytes that came from the endpoint of a plain client, before they are handled: outside
 * access.trusted it is sent no more than they allow (core/model/budget.h).
 */
void admission_heard(struct room *room, const struct moment *now, const struct endpoint *peer,
                     size_t bytes);

/* The budget of an address; NULL: it is in access.trusted, and has no limit. */
struct budget *admission_budget(struct room *room, const struct moment *now,
                                const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/*
 * Gives a plain member outside access.trusted the budget of its address, until it leaves
 * (admission_remember).
 */
void admission_begin_budget(struct room *room, const struct moment *now, struct member *member);

/* access.trusted has changed: gives members a budget, or takes it from them. */
void admission_review_budgets(struct room *room, const struct moment *now);

#endif
