/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What each UP reports of the datagrams that came (doc/protocol.md, 2.5): the position, the last
 * event and when it came, and how many datagrams came and were missing.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

/* One loss is rarely the last. */
#define LOSSY_NS (10 * MOMENT_NS_PER_S)

/* Of `density`; later datagrams count an eighth. */
#define DENSITY_UNIT   16U
#define DENSITY_WEIGHT 8U

void sequenced_client_reports_begin(struct sequenced_client *client)
{
    client->reports = (struct sequenced_client_reports){
        .due_ns = MOMENT_NEVER_NS, .latest_ns = MOMENT_NEVER_NS, .density = DENSITY_UNIT};
}

void sequenced_client_reports_due_at(struct sequenced_client *client, int64_t at_ns)
{
    client->reports.due_ns = sequenced_client_earlier(client->reports.due_ns, at_ns);
}

void sequenced_client_reports_received(struct sequenced_client *client, uint64_t events)
{
    struct sequenced_client_reports *reports = &client->reports;

    reports->received++;
    if (events > 0)
        reports->density +=
            (uint32_t)((events * DENSITY_UNIT + DENSITY_WEIGHT - 1) / DENSITY_WEIGHT) -
            reports->density / DENSITY_WEIGHT;
}

/* Which datagrams they were in is not known: as many as these events fill. */
void sequenced_client_reports_lost(struct sequenced_client *client, const struct moment *now,
                                   uint64_t events)
{
    struct sequenced_client_reports *reports = &client->reports;
    uint64_t datagrams = (events * DENSITY_UNIT + reports->density / 2) / reports->density;

    if (events == 0)
        return;
    reports->lost = (uint16_t)(reports->lost + (datagrams > 0 ? datagrams : 1));
    sequenced_client_reports_lossy(client, now);
}

void sequenced_client_reports_lossy(struct sequenced_client *client, const struct moment *now)
{
    client->reports.lossy_until_ns = now->mono_ns + LOSSY_NS;
}

bool sequenced_client_reports_is_lossy(const struct sequenced_client *client,
                                       const struct moment *now)
{
    return now->mono_ns < client->reports.lossy_until_ns;
}

void sequenced_client_reports_answered(struct sequenced_client *client, const struct moment *now,
                                       uint32_t packet)
{
    struct sequenced_client_reports *reports = &client->reports;

    if (packet <= reports->sampled || packet > client->session.packet ||
        client->session.packet - packet >= SEQUENCED_CLIENT_UPS)
        return;
    reports->sampled = packet;
    sequenced_client_window_sample(client,
                                   now->mono_ns - reports->sent_ns[packet % SEQUENCED_CLIENT_UPS]);
}

static uint16_t delay(const struct sequenced_client_reports *reports, const struct moment *now)
{
    int64_t units;

    if (reports->latest_ns == MOMENT_NEVER_NS)
        return SEQUENCED_DELAY_UNKNOWN;
    units = (now->mono_ns - reports->latest_ns) / 1000 / (int64_t)SEQUENCED_DELAY_UNIT_US;
    return units < SEQUENCED_DELAY_UNKNOWN ? (uint16_t)units : SEQUENCED_DELAY_UNKNOWN;
}

void sequenced_client_reports_write(struct sequenced_client *client, const struct moment *now,
                                    struct sequenced_up *up)
{
    struct sequenced_client_reports *reports = &client->reports;

    reports->sent_ns[up->packet % SEQUENCED_CLIENT_UPS] = now->mono_ns;
    up->position = client->session.position;
    up->ahead = sequenced_client_highest(client) - client->session.position;
    up->received = reports->received;
    up->lost = reports->lost;
    up->delay = delay(reports, now);
    reports->due_ns = MOMENT_NEVER_NS;
    reports->events = 0;
}
