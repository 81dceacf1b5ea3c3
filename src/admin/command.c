/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Each row of the table of commands with its handler, and the handlers that need no file of their own. */
#include "admin/command.h"

#include "admin/command_table.h"
#include "admin/listing.h"
#include "admin/moderation_commands.h"
#include "admin/stats.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/* `arguments` is what follows the name and its spaces, terminated; never NULL. */
typedef enum admin_result command_handler(const struct admin *admin, const struct moment *now, const char *arguments,
                                          const struct admin_reply *reply);

static enum admin_result stop(const struct admin *admin, const struct moment *now, const char *arguments,
                              const struct admin_reply *reply)
{
    (void)now;
    (void)arguments;
    admin_say(reply, "stopping");
    admin->host.stop(admin->host.ctx);
    return ADMIN_DONE;
}

static enum admin_result reload(const struct admin *admin, const struct moment *now, const char *arguments,
                                const struct admin_reply *reply)
{
    (void)now;
    (void)arguments;
    return admin->host.reload(admin->host.ctx, reply);
}

static enum admin_result stats(const struct admin *admin, const struct moment *now, const char *arguments,
                               const struct admin_reply *reply)
{
    struct stats counted;

    (void)now;
    (void)arguments;
    room_stats(admin->room, &counted.room);
    admin->host.counts(admin->host.ctx, &counted.program);
    stats_tell(&counted, reply);
    return ADMIN_DONE;
}

enum admin_result command_notice(const struct admin *admin, const struct moment *now, const char *text, size_t length,
                                 const struct admin_reply *reply)
{
    uint32_t members;

    switch (room_notice(admin->room, now, text, length, &members)) {
    case STATUS_OK:
        admin_say(reply, "announced to %u member%s", (unsigned)members, members == 1 ? "" : "s");
        return ADMIN_DONE;
    case STATUS_TOO_LONG:
        return admin_fail(reply, "not announced: it has %zu bytes, and room.max_text is %u; say it in two lines",
                          length, (unsigned)room_limits(admin->room)->max_text_bytes);
    case STATUS_NOT_UTF8:
        return admin_fail(reply, "not announced: it is not valid UTF-8, and would end the members' programs");
    default:
        return admin_fail(reply, "not announced: the transcript is full");
    }
}

static enum admin_result notice(const struct admin *admin, const struct moment *now, const char *arguments,
                                const struct admin_reply *reply)
{
    if (arguments[0] == '\0')
        return admin_misuse(reply, "say what? roomctl notice TEXT");
    return command_notice(admin, now, arguments, strlen(arguments), reply);
}

static enum admin_result kick(const struct admin *admin, const struct moment *now, const char *arguments,
                              const struct admin_reply *reply)
{
    char name[ROOM_NAME_MAX_BYTES + 1];
    size_t length = strcspn(arguments, " ");
    const char *reason = arguments + length + (arguments[length] == ' ' ? 1 : 0);

    if (length == 0)
        return admin_misuse(reply, "whom? %skick NAME [REASON]", admin_prefix(reply));
    snprintf(name, sizeof(name), "%.*s", (int)length, arguments);
    switch (length < sizeof(name) ? room_kick(admin->room, now, name, reason) : STATUS_NOT_FOUND) {
    case STATUS_OK:
        admin_say(reply, "%s was removed", name);
        return ADMIN_DONE;
    case STATUS_TOO_LONG:
        return admin_fail(reply, "nobody was removed: the reason has %zu bytes, more than room.max_text",
                          strlen(reason));
    case STATUS_NOT_UTF8:
        return admin_fail(reply, "nobody was removed: the reason is not valid UTF-8");
    default:
        return admin_fail(reply, "nobody here has that name: %smembers lists them", admin_prefix(reply));
    }
}

/* ---- finding it ---- */

static enum command_place place_of(const struct admin_reply *reply)
{
    return reply->roomctl ? COMMAND_ON_CONTROL : COMMAND_ON_CONSOLE;
}

static enum admin_result help(const struct admin *admin, const struct moment *now, const char *arguments,
                              const struct admin_reply *reply)
{
    (void)admin;
    (void)now;
    (void)arguments;
    if (!reply->roomctl)
        admin_say(reply, "A line is announced to everybody. '//' begins a notice with a slash. Commands:");
    for (size_t id = 0; id < COMMANDS; id++) {
        const struct command_row *row = command_table_row(id);
        char usage[64];

        if ((row->places & place_of(reply)) == 0)
            continue;
        snprintf(usage, sizeof(usage), "%s%s %s", reply->roomctl ? "" : "/", row->name, row->arguments);
        admin_say(reply, "  %-22s %s", usage, row->help);
    }
    return ADMIN_DONE;
}

/* Either does it, or lists it. */
static const struct {
    command_handler *handler;
    listing_next *next;
} commands[COMMANDS] = {
    [COMMAND_HELP] = {.handler = help},
    [COMMAND_NOTICE] = {.handler = notice},
    [COMMAND_MEMBERS] = {.next = listing_members},
    [COMMAND_KICK] = {.handler = kick},
    [COMMAND_BAN] = {.handler = moderation_commands_ban},
    [COMMAND_UNBAN] = {.handler = moderation_commands_unban},
    [COMMAND_BANS] = {.next = listing_bans},
    [COMMAND_MUTE] = {.handler = moderation_commands_mute},
    [COMMAND_UNMUTE] = {.handler = moderation_commands_unmute},
    [COMMAND_STATS] = {.handler = stats},
    [COMMAND_WATCH] = {.next = listing_watch},
    [COMMAND_RELOAD] = {.handler = reload},
    [COMMAND_STOP] = {.handler = stop},
};

static enum admin_result refuse_unknown(const char *name, bool elsewhere, const struct admin_reply *reply)
{
    const char *nearest = command_table_suggest(name, place_of(reply));
    const char *prefix = admin_prefix(reply);

    if (elsewhere)
        return admin_misuse(reply, "'%s' is a command of roomctl; /help lists those that are taken here", name);
    if (nearest != NULL)
        return admin_misuse(reply, "there is no command '%s%s'; did you mean '%s%s'?", prefix, name, prefix, nearest);
    if (reply->roomctl)
        return admin_misuse(reply, "there is no command '%s'; roomctl --help lists them", name);
    return admin_misuse(reply, "there is no command '/%s'; /help lists them, and '//' begins a notice with a slash",
                        name);
}

enum admin_result command_run(const struct admin *admin, const struct moment *now, const char *line,
                              const struct admin_reply *reply, struct admin_listing *ret_listing)
{
    size_t length = strcspn(line, " ");
    size_t id = command_table_find(line, length);
    const char *arguments = line + length;
    char name[32];

    snprintf(name, sizeof(name), "%.*s", (int)length, line);
    if (id == COMMANDS || (command_table_row(id)->places & place_of(reply)) == 0)
        return refuse_unknown(name, id < COMMANDS, reply);
    arguments += strspn(arguments, " ");
    if (*arguments != '\0' && command_table_row(id)->max_words == 0)
        return admin_misuse(reply, "%s%s takes nothing after it", admin_prefix(reply), name);
    if (commands[id].handler != NULL)
        return commands[id].handler(admin, now, arguments, reply);
    *ret_listing = (struct admin_listing){.next = commands[id].next};
    return ADMIN_MORE;
}
