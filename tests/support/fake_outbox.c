/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/fake_outbox.h"

#include <stdlib.h>
#include <string.h>

void fake_outbox_init(struct fake_outbox *fake)
{
    memset(fake, 0, sizeof(*fake));
    fake->take = SIZE_MAX;
}

void fake_outbox_done(struct fake_outbox *fake)
{
    free(fake->sent);
    fake->sent = NULL;
}

static void keep(struct fake_outbox *fake, const struct outbox_entry *entry)
{
    struct fake_datagram *datagram;

    if (fake->count == fake->capacity) {
        fake->capacity = fake->capacity == 0 ? 64 : fake->capacity * 2;
        fake->sent = realloc(fake->sent, fake->capacity * sizeof(*fake->sent));
        if (fake->sent == NULL || entry->length > sizeof(fake->sent->bytes))
            abort();
    }
    datagram = &fake->sent[fake->count++];
    datagram->path = *entry->path;
    datagram->length = entry->length;
    datagram->source = entry->bytes;
    memcpy(datagram->bytes, entry->bytes, entry->length);
}

static void send_entries(void *ctx, struct outbox_entry *entries, size_t count)
{
    struct fake_outbox *fake = ctx;

    fake->calls++;
    for (size_t i = 0; i < count; i++) {
        uint16_t door = entries[i].path->door;

        fake->offered++;
        fake->answers += entries[i].answer ? 1 : 0;
        if (entries[i].length == 0)
            abort();
        if ((fake->full_doors >> door & 1U) != 0 || fake->take == 0) {
            /* A full socket stays full for the rest of the batch, until the test empties it. */
            fake->full_doors |= 1U << door;
            entries[i].result = OUTBOX_LATER;
            continue;
        }
        if (fake->slow_port != 0 && entries[i].path->peer.port == fake->slow_port) {
            if (fake->slow_take == 0) {
                entries[i].result = OUTBOX_PATH_LATER;
                fake->put_off++;
                continue;
            }
            fake->slow_take--;
        }
        fake->take -= fake->take == SIZE_MAX ? 0 : 1;
        if (fake->failing_port != 0 && entries[i].path->peer.port == fake->failing_port) {
            entries[i].result = OUTBOX_FAILED;
            continue;
        }
        entries[i].result = OUTBOX_TAKEN;
        keep(fake, &entries[i]);
    }
}

static bool is_waiting(void *ctx, const struct path *path)
{
    const struct fake_outbox *fake = ctx;

    return fake->waits && path->peer.port == fake->slow_port;
}

struct outbox fake_outbox_port(struct fake_outbox *fake)
{
    return (struct outbox){.send = send_entries, .waits = is_waiting, .ctx = fake};
}

void fake_outbox_clear(struct fake_outbox *fake)
{
    fake->count = 0;
}

const struct fake_datagram *fake_outbox_to(const struct fake_outbox *fake, uint16_t port, size_t n)
{
    for (size_t i = 0; i < fake->count; i++) {
        if (fake->sent[i].path.peer.port == port && n-- == 0)
            return &fake->sent[i];
    }
    return NULL;
}

size_t fake_outbox_count_to(const struct fake_outbox *fake, uint16_t port)
{
    size_t count = 0;

    for (size_t i = 0; i < fake->count; i++)
        count += fake->sent[i].path.peer.port == port ? 1U : 0U;
    return count;
}
