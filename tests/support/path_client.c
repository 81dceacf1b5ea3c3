/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A member's side: what it has, what it misses, and its reports. */
#include "support/path_world_internal.h"

#define REORDERING_NS   (10 * MOMENT_NS_PER_MS)
#define REPORT_NS       (20 * MOMENT_NS_PER_MS)
#define REPORT_SEGMENTS 5U
#define ASK_MIN_NS      (50 * MOMENT_NS_PER_MS)
#define REPORT_BYTES    70U

static void set_timer(struct path_world *world, unsigned who, enum path_event_kind kind,
                      int64_t *timer_ns, int64_t at_ns)
{
    *timer_ns = at_ns;
    path_world_push(world, &(struct path_event){.at_ns = at_ns, .kind = kind, .who = who});
}

static void send_report(struct path_world *world, unsigned who)
{
    struct path_member *member = &world->members[who];
    struct path_event event = {
        .kind = PATH_REPORT,
        .who = who,
        .report = {.received = member->received,
                   .lost = member->lost,
                   .delay_ns = world->now_ns - member->highest_ns,
                   .highest = member->highest,
                   .position = member->position},
    };

    for (uint32_t i = 0; i < MISSING_MAX && member->position + 1 + i < member->counted; i++) {
        if (!member->has[member->position + 1 + i])
            event.report.missing[i / 8] |= (uint8_t)(1U << i % 8);
    }
    member->unreported = 0;
    member->report_ns = 0;
    event.at_ns = link_send(&world->up, &world->dice, world->now_ns, REPORT_BYTES);
    if (event.at_ns != LINK_DROPPED)
        path_world_push(world, &event);
}

static void note_lines(struct path_world *world, struct path_member *member, uint32_t segment)
{
    uint64_t bytes = (uint64_t)world->segment_lines[segment] * PATH_WORLD_LINE_BYTES;

    member->lines += world->segment_lines[segment];
    world->result.useful_bytes += bytes;
    if (world->now_ns >= world->setup.counted_ns)
        world->result.useful_counted += bytes;
    if (member->new_ns != 0 && world->now_ns - member->new_ns > world->result.longest_gap_ns)
        world->result.longest_gap_ns = world->now_ns - member->new_ns;
    member->new_ns = world->now_ns;
}

void path_client_receive(struct path_world *world, unsigned who, uint32_t segment)
{
    struct path_member *member = &world->members[who];
    bool had_gap = member->position < member->highest;

    member->received++;
    if (world->now_ns >= world->setup.counted_ns)
        world->result.wire_counted +=
            (uint64_t)world->segment_lines[segment] * PATH_WORLD_LINE_BYTES +
            PATH_WORLD_HEADER_BYTES + CONGESTION_HEADER_BYTES;
    if (!member->has[segment]) {
        member->has[segment] = 1;
        note_lines(world, member, segment);
    }
    if (segment > member->highest) {
        member->highest = segment;
        member->highest_ns = world->now_ns;
    }
    while (member->has[member->position + 1])
        member->position++;
    if (member->position < member->highest && member->loss_ns == 0) {
        member->noticed = member->highest;
        set_timer(world, who, PATH_LOSS, &member->loss_ns, world->now_ns + REORDERING_NS);
    }
    member->unreported++;
    if (member->unreported >= REPORT_SEGMENTS || (had_gap && member->position == member->highest))
        send_report(world, who);
    else if (member->report_ns == 0)
        set_timer(world, who, PATH_REPORT_DUE, &member->report_ns, world->now_ns + REPORT_NS);
}

void path_client_report_due(struct path_world *world, unsigned who)
{
    if (world->members[who].report_ns == world->now_ns)
        send_report(world, who);
}

/* What was missing 10 ms ago is lost, or asked for again. */
void path_client_losses(struct path_world *world, unsigned who)
{
    struct path_member *member = &world->members[who];
    bool asks = false;
    int64_t wait_ns = member->smoothed_ns + 4 * member->deviation_ns;

    if (member->loss_ns != world->now_ns)
        return;
    member->loss_ns = 0;
    if (member->counted <= member->position)
        member->counted = member->position + 1;
    for (; member->counted < member->noticed; member->counted++) {
        if (!member->has[member->counted]) {
            member->lost++;
            asks = true;
        }
    }
    if (member->position >= member->highest)
        return;
    wait_ns = wait_ns > ASK_MIN_NS ? wait_ns : ASK_MIN_NS;
    if (asks || world->now_ns >= member->ask_ns) {
        member->ask_ns = world->now_ns + wait_ns;
        send_report(world, who);
    }
    member->noticed = member->highest;
    set_timer(world, who, PATH_LOSS, &member->loss_ns, world->now_ns + REORDERING_NS);
}
