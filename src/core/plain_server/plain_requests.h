/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a plain datagram does: the table of requests, by kind and sender.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_REQUESTS_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_REQUESTS_H

#include "core/room/room_state.h"

/* A datagram that is short enough, not empty, and not from ourselves. Returns 0, or why it came to nothing: an enum refusal + 1. */
int requests_handle(struct room *room, const struct moment *now, const struct path *path, const char *bytes,
                    size_t length);

/* Decides a join that was put off (see liveness.h): it is answered now, whatever the answer. */
void requests_join(struct room *room, const struct moment *now, const struct path *path, const char *name,
                   size_t name_len, bool newline);

#endif
