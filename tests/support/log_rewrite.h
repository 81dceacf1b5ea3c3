/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Reads a frame of the log protocol to its last field, and writes it again from what was read. */
#ifndef TESTS_SUPPORT_LOG_REWRITE_H
#define TESTS_SUPPORT_LOG_REWRITE_H

#include "log_wire/log_record.h"

/*
 * Returns the size of what was written, or 0: some part of the frame is invalid. The bytes are
 * those of the frame, as there is one way to write each.
 */
size_t log_rewrite(const struct log_frame *frame, uint8_t bytes[LOG_FRAME_MAX_BYTES]);

#endif
