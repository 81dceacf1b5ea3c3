/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Distinguishes notices from commands. */
#include "admin/admin.h"

#include "admin/command.h"

#include <string.h>

/* Terminates the line, because commands work on terminated text. */
enum admin_result admin_request(const struct admin *admin, const struct moment *now,
                                const char *bytes, size_t length, const struct admin_reply *reply,
                                struct admin_listing *ret_listing)
{
    char line[ADMIN_LINE_MAX_BYTES + 1];

    *ret_listing = (struct admin_listing){.next = NULL};
    if (length > ADMIN_LINE_MAX_BYTES || memchr(bytes, '\0', length) != NULL) {
        admin_say(reply, ADMIN_USAGE, "this is no command: it is too long, or holds a NUL byte");
        /* Not the result of admin_say, which an analyser takes for a possible ADMIN_MORE. */
        return ADMIN_USAGE;
    }
    memcpy(line, bytes, length);
    line[length] = '\0';
    return command_run(admin, now, line, reply, ret_listing);
}

enum admin_result admin_line(const struct admin *admin, const struct moment *now,
                             enum admin_rights rights, const char *bytes, size_t length,
                             const struct admin_reply *reply, struct admin_listing *ret_listing)
{
    *ret_listing = (struct admin_listing){.next = NULL};
    if (length == 0)
        return ADMIN_DONE;
    if (bytes[0] != '/')
        return command_notice(admin, now, bytes, length, reply);
    if (length > 1 && bytes[1] == '/')
        return command_notice(admin, now, bytes + 1, length - 1, reply);
    if (rights != ADMIN_COMMANDS)
        return admin_say(reply, ADMIN_FAILED,
                         "commands are not taken here: set admin.fifo_commands = yes, or begin a "
                         "notice with '//' to say a slash");
    return admin_request(admin, now, bytes + 1, length - 1, reply, ret_listing);
}

void admin_line_too_long(const struct admin_reply *reply)
{
    admin_say(reply, ADMIN_FAILED,
              "not announced: the line is longer than %d bytes, and was dropped",
              ADMIN_LINE_MAX_BYTES);
}

enum admin_result admin_next(const struct admin *admin, const struct moment *now,
                             struct admin_listing *listing, const struct admin_reply *reply)
{
    return listing->next(admin, now, listing, reply);
}

void admin_listing_close(struct admin_listing *listing)
{
    if (listing->drop != NULL)
        listing->drop(listing->kept);
    *listing = (struct admin_listing){.next = NULL};
}

bool admin_is_held(const char *line, size_t length)
{
    size_t name = length > 0 && memchr(line, ' ', length) != NULL
                      ? (size_t)((const char *)memchr(line, ' ', length) - line)
                      : length;
    size_t id = command_table_find(line, name);

    return id < COMMANDS && command_table_row(id)->held;
}
