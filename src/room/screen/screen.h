/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * room on a terminal: a driver and a screen, and who is wired to whom.
 */
#ifndef ROOMD_ROOM_SCREEN_SCREEN_H
#define ROOMD_ROOM_SCREEN_SCREEN_H

#include "room/options.h"

#include <ev.h>

/* Runs until its user leaves, or the room does not let it stay. The exit code is one of sysexits.h:
 * 0 left, 69 never got in, 71, 76 refused or removed. */
int screen_run(struct ev_loop *loop, const struct options *options);

#endif
