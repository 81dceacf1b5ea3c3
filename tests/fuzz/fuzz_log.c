/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Frames of the log protocol, as both ends read them. A frame that was understood is written again,
 * and must be the same bytes; so must each value of the state that was.
 */
#include "fuzz/fuzz_input.h"
#include "log_wire/log_state.h"
#include "support/log_rewrite.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(const struct log_value *value)
{
    static uint8_t bytes[LOG_STATE_MAX_BYTES];
    struct log_state state;
    struct log_value written;

    if (log_state_read(value, &state) != 0)
        return;
    FUZZ_CHECK(log_state_write(&state, bytes, &written));
    /* What a later version has added is not written. */
    FUZZ_CHECK(written.value.length <= value->value.length);
    FUZZ_CHECK(memcmp(written.value.bytes, value->value.bytes, written.value.length) == 0);
}

static void check_values(const struct log_frame *frame)
{
    struct log_effects effects = log_effects_open(frame);
    struct log_effect effect;

    while (log_effects_next(&effects, &effect) == 1)
        if (effect.kind == LOG_PUT)
            check_value(&effect.value);
}

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
    if (frame.type == LOG_STATE || frame.type == LOG_SOFT)
        check_values(&frame);
    return 0;
}
