/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One timer, and what it rings for: the next address, or another look at the name. */
#include "room/net/way.h"

#include "room/net/udp_link.h"

#include <errno.h>
#include <roomd/status.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* An address that does not answer for so long gives way to the next one that the host has. */
#define WAY_ADDRESS_S 3.0

/* So long where there is no other one, or somebody has answered who does not let us in; then the host's addresses are looked up again. */
#define WAY_LOOKUP_S 30.0

/* Where nobody listens, or there is no address: it may be back soon, or in an hour. Doubling from the first to the second. */
#define WAY_AGAIN_LEAST_S 1.0
#define WAY_AGAIN_MOST_S  30.0

/* What the timer rings for. */
enum plan {
    PLAN_NEXT,    /* the next address */
    PLAN_LOOK_UP, /* the host's addresses anew; the one in use may still be right */
    PLAN_ASK,     /* the machine, whether the room is still there */
};

struct way {
    struct ev_loop *loop; /* borrowed */
    struct way_sink sink;
    struct link *link;
    ev_timer turn;
    double again_s;
    enum client_state state;
    enum plan plan;
    bool doubted;    /* somebody says that the room is not there any more; the machine has been told */
    bool refused;    /* by the address that it tries now */
    size_t refusals; /* in this round */
    bool told_none, told_refused;
};

static void plan(struct way *way, enum plan what, double wait_s)
{
    way->plan = what;
    ev_timer_stop(way->loop, &way->turn);
    ev_timer_set(&way->turn, wait_s, 0.0);
    ev_timer_start(way->loop, &way->turn);
}

/* Waits longer each time, and a random part less, so that not all come back in one moment (RFC 8085, 3.1.1). */
static void try_later(struct way *way)
{
    plan(way, PLAN_NEXT, way->again_s * (1.0 - randombytes_uniform(1000) / 5000.0));
    way->again_s = way->again_s * 2 < WAY_AGAIN_MOST_S ? way->again_s * 2 : WAY_AGAIN_MOST_S;
}

static void give_time(struct way *way)
{
    way->refused = false;
    plan(way, PLAN_NEXT, link_addresses(way->link) > 1 ? WAY_ADDRESS_S : WAY_LOOKUP_S);
}

static void tell_none(struct way *way, const char *words)
{
    try_later(way);
    if (!way->told_none)
        way->sink.none(way->sink.ctx, words);
    way->told_none = true;
}

static void tell_refused(struct way *way)
{
    try_later(way);
    if (!way->told_refused)
        way->sink.refused(way->sink.ctx, link_address(way->link));
    way->told_refused = true;
}

static void next_address(struct way *way)
{
    int error = 0;

    switch (link_next(way->link, &error)) {
    case LINK_CONNECTED:
        give_time(way);
        way->sink.moved(way->sink.ctx);
        break;
    case LINK_ROUND_OVER:
        link_look_up(way->link, false);
        break;
    case LINK_NO_WAY:
        tell_none(way, strerror(error));
        break;
    }
}

static void on_turn(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct way *way = watcher->data;

    (void)loop;
    (void)events;
    switch (way->plan) {
    case PLAN_NEXT:
        next_address(way);
        break;
    case PLAN_LOOK_UP:
        way->plan = PLAN_NEXT;
        link_look_up(way->link, true);
        break;
    case PLAN_ASK:
        way->sink.moved(way->sink.ctx);
        break;
    }
}

/* ---- what the link tells ---- */

static void on_looked_up(void *ctx, bool stays)
{
    struct way *way = ctx;

    way->refusals = 0;
    if (way->state != CLIENT_JOINING)
        return;
    if (stays)
        give_time(way);
    else
        next_address(way);
}

static void on_no_address(void *ctx, const char *words)
{
    tell_none(ctx, words);
}

/* While it is in, a refusal may be forged, or the room is on its way back: the machine asks, and finds out. Not from in here, where it may be sending. */
static void suspect_path(struct way *way)
{
    if (way->state != CLIENT_IN || way->doubted)
        return;
    way->doubted = true;
    plan(way, PLAN_ASK, 0.0);
}

static void on_unreachable(void *ctx, int error)
{
    struct way *way = ctx;

    if (way->state != CLIENT_JOINING || way->refused) {
        suspect_path(way);
        return;
    }
    way->refused = true;
    if (++way->refusals < link_addresses(way->link))
        plan(way, PLAN_NEXT, 0.0);
    else if (error == ECONNREFUSED)
        tell_refused(way);
    else
        tell_none(way, strerror(error));
}

static void on_datagram(void *ctx, const void *bytes, size_t length)
{
    struct way *way = ctx;

    /* Somebody is there: from another port of ours it would be a stranger's second join. */
    if (way->state == CLIENT_JOINING && way->plan == PLAN_NEXT)
        plan(way, PLAN_NEXT, WAY_LOOKUP_S);
    way->told_none = way->told_refused = false;
    way->doubted = way->refused = false;
    way->again_s = WAY_AGAIN_LEAST_S;
    way->sink.datagram(way->sink.ctx, bytes, length);
}

/* ---- what the machine tells ---- */

void way_state(struct way *way, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    way->state = state;
    if (state == CLIENT_JOINING && reason == CLIENT_NO_REASON)
        plan(way, PLAN_LOOK_UP, 0.0); /* the room may have another address by now */
    else if (state != CLIENT_JOINING || reason == CLIENT_REFUSED_TAKEN || reason == CLIENT_REFUSED_NAME)
        ev_timer_stop(way->loop, &way->turn);
    else
        plan(way, PLAN_NEXT, WAY_LOOKUP_S + wait_s);
}

/* Where its user was asked for another name, and has given one, nothing rings yet. */
void way_send(struct way *way, const void *bytes, size_t length)
{
    if (way->state == CLIENT_JOINING && !ev_is_active(&way->turn))
        plan(way, PLAN_NEXT, WAY_LOOKUP_S);
    link_send(way->link, bytes, length);
}

const char *way_address(const struct way *way)
{
    return link_address(way->link);
}

/* ---- opening and closing ---- */

int way_new(struct ev_loop *loop, const char *host, const char *port, const struct way_sink *sink, struct way **ret_way)
{
    struct way *way = calloc(1, sizeof(*way));
    const struct link_sink link = {.datagram = on_datagram,
                                   .unreachable = on_unreachable,
                                   .looked_up = on_looked_up,
                                   .no_address = on_no_address,
                                   .ctx = way};
    int status;

    if (way == NULL)
        return STATUS_NO_MEMORY;
    way->loop = loop;
    way->sink = *sink;
    way->again_s = WAY_AGAIN_LEAST_S;
    way->state = CLIENT_JOINING;
    ev_timer_init(&way->turn, on_turn, WAY_ADDRESS_S, 0.0);
    way->turn.data = way;
    status = link_new(loop, host, port, &link, &way->link);
    if (status != STATUS_OK) {
        way_free(way);
        return status;
    }
    *ret_way = way;
    return STATUS_OK;
}

void way_open(struct way *way)
{
    link_look_up(way->link, false);
}

void way_free(struct way *way)
{
    if (way == NULL)
        return;
    ev_timer_stop(way->loop, &way->turn);
    link_free(way->link);
    free(way);
}
