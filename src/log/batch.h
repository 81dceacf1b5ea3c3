/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The frames that wait for their commit: PROPOSE and SOFT, in order, until they are committed, so
 * that a commit that has failed can be tried again. A group of PROPOSEs that belong together
 * becomes part of a commit only when it is complete.
 */
#ifndef ROOMD_LOG_BATCH_H
#define ROOMD_LOG_BATCH_H

#include "log_wire/log_record.h"

/*
 * A commit, and what is kept while none succeeds; beyond it nothing more is read. The longest
 * group, 1 MiB, and a frame have room.
 */
#define BATCH_MAX_BYTES (1024U * 1024U + 2U * LOG_FRAME_MAX_BYTES)

struct batch {
    uint8_t *bytes; /* owned; BATCH_MAX_BYTES */
    size_t length;
    size_t whole; /* bytes up to the end of the last complete group */
    bool records; /* there are records in the complete part: it is worth a commit */
};

/* STATUS_NO_MEMORY. */
int batch_init(struct batch *batch);
void batch_done(struct batch *batch);

/*
 * STATUS_INVALID: the frame has an invalid record. STATUS_FULL: no room; batch_is_full tells
 * before.
 */
int batch_add(struct batch *batch, const struct log_frame *frame);

/* True if the next frame may not fit. */
bool batch_is_full(const struct batch *batch);

/* The frame at `*at`, which begins as 0; false at the end of the complete part. */
bool batch_next(const struct batch *batch, size_t *at, struct log_frame *ret_frame);

/* Drops the complete part. */
void batch_drop(struct batch *batch);

#endif
