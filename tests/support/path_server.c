/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The server's side of a simulated path: whose turn it is, repairs, round trips and probes. */
#include "support/path_world_internal.h"

#include <string.h>

#define PROBE_MIN_NS     (10 * MOMENT_NS_PER_MS)
#define PROBE_MAX_NS     (25 * MOMENT_NS_PER_S)
#define PROBE_UNKNOWN_NS MOMENT_NS_PER_S
#define REPORT_DELAY_NS  (20 * MOMENT_NS_PER_MS)
#define DOUBLINGS_MAX    6U

static const uint8_t nothing[MISSING_MAX / 8];

static size_t bytes_of(const struct path_world *world, uint32_t segment)
{
    return PATH_WORLD_HEADER_BYTES + (size_t)world->segment_lines[segment] * PATH_WORLD_LINE_BYTES;
}

/* The member's, or that of all at its address if it is longer: each has few samples of its own. */
static int64_t round_trip_ns(const struct path_member *member)
{
    int64_t shared_ns = (int64_t)member->path->round_trip_us * 1000;

    return member->smoothed_ns > shared_ns ? member->smoothed_ns : shared_ns;
}

static void set_probe(struct path_world *world, struct path_member *member)
{
    int64_t wait_ns = PROBE_UNKNOWN_NS;
    unsigned who = (unsigned)(member - world->members);

    if (member->smoothed_ns != 0) {
        wait_ns = 4 * member->deviation_ns;
        wait_ns = round_trip_ns(member) + REPORT_DELAY_NS +
                  (wait_ns > MOMENT_NS_PER_MS ? wait_ns : MOMENT_NS_PER_MS);
    }
    wait_ns = (wait_ns > PROBE_MIN_NS ? wait_ns : PROBE_MIN_NS) << member->doublings;
    member->probe_ns = world->now_ns + (wait_ns < PROBE_MAX_NS ? wait_ns : PROBE_MAX_NS);
    path_world_push(
        world, &(struct path_event){.at_ns = member->probe_ns, .kind = PATH_PROBE, .who = who});
}

static void send_segment(struct path_world *world, struct path_member *member, uint32_t segment)
{
    size_t bytes = bytes_of(world, segment);
    uint64_t dropped = world->down.dropped;
    struct path_event event = {
        .kind = PATH_DATAGRAM, .who = (unsigned)(member - world->members), .number = segment};

    congestion_sent(member->path, &member->flow, bytes, path_world_ms(world));
    member->sent_ns[segment] = member->sent_ns[segment] != 0 ? -world->now_ns : world->now_ns;
    world->result.payload_bytes += bytes;
    event.at_ns =
        link_send(&world->down, &world->dice, world->now_ns, bytes + CONGESTION_HEADER_BYTES);
    world->result.offered++;
    world->result.dropped += world->down.dropped - dropped;
    if (event.at_ns != LINK_DROPPED && !path_world_is_gone(world, event.who))
        path_world_push(world, &event);
    set_probe(world, member);
}

/* ---- whose turn it is ---- */

/* Puts the lines that nobody was sent yet into a segment. */
static bool cut_segment(struct path_world *world)
{
    uint64_t left = path_world_lines(world, world->now_ns) - world->lines_cut;

    if (left == 0 || world->segments + 2 >= SEGMENTS_MAX)
        return false;
    left = left < SEGMENT_LINES ? left : SEGMENT_LINES;
    world->segment_lines[++world->segments] = (uint8_t)left;
    world->lines_cut += left;
    return true;
}

static bool find_repair(const struct path_member *member, uint32_t *ret_segment)
{
    for (uint32_t segment = member->reported + 1; member->repairs > 0 && segment < member->next;
         segment++) {
        if (member->repair[segment]) {
            *ret_segment = segment;
            return true;
        }
    }
    return false;
}

/* Whatever is sent must fit, and the flights of the flows must add up to that of the path. */
static void check(struct path_world *world, const struct congestion *path)
{
    uint32_t least = CONGESTION_MIN * CONGESTION_DATAGRAM, units = 0;

    for (unsigned i = 0; i < world->setup.members; i++)
        units += world->members[i].path == path ? world->members[i].flow.units : 0;
    if (path->flight > (path->window > least ? path->window : least) || units != path->flight)
        world->result.wrong++;
}

static bool send_next(struct path_world *world, struct path_member *member)
{
    uint32_t segment = member->next;
    bool is_repair = find_repair(member, &segment);

    if (!is_repair &&
        (!congestion_flow_may_send(&member->flow) || segment > member->reported + MISSING_MAX ||
         (segment > world->segments && !cut_segment(world))))
        return false;
    if (!congestion_may_send(member->path, bytes_of(world, segment), path_world_ms(world)))
        return false;
    if (is_repair) {
        member->repair[segment] = 0;
        member->repairs--;
    } else {
        member->next++;
    }
    send_segment(world, member, segment);
    check(world, member->path);
    return true;
}

static void pump_later(struct path_world *world, int64_t at_ns)
{
    if (world->pump_ns > world->now_ns && world->pump_ns <= at_ns)
        return;
    world->pump_ns = at_ns;
    path_world_push(world, &(struct path_event){.at_ns = at_ns, .kind = PATH_PUMP});
}

void path_server_pump(struct path_world *world)
{
    unsigned stuck = 0;

    while (stuck < world->setup.members) {
        unsigned who = world->turn++ % world->setup.members;

        stuck = send_next(world, &world->members[who]) ? 0 : stuck + 1;
    }
    for (unsigned i = 0; i < world->setup.addresses; i++) {
        uint32_t paced_ms = congestion_paced(&world->paths[i], path_world_ms(world));

        if (paced_ms > 0)
            pump_later(world, world->now_ns + paced_ms * MOMENT_NS_PER_MS);
    }
}

/* ---- reports ---- */

static void measure(struct path_world *world, struct path_member *member,
                    const struct path_report *report)
{
    int64_t sample_ns, error_ns;

    if (report->highest <= member->sampled || member->sent_ns[report->highest] <= 0)
        return;
    member->sampled = report->highest;
    sample_ns = world->now_ns - member->sent_ns[report->highest] - report->delay_ns;
    congestion_sample(member->path, &member->flow, (uint32_t)(sample_ns / 1000));
    if (member->smoothed_ns == 0) {
        member->smoothed_ns = sample_ns;
        member->deviation_ns = sample_ns / 2;
        return;
    }
    error_ns = sample_ns - member->smoothed_ns;
    member->deviation_ns = (3 * member->deviation_ns + (error_ns < 0 ? -error_ns : error_ns)) / 4;
    member->smoothed_ns += error_ns / 8;
}

/* A segment is sent again once in a round trip. */
static uint32_t note_missing(struct path_world *world, struct path_member *member,
                             const struct path_report *report)
{
    uint32_t asked = 0;

    for (uint32_t i = 0; i < MISSING_MAX; i++) {
        uint32_t segment = report->position + 1 + i;
        int64_t sent_ns;

        if ((report->missing[i / 8] & 1U << i % 8) == 0 || segment >= member->next ||
            segment <= member->reported || member->repair[segment])
            continue;
        sent_ns = member->sent_ns[segment];
        if (sent_ns < 0 && world->now_ns + sent_ns < round_trip_ns(member) + MOMENT_NS_PER_MS)
            continue;
        member->repair[segment] = 1;
        member->repairs++;
        asked++;
    }
    return asked;
}

void path_server_report(struct path_world *world, unsigned who, const struct path_report *report)
{
    struct path_member *member = &world->members[who];

    bool asks = memcmp(report->missing, nothing, sizeof(nothing)) != 0;
    bool has_more = report->received != member->flow.received;
    uint32_t lost, asked;

    measure(world, member, report);
    lost = congestion_report(member->path, &member->flow, report->received, report->lost,
                             path_world_ms(world));
    for (; member->reported < report->position; member->reported++) {
        if (member->repair[member->reported + 1])
            member->repairs--;
        member->repair[member->reported + 1] = 0;
    }
    asked = note_missing(world, member, report);
    congestion_lost(member->path, &member->flow, asks ? asked : lost);
    if (!has_more && asks)
        congestion_late(member->path, &member->flow);
    member->doublings = 0;
    if (member->reported + 1 == member->next) {
        congestion_settle(member->path, &member->flow, member->flow.flight);
        member->probe_ns = 0;
    } else {
        set_probe(world, member);
    }
    path_server_pump(world);
}

void path_server_probe(struct path_world *world, unsigned who)
{
    struct path_member *member = &world->members[who];

    if (member->probe_ns != world->now_ns || member->reported + 1 == member->next)
        return;
    member->doublings += member->doublings < DOUBLINGS_MAX ? 1 : 0;
    congestion_late(member->path, &member->flow);
    send_segment(world, member, member->next - 1);
    path_server_pump(world);
}
