/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Frames of the log protocol, as both ends read them. A frame that was understood is written again,
 * and must be the same bytes.
 */
#include "fuzz/fuzz_input.h"
#include "support/log_rewrite.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t written[LOG_FRAME_MAX_BYTES];
    struct log_frame frame;
    size_t length;

    if (log_frame_read(data, size, &frame) != 0)
        return 0;
    FUZZ_CHECK(size <= LOG_FRAME_MAX_BYTES);
    FUZZ_CHECK(strcmp(log_frame_name(frame.type), "?") != 0);
    length = log_rewrite(&frame, written);
    FUZZ_CHECK(length == 0 || length == size);
    FUZZ_CHECK(memcmp(written, data, length) == 0);
    return 0;
}
