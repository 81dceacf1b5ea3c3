/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Tells notices from commands, and answers in sentences. */
#include "admin/admin.h"

#include "admin/command.h"

#include <roomd/status.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void admin_say(const struct admin_reply *reply, const char *format, ...)
{
    char line[2048];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    reply->line(reply->ctx, line);
}

static void say_notice(const struct admin *admin, const struct moment *now, const char *text, size_t length,
                       const struct admin_reply *reply)
{
    struct room_limits limits;
    uint32_t members;

    switch (room_notice(admin->room, now, text, length, &members)) {
    case STATUS_OK:
        admin_say(reply, "announced to %u member%s", (unsigned)members, members == 1 ? "" : "s");
        break;
    case STATUS_TOO_LONG:
        room_get_limits(admin->room, &limits);
        admin_say(reply, "not announced: it has %zu bytes, and room.max_text is %u; say it in two lines", length,
                  (unsigned)limits.max_text_bytes);
        break;
    case STATUS_NOT_UTF8:
        admin_say(reply, "not announced: it is not valid UTF-8, and would end the members' programs");
        break;
    default:
        admin_say(reply, "not announced: the transcript is full");
        break;
    }
}

void admin_line(const struct admin *admin, const struct moment *now, enum admin_rights rights, const char *bytes,
                size_t length, const struct admin_reply *reply)
{
    char line[ADMIN_LINE_MAX_BYTES + 1];

    if (length == 0)
        return;
    if (bytes[0] != '/') {
        say_notice(admin, now, bytes, length, reply);
    } else if (length > 1 && bytes[1] == '/') {
        say_notice(admin, now, bytes + 1, length - 1, reply);
    } else if (rights != ADMIN_COMMANDS) {
        admin_say(
            reply,
            "commands are not taken here: set admin.fifo_commands = yes, or begin a notice with '//' to say a slash");
    } else if (length > ADMIN_LINE_MAX_BYTES || memchr(bytes, '\0', length) != NULL) {
        admin_say(reply, "this is no command: it is too long, or holds a NUL byte");
    } else {
        memcpy(line, bytes + 1, length - 1);
        line[length - 1] = '\0';
        command_run(admin, now, line, reply);
    }
}

void admin_line_too_long(const struct admin_reply *reply)
{
    admin_say(reply, "not announced: the line is longer than %d bytes, and was dropped", ADMIN_LINE_MAX_BYTES);
}
