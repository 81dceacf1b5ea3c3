/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sessions that go on after a restart of the server (doc/protocol.md, 2.8). What they were sent and
 * have reported is not known: they are taken to have everything up to the head, are sent what comes
 * after it, and are told the head until their first UP says what they have.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_RESTORED_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_RESTORED_H

#include "core/room/room_state.h"
#include "core/sequenced_wire/sequenced_up.h"

/*
 * The session of a member that was added has its token, run and position; all else follows. To be
 * called when all events are back. STATUS_NO_MEMORY.
 */
int session_restored_enter(struct room *room, const struct moment *now, struct member *member);

/*
 * Takes the first UP for what it says. False if that can't be: then the next one is the first.
 * True: the member is owed TAKEN, since what was kept of its messages is gone.
 */
bool session_restored_heard(struct room *room, const struct moment *now, struct member *member,
                            const struct sequenced_up *up);

#endif
