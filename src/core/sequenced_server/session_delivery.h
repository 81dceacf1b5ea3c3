/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a sequenced member is owed in a sweep: what it has asked for again, then what follows its cursor, within its window. The datagrams are the same for everybody (core/sequenced_wire/segment.h).
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_DELIVERY_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_DELIVERY_H

#include "core/room/delivery_state.h"

/* Datagrams to one member in one turn (doc/protocol.md, 2.10). */
#define SEQUENCED_DELIVERY_TURN 16U

/* Fills the member's turn. False where the batch must be sent before it is complete. */
bool sequenced_delivery_collect(struct delivery *delivery, struct turn *turn, uint32_t position);

/* A turn of new datagrams, repairs apart: it is not one window's end, but what anybody at that place is sent. */
bool sequenced_delivery_is_pattern(const struct delivery *delivery, const struct pattern *pattern);
/* The member, which stands at that place, would be sent just that. */
bool sequenced_delivery_fits_pattern(const struct delivery *delivery, uint32_t position, const struct pattern *pattern);

/* Moves what was taken. Returns how many entries that was. */
uint16_t sequenced_delivery_settle(struct delivery *delivery, const struct turn *turn, uint32_t position);

/* Nothing more can be sent to it until it reports, or time passes. */
bool sequenced_delivery_is_settled(const struct delivery *delivery, uint32_t position);

#endif
