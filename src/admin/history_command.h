/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What has happened in the room: the commands history and export. */
#ifndef ROOMD_ADMIN_HISTORY_COMMAND_H
#define ROOMD_ADMIN_HISTORY_COMMAND_H

#include "admin/command.h"

/*
 * Both begin a listing, in the order of the events. They read the store where there is one, a page
 * at a time, and else the memory of the room.
 */
command_opener history_command_history;
command_opener history_command_export;

#endif
