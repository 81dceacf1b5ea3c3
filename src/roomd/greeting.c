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
#include <string.h>

#define LINE_BYTES (ENDPOINT_TEXT_BYTES + 96)

/* What was printed so far. */
struct progress {
    bool any;
    bool denied;    /* an address that access.deny names, and that was not printed */
    bool room_only; /* an address that is not in access.plain_from */
};

/* 169.254.0.0/16, fe80::/10: used on one link only, and by people only if there is nothing else. */
static bool is_link_local(const struct endpoint *endpoint)
{
    const uint8_t *address = endpoint->address;

    if (endpoint_address_is_ipv4(address))
        return address[12] == 169 && address[13] == 254;
    return endpoint_address_is_link_local(address);
}

/* An address of fe80::/10 needs the name of an interface of the machine where it is used. */
static const char *format_address(const struct endpoint *reach, char text[LINE_BYTES])
{
    struct endpoint bare = *reach;
    char plain[ENDPOINT_TEXT_BYTES];
    const char *end;

    bare.scope = 0;
    endpoint_format(&bare, plain);
    end = strchr(plain, ']');
    if (endpoint_address_is_link_local(reach->address) && end != NULL)
        snprintf(text, LINE_BYTES, "%.*s%%eth0%s", (int)(end - plain), plain, end);
    else
        snprintf(text, LINE_BYTES, "%s", plain);
    return text;
}

static void print_address(const struct greeting *greeting, const struct endpoint *reach,
                          struct progress *progress)
{
    const struct config *config = greeting->config;
    bool served = network_list_has(&config->access.plain_from, reach->address);
    bool plain = config->limits.plain_enabled && served;
    bool sequenced = config->limits.sequenced_enabled;
    char text[LINE_BYTES], line[LINE_BYTES * 2];

    if (endpoint_address_is_loopback(reach->address))
        return;
    if (network_list_has(&config->access.deny, reach->address)) {
        progress->denied = true;
        return;
    }
    progress->any = true;
    progress->room_only = progress->room_only || (config->limits.plain_enabled && !served);
    snprintf(line, sizeof(line), "%s%s can join at %s%s%s",
             plain || sequenced ? "Others" : "Nobody", is_link_local(reach) ? " on this link" : "",
             format_address(reach, text),
             plain && sequenced ? ""
             : plain            ? ", but not with room"
             : sequenced        ? " with room only"
                                : "",
             endpoint_address_is_link_local(reach->address)
                 ? "; their own interface takes the place of eth0"
                 : "");
    greeting->line(greeting->ctx, line);
}

/* If the door is bound to any address, those of the machine that are link-local or are not. */
static void print_door(const struct greeting *greeting, const struct endpoint *bound,
                       bool link_local, struct progress *progress)
{
    if (!endpoint_address_is_any(bound->address)) {
        if (!link_local)
            print_address(greeting, bound, progress);
        return;
    }
    for (size_t i = 0; i < greeting->machine_count; i++) {
        struct endpoint reach = greeting->machine[i];

        if (endpoint_address_is_ipv4(reach.address) != endpoint_address_is_ipv4(bound->address) ||
            is_link_local(&reach) != link_local)
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

static void print_doors(const struct greeting *greeting, bool link_local, struct progress *progress)
{
    for (size_t i = 0; i < greeting->door_count; i++)
        print_door(greeting, &greeting->doors[i], link_local, progress);
}

void greeting_print(const struct greeting *greeting)
{
    const struct config *config = greeting->config;
    struct progress progress = {.any = false};
    char line[LINE_BYTES];

    print_doors(greeting, false, &progress);
    if (!progress.any && !progress.denied)
        print_doors(greeting, true, &progress);
    if (!progress.any)
        greeting->line(
            greeting->ctx,
            progress.denied
                ? "Only this machine can join: access.deny names all its networks"
                : "Only this machine can join: the room has no address that others reach");
    if (progress.room_only) {
        snprintf(line, sizeof(line), "%s get no reply there until access.%s names their network",
                 config->limits.sequenced_enabled ? "Clients other than room" : "Clients",
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
