/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * room without a screen: lines of stdin are said, events become lines on stdout, and what came of
 * it is the exit code.
 */
#ifndef ROOMD_ROOM_LINES_LINE_MODE_H
#define ROOMD_ROOM_LINES_LINE_MODE_H

#include "room/options.h"

#include <ev.h>

/* Runs until it is over. The exit code is one of sysexits.h: 0 all was said, 64, 69 nobody is
 * there, 71, 74 stdout, 75 no answer in time, 76 refused. */
int line_mode_run(struct ev_loop *loop, const struct options *options);

#endif
