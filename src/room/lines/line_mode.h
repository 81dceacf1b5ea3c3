/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * room without a screen: lines of stdin are said, events become lines on stdout, and the exit code
 * tells the outcome.
 */
#ifndef ROOMD_ROOM_LINES_LINE_MODE_H
#define ROOMD_ROOM_LINES_LINE_MODE_H

#include "room/options.h"

#include <ev.h>

/*
 * Runs until it is over. Returns an exit code of sysexits.h: 0 all was delivered, 64 usage, 69
 * nobody answers there, 71 system, 74 stdout can't be written, 75 no answer in time, 76 refused.
 */
int line_mode_run(struct ev_loop *loop, const struct options *options);

#endif
