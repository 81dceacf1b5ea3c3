/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members whose program is gone without an exit. Nobody is removed for one ICMP error, which is a
 * hint and may be forged; a live member never loses its name.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_LIVENESS_H
#define ROOMD_CORE_PLAIN_SERVER_LIVENESS_H

#include "core/plain_server/plain_state.h"

/* An ICMP error came back from this member; after the third it is removed. */
void liveness_count_error(struct room *room, const struct moment *now, struct member *member);

/* A stranger at the holder's address asks for its name. True: the holder is being probed, and the
 * join must not be answered now. */
bool liveness_claim(struct room *room, const struct moment *now, const struct name_claim *claim,
                    struct member *holder);

/* Does what is due, a bounded amount of it. */
void liveness_tick(struct room *room, const struct moment *now);
int64_t liveness_next_tick(const struct room *room);

#endif
