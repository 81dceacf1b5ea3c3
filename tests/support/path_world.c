/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The events of a simulated path, in the order of time, and the TCP connection. */
#include "support/path_world.h"

#include "support/path_world_internal.h"

#include <stdlib.h>
#include <string.h>

/* A clock that begins at 0 would make "never" of the first moments. */
#define START_NS MOMENT_NS_PER_S

/* Each member is told that it is in before the talk begins. */
#define TCP_REPORT_NS (40 * MOMENT_NS_PER_MS)
#define FIRST_LINE_NS (100 * MOMENT_NS_PER_MS)

static bool is_sooner(const struct path_event *a, const struct path_event *b)
{
    return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order < b->order);
}

static void swap(struct path_event *a, struct path_event *b)
{
    struct path_event kept = *a;

    *a = *b;
    *b = kept;
}

void path_world_push(struct path_world *world, const struct path_event *event)
{
    size_t at = world->event_count++;

    if (world->event_count > world->event_capacity) {
        world->event_capacity = world->event_capacity * 2 + 1024;
        world->events = realloc(world->events, world->event_capacity * sizeof(*world->events));
        if (world->events == NULL)
            abort();
    }
    world->events[at] = *event;
    world->events[at].order = world->order++;
    for (; at > 0 && is_sooner(&world->events[at], &world->events[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&world->events[at], &world->events[(at - 1) / 2]);
}

static struct path_event pop(struct path_world *world)
{
    struct path_event first = world->events[0];
    size_t at = 0, child;

    world->events[0] = world->events[--world->event_count];
    while ((child = 2 * at + 1) < world->event_count) {
        if (child + 1 < world->event_count &&
            is_sooner(&world->events[child + 1], &world->events[child]))
            child++;
        if (!is_sooner(&world->events[child], &world->events[at]))
            break;
        swap(&world->events[child], &world->events[at]);
        at = child;
    }
    return first;
}

uint32_t path_world_ms(const struct path_world *world)
{
    return (uint32_t)(world->now_ns / MOMENT_NS_PER_MS);
}

bool path_world_is_gone(const struct path_world *world, unsigned who)
{
    return who == 0 && world->setup.silent_ns != 0 && world->now_ns >= world->setup.silent_ns;
}

uint64_t path_world_lines(const struct path_world *world, int64_t now_ns)
{
    const struct path_world_setup *setup = &world->setup;
    int64_t until_ns = now_ns < setup->talk_ends_ns ? now_ns : setup->talk_ends_ns;

    uint64_t first = now_ns >= START_NS + FIRST_LINE_NS ? 1 : 0;

    if (now_ns < setup->talk_ns)
        return first;
    if (until_ns < setup->talk_ns)
        return first + setup->lines;
    return first + setup->lines +
           (uint64_t)(until_ns - setup->talk_ns) * setup->lines_s / MOMENT_NS_PER_S;
}

/* ---- TCP ---- */

static void pump_tcp(struct path_world *world)
{
    struct path_event event = {.kind = PATH_TCP_PACKET};

    while (tcp_flow_send(&world->tcp, world->now_ns, &event.number)) {
        event.at_ns = link_send(&world->down, &world->dice, world->now_ns, TCP_PACKET_BYTES);
        if (event.at_ns != LINK_DROPPED)
            path_world_push(world, &event);
    }
    if (world->tcp.timeout_ns != MOMENT_NEVER_NS)
        path_world_push(
            world, &(struct path_event){.at_ns = world->tcp.timeout_ns, .kind = PATH_TCP_TIMEOUT});
}

static void acknowledge_tcp(struct path_world *world, uint64_t number)
{
    struct path_event event = {.kind = PATH_TCP_ACK, .number = number};

    event.report.highest = (uint32_t)world->tcp_unreported;
    world->tcp_unreported = 0;
    event.at_ns = link_send(&world->up, &world->dice, world->now_ns, TCP_ACK_BYTES);
    if (event.at_ns != LINK_DROPPED)
        path_world_push(world, &event);
}

/* Every second packet is acknowledged, or 40 ms later, or one after a gap at once. */
static void receive_tcp(struct path_world *world, uint64_t number)
{
    bool is_next = number == world->tcp_received + 1;

    if (world->now_ns >= world->setup.counted_ns)
        world->result.tcp_counted += TCP_PACKET_BYTES;
    world->tcp_received = number > world->tcp_received ? number : world->tcp_received;
    if (world->tcp_unreported != 0 || !is_next) {
        acknowledge_tcp(world, number);
        return;
    }
    world->tcp_unreported = number;
    world->tcp_report_ns = world->now_ns + TCP_REPORT_NS;
    path_world_push(world,
                    &(struct path_event){.at_ns = world->tcp_report_ns, .kind = PATH_TCP_ACK_DUE});
}

static void tcp_report_due(struct path_world *world)
{
    uint64_t number = world->tcp_unreported;

    if (number == 0 || world->tcp_report_ns != world->now_ns)
        return;
    world->tcp_unreported = 0;
    acknowledge_tcp(world, number);
}

/* ---- the run ---- */

static void handle(struct path_world *world, const struct path_event *event)
{
    switch (event->kind) {
    case PATH_DATAGRAM:
        path_client_receive(world, event->who, (uint32_t)event->number);
        break;
    case PATH_LOSS:
        path_client_losses(world, event->who);
        break;
    case PATH_REPORT_DUE:
        path_client_report_due(world, event->who);
        break;
    case PATH_REPORT:
        path_server_report(world, event->who, &event->report);
        break;
    case PATH_PROBE:
        path_server_probe(world, event->who);
        break;
    case PATH_PUMP:
        path_server_pump(world);
        break;
    case PATH_TCP_PACKET:
        receive_tcp(world, event->number);
        break;
    case PATH_TCP_ACK_DUE:
        tcp_report_due(world);
        break;
    case PATH_TCP_ACK:
        if (event->report.highest != 0)
            tcp_flow_acknowledge(&world->tcp, world->now_ns, event->report.highest);
        tcp_flow_acknowledge(&world->tcp, world->now_ns, event->number);
        pump_tcp(world);
        break;
    case PATH_TCP_TIMEOUT:
        if (world->tcp.timeout_ns != world->now_ns)
            break;
        tcp_flow_timeout(&world->tcp, world->now_ns);
        pump_tcp(world);
        break;
    case PATH_TCP_START:
        pump_tcp(world);
        break;
    case PATH_CHANGE:
        world->down.delay_ns += world->setup.change_by_ns;
        world->result.window_before = world->paths[0].window;
        world->change_round = world->paths[0].rounds;
        break;
    }
}

static void note_window(struct path_world *world)
{
    struct path_world_result *result = &world->result;
    const struct congestion *path = &world->paths[0];
    int64_t since_ns = world->now_ns - world->setup.change_ns;

    result->window_last = path->window;
    if (path->rounds > 0 && (path->window < result->window_least || result->window_least == 0))
        result->window_least = path->window;
    if (path->window > result->window_most)
        result->window_most = path->window;
    if (result->window_before != 0 && result->regained_ns == 0 && since_ns > MOMENT_NS_PER_S &&
        path->window >= result->window_before) {
        result->regained_ns = since_ns;
        result->regained_rounds = (uint16_t)(path->rounds - world->change_round);
    }
}

static bool is_done(const struct path_world *world)
{
    uint64_t all = path_world_lines(world, world->setup.end_ns);

    for (unsigned i = 0; i < world->setup.members; i++) {
        if (!path_world_is_gone(world, i) && world->members[i].lines < all)
            return false;
    }
    return true;
}

static void begin(struct path_world *world)
{
    const struct path_world_setup *setup = &world->setup;
    int64_t line_ns = setup->lines_s > 0 ? MOMENT_NS_PER_S / setup->lines_s : 0;

    world->segment_lines = calloc(SEGMENTS_MAX, sizeof(*world->segment_lines));
    for (unsigned i = 0; i < setup->addresses; i++)
        congestion_init(&world->paths[i], path_world_ms(world));
    for (unsigned i = 0; i < setup->members; i++) {
        struct path_member *member = &world->members[i];

        member->path = &world->paths[i % setup->addresses];
        congestion_join(member->path, &member->flow);
        member->next = member->counted = 1;
        member->has = calloc(SEGMENTS_MAX, 1);
        member->repair = calloc(SEGMENTS_MAX, 1);
        member->sent_ns = calloc(SEGMENTS_MAX, sizeof(*member->sent_ns));
        if (member->has == NULL || member->repair == NULL || member->sent_ns == NULL)
            abort();
    }
    path_world_push(world,
                    &(struct path_event){.at_ns = START_NS + FIRST_LINE_NS, .kind = PATH_PUMP});
    path_world_push(world, &(struct path_event){.at_ns = setup->talk_ns, .kind = PATH_PUMP});
    path_world_push(world, &(struct path_event){.at_ns = setup->talk_ends_ns, .kind = PATH_PUMP});
    for (int64_t at_ns = setup->talk_ns; line_ns > 0 && at_ns < setup->talk_ends_ns;
         at_ns += line_ns)
        path_world_push(world, &(struct path_event){.at_ns = at_ns, .kind = PATH_PUMP});
    if (setup->tcp)
        path_world_push(world,
                        &(struct path_event){.at_ns = setup->tcp_ns, .kind = PATH_TCP_START});
    if (setup->change_ns != 0)
        path_world_push(world,
                        &(struct path_event){.at_ns = setup->change_ns, .kind = PATH_CHANGE});
}

static void end(struct path_world *world)
{
    uint64_t all = path_world_lines(world, world->setup.end_ns);

    for (unsigned i = 0; i < world->setup.members; i++) {
        if (!path_world_is_gone(world, i))
            world->result.missing += all - world->members[i].lines;
        free(world->members[i].has);
        free(world->members[i].repair);
        free(world->members[i].sent_ns);
    }
    free(world->segment_lines);
    free(world->events);
}

void path_world_run(const struct path_world_setup *setup, struct path_world_result *ret_result)
{
    struct path_world *world = calloc(1, sizeof(*world));

    if (world == NULL)
        abort();
    world->setup = *setup;
    world->dice.state = setup->seed;
    world->down = setup->down;
    world->up = setup->up;
    world->now_ns = START_NS;
    tcp_flow_init(&world->tcp, setup->cubic);
    begin(world);
    while (world->event_count > 0 && world->events[0].at_ns <= setup->end_ns) {
        struct path_event event = pop(world);

        world->now_ns = event.at_ns;
        handle(world, &event);
        note_window(world);
        if (world->result.done_ns == 0 && event.kind == PATH_DATAGRAM && is_done(world))
            world->result.done_ns = world->now_ns;
        if (setup->stop_when_done && world->result.done_ns != 0)
            break;
    }
    end(world);
    *ret_result = world->result;
    free(world);
}
