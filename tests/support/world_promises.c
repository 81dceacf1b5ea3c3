/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What TAKEN says of messages stays true as long as a run lasts: a decision does not change, and a
 * message that is kept is not dropped (doc/protocol.md, 2.6). A client that is told otherwise only
 * repeats the message, so no other check would notice; therefore this file, alone in the world,
 * reads datagrams.
 */
#include "core/sequenced_wire/sequenced_down.h"
#include "support/world_internal.h"

#include <stdlib.h>

#define WINDOW 32U

/* The last TAKEN of a run. */
struct world_promise {
    uint64_t token;
    uint32_t upto, refused, kept; /* as in TAKEN */
    uint16_t run;
};

static struct world_promise *promise_of(struct world *world, const struct sequenced_down *down)
{
    struct world_promise *promise;

    for (size_t i = world->promises_count; i > 0; i--) {
        promise = &world->promises[i - 1];
        if (promise->token == down->token && promise->run == down->run)
            return promise;
    }
    if (world->promises_count == world->promises_max) {
        world->promises_max = world->promises_max == 0 ? 64 : world->promises_max * 2;
        world->promises = realloc(world->promises, world->promises_max * sizeof(*promise));
        if (world->promises == NULL)
            abort();
    }
    promise = &world->promises[world->promises_count++];
    *promise = (struct world_promise){.token = down->token, .run = down->run};
    return promise;
}

void world_promises_killed(struct world *world)
{
    for (size_t i = 0; i < world->promises_count; i++)
        world->promises[i].kept = 0;
}

static void compare(struct world *world, const struct world_promise *before,
                    const struct world_promise *after)
{
    uint32_t step = after->upto - before->upto;

    if (after->upto < before->upto) {
        world_wrong(world,
                    "a session was told that its messages up to %u are decided, and then up to %u",
                    before->upto, after->upto);
        return;
    }
    /*
     * Bit n of `kept` is message upto + 1 + n, of `refused` upto - n: both shift by the number of
     * messages decided.
     */
    if (step < WINDOW && (before->kept >> step & ~after->kept) != 0)
        world_wrong(world,
                    "a session was told that messages behind %u are kept (%08x), and then (behind "
                    "%u) that not (%08x)",
                    before->upto, before->kept, after->upto, after->kept);
    if (step < WINDOW && before->upto > 0 &&
        (after->refused >> step) << step != before->refused << step)
        world_wrong(world, "a session is told another outcome of its messages up to %u",
                    before->upto);
}

void world_promises_note(struct world *world, const void *bytes, size_t length)
{
    struct sequenced_down_frame frame;
    struct octets_reader reader;
    struct sequenced_down down;

    if (sequenced_down_open(bytes, length, &down, &reader) != 0)
        return;
    while (sequenced_down_next(&reader, &frame) == 1) {
        struct world_promise now = {.token = down.token, .run = down.run}, *before;

        if (frame.kind != SEQUENCED_DOWN_TAKEN)
            continue;
        now.upto = frame.taken.upto;
        now.refused = frame.taken.refused;
        now.kept = frame.taken.kept;
        before = promise_of(world, &down);
        compare(world, before, &now);
        *before = now;
    }
}
