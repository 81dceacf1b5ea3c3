/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The bytes move to the front when they have reached the end. At least half of the buffer is free
 * then, so each byte is moved once at most on average.
 */
#include "base/byte_queue.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

int byte_queue_reserve(struct byte_queue *queue, size_t most)
{
    uint8_t *bytes;

    if (most <= queue->most)
        return STATUS_OK;
    bytes = realloc(queue->bytes, 2 * most);
    if (bytes == NULL)
        return STATUS_NO_MEMORY;
    queue->bytes = bytes;
    queue->most = most;
    return STATUS_OK;
}

void byte_queue_done(struct byte_queue *queue)
{
    free(queue->bytes);
}

uint8_t *byte_queue_add(struct byte_queue *queue, size_t size)
{
    uint8_t *added;

    if (size > queue->most - queue->used)
        return NULL;
    if (queue->first + queue->used + size > 2 * queue->most) {
        memmove(queue->bytes, queue->bytes + queue->first, queue->used);
        queue->first = 0;
    }
    added = queue->bytes + queue->first + queue->used;
    queue->used += size;
    return added;
}

uint8_t *byte_queue_at(const struct byte_queue *queue, size_t offset)
{
    return queue->bytes + queue->first + offset;
}

void byte_queue_drop(struct byte_queue *queue, size_t size)
{
    queue->first += size;
    queue->used -= size;
    if (queue->used == 0)
        queue->first = 0;
}

void byte_queue_truncate(struct byte_queue *queue, size_t used)
{
    queue->used = used;
}
