/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* room on a terminal: wires a driver and a screen to each other. */
#ifndef ROOMD_ROOM_SCREEN_SCREEN_H
#define ROOMD_ROOM_SCREEN_SCREEN_H

#include "room/options.h"

#include <ev.h>

/*
 * Runs until the user leaves or the room removes it. Returns an exit code of sysexits.h: 0 left, 69
 * never got in, 71 system, 76 refused or removed.
 */
int screen_run(struct ev_loop *loop, const struct options *options);

#endif
