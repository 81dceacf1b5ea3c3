/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * One line for each address. Those who use an address of ours are taken to have one of its kind: a
 * private one in the same house, one of 100.64.0.0/10 in the same VPN, a global one anywhere. So
 * the lists that decide about their addresses are asked about ours.
 */
#include "roomd/greeting.h"

#include "conf/option.h"

#include <stdio.h>

#define LINE_BYTES (ENDPOINT_TEXT_BYTES + 64)

/* What was printed so far. */
struct progress {
    bool any;
    bool room_only; /* an address that is not in access.plain_from */
};

/*
 * Other machines can't use fe80::/10, which needs an interface name of their own, and 169.254/16 is
 * only a fallback.
 */
static bool is_for_others(const struct endpoint *endpoint)
{
    const uint8_t *address = endpoint->address;

    if (endpoint_address_is_loopback(address))
        return false;
    if (endpoint_address_is_ipv4(address))
        return !(address[12] == 169 && address[13] == 254);
    return !endpoint_address_is_link_local(address);
}

static void print_address(const struct greeting *greeting, const struct endpoint *reach,
                          struct progress *progress)
{
    const struct config *config = greeting->config;
    bool served = network_list_has(&config->access.plain_from, reach->address);
    bool plain = config->limits.plain_enabled && served;
    bool sequenced = config->limits.sequenced_enabled;
    char text[ENDPOINT_TEXT_BYTES], line[LINE_BYTES];

    if (!is_for_others(reach) || network_list_has(&config->access.deny, reach->address))
        return;
    progress->any = true;
    progress->room_only = progress->room_only || (config->limits.plain_enabled && !served);
    snprintf(line, sizeof(line), "%s can join at %s%s", plain || sequenced ? "Others" : "Nobody",
             endpoint_format(reach, text),
             plain && sequenced ? ""
             : plain            ? ", but not with room"
             : sequenced        ? " with room only"
                                : "");
    greeting->line(greeting->ctx, line);
}

static void print_door(const struct greeting *greeting, const struct endpoint *bound,
                       struct progress *progress)
{
    if (!endpoint_address_is_any(bound->address)) {
        print_address(greeting, bound, progress);
        return;
    }
    for (size_t i = 0; i < greeting->machine_count; i++) {
        struct endpoint reach = greeting->machine[i];

        if (endpoint_address_is_ipv4(reach.address) != endpoint_address_is_ipv4(bound->address))
            continue;
        reach.port = bound->port;
        print_address(greeting, &reach, progress);
    }
}

/* True if plain clients are let in from networks where addresses may be forged. */
static bool limits_bytes(const struct config *config)
{
    const struct network_list *from = &config->access.plain_from;
    const struct network_list *trusted = &config->access.trusted;

    if (!config->limits.plain_enabled || (trusted->sets & NETWORK_SET_BIT(NETWORK_ALL)) != 0)
        return false;
    if ((from->sets & ~trusted->sets) != 0)
        return true;
    for (size_t i = 0; i < from->count; i++) {
        if (!network_list_has(trusted, from->networks[i].address))
            return true;
    }
    return false;
}

void greeting_print(const struct greeting *greeting)
{
    const struct config *config = greeting->config;
    struct progress progress = {.any = false};
    char line[LINE_BYTES * 2];

    for (size_t i = 0; i < greeting->door_count; i++)
        print_door(greeting, &greeting->doors[i], &progress);
    if (!progress.any)
        greeting->line(greeting->ctx,
                       "Only this machine can join: there is no address by which others reach it");
    if (progress.room_only) {
        snprintf(line, sizeof(line),
                 "Clients other than room get no reply in networks that access.%s does not name",
                 config->plain_from_trusted ? OPTION_TRUSTED : "plain_from");
        greeting->line(greeting->ctx, line);
    }
    if (limits_bytes(config))
        greeting->line(greeting->ctx,
                       "Clients other than room are sent at most three times the bytes that they "
                       "send, in networks that access.trusted does not name");
    if (config->admin_stdin)
        greeting->line(greeting->ctx, "Type a line to announce it, /help for commands");
}
