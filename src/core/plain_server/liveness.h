/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Detects members whose programs are gone without an exit, by what their machines refuse; nothing
 * is sent only to find that out. An ICMP error is a hint, and anybody can write one. It counts only
 * if it quotes what the member was sent, and nothing outweighs a datagram from the member.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_LIVENESS_H
#define ROOMD_CORE_PLAIN_SERVER_LIVENESS_H

#include "core/plain_server/plain_state.h"

#include <roomd/ports.h>

/* A datagram came from the member, so its program runs. */
void liveness_heard(struct room *room, const struct member *member);

/* Counts an error about this member if it quotes a line of the room. The third one removes it. */
void liveness_count_error(struct room *room, const struct moment *now, struct member *member,
                          const struct unreachable *error);

/*
 * A newcomer at the holder's address asks for its name. True if the holder was told, so that the
 * join is answered later.
 */
bool liveness_claim(struct room *room, const struct moment *now, const struct name_claim *claim,
                    struct member *holder);

/*
 * The claim that this error decides: it quotes the very line that told the holder. NULL if it
 * decides none.
 */
struct name_claim *liveness_decided_claim(struct room *room, const struct member *holder,
                                          const struct unreachable *error);

#endif
