/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Maps each row of the command table to its handler. Contains the handlers that need no file of
 * their own.
 */
#include "admin/command.h"

#include "admin/history_command.h"
#include "admin/listing.h"
#include "admin/moderation_commands.h"
#include "admin/stats.h"
#include "admin/store_commands.h"
#include "base/utf8.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static enum admin_result stop(const struct command_call *call)
{
    const struct admin_host *host = &call->admin->host;

    admin_say(call->reply, ADMIN_DONE, "stopping");
    host->stop(host->ctx);
    return ADMIN_DONE;
}

static enum admin_result reload(const struct command_call *call)
{
    const struct admin_host *host = &call->admin->host;

    return host->reload(host->ctx, call->reply);
}

static enum admin_result stats(const struct command_call *call)
{
    const struct admin_host *host = &call->admin->host;
    struct stats counted;

    room_stats(call->admin->room, &counted.room);
    host->counts(host->ctx, &counted.program);
    room_log_stats(call->admin->room, &counted.log);
    counted.records_waiting = counted.log.recorded - counted.log.kept;
    stats_say(&counted, call->reply);
    return ADMIN_DONE;
}

enum admin_result command_notice(const struct admin *admin, const struct moment *now,
                                 const char *text, size_t length, const struct admin_reply *reply)
{
    uint32_t members;

    switch (room_notice(admin->room, now, text, length, &members)) {
    case STATUS_OK:
        return admin_say(reply, ADMIN_DONE, "announced to %u member%s", (unsigned)members,
                         members == 1 ? "" : "s");
    case STATUS_TOO_LONG:
        return admin_say(
            reply, ADMIN_FAILED,
            "not announced: it has %zu bytes, and room.max_text is %u; say it in two lines", length,
            (unsigned)room_limits(admin->room)->max_text_bytes);
    case STATUS_NOT_UTF8:
        return admin_say(
            reply, ADMIN_FAILED,
            "not announced: it is not valid UTF-8, and would end the members' programs");
    default:
        return admin_say(reply, ADMIN_FAILED, "not announced: the transcript is full");
    }
}

static enum admin_result notice(const struct command_call *call)
{
    if (call->arguments[0] == '\0')
        return command_output_usage(call, "say what?");
    return command_notice(call->admin, call->now, call->arguments, strlen(call->arguments),
                          call->reply);
}

static enum admin_result kick(const struct command_call *call)
{
    char name[ROOM_NAME_MAX_BYTES + 1];
    size_t length = strcspn(call->arguments, " ");
    const char *reason = call->arguments + length + (call->arguments[length] == ' ' ? 1 : 0);

    if (length == 0)
        return command_output_usage(call, "whom?");
    snprintf(name, sizeof(name), "%.*s", (int)length, call->arguments);
    switch (length < sizeof(name) ? room_kick(call->admin->room, call->now, name, reason)
                                  : STATUS_NOT_FOUND) {
    case STATUS_OK:
        return admin_say(call->reply, ADMIN_DONE, "%s was removed", name);
    case STATUS_TOO_LONG:
        return admin_say(call->reply, ADMIN_FAILED,
                         "nobody was removed: the reason has %zu bytes, more than room.max_text",
                         strlen(reason));
    case STATUS_NOT_UTF8:
        return admin_say(call->reply, ADMIN_FAILED,
                         "nobody was removed: the reason is not valid UTF-8");
    default:
        return command_output_nobody(call);
    }
}

/* ---- dispatch ---- */

static enum command_place place_of(const struct admin_reply *reply)
{
    return reply->roomctl ? COMMAND_ON_CONTROL : COMMAND_ON_CONSOLE;
}

static enum admin_result help(const struct command_call *call)
{
    const struct admin_reply *reply = call->reply;

    if (!reply->roomctl)
        admin_say(reply, ADMIN_DONE,
                  "A line is announced to everybody. '//' begins a notice with a slash. Commands:");
    for (size_t id = 0; id < COMMANDS; id++) {
        const struct command_row *row = command_table_row(id);
        char usage[64];

        if ((row->places & place_of(reply)) == 0)
            continue;
        snprintf(usage, sizeof(usage), "%s%s %s", reply->roomctl ? "" : "/", row->name,
                 row->arguments);
        admin_say(reply, ADMIN_DONE, "  %-22s %s", usage, row->help);
    }
    return ADMIN_DONE;
}

/* A command has a handler, or is a listing, with arguments of its own or without. */
static const struct {
    command_handler *handler;
    listing_next *next;
    command_opener *open;
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
    [COMMAND_HISTORY] = {.open = history_command_history},
    [COMMAND_EXPORT] = {.open = history_command_export},
    [COMMAND_FORGET] = {.open = store_commands_forget},
    [COMMAND_BACKUP] = {.open = store_commands_backup},
    [COMMAND_STORE] = {.open = store_commands_store},
    [COMMAND_WATCH] = {.next = listing_watch},
    [COMMAND_RELOAD] = {.handler = reload},
    [COMMAND_STOP] = {.handler = stop},
};

static enum admin_result refuse_unknown(const char *name, bool elsewhere,
                                        const struct admin_reply *reply)
{
    const char *nearest = command_table_suggest(name, place_of(reply));
    const char *prefix = admin_prefix(reply);

    if (elsewhere)
        return admin_say(reply, ADMIN_USAGE,
                         "'%s' is a command of roomctl; /help lists those that are taken here",
                         name);
    if (nearest != NULL)
        return admin_say(reply, ADMIN_USAGE, "there is no command '%s%s'; did you mean '%s%s'?",
                         prefix, name, prefix, nearest);
    if (reply->roomctl)
        return admin_say(reply, ADMIN_USAGE, "there is no command '%s'; roomctl --help lists them",
                         name);
    return admin_say(
        reply, ADMIN_USAGE,
        "there is no command '/%s'; /help lists them, and '//' begins a notice with a slash", name);
}

enum admin_result command_run(const struct admin *admin, const struct moment *now, const char *line,
                              const struct admin_reply *reply, struct admin_listing *ret_listing)
{
    struct command_call call = {.admin = admin, .now = now, .reply = reply};
    size_t length = strcspn(line, " ");
    size_t id = command_table_find(line, length);
    char name[32]; /* as much of it as an answer quotes */

    snprintf(name, sizeof(name), "%.*s",
             (int)utf8_cut(line, length < sizeof(name) ? length : sizeof(name) - 1), line);
    if (id == COMMANDS || (command_table_row(id)->places & place_of(reply)) == 0)
        return refuse_unknown(name, id < COMMANDS, reply);
    call.row = command_table_row(id);
    call.arguments = line + length + strspn(line + length, " ");
    if (call.arguments[0] != '\0' && call.row->max_words == 0)
        return admin_say(reply, ADMIN_USAGE, "%s%s takes nothing after it", admin_prefix(reply),
                         name);
    if (commands[id].handler != NULL)
        return commands[id].handler(&call);
    if (commands[id].open != NULL)
        return commands[id].open(&call, ret_listing);
    *ret_listing = (struct admin_listing){.next = commands[id].next};
    return ADMIN_MORE;
}
