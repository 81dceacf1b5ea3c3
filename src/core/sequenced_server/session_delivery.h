/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a sequenced member is owed in a sweep: what it has asked for again, then what follows its cursor, within its window. The datagrams are the same for everybody (core/sequenced_wire/segment.h).
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_DELIVERY_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_DELIVERY_H

#include "core/room/delivery_state.h"

/* Datagrams to one member in one portion (doc/protocol.md, 2.10). */
#define SESSION_DELIVERY_PORTION 16U

/* Fills the member's portion. False where the batch must be sent before it is complete. */
bool session_delivery_collect(struct delivery *delivery, struct portion *portion, uint32_t position);

/* A portion of new datagrams, repairs apart: it is not one window's end, but what anybody at that place is sent. */
bool session_delivery_is_pattern(const struct delivery *delivery, const struct pattern *pattern);
/* The member, which stands at that place, would be sent just that. */
bool session_delivery_fits_pattern(const struct delivery *delivery, uint32_t position, const struct pattern *pattern);

/* Moves what was taken. Returns how many entries that was. */
uint16_t session_delivery_settle(struct delivery *delivery, const struct portion *portion, uint32_t position);

/* Nothing more can be sent to it until it reports, or time passes. */
bool session_delivery_is_settled(const struct delivery *delivery, uint32_t position);

#endif
