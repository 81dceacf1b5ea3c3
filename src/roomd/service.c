/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reports to the service manager while the room is open: that the loop runs, and how many members
 * there are. Causes no wake-ups if no manager asked for this.
 */
#include "roomd/server_state.h"

#include "io/sd_notify.h"
#include "io/timer.h"

#include <inttypes.h>
#include <stdio.h>

/* `systemctl status` is at most this old. */
#define SERVICE_STATUS_S 2.0

#define STATUS_BYTES 256

/* "12 members, 345 messages", and what is wrong. */
static const char *describe(const struct server *server, char text[STATUS_BYTES])
{
    uint32_t members = room_members(server->room);
    uint64_t messages = server->service.messages;

    const char *complaint = log_bridge_complaint(server);

    snprintf(text, STATUS_BYTES, "%" PRIu32 " member%s, %" PRIu64 " message%s%s%s", members,
             members == 1 ? "" : "s", messages, messages == 1 ? "" : "s",
             complaint != NULL ? "; " : "", complaint != NULL ? complaint : "");
    return text;
}

void service_ready(const struct server *server)
{
    char text[STATUS_BYTES];

    sd_notify_ready(describe(server, text));
}

static void on_watchdog(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events;
    sd_notify_watchdog();
}

static void on_status(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct server *server = watcher->data;
    char text[STATUS_BYTES];

    (void)loop;
    (void)events;
    sd_notify_status(describe(server, text));
    server->service.members_reported = room_members(server->room);
    server->service.messages_reported = server->service.messages;
    server->service.complaint_reported = log_bridge_complaint(server);
}

static void on_happened(void *ctx, const struct moment *now, const struct event *event,
                        const struct path *path)
{
    struct service *service = ctx;

    (void)now;
    (void)path;
    service->messages += event->kind == EVENT_CHAT ? 1U : 0U;
}

struct observer service_observer(struct server *server)
{
    return (struct observer){.happened = on_happened, .ctx = &server->service};
}

void service_touch(struct server *server)
{
    struct service *service = &server->service;

    if (!service->wanted || ev_is_active(&service->status) ||
        (service->members_reported == room_members(server->room) &&
         service->messages_reported == service->messages &&
         service->complaint_reported == log_bridge_complaint(server)))
        return;
    timer_start(server->loop, &service->status, SERVICE_STATUS_S);
}

void service_start(struct server *server)
{
    struct service *service = &server->service;
    /* Half the timeout, as sd_watchdog_enabled(3) advises. */
    double interval_s = (double)sd_notify_watchdog_us() / 2e6;

    service->wanted = sd_notify_is_wanted();
    ev_timer_init(&service->watchdog, on_watchdog, interval_s, interval_s);
    ev_timer_init(&service->status, on_status, SERVICE_STATUS_S, 0.0);
    service->status.data = server;
    if (interval_s > 0.0)
        timer_repeat(server->loop, &service->watchdog, interval_s);
}

void service_stop(struct server *server)
{
    ev_timer_stop(server->loop, &server->service.watchdog);
    ev_timer_stop(server->loop, &server->service.status);
}
