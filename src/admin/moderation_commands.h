/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The lasting measures, ban and mute: handlers for command.c. */
#ifndef ROOMD_ADMIN_MODERATION_COMMANDS_H
#define ROOMD_ADMIN_MODERATION_COMMANDS_H

#include "admin/command.h"

command_handler moderation_commands_ban;
command_handler moderation_commands_unban;
command_handler moderation_commands_mute;
command_handler moderation_commands_unmute;

#endif
