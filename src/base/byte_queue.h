/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A first-in, first-out queue of bytes with an upper limit. What is added stands together, so a
 * caller gets plain pointers; they are valid until the next call that adds or reserves. All zero is
 * an empty queue without space. Knows nothing of the items that it holds.
 */
#ifndef ROOMD_BASE_BYTE_QUEUE_H
#define ROOMD_BASE_BYTE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct byte_queue {
    uint8_t *bytes;
    size_t first; /* offset of the oldest byte */
    size_t used;  /* bytes held */
    size_t most;  /* that it may hold; twice as many are allocated, touched as it fills */
};

/* Lets the queue hold so many bytes, if it can't yet. STATUS_NO_MEMORY: nothing was changed. */
int byte_queue_reserve(struct byte_queue *queue, size_t most);
void byte_queue_done(struct byte_queue *queue);

/* Adds bytes, for the caller to fill in. NULL: they do not fit. */
uint8_t *byte_queue_add(struct byte_queue *queue, size_t size);

/* The byte with that offset from the oldest one. */
uint8_t *byte_queue_at(const struct byte_queue *queue, size_t offset);

/* Removes the oldest bytes, or all but the oldest `used`. */
void byte_queue_drop(struct byte_queue *queue, size_t size);
void byte_queue_truncate(struct byte_queue *queue, size_t used);

#endif
