/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Frames in a queue of bytes, each after a head. */
#include "io/log/log_outgoing.h"

#include "log_wire/log_frame.h"

#include <roomd/status.h>
#include <string.h>
#include <unistd.h>

struct head {
    uint32_t length;
    int fd;
};

int log_outgoing_init(struct log_outgoing *outgoing)
{
    *outgoing = (struct log_outgoing){.queue = {.bytes = NULL}};
    return byte_queue_reserve(&outgoing->queue,
                              LOG_OUTGOING_RECORDS_BYTES + LOG_OUTGOING_RESERVE_BYTES);
}

void log_outgoing_done(struct log_outgoing *outgoing)
{
    log_outgoing_clear(outgoing);
    byte_queue_done(&outgoing->queue);
}

bool log_outgoing_takes_records(const struct log_outgoing *outgoing)
{
    return outgoing->queue.used + sizeof(struct head) + LOG_FRAME_MAX_BYTES <=
           LOG_OUTGOING_RECORDS_BYTES;
}

bool log_outgoing_is_low(const struct log_outgoing *outgoing)
{
    return outgoing->queue.used <= LOG_OUTGOING_RECORDS_BYTES / 4;
}

int log_outgoing_add(struct log_outgoing *outgoing, const void *bytes, size_t length, int fd)
{
    const struct head head = {.length = (uint32_t)length, .fd = fd};
    uint8_t *place = byte_queue_add(&outgoing->queue, sizeof(head) + length);

    if (place == NULL)
        return STATUS_FULL;
    memcpy(place, &head, sizeof(head));
    memcpy(place + sizeof(head), bytes, length);
    return STATUS_OK;
}

static struct head first_head(const struct log_outgoing *outgoing)
{
    struct head head;

    memcpy(&head, byte_queue_at(&outgoing->queue, 0), sizeof(head));
    return head;
}

bool log_outgoing_first(const struct log_outgoing *outgoing, struct log_packet *ret_packet)
{
    struct head head;

    if (outgoing->queue.used == 0)
        return false;
    head = first_head(outgoing);
    *ret_packet = (struct log_packet){.bytes = byte_queue_at(&outgoing->queue, sizeof(head)),
                                      .length = head.length,
                                      .fd = head.fd};
    return true;
}

void log_outgoing_drop(struct log_outgoing *outgoing)
{
    struct head head = first_head(outgoing);

    if (head.fd >= 0)
        close(head.fd);
    byte_queue_drop(&outgoing->queue, sizeof(head) + head.length);
}

void log_outgoing_clear(struct log_outgoing *outgoing)
{
    while (outgoing->queue.used > 0)
        log_outgoing_drop(outgoing);
}
