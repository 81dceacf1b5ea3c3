/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The commands for bans and mutes. Decides whether a word is a name or a network: a word that looks
 * like a network but is not valid is an error, never the ban of a name.
 */
#include "admin/moderation_commands.h"

#include "admin/ban_subject.h"
#include "admin/duration.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/* "for 10m", "until the program ends" */
#define SPAN_BYTES (DURATION_TEXT_BYTES + 8)

/* The arguments of /ban and /mute: SUBJECT [TIME]. */
struct words {
    char text[ADMIN_LINE_MAX_BYTES + 1];
    const char *subject; /* the first word */
    const char *time;    /* the rest; may be empty */
    int64_t until_ns;
    char span[SPAN_BYTES];
};

/* ---- parsing ---- */

/* Splits off the first word. Says so if there is none. */
static enum admin_result split(const struct command_call *call, struct words *words)
{
    char *at = words->text;
    size_t length = strlen(call->arguments);

    while (length > 0 && call->arguments[length - 1] == ' ')
        length--;
    memcpy(at, call->arguments, length); /* fits: it is part of such a line */
    at[length] = '\0';
    words->subject = at;
    at += strcspn(at, " ");
    while (*at == ' ')
        *at++ = '\0';
    words->time = at;
    return length > 0 ? ADMIN_DONE : command_output_usage(call, "whom?");
}

/* Also parses the time. */
static enum admin_result read_words(const struct command_call *call, struct words *words)
{
    char text[DURATION_TEXT_BYTES];
    int64_t ns;

    if (split(call, words) != ADMIN_DONE)
        return ADMIN_USAGE;
    snprintf(words->span, SPAN_BYTES, "%s", admin_forever(call->admin));
    if (words->time[0] == '\0')
        return ADMIN_DONE;
    if (strchr(words->time, ' ') != NULL)
        return command_output_usage(call, "nothing was done: there is something after the time.");
    if (duration_parse(words->time, &ns) != 0)
        return admin_say(
            call->reply, ADMIN_USAGE,
            "nothing was done: '%s' is no time from 1s to %dd: write 30s, 10m, 2h or 7d",
            words->time, DURATION_MAX_DAYS);
    words->until_ns = call->now->mono_ns + ns;
    snprintf(words->span, SPAN_BYTES, "for %s", duration_format(ns, text));
    return ADMIN_DONE;
}

/* Parses the one argument of /unban and /unmute. */
static enum admin_result read_one(const struct command_call *call, struct words *words)
{
    if (split(call, words) != ADMIN_DONE)
        return ADMIN_USAGE;
    return words->time[0] == '\0' ? ADMIN_DONE
                                  : command_output_usage(call, "nothing was done: one at a time.");
}

static enum admin_result refuse_full(const struct admin_reply *reply)
{
    return admin_say(reply, ADMIN_FAILED,
                     "nothing was done: %d bans and mutes are held already, and there is place for "
                     "no more; %sbans lists them",
                     ROOM_BANS_MAX, admin_prefix(reply));
}

/* No name has a colon, and only a misleading one consists of digits and dots. */
static bool looks_like_network(const char *word)
{
    if (strchr(word, ':') != NULL || strchr(word, '/') != NULL)
        return true;
    return strchr(word, '.') != NULL && word[strspn(word, "0123456789.*")] == '\0';
}

static bool is_member(const struct admin *admin, const char *name)
{
    /* Compares names as shown: this only settles whether a word with a '/' is a name. */
    for (uint32_t seat = 0; seat < room_seats(admin->room); seat++) {
        struct room_member member;

        if (room_member(admin->room, seat, &member) && strcmp(member.name, name) == 0)
            return true;
    }
    return false;
}

/* ---- bans ---- */

static enum admin_result say_banned(const struct words *words, const struct room_banned *banned,
                                    const struct admin_reply *reply)
{
    char address[NETWORK_TEXT_BYTES];

    if (!banned->was_member)
        return admin_say(reply, ADMIN_DONE, "%s is banned %s; nobody here has that name now",
                         words->subject, words->span);
    network_format(&banned->address, address);
    if (banned->has_address)
        return admin_say(reply, ADMIN_DONE,
                         "%s was removed, and is banned %s, and so is the address %s",
                         words->subject, words->span, address);
    if (banned->sharing > 0)
        return admin_say(
            reply, ADMIN_DONE,
            "%s was removed, and is banned %s; the address %s is not: %u other member%s it",
            words->subject, words->span, address, (unsigned)banned->sharing,
            banned->sharing == 1 ? " has" : "s have");
    return admin_say(reply, ADMIN_DONE,
                     "%s was removed, and is banned %s; the address %s is not: it is that of this "
                     "machine itself",
                     words->subject, words->span, address);
}

static enum admin_result ban_name(const struct command_call *call, const struct words *words)
{
    struct room_banned banned;

    switch (room_ban_name(call->admin->room, call->now, words->subject, words->until_ns, &banned)) {
    case STATUS_OK:
        return say_banned(words, &banned, call->reply);
    case STATUS_FULL:
        return refuse_full(call->reply);
    default:
        return admin_say(call->reply, ADMIN_FAILED,
                         "nothing was done: '%s' is a name that nobody can have", words->subject);
    }
}

static enum admin_result ban_network(const struct command_call *call, const struct words *words,
                                     const struct network *network)
{
    char text[NETWORK_TEXT_BYTES];
    uint32_t removed;

    network_format(network, text);
    switch (room_ban_network(call->admin->room, call->now, network, words->until_ns, &removed)) {
    case STATUS_OK:
        return admin_say(call->reply, ADMIN_DONE, "%s is banned %s; %u member%s removed", text,
                         words->span, (unsigned)removed, removed == 1 ? " was" : "s were");
    case STATUS_FULL:
        return refuse_full(call->reply);
    default:
        return admin_say(call->reply, ADMIN_FAILED,
                         "nothing was done: %s is everybody; access.plain_from says who may come, "
                         "a reload takes it",
                         text);
    }
}

enum admin_result moderation_commands_ban(const struct command_call *call)
{
    char why[NETWORK_WHY_BYTES];
    struct network network;
    struct words words = {.until_ns = MOMENT_NEVER_NS};

    if (read_words(call, &words) != ADMIN_DONE)
        return ADMIN_USAGE;
    if (network_parse(words.subject, &network, why) == 0)
        return ban_network(call, &words, &network);
    if (!looks_like_network(words.subject) || is_member(call->admin, words.subject))
        return ban_name(call, &words);
    return admin_say(call->reply, ADMIN_USAGE, "nothing was done: '%s' %s", words.subject, why);
}

/*
 * An address may be part of a banned network, so that lifting or searching its own ban is not
 * enough.
 */
static bool say_still_banned(const struct command_call *call, const struct network *network)
{
    char text[NETWORK_TEXT_BYTES], wider[NETWORK_TEXT_BYTES];
    const struct room_ban *ban = NULL;
    bool found = false;

    network_format(network, text);
    while ((ban = room_ban_after(call->admin->room, call->now, ban != NULL ? ban->serial : 0)) !=
           NULL) {
        if (!ban->has_network || ban->network.bits >= network->bits ||
            !network_has(&ban->network, network->address))
            continue;
        admin_say(call->reply, ADMIN_FAILED, "%s is banned as a part of %s: %sunban that", text,
                  network_format(&ban->network, wider), admin_prefix(call->reply));
        found = true;
    }
    return found;
}

static enum admin_result say_unbanned(const struct command_call *call, const struct room_ban *ban)
{
    char text[BAN_SUBJECT_TEXT_BYTES];

    return admin_say(call->reply, ADMIN_DONE, "%s: no longer banned",
                     ban_subject_format(ban, text));
}

static enum admin_result unban_network(const struct command_call *call,
                                       const struct network *network)
{
    char address[NETWORK_TEXT_BYTES];
    struct room_ban ban;
    bool lifted = false;

    while (room_unban_network(call->admin->room, call->now, network, &ban) == 0)
        lifted = say_unbanned(call, &ban) == ADMIN_DONE;
    if (say_still_banned(call, network))
        return ADMIN_FAILED;
    if (lifted)
        return ADMIN_DONE;
    return admin_say(call->reply, ADMIN_FAILED, "%s is not banned: %sbans lists what is",
                     network_format(network, address), admin_prefix(call->reply));
}

enum admin_result moderation_commands_unban(const struct command_call *call)
{
    char why[NETWORK_WHY_BYTES];
    struct network network;
    struct words words = {.until_ns = MOMENT_NEVER_NS};
    struct room_ban ban;

    if (read_one(call, &words) != ADMIN_DONE)
        return ADMIN_USAGE;
    if (network_parse(words.subject, &network, why) == 0)
        return unban_network(call, &network);
    if (room_unban_name(call->admin->room, call->now, words.subject, &ban) == 0)
        return say_unbanned(call, &ban);
    if (looks_like_network(words.subject))
        return admin_say(call->reply, ADMIN_USAGE, "nothing was done: '%s' %s", words.subject, why);
    return admin_say(call->reply, ADMIN_FAILED, "%s is not banned: %sbans lists who is",
                     words.subject, admin_prefix(call->reply));
}

/* ---- mutes ---- */

enum admin_result moderation_commands_mute(const struct command_call *call)
{
    struct words words = {.until_ns = MOMENT_NEVER_NS};

    if (read_words(call, &words) != ADMIN_DONE)
        return ADMIN_USAGE;
    switch (room_mute(call->admin->room, call->now, words.subject, words.until_ns)) {
    case STATUS_OK:
        return admin_say(call->reply, ADMIN_DONE, "%s is muted %s", words.subject, words.span);
    case STATUS_FULL:
        return refuse_full(call->reply);
    default:
        return command_output_nobody(call);
    }
}

enum admin_result moderation_commands_unmute(const struct command_call *call)
{
    struct words words = {.until_ns = MOMENT_NEVER_NS};

    if (read_one(call, &words) != ADMIN_DONE)
        return ADMIN_USAGE;
    if (room_unmute(call->admin->room, call->now, words.subject) != 0)
        return admin_say(call->reply, ADMIN_FAILED, "%s is not muted: %sbans lists who is",
                         words.subject, admin_prefix(call->reply));
    return admin_say(call->reply, ADMIN_DONE, "%s may speak again", words.subject);
}
