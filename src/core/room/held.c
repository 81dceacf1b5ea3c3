/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One queue for all members: records are committed in their order. */
#include "core/room/held.h"

#include "core/room/record.h"
#include "core/room/room_ops.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

struct held {
    struct delivery *delivery;
    struct byte_queue queue;
    uint64_t count;
};

struct head {
    uint64_t record; /* that it waits for */
    struct path path;
    uint32_t length;
};

int held_new(struct delivery *delivery, struct held **ret_held)
{
    struct held *held = calloc(1, sizeof(*held));

    if (held == NULL)
        return STATUS_NO_MEMORY;
    held->delivery = delivery;
    if (byte_queue_reserve(&held->queue, HELD_MAX_BYTES) != 0) {
        free(held);
        return STATUS_NO_MEMORY;
    }
    *ret_held = held;
    return STATUS_OK;
}

void held_free(struct held *held)
{
    if (held == NULL)
        return;
    byte_queue_done(&held->queue);
    free(held);
}

static bool keep(struct held *held, uint64_t record, const struct path *path, const void *bytes,
                 size_t length)
{
    struct head head = {.record = record, .path = *path, .length = (uint32_t)length};
    uint8_t *at = byte_queue_add(&held->queue, sizeof(head) + length);

    if (at == NULL)
        return false;
    memcpy(at, &head, sizeof(head));
    memcpy(at + sizeof(head), bytes, length);
    held->count++;
    return true;
}

bool held_send(struct room *room, const struct path *path, const void *bytes, size_t length)
{
    const struct records *records = room->records;

    if (!record_waits(records))
        return delivery_send_now(room->delivery, path, bytes, length);
    return keep(records->held, records->made + (records->depth > 0 ? 1 : 0), path, bytes, length);
}

bool held_send_within(struct room *room, const struct moment *now, struct budget *budget,
                      const struct path *path, const void *bytes, size_t length)
{
    if (budget != NULL && !budget_spend(budget, now->mono_ns, length))
        return false;
    if (held_send(room, path, bytes, length))
        return true;
    if (budget != NULL)
        budget_refund(budget, now->mono_ns, length);
    return false;
}

bool held_send_to(struct room *room, const struct moment *now, struct member *member,
                  const void *bytes, size_t length)
{
    return held_send_within(room, now, delivery_budget(member, room_slot(room, member)),
                            room_path(room, member), bytes, length);
}

void held_release(struct held *held, uint64_t made, uint64_t committed)
{
    struct head head;

    while (held->queue.used > 0) {
        memcpy(&head, byte_queue_at(&held->queue, 0), sizeof(head));
        if (head.record > committed && committed < made)
            return;
        (void)delivery_send_now(held->delivery, &head.path,
                                byte_queue_at(&held->queue, sizeof(head)), head.length);
        byte_queue_drop(&held->queue, sizeof(head) + head.length);
        held->count--;
    }
}

uint64_t held_count(const struct held *held)
{
    return held->count;
}
