/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/control_frame.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static char bytes[CONTROL_FRAME_MAX_BYTES + 1];
static struct control_frame frame;

Test(control_frame, a_request_is_these_bytes)
{
    static const char expected[] = "\0\0\0\x0aq\x01\x01members";
    struct control_request request = {.json = true, .line = "members", .length = 7}, got;
    size_t length = control_frame_write_request(bytes, sizeof(bytes), &request);

    cr_assert_eq(length, sizeof(expected) - 1);
    cr_expect_arr_eq(bytes, expected, length);
    cr_assert_eq(control_frame_read(bytes, length, &frame), (int)length);
    cr_assert_eq(control_frame_read_request(&frame, &got), 0);
    cr_expect(got.json);
    cr_expect(got.length == 7 && memcmp(got.line, "members", 7) == 0);
}

Test(control_frame, lines_and_the_end_are_these_bytes)
{
    static const char expected[] = "\0\0\0\x03lhi\0\0\0\x01"
                                   "c\0\0\0\x02"
                                   "e\x02";
    enum control_result result = CONTROL_DONE;
    size_t length = control_frame_write(bytes, sizeof(bytes), CONTROL_FRAME_LINE, "hi", 2);

    length +=
        control_frame_write(bytes + length, sizeof(bytes) - length, CONTROL_FRAME_ERROR, NULL, 0);
    length += control_frame_write_end(bytes + length, sizeof(bytes) - length, CONTROL_USAGE);
    cr_assert_eq(length, sizeof(expected) - 1);
    cr_expect_arr_eq(bytes, expected, length);
    cr_assert_eq(control_frame_read(bytes, length, &frame), 7);
    cr_expect(frame.type == CONTROL_FRAME_LINE && frame.length == 2 &&
              memcmp(frame.payload, "hi", 2) == 0);
    cr_expect_not(control_frame_read_end(&frame, &result));
    cr_assert_eq(control_frame_read(bytes + 7, length - 7, &frame), 5);
    cr_expect(frame.type == CONTROL_FRAME_ERROR && frame.length == 0);
    cr_assert_eq(control_frame_read(bytes + 12, length - 12, &frame), 6);
    cr_expect(control_frame_read_end(&frame, &result));
    cr_expect_eq(result, CONTROL_USAGE);
}

Test(control_frame, a_frame_that_has_not_come_whole_is_waited_for)
{
    size_t length = control_frame_write(bytes, sizeof(bytes), CONTROL_FRAME_LINE, "hello", 5);

    for (size_t come = 0; come < length; come++)
        cr_expect_eq(control_frame_read(bytes, come, &frame), 0, "%zu", come);
    cr_expect_eq(control_frame_read(bytes, length + 1, &frame), (int)length);
}

Test(control_frame, bytes_that_are_no_frame_are_refused_early)
{
    cr_expect_eq(control_frame_read("GET / HTTP/1.1", 14, &frame), STATUS_TOO_LONG);
    cr_expect_eq(control_frame_read("\xff\xff\xff\xff", 4, &frame), STATUS_TOO_LONG);
    cr_expect_eq(control_frame_read("\0\0\0\0", 4, &frame), STATUS_INVALID);
    cr_expect_eq(control_frame_read("\0\0\0\x02xy", 6, &frame), STATUS_INVALID);
    cr_expect_eq(control_frame_read("\0\0\0\x02\0", 5, &frame), STATUS_INVALID);
}

Test(control_frame, a_payload_of_the_maximum_length_passes_and_one_byte_more_fails)
{
    static char payload[CONTROL_FRAME_PAYLOAD_MAX_BYTES + 1];

    cr_expect_eq(control_frame_write(bytes, sizeof(bytes), CONTROL_FRAME_LINE, payload,
                                     CONTROL_FRAME_PAYLOAD_MAX_BYTES),
                 CONTROL_FRAME_MAX_BYTES);
    cr_expect_eq(control_frame_read(bytes, sizeof(bytes), &frame), CONTROL_FRAME_MAX_BYTES);
    cr_expect_eq(control_frame_write(bytes, sizeof(bytes) + 1, CONTROL_FRAME_LINE, payload,
                                     CONTROL_FRAME_PAYLOAD_MAX_BYTES + 1),
                 0);
    cr_expect_eq(control_frame_write(bytes, 6, CONTROL_FRAME_LINE, "ab", 2), 0);
    cr_expect_eq(control_frame_read("\0\0\x20\x01l", 5, &frame), 0);
    cr_expect_eq(control_frame_read("\0\0\x20\x02l", 5, &frame), STATUS_TOO_LONG);
}

Test(control_frame, a_request_of_another_version_and_a_frame_that_is_none_are_distinguished)
{
    struct control_request request;

    frame =
        (struct control_frame){.type = CONTROL_FRAME_REQUEST, .payload = "\x02\0stop", .length = 6};
    cr_expect_eq(control_frame_read_request(&frame, &request), STATUS_NOT_FOUND);
    frame.payload = "\x01\x02stop";
    cr_expect_eq(control_frame_read_request(&frame, &request), STATUS_NOT_FOUND);
    frame.payload = "\x01\0stop";
    cr_expect_eq(control_frame_read_request(&frame, &request), STATUS_OK);
    frame.length = 1;
    cr_expect_eq(control_frame_read_request(&frame, &request), STATUS_INVALID);
    frame.length = 6;
    frame.type = CONTROL_FRAME_LINE;
    cr_expect_eq(control_frame_read_request(&frame, &request), STATUS_INVALID);
}

Test(control_frame, an_end_without_a_result_is_refused_and_an_unknown_result_is_a_failure)
{
    enum control_result result = CONTROL_DONE;

    frame = (struct control_frame){.type = CONTROL_FRAME_END, .payload = "\xf0", .length = 0};
    cr_expect_not(control_frame_read_end(&frame, &result));
    frame.length = 1;
    cr_expect(control_frame_read_end(&frame, &result));
    cr_expect_eq(result, CONTROL_FAILED);
}
