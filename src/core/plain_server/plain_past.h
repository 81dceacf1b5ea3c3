/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What was said before a plain member joined: a line for each event, with its time, right after the
 * accept. Lines that the outbox does not take, or the member's budget does not allow, are left out.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_PAST_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_PAST_H

#include "core/room/delivery.h"

/* Its accept was sent. */
void plain_past_send(struct delivery *delivery, const struct moment *now, struct member *member);

#endif
