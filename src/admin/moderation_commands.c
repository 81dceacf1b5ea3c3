/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Bans and mutes in words. Here is decided whether a word means a name or a network: what looks
 * like a network but is none is a mistake, and never the ban of a name.
 */
#include "admin/moderation_commands.h"

#include "admin/ban_subject.h"
#include "admin/duration.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/* "for 10m", "until the program ends" */
#define SPAN_BYTES (DURATION_TEXT_BYTES + 8)

/* WHO [TIME], as /ban and /mute take it. */
struct words {
    char text[ADMIN_LINE_MAX_BYTES + 1];
    const char *who;  /* the first of them */
    const char *time; /* what follows; may be empty */
    int64_t until_ns;
    char span[SPAN_BYTES];
};

/* ---- reading ---- */

/* Takes the first word, and what follows it. Says so where there is none. */
static enum admin_result split(const struct command_call *call, struct words *words)
{
    char *at = words->text;
    size_t length = strlen(call->arguments);

    while (length > 0 && call->arguments[length - 1] == ' ')
        length--;
    memcpy(at, call->arguments, length); /* a part of a line, which is no longer */
    at[length] = '\0';
    words->who = at;
    at += strcspn(at, " ");
    while (*at == ' ')
        *at++ = '\0';
    words->time = at;
    return length > 0 ? ADMIN_DONE : command_output_usage(call, "whom?");
}

/* As above, and what is wrong with the time. */
static enum admin_result read_words(const struct command_call *call, struct words *words)
{
    char text[DURATION_TEXT_BYTES];
    int64_t ns;

    if (split(call, words) != ADMIN_DONE)
        return ADMIN_USAGE;
    snprintf(words->span, SPAN_BYTES, "until the program ends");
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

/* The one word of /unban and /unmute. */
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

/* No name holds a colon, and none that is not meant to mislead is made of digits and dots. */
static bool looks_like_network(const char *word)
{
    if (strchr(word, ':') != NULL || strchr(word, '/') != NULL)
        return true;
    return strchr(word, '.') != NULL && word[strspn(word, "0123456789.*")] == '\0';
}

static bool is_member(const struct admin *admin, const char *name)
{
    /* By the name as it is shown: this only settles what a word with a '/' in it means. */
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
                         words->who, words->span);
    network_format(&banned->address, address);
    if (banned->has_address)
        return admin_say(reply, ADMIN_DONE,
                         "%s was removed, and is banned %s, and so is the address %s", words->who,
                         words->span, address);
    if (banned->sharing > 0)
        return admin_say(
            reply, ADMIN_DONE,
            "%s was removed, and is banned %s; the address %s is not: %u other member%s it",
            words->who, words->span, address, (unsigned)banned->sharing,
            banned->sharing == 1 ? " has" : "s have");
    return admin_say(reply, ADMIN_DONE,
                     "%s was removed, and is banned %s; the address %s is not: it is that of this "
                     "machine itself",
                     words->who, words->span, address);
}

static enum admin_result ban_name(const struct command_call *call, const struct words *words)
{
    struct room_banned banned;

    switch (room_ban_name(call->admin->room, call->now, words->who, words->until_ns, &banned)) {
    case STATUS_OK:
        return say_banned(words, &banned, call->reply);
    case STATUS_FULL:
        return refuse_full(call->reply);
    default:
        return admin_say(call->reply, ADMIN_FAILED,
                         "nothing was done: '%s' is a name that nobody can have", words->who);
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
    if (network_parse(words.who, &network, why) == 0)
        return ban_network(call, &words, &network);
    if (!looks_like_network(words.who) || is_member(call->admin, words.who))
        return ban_name(call, &words);
    return admin_say(call->reply, ADMIN_USAGE, "nothing was done: '%s' %s", words.who, why);
}

/* An address may be banned with its network: then lifting its own ban, or looking for it, is not
 * enough. */
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
    if (network_parse(words.who, &network, why) == 0)
        return unban_network(call, &network);
    if (room_unban_name(call->admin->room, call->now, words.who, &ban) == 0)
        return say_unbanned(call, &ban);
    if (looks_like_network(words.who))
        return admin_say(call->reply, ADMIN_USAGE, "nothing was done: '%s' %s", words.who, why);
    return admin_say(call->reply, ADMIN_FAILED, "%s is not banned: %sbans lists who is", words.who,
                     admin_prefix(call->reply));
}

/* ---- mutes ---- */

enum admin_result moderation_commands_mute(const struct command_call *call)
{
    struct words words = {.until_ns = MOMENT_NEVER_NS};

    if (read_words(call, &words) != ADMIN_DONE)
        return ADMIN_USAGE;
    switch (room_mute(call->admin->room, call->now, words.who, words.until_ns)) {
    case STATUS_OK:
        return admin_say(call->reply, ADMIN_DONE, "%s is mute %s", words.who, words.span);
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
    if (room_unmute(call->admin->room, call->now, words.who) != 0)
        return admin_say(call->reply, ADMIN_FAILED, "%s is not mute: %sbans lists who is",
                         words.who, admin_prefix(call->reply));
    return admin_say(call->reply, ADMIN_DONE, "%s may speak again", words.who);
}
