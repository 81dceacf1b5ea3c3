/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Frames of the control socket, as both ends read them. A frame that was understood is written
 * again, and must be the same bytes.
 */
#include "base/control_frame.h"
#include "fuzz/fuzz_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const char *bytes, size_t length, const struct control_frame *frame)
{
    static char written[CONTROL_FRAME_MAX_BYTES];
    struct control_request request;
    enum control_result result;

    FUZZ_CHECK(length == CONTROL_FRAME_HEADER_BYTES + frame->length);
    FUZZ_CHECK(control_frame_write(written, sizeof(written), frame->type, frame->payload,
                                   frame->length) == length);
    FUZZ_CHECK(memcmp(written, bytes, length) == 0);
    FUZZ_CHECK(
        control_frame_write(written, length - 1, frame->type, frame->payload, frame->length) == 0);
    if (control_frame_read_request(frame, &request) == 0) {
        FUZZ_CHECK(control_frame_write_request(written, sizeof(written), &request) == length);
        FUZZ_CHECK(memcmp(written, bytes, length) == 0);
    }
    if (control_frame_read_end(frame, &result))
        FUZZ_CHECK(result <= CONTROL_BUSY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;

    while (size > 0) {
        struct control_frame frame;
        int length = control_frame_read(bytes, size, &frame);

        if (length <= 0)
            break;
        FUZZ_CHECK((size_t)length <= size && length <= CONTROL_FRAME_MAX_BYTES);
        /* One byte less is not a frame. */
        FUZZ_CHECK(control_frame_read(bytes, (size_t)length - 1, &frame) == 0);
        FUZZ_CHECK(control_frame_read(bytes, size, &frame) == length);
        check_again(bytes, (size_t)length, &frame);
        bytes += length;
        size -= (size_t)length;
    }
    return 0;
}
