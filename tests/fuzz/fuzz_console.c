/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Console input, from an administrator or a broken script: bytes through the line reader to the
 * commands. The first byte is the size of the pieces in which they arrive.
 */
#include "admin/admin.h"
#include "base/utf8.h"
#include "fuzz/fuzz_support.h"
#include "io/line.h"
#include "support/admin_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct console {
    struct fuzz_room fuzz;
    struct admin admin;
    size_t answers;
};

static void on_answer(void *ctx, bool is_error, const char *text)
{
    struct console *console = ctx;

    (void)is_error;
    FUZZ_CHECK(text[0] != '\0' && strlen(text) < ADMIN_ANSWER_MAX_BYTES);
    /* It may be shown on a terminal. */
    for (size_t step; *text != '\0'; text += step) {
        int32_t codepoint = 0;

        step = utf8_decode(text, strlen(text), &codepoint);
        FUZZ_CHECK(step > 0 && !utf8_is_hostile(codepoint));
    }
    console->answers++;
}

/* The same line without its slash, as roomctl sends it: the first items of the answer. */
static void request(struct console *console, const char *bytes, size_t length)
{
    const struct admin_reply reply = {
        .line = on_answer, .ctx = console, .roomctl = true, .json = length % 2 == 0};
    struct admin_listing listing;
    enum admin_result result =
        admin_request(&console->admin, &console->fuzz.now, bytes, length, &reply, &listing);

    for (unsigned items = 0; result == ADMIN_MORE && items < 16; items++)
        result = admin_next(&console->admin, &console->fuzz.now, &listing, &reply);
    admin_listing_close(&listing);
}

static bool on_line(void *ctx, const char *bytes, size_t length)
{
    struct console *console = ctx;
    const struct admin_reply reply = {.line = on_answer, .ctx = console};
    size_t before = console->answers;

    admin_answer_line(&console->admin, &console->fuzz.now, ADMIN_COMMANDS, bytes, length, &reply);
    /* Every line gets an answer. */
    FUZZ_CHECK(length == 0 || console->answers > before);
    if (length > 0)
        request(console, bytes + (bytes[0] == '/' ? 1 : 0), length - (bytes[0] == '/' ? 1 : 0));
    return true;
}

static void on_too_long(void *ctx)
{
    struct console *console = ctx;
    const struct admin_reply reply = {.line = on_answer, .ctx = console};

    admin_line_too_long(&reply);
}

static void on_stop(void *ctx)
{
    (void)ctx;
}

static enum admin_result on_reload(void *ctx, const struct admin_reply *reply)
{
    (void)ctx;
    return admin_say(reply, ADMIN_DONE, "done");
}

static void on_counts(void *ctx, struct admin_counts *ret_counts)
{
    (void)ctx;
    *ret_counts = (struct admin_counts){.kernel_drops = 1};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char buffer[LINE_BUFFER_BYTES(ADMIN_LINE_MAX_BYTES)];
    struct console console = {.answers = 0};
    const struct line_sink sink = {.line = on_line, .too_long = on_too_long, .ctx = &console};
    struct line line;
    size_t piece;

    if (size == 0)
        return 0;
    fuzz_room_open(&console.fuzz);
    console.admin =
        (struct admin){.room = console.fuzz.room,
                       .host = {.stop = on_stop, .reload = on_reload, .counts = on_counts}};
    for (uint8_t i = 0; i < 3; i++) {
        struct path path = fuzz_path((uint8_t)(i << 2));
        char join[] = "L m0";

        join[3] = (char)('0' + i);
        room_receive(console.fuzz.room, &console.fuzz.now, &path, join, strlen(join));
    }
    line_init(&line, buffer, ADMIN_LINE_MAX_BYTES, &sink);
    piece = data[0] > 0 ? data[0] : size;
    for (data++, size--; size > 0;) {
        size_t length = piece < size ? piece : size;

        FUZZ_CHECK(line_feed(&line, (const char *)data, length) == length);
        data += length;
        size -= length;
        fuzz_sweep(&console.fuzz);
    }
    line_end(&line);
    fuzz_room_check(&console.fuzz);
    fuzz_room_close(&console.fuzz);
    return 0;
}
