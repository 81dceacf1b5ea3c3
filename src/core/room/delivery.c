/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The batch and the doors: all of sending except the sweep. */
#include "core/room/delivery_state.h"
#include <roomd/status.h>
#include <stdlib.h>

int delivery_new(const struct delivery_wiring *wiring, struct delivery **ret_delivery)
{
    struct delivery *delivery = calloc(1, sizeof(*delivery));

    if (delivery == NULL)
        return STATUS_NO_MEMORY;
    delivery->wiring = *wiring;
    delivery->cache.known = wiring->known_replies;
    delivery->more_ns = MOMENT_NEVER_NS;
    *ret_delivery = delivery;
    return STATUS_OK;
}

void delivery_free(struct delivery *delivery)
{
    free(delivery);
}

void delivery_forget(struct delivery *delivery)
{
    bundle_forget(&delivery->cache);
    segment_forget(&delivery->segments);
}

void delivery_unpin(struct delivery *delivery)
{
    bundle_unpin(&delivery->cache);
    segment_unpin(&delivery->segments);
}

static bool is_door_blocked(const struct delivery *delivery, uint16_t door)
{
    return (delivery->blocked >> door & 1U) != 0;
}

bool delivery_is_blocked(const struct delivery *delivery, const struct path *path,
                         const struct slot *slot)
{
    return is_door_blocked(delivery, path->door) || (slot->flags & SLOT_PATH_WAITS) != 0;
}

bool delivery_was_put_off(struct delivery *delivery, const struct outbox_entry *entry,
                          struct slot *slot)
{
    switch ((enum outbox_result)entry->result) {
    case OUTBOX_LATER:
        delivery->blocked |= 1U << entry->path->door;
        return true;
    case OUTBOX_PATH_LATER:
        slot->flags |= SLOT_PATH_WAITS;
        delivery->paths_wait = true;
        return true;
    default:
        return false;
    }
}

static bool still_waits(const struct delivery *delivery, const struct path *path)
{
    const struct outbox *outbox = &delivery->wiring.outbox;

    return outbox->waits != NULL && outbox->waits(outbox->ctx, path);
}

/*
 * All paths are tried again, whatever their door. Those that are known to take nothing are not: to
 * make what they are owed costs more than to ask.
 */
void delivery_door_writable(struct delivery *delivery, uint16_t door)
{
    struct registry *registry = delivery->wiring.registry;

    if (door < ROOM_DOORS_MAX)
        delivery->blocked &= ~(1U << door);
    if (!delivery->paths_wait)
        return;
    delivery->paths_wait = false;
    for (uint32_t i = 0; i < registry_count(registry); i++) {
        struct slot *slot = registry_slot(registry, i);

        if ((slot->flags & SLOT_PATH_WAITS) == 0)
            continue;
        if (still_waits(delivery, registry_path(registry, i)))
            delivery->paths_wait = true;
        else
            slot->flags &= ~SLOT_PATH_WAITS;
    }
}

bool delivery_send_now(struct delivery *delivery, const struct path *path, const void *bytes,
                       size_t length)
{
    struct outbox_entry entry = {.path = path,
                                 .bytes = bytes,
                                 .length = (uint32_t)length,
                                 .result = OUTBOX_FAILED,
                                 .answer = true};

    if (is_door_blocked(delivery, path->door))
        return false;
    delivery->wiring.outbox.send(delivery->wiring.outbox.ctx, &entry, 1);
    if (entry.result == OUTBOX_LATER)
        delivery->blocked |= 1U << path->door;
    if (entry.result == OUTBOX_TAKEN)
        delivery->wiring.stats->datagrams_sent++;
    return entry.result == OUTBOX_TAKEN;
}

bool delivery_send_within(struct delivery *delivery, const struct moment *now,
                          struct budget *budget, const struct path *path, const void *bytes,
                          size_t length)
{
    if (budget != NULL && !budget_spend(budget, now->mono_ns, length))
        return false;
    if (delivery_send_now(delivery, path, bytes, length))
        return true;
    if (budget != NULL)
        budget_refund(budget, now->mono_ns, length);
    return false;
}

int64_t delivery_next_tick(const struct delivery *delivery)
{
    return delivery->more_ns;
}

void delivery_tick(struct delivery *delivery, const struct moment *now)
{
    if (delivery->more_ns > now->mono_ns)
        return;
    delivery->more_ns = MOMENT_NEVER_NS;
    /* The next sweep finds those that wait: it is cheaper than a list of them. */
    registry_all_behind(delivery->wiring.registry);
}

void delivery_add_entry(struct batch *batch, struct portion *portion, const struct path *path,
                        const void *bytes, size_t length, const struct pending *pending)
{
    batch->entries[batch->entry_count] = (struct outbox_entry){
        .path = path, .bytes = bytes, .length = (uint32_t)length, .result = OUTBOX_FAILED};
    batch->pending[batch->entry_count] = *pending;
    batch->entry_count++;
    portion->count++;
}

void delivery_note_failure(struct delivery *delivery, struct member *member,
                           const struct path *path, uint32_t events)
{
    member->undelivered++;
    member->lost += events;
    delivery->wiring.stats->undelivered++;
    observers_undelivered(delivery->wiring.observers, delivery->now, registry_shown(member), path);
}
