/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/fake_network.h"

#include <roomd/moment.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Of UDP and IPv4. */
#define HEADER_BYTES 28U

void fake_network_init(struct fake_network *network, uint64_t seed)
{
    memset(network, 0, sizeof(*network));
    network->dice.state = seed;
}

void fake_network_done(struct fake_network *network)
{
    for (size_t i = 0; i < network->count; i++)
        free(network->flights[i]);
    free(network->flights);
    memset(network, 0, sizeof(*network));
}

static bool is_before(const struct fake_flight *a, const struct fake_flight *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void push(struct fake_network *network, struct fake_flight *flight)
{
    size_t at = network->count++;

    if (network->count > network->capacity) {
        network->capacity = network->capacity == 0 ? 256 : network->capacity * 2;
        network->flights = realloc(network->flights, network->capacity * sizeof(*network->flights));
        if (network->flights == NULL)
            abort();
    }
    for (; at > 0 && is_before(flight, network->flights[(at - 1) / 2]); at = (at - 1) / 2)
        network->flights[at] = network->flights[(at - 1) / 2];
    network->flights[at] = flight;
}

static struct fake_flight *pop(struct fake_network *network)
{
    struct fake_flight *top = network->flights[0];
    struct fake_flight *last = network->flights[--network->count];
    size_t at = 0;

    for (size_t child = 1; child < network->count; child = 2 * at + 1) {
        if (child + 1 < network->count &&
            is_before(network->flights[child + 1], network->flights[child]))
            child++;
        if (!is_before(network->flights[child], last))
            break;
        network->flights[at] = network->flights[child];
        at = child;
    }
    network->flights[at] = last;
    return top;
}

/* When it has passed link and access line, without the delay of the link; or LINK_DROPPED. */
static int64_t carry(struct fake_network *network, struct fake_link *link, enum fake_way way,
                     int64_t now_ns, size_t length)
{
    bool is_lost = now_ns < link->cut_until_ns ||
                   dice_chance(&network->dice, link->weather[way].loss_permille);
    int64_t passed_ns = now_ns;

    /* On its way down, a datagram has taken its time at the bottleneck before it is lost. */
    if (link->access != NULL && (way == FAKE_DOWN || !is_lost))
        passed_ns =
            link_send(&link->access->ways[way], &network->dice, now_ns, length + HEADER_BYTES);
    return is_lost ? LINK_DROPPED : passed_ns;
}

static void schedule(struct fake_network *network, const struct fake_weather *weather,
                     enum fake_way way, int64_t passed_ns, const struct path *path,
                     const void *bytes, size_t length)
{
    struct fake_flight *flight = malloc(sizeof(*flight) + length);

    if (flight == NULL)
        abort();
    flight->due_ns =
        passed_ns + weather->delay_ns + dice_between(&network->dice, 0, weather->jitter_ns);
    if (dice_chance(&network->dice, weather->late_permille))
        flight->due_ns += dice_between(&network->dice, 0, weather->late_ns);
    flight->order = network->order++;
    flight->way = way;
    flight->path = *path;
    flight->length = length;
    if (length > 0)
        memcpy(flight->bytes, bytes, length);
    push(network, flight);
}

void fake_network_send(struct fake_network *network, struct fake_link *link, enum fake_way way,
                       int64_t now_ns, const struct path *path, const void *bytes, size_t length)
{
    const struct fake_weather *weather = &link->weather[way];
    int64_t passed_ns;

    if (length > FAKE_NETWORK_MAX_BYTES)
        abort();
    link->datagrams[way]++;
    link->bytes[way] += length;
    passed_ns = carry(network, link, way, now_ns, length);
    if (passed_ns == LINK_DROPPED) {
        link->lost[way]++;
        return;
    }
    schedule(network, weather, way, passed_ns, path, bytes, length);
    if (dice_chance(&network->dice, weather->twice_permille))
        schedule(network, weather, way, passed_ns, path, bytes, length);
}

int64_t fake_network_next(const struct fake_network *network)
{
    return network->count == 0 ? MOMENT_NEVER_NS : network->flights[0]->due_ns;
}

struct fake_flight *fake_network_take(struct fake_network *network, int64_t now_ns)
{
    return network->count > 0 && network->flights[0]->due_ns <= now_ns ? pop(network) : NULL;
}
