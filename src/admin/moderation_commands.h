/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The commands against somebody that last: ban and mute. Handlers of command.c; see there.
 */
#ifndef ROOMD_ADMIN_MODERATION_COMMANDS_H
#define ROOMD_ADMIN_MODERATION_COMMANDS_H

#include "admin/admin.h"

enum admin_result moderation_commands_ban(const struct admin *admin, const struct moment *now, const char *arguments,
                                          const struct admin_reply *reply);
enum admin_result moderation_commands_unban(const struct admin *admin, const struct moment *now, const char *arguments,
                                            const struct admin_reply *reply);
enum admin_result moderation_commands_mute(const struct admin *admin, const struct moment *now, const char *arguments,
                                           const struct admin_reply *reply);
enum admin_result moderation_commands_unmute(const struct admin *admin, const struct moment *now, const char *arguments,
                                             const struct admin_reply *reply);

#endif
