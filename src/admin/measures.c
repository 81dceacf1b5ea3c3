/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Bans and mutes in words. Here is decided whether a word means a name or a network: what looks like a network but is none is a mistake, and never the ban of a name.
 */
#include "admin/measures.h"

#include "admin/duration.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define SAY_FULL                                                                                                       \
    "nothing was done: %d bans and mutes are held already, and there is place for no more; /bans lists them"

/* "for 10m", "until the program ends" */
#define SPAN_BYTES (DURATION_TEXT_BYTES + 8)

/* "a name, 2001:db8::/32" */
#define WHO_BYTES (ROOM_NAME_MAX_BYTES + NETWORK_TEXT_BYTES + 4)

/* WHO [TIME], as /ban and /mute take it. */
struct order {
    char words[ADMIN_LINE_MAX_BYTES + 1];
    const char *who;  /* the first of them */
    const char *time; /* what follows; may be empty */
    int64_t until_ns;
    char span[SPAN_BYTES];
};

/* ---- reading ---- */

/* Takes the first word, and what follows it. Says so where there is none, and returns false. */
static bool split(struct order *order, const char *usage, const char *arguments, const struct admin_reply *reply)
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
        admin_say(reply, "whom? %s", usage);
    return length > 0;
}

/* As above, and what is wrong with the time. */
static bool read_order(struct order *order, const struct moment *now, const char *usage, const char *arguments,
                       const struct admin_reply *reply)
{
    char text[DURATION_TEXT_BYTES];
    int64_t ns;

    if (!split(order, usage, arguments, reply))
        return false;
    snprintf(order->span, SPAN_BYTES, "until the program ends");
    if (order->time[0] == '\0')
        return true;
    if (strchr(order->time, ' ') != NULL) {
        admin_say(reply, "nothing was done: there is something after the time. %s", usage);
        return false;
    }
    if (duration_parse(order->time, &ns) != 0) {
        admin_say(reply, "nothing was done: '%s' is no time from 1s to %dd: write 30s, 10m, 2h or 7d", order->time,
                  DURATION_MAX_DAYS);
        return false;
    }
    order->until_ns = now->mono_ns + ns;
    snprintf(order->span, SPAN_BYTES, "for %s", duration_format(ns, text));
    return true;
}

/* The one word of /unban and /unmute. */
static bool read_one(struct order *order, const char *usage, const char *arguments, const struct admin_reply *reply)
{
    if (!split(order, usage, arguments, reply))
        return false;
    if (order->time[0] != '\0')
        admin_say(reply, "nothing was done: one at a time. %s", usage);
    return order->time[0] == '\0';
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
    admin_say(reply, "nothing was done: '%s' %s", word, why);
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

static void ban_name(const struct admin *admin, const struct moment *now, const struct order *order,
                     const struct admin_reply *reply)
{
    struct room_banned banned;

    switch (room_ban_name(admin->room, now, order->who, order->until_ns, &banned)) {
    case STATUS_OK:
        say_banned(order, &banned, reply);
        break;
    case STATUS_FULL:
        admin_say(reply, SAY_FULL, ROOM_BANS_MAX);
        break;
    default:
        admin_say(reply, "nothing was done: '%s' is a name that nobody can have", order->who);
        break;
    }
}

static void ban_network(const struct admin *admin, const struct moment *now, const struct order *order,
                        const struct network *network, const struct admin_reply *reply)
{
    char text[NETWORK_TEXT_BYTES];
    uint32_t removed;

    network_format(network, text);
    switch (room_ban_network(admin->room, now, network, order->until_ns, &removed)) {
    case STATUS_OK:
        admin_say(reply, "%s is banned %s; %u member%s removed", text, order->span, (unsigned)removed,
                  removed == 1 ? " was" : "s were");
        break;
    case STATUS_FULL:
        admin_say(reply, SAY_FULL, ROOM_BANS_MAX);
        break;
    default:
        admin_say(reply, "nothing was done: %s is everybody; access.plain_from says who may come, a reload takes it",
                  text);
        break;
    }
}

void measures_ban(const struct admin *admin, const struct moment *now, const char *arguments,
                  const struct admin_reply *reply)
{
    struct network network;
    struct order order = {.until_ns = MOMENT_NEVER_NS};

    if (!read_order(&order, now, "/ban NAME|CIDR [TIME]", arguments, reply))
        return;
    switch (read_target(admin, order.who, reply, &network)) {
    case TARGET_NAME:
        ban_name(admin, now, &order, reply);
        break;
    case TARGET_NETWORK:
        ban_network(admin, now, &order, &network, reply);
        break;
    case TARGET_MISTAKE:
        break;
    }
}

/* "bob", "bob, 192.0.2.7" or "192.0.2.0/24" */
static const char *who(const struct room_ban *ban, char text[WHO_BYTES])
{
    char network[NETWORK_TEXT_BYTES] = "";

    if (ban->has_network)
        network_format(&ban->network, network);
    snprintf(text, WHO_BYTES, "%s%s%s", ban->name, ban->name[0] != '\0' && ban->has_network ? ", " : "", network);
    return text;
}

/* An address may be banned with its network: then lifting its own ban, or looking for it, is not enough. */
static bool say_still_banned(const struct admin *admin, const struct moment *now, const struct network *network,
                             const struct admin_reply *reply)
{
    char text[NETWORK_TEXT_BYTES], wider[NETWORK_TEXT_BYTES];
    uint32_t count = room_bans(admin->room, now);
    bool found = false;

    network_format(network, text);
    for (uint32_t i = 0; i < count; i++) {
        const struct room_ban *ban = room_ban(admin->room, i);

        if (!ban->has_network || ban->network.bits >= network->bits || !network_has(&ban->network, network->address))
            continue;
        admin_say(reply, "%s is banned as a part of %s: /unban that", text, network_format(&ban->network, wider));
        found = true;
    }
    return found;
}

static void unban_network(const struct admin *admin, const struct moment *now, const struct network *network,
                          const struct admin_reply *reply)
{
    char text[WHO_BYTES], address[NETWORK_TEXT_BYTES];
    struct room_ban ban;
    bool lifted = false;

    while (room_unban_network(admin->room, now, network, &ban) == 0) {
        admin_say(reply, "%s: no longer banned", who(&ban, text));
        lifted = true;
    }
    if (!say_still_banned(admin, now, network, reply) && !lifted)
        admin_say(reply, "%s is not banned: /bans lists what is", network_format(network, address));
}

void measures_unban(const struct admin *admin, const struct moment *now, const char *arguments,
                    const struct admin_reply *reply)
{
    char text[WHO_BYTES], why[NETWORK_WHY_BYTES];
    struct network network;
    struct order order = {.until_ns = MOMENT_NEVER_NS};
    struct room_ban ban;

    if (!read_one(&order, "/unban NAME|CIDR", arguments, reply))
        return;
    if (network_parse(order.who, &network, why) == 0)
        unban_network(admin, now, &network, reply);
    else if (room_unban_name(admin->room, now, order.who, &ban) == 0)
        admin_say(reply, "%s: no longer banned", who(&ban, text));
    else if (looks_like_network(order.who))
        admin_say(reply, "nothing was done: '%s' %s", order.who, why);
    else
        admin_say(reply, "%s is not banned: /bans lists who is", order.who);
}

static void list_kind(const struct admin *admin, const struct moment *now, enum room_ban_kind kind, const char *title,
                      const struct admin_reply *reply)
{
    uint32_t count = room_bans(admin->room, now), listed = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct room_ban *ban = room_ban(admin->room, i);
        char text[WHO_BYTES], left[DURATION_TEXT_BYTES];

        if (ban->kind != kind)
            continue;
        if (listed++ == 0)
            admin_say(reply, "%s", title);
        if (ban->until_ns == MOMENT_NEVER_NS)
            admin_say(reply, "  %s  until the program ends", who(ban, text));
        else
            admin_say(reply, "  %s  %s left", who(ban, text), duration_format(ban->until_ns - now->mono_ns, left));
    }
}

void measures_list(const struct admin *admin, const struct moment *now, const char *arguments,
                   const struct admin_reply *reply)
{
    (void)arguments;
    if (room_bans(admin->room, now) == 0)
        admin_say(reply, "nobody is banned or mute");
    list_kind(admin, now, ROOM_BAN, "banned:", reply);
    list_kind(admin, now, ROOM_MUTE, "mute:", reply);
}

/* ---- mutes ---- */

void measures_mute(const struct admin *admin, const struct moment *now, const char *arguments,
                   const struct admin_reply *reply)
{
    struct order order = {.until_ns = MOMENT_NEVER_NS};

    if (!read_order(&order, now, "/mute NAME [TIME]", arguments, reply))
        return;
    switch (room_mute(admin->room, now, order.who, order.until_ns)) {
    case STATUS_OK:
        admin_say(reply, "%s is mute %s", order.who, order.span);
        break;
    case STATUS_FULL:
        admin_say(reply, SAY_FULL, ROOM_BANS_MAX);
        break;
    default:
        admin_say(reply, "nobody here has that name: /members lists them");
        break;
    }
}

void measures_unmute(const struct admin *admin, const struct moment *now, const char *arguments,
                     const struct admin_reply *reply)
{
    struct order order = {.until_ns = MOMENT_NEVER_NS};

    if (!read_one(&order, "/unmute NAME", arguments, reply))
        return;
    if (room_unmute(admin->room, now, order.who) == 0)
        admin_say(reply, "%s may speak again", order.who);
    else
        admin_say(reply, "%s is not mute: /bans lists who is", order.who);
}
