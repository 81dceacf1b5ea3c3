/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Bans and mutes in words. Here is decided whether a word means a name or a network: what looks like a network but is none is a mistake, and never the ban of a name.
 */
#include "admin/moderation_commands.h"

#include "admin/ban_subject.h"
#include "admin/command_table.h"
#include "admin/duration.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/* "for 10m", "until the program ends" */
#define SPAN_BYTES (DURATION_TEXT_BYTES + 8)

/* WHO [TIME], as /ban and /mute take it. */
struct order {
    const struct command_row *row; /* which of the commands it is */
    char words[ADMIN_LINE_MAX_BYTES + 1];
    const char *who;  /* the first of them */
    const char *time; /* what follows; may be empty */
    int64_t until_ns;
    char span[SPAN_BYTES];
};

/* ---- reading ---- */

/* Takes the first word, and what follows it. Says so where there is none. */
static enum admin_result split(struct order *order, const char *arguments, const struct admin_reply *reply)
{
    char *words = order->words;
    size_t length = strlen(arguments);

    while (length > 0 && arguments[length - 1] == ' ')
        length--;
    memcpy(words, arguments, length); /* a part of a line, which is no longer */
    words[length] = '\0';
    order->who = words;
    words += strcspn(words, " ");
    while (*words == ' ')
        *words++ = '\0';
    order->time = words;
    if (length == 0)
        return admin_misuse(reply, "whom? %s%s %s", admin_prefix(reply), order->row->name, order->row->arguments);
    return ADMIN_DONE;
}

/* As above, and what is wrong with the time. */
static enum admin_result read_order(struct order *order, const struct moment *now, const char *arguments,
                                    const struct admin_reply *reply)
{
    char text[DURATION_TEXT_BYTES];
    int64_t ns;

    if (split(order, arguments, reply) != ADMIN_DONE)
        return ADMIN_USAGE;
    snprintf(order->span, SPAN_BYTES, "until the program ends");
    if (order->time[0] == '\0')
        return ADMIN_DONE;
    if (strchr(order->time, ' ') != NULL)
        return admin_misuse(reply, "nothing was done: there is something after the time. %s%s %s", admin_prefix(reply),
                            order->row->name, order->row->arguments);
    if (duration_parse(order->time, &ns) != 0)
        return admin_misuse(reply, "nothing was done: '%s' is no time from 1s to %dd: write 30s, 10m, 2h or 7d",
                            order->time, DURATION_MAX_DAYS);
    order->until_ns = now->mono_ns + ns;
    snprintf(order->span, SPAN_BYTES, "for %s", duration_format(ns, text));
    return ADMIN_DONE;
}

/* The one word of /unban and /unmute. */
static enum admin_result read_one(struct order *order, const char *arguments, const struct admin_reply *reply)
{
    if (split(order, arguments, reply) != ADMIN_DONE)
        return ADMIN_USAGE;
    if (order->time[0] != '\0')
        return admin_misuse(reply, "nothing was done: one at a time. %s%s %s", admin_prefix(reply), order->row->name,
                            order->row->arguments);
    return ADMIN_DONE;
}

static struct order order_of(enum command_id id)
{
    return (struct order){.row = command_table_row(id), .until_ns = MOMENT_NEVER_NS};
}

static enum admin_result refuse_full(const struct admin_reply *reply)
{
    return admin_fail(
        reply,
        "nothing was done: %d bans and mutes are held already, and there is place for no more; %sbans lists them",
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

enum target { TARGET_NAME, TARGET_NETWORK, TARGET_MISTAKE };

static enum target read_target(const struct admin *admin, const char *word, const struct admin_reply *reply,
                               struct network *ret_network)
{
    char why[NETWORK_WHY_BYTES];

    if (network_parse(word, ret_network, why) == 0)
        return TARGET_NETWORK;
    if (!looks_like_network(word) || is_member(admin, word))
        return TARGET_NAME;
    admin_misuse(reply, "nothing was done: '%s' %s", word, why);
    return TARGET_MISTAKE;
}

/* ---- bans ---- */

static void say_banned(const struct order *order, const struct room_banned *banned, const struct admin_reply *reply)
{
    char address[NETWORK_TEXT_BYTES];

    if (!banned->was_member) {
        admin_say(reply, "%s is banned %s; nobody here has that name now", order->who, order->span);
        return;
    }
    network_format(&banned->address, address);
    if (banned->has_address)
        admin_say(reply, "%s was removed, and is banned %s, and so is the address %s", order->who, order->span,
                  address);
    else if (banned->sharing > 0)
        admin_say(reply, "%s was removed, and is banned %s; the address %s is not: %u other member%s it", order->who,
                  order->span, address, (unsigned)banned->sharing, banned->sharing == 1 ? " has" : "s have");
    else
        admin_say(reply, "%s was removed, and is banned %s; the address %s is not: it is that of this machine itself",
                  order->who, order->span, address);
}

static enum admin_result ban_name(const struct admin *admin, const struct moment *now, const struct order *order,
                                  const struct admin_reply *reply)
{
    struct room_banned banned;

    switch (room_ban_name(admin->room, now, order->who, order->until_ns, &banned)) {
    case STATUS_OK:
        say_banned(order, &banned, reply);
        return ADMIN_DONE;
    case STATUS_FULL:
        return refuse_full(reply);
    default:
        return admin_fail(reply, "nothing was done: '%s' is a name that nobody can have", order->who);
    }
}

static enum admin_result ban_network(const struct admin *admin, const struct moment *now, const struct order *order,
                                     const struct network *network, const struct admin_reply *reply)
{
    char text[NETWORK_TEXT_BYTES];
    uint32_t removed;

    network_format(network, text);
    switch (room_ban_network(admin->room, now, network, order->until_ns, &removed)) {
    case STATUS_OK:
        admin_say(reply, "%s is banned %s; %u member%s removed", text, order->span, (unsigned)removed,
                  removed == 1 ? " was" : "s were");
        return ADMIN_DONE;
    case STATUS_FULL:
        return refuse_full(reply);
    default:
        return admin_fail(
            reply, "nothing was done: %s is everybody; access.plain_from says who may come, a reload takes it", text);
    }
}

enum admin_result moderation_commands_ban(const struct admin *admin, const struct moment *now, const char *arguments,
                                          const struct admin_reply *reply)
{
    struct order order = order_of(COMMAND_BAN);
    struct network network;

    if (read_order(&order, now, arguments, reply) != ADMIN_DONE)
        return ADMIN_USAGE;
    switch (read_target(admin, order.who, reply, &network)) {
    case TARGET_NAME:
        return ban_name(admin, now, &order, reply);
    case TARGET_NETWORK:
        return ban_network(admin, now, &order, &network, reply);
    case TARGET_MISTAKE:
        break;
    }
    return ADMIN_USAGE;
}

/* An address may be banned with its network: then lifting its own ban, or looking for it, is not enough. */
static bool say_still_banned(const struct admin *admin, const struct moment *now, const struct network *network,
                             const struct admin_reply *reply)
{
    char text[NETWORK_TEXT_BYTES], wider[NETWORK_TEXT_BYTES];
    const struct room_ban *ban = NULL;
    bool found = false;

    network_format(network, text);
    while ((ban = room_ban_after(admin->room, now, ban != NULL ? ban->serial : 0)) != NULL) {
        if (!ban->has_network || ban->network.bits >= network->bits || !network_has(&ban->network, network->address))
            continue;
        admin_fail(reply, "%s is banned as a part of %s: %sunban that", text, network_format(&ban->network, wider),
                   admin_prefix(reply));
        found = true;
    }
    return found;
}

static enum admin_result unban_network(const struct admin *admin, const struct moment *now,
                                       const struct network *network, const struct admin_reply *reply)
{
    char text[BAN_SUBJECT_TEXT_BYTES], address[NETWORK_TEXT_BYTES];
    struct room_ban ban;
    bool lifted = false;

    while (room_unban_network(admin->room, now, network, &ban) == 0) {
        admin_say(reply, "%s: no longer banned", ban_subject_format(&ban, text));
        lifted = true;
    }
    if (say_still_banned(admin, now, network, reply))
        return ADMIN_FAILED;
    if (lifted)
        return ADMIN_DONE;
    return admin_fail(reply, "%s is not banned: %sbans lists what is", network_format(network, address),
                      admin_prefix(reply));
}

enum admin_result moderation_commands_unban(const struct admin *admin, const struct moment *now, const char *arguments,
                                            const struct admin_reply *reply)
{
    char text[BAN_SUBJECT_TEXT_BYTES], why[NETWORK_WHY_BYTES];
    struct network network;
    struct order order = order_of(COMMAND_UNBAN);
    struct room_ban ban;

    if (read_one(&order, arguments, reply) != ADMIN_DONE)
        return ADMIN_USAGE;
    if (network_parse(order.who, &network, why) == 0)
        return unban_network(admin, now, &network, reply);
    if (room_unban_name(admin->room, now, order.who, &ban) == 0) {
        admin_say(reply, "%s: no longer banned", ban_subject_format(&ban, text));
        return ADMIN_DONE;
    }
    if (looks_like_network(order.who))
        return admin_misuse(reply, "nothing was done: '%s' %s", order.who, why);
    return admin_fail(reply, "%s is not banned: %sbans lists who is", order.who, admin_prefix(reply));
}

/* ---- mutes ---- */

enum admin_result moderation_commands_mute(const struct admin *admin, const struct moment *now, const char *arguments,
                                           const struct admin_reply *reply)
{
    struct order order = order_of(COMMAND_MUTE);

    if (read_order(&order, now, arguments, reply) != ADMIN_DONE)
        return ADMIN_USAGE;
    switch (room_mute(admin->room, now, order.who, order.until_ns)) {
    case STATUS_OK:
        admin_say(reply, "%s is mute %s", order.who, order.span);
        return ADMIN_DONE;
    case STATUS_FULL:
        return refuse_full(reply);
    default:
        return admin_fail(reply, "nobody here has that name: %smembers lists them", admin_prefix(reply));
    }
}

enum admin_result moderation_commands_unmute(const struct admin *admin, const struct moment *now, const char *arguments,
                                             const struct admin_reply *reply)
{
    struct order order = order_of(COMMAND_UNMUTE);

    if (read_one(&order, arguments, reply) != ADMIN_DONE)
        return ADMIN_USAGE;
    if (room_unmute(admin->room, now, order.who) != 0)
        return admin_fail(reply, "%s is not mute: %sbans lists who is", order.who, admin_prefix(reply));
    admin_say(reply, "%s may speak again", order.who);
    return ADMIN_DONE;
}
