/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Frames one after the other, as they came; each header says how long it is. */
#include "log/batch.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

/* What is set by SOFT may wait; but not so much of it. */
#define SOFT_MAX_BYTES (64U * 1024U)

int batch_init(struct batch *batch)
{
    *batch = (struct batch){.bytes = malloc(BATCH_MAX_BYTES)};
    return batch->bytes != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

void batch_done(struct batch *batch)
{
    free(batch->bytes);
    batch->bytes = NULL;
}

bool batch_is_full(const struct batch *batch)
{
    return BATCH_MAX_BYTES - batch->length < LOG_FRAME_MAX_BYTES;
}

int batch_add(struct batch *batch, const struct log_frame *frame)
{
    size_t length;

    if (log_records_check(frame) != 0)
        return STATUS_INVALID;
    length = log_frame_write(batch->bytes + batch->length, BATCH_MAX_BYTES - batch->length, frame);
    if (length == 0)
        return STATUS_FULL;
    batch->length += length;
    if (frame->type == LOG_PROPOSE && (frame->flags & LOG_PROPOSE_TOGETHER) != 0)
        return STATUS_OK;
    /* SOFT within a group is part of it. */
    if (frame->type == LOG_PROPOSE || batch->whole == batch->length - length)
        batch->whole = batch->length;
    batch->records = batch->records || frame->type == LOG_PROPOSE || batch->whole > SOFT_MAX_BYTES;
    return STATUS_OK;
}

bool batch_next(const struct batch *batch, size_t *at, struct log_frame *ret_frame)
{
    struct octets_reader length;
    size_t size;

    if (*at >= batch->whole)
        return false;
    length = octets_read(batch->bytes + *at + 4, sizeof(uint32_t));
    size = LOG_FRAME_HEADER_BYTES + octets_read_u32(&length);
    (void)log_frame_read(batch->bytes + *at, size, ret_frame);
    *at += size;
    return true;
}

void batch_drop(struct batch *batch)
{
    batch->length -= batch->whole;
    memmove(batch->bytes, batch->bytes + batch->whole, batch->length);
    batch->whole = 0;
    batch->records = false;
}
