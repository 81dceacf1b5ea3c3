/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table of commands, and what each does. */
#include "admin/command.h"

#include "admin/measures.h"
#include "base/suggest.h"

#include <inttypes.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define COMMAND_NAME_MAX_BYTES 16

static void help(const struct admin *admin, const struct moment *now, const char *arguments,
                 const struct admin_reply *reply);

static void stop(const struct admin *admin, const struct moment *now, const char *arguments,
                 const struct admin_reply *reply)
{
    (void)now;
    (void)arguments;
    admin_say(reply, "stopping");
    admin->host.stop(admin->host.ctx);
}

static void reload(const struct admin *admin, const struct moment *now, const char *arguments,
                   const struct admin_reply *reply)
{
    (void)now;
    (void)arguments;
    admin->host.reload(admin->host.ctx, reply);
}

static void members(const struct admin *admin, const struct moment *now, const char *arguments,
                    const struct admin_reply *reply)
{
    uint32_t count = room_members(admin->room);

    (void)arguments;
    admin_say(reply, "%u member%s", (unsigned)count, count == 1 ? "" : "s");
    for (uint32_t seat = 0; seat < room_seats(admin->room); seat++) {
        struct room_member member;
        char endpoint[ENDPOINT_TEXT_BYTES], owed[48] = "", lost[48] = "";
        const char *mute;

        if (!room_member(admin->room, seat, &member))
            continue;
        mute = member.muted_until_ns > now->mono_ns ? ", mute" : "";
        if (member.owed > 0)
            snprintf(owed, sizeof(owed), ", owed %" PRIu64, member.owed);
        if (member.undelivered > 0)
            snprintf(lost, sizeof(lost), ", undelivered %u", (unsigned)member.undelivered);
        admin_say(reply, "  %s  %s  silent for %" PRId64 " s%s%s%s", member.name,
                  endpoint_format(&member.path->peer, endpoint), (now->mono_ns - member.heard_ns) / MOMENT_NS_PER_S,
                  owed, lost, mute);
    }
}

static void stats(const struct admin *admin, const struct moment *now, const char *arguments,
                  const struct admin_reply *reply)
{
    struct room_stats stats;

    (void)now;
    (void)arguments;
    room_stats(admin->room, &stats);
    admin_say(reply, "members %u", (unsigned)stats.members);
    admin_say(reply, "members behind %u", (unsigned)stats.behind);
    admin_say(reply, "deliveries owed %" PRIu64, stats.deliveries_owed);
    admin_say(reply, "overloaded %s", stats.overloaded ? "yes" : "no");
    admin_say(reply, "events %" PRIu64, stats.appended);
    admin_say(reply, "events delivered %" PRIu64, stats.events_delivered);
    admin_say(reply, "events missed %" PRIu64, stats.events_missed);
    admin_say(reply, "datagrams received %" PRIu64, stats.received);
    admin_say(reply, "datagrams sent %" PRIu64, stats.datagrams_sent);
    admin_say(reply, "datagrams undelivered %" PRIu64, stats.undelivered);
    admin_say(reply, "probes %" PRIu64, stats.probes);
    admin_say(reply, "unreachable %" PRIu64, stats.unreachable);
    admin_say(reply, "answers withheld %" PRIu64, stats.answers_withheld);
    for (int refusal = 0; refusal < REFUSALS; refusal++) {
        if (stats.refused[refusal] > 0)
            admin_say(reply, "refused: %s %" PRIu64, refusal_text((enum refusal)refusal), stats.refused[refusal]);
    }
    admin->host.stats(admin->host.ctx, reply);
}

static void kick(const struct admin *admin, const struct moment *now, const char *arguments,
                 const struct admin_reply *reply)
{
    char name[ROOM_NAME_MAX_BYTES + 1];
    size_t length = strcspn(arguments, " ");
    const char *reason = arguments + length + (arguments[length] == ' ' ? 1 : 0);

    if (length == 0) {
        admin_say(reply, "whom? /kick NAME [REASON]");
        return;
    }
    snprintf(name, sizeof(name), "%.*s", (int)length, arguments);
    switch (length < sizeof(name) ? room_kick(admin->room, now, name, reason) : STATUS_NOT_FOUND) {
    case STATUS_OK:
        admin_say(reply, "%s was removed", name);
        break;
    case STATUS_TOO_LONG:
        admin_say(reply, "nobody was removed: the reason has %zu bytes, more than room.max_text", strlen(reason));
        break;
    case STATUS_NOT_UTF8:
        admin_say(reply, "nobody was removed: the reason is not valid UTF-8");
        break;
    default:
        admin_say(reply, "nobody here has that name: /members lists them");
        break;
    }
}

static const struct command commands[] = {
    {"help", "", "list these commands", help},
    {"members", "", "list who is in the room", members},
    {"kick", "NAME [REASON]", "remove a member, and tell it why", kick},
    {"ban", "NAME|CIDR [TIME]", "let nobody in by that name, or from there (30s, 10m, 2h, 7d)", measures_ban},
    {"unban", "NAME|CIDR", "lift a ban", measures_unban},
    {"bans", "", "list who is banned or mute, and for how long yet", measures_list},
    {"mute", "NAME [TIME]", "refuse what a member says", measures_mute},
    {"unmute", "NAME", "let it speak again", measures_unmute},
    {"stats", "", "show what the room has counted", stats},
    {"reload", "", "read the configuration again, as SIGHUP does", reload},
    {"stop", "", "close the room and end the program", stop},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void help(const struct admin *admin, const struct moment *now, const char *arguments,
                 const struct admin_reply *reply)
{
    (void)admin;
    (void)now;
    (void)arguments;
    admin_say(reply, "A line is announced to everybody. '//' begins a notice with a slash. Commands:");
    for (size_t i = 0; i < COMMANDS; i++) {
        char usage[64];

        snprintf(usage, sizeof(usage), "/%s %s", commands[i].name, commands[i].arguments);
        admin_say(reply, "  %-22s %s", usage, commands[i].help);
    }
}

static const struct command *find_nearest(const char *name)
{
    const struct command *nearest = NULL;
    unsigned least = SUGGEST_FAR;

    for (size_t i = 0; i < COMMANDS; i++) {
        unsigned distance = suggest_distance(name, commands[i].name);

        if (distance < least && suggest_is_close(distance, commands[i].name)) {
            nearest = &commands[i];
            least = distance;
        }
    }
    return nearest;
}

static void say_unknown(const char *name, const struct admin_reply *reply)
{
    const struct command *nearest = find_nearest(name);

    if (nearest != NULL)
        admin_say(reply, "there is no command '/%s'; did you mean '/%s'?", name, nearest->name);
    else
        admin_say(reply, "there is no command '/%s'; /help lists them, and '//' begins a notice with a slash", name);
}

void command_run(const struct admin *admin, const struct moment *now, const char *line, const struct admin_reply *reply)
{
    char name[COMMAND_NAME_MAX_BYTES + 1];
    size_t length = strcspn(line, " ");
    const char *arguments = line + length;

    snprintf(name, sizeof(name), "%.*s", (int)length, line);
    arguments += strspn(arguments, " ");
    for (size_t i = 0; i < COMMANDS; i++) {
        if (length != strlen(commands[i].name) || strcmp(name, commands[i].name) != 0)
            continue;
        if (*arguments != '\0' && commands[i].arguments[0] == '\0')
            admin_say(reply, "/%s takes nothing after it", name);
        else
            commands[i].handler(admin, now, arguments, reply);
        return;
    }
    say_unknown(name, reply);
}
