/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The normative vectors in both directions, and what readers make of them truncated, changed,
 * padded or replaced by noise.
 */
#include "core/sequenced_wire/sequenced.h"

#include "unit/core/sequenced_wire/sequenced_vectors.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define SEED 5

static char expected[VECTOR_TEXT_BYTES], got[VECTOR_TEXT_BYTES];

/* Exactly as long as the datagram, so that the sanitizer sees a read beyond its end. */
static bool read_alone(const uint8_t *bytes, size_t length, char text[VECTOR_TEXT_BYTES])
{
    uint8_t *alone = malloc(length > 0 ? length : 1);
    bool read;

    cr_assert_not_null(alone);
    memcpy(alone, bytes, length);
    read = vector_read(alone, length, text);
    free(alone);
    return read;
}

static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U; /* Numerical Recipes */
    return *state >> 8;
}

static const char *frames_of(const char *text)
{
    const char *frames = strstr(text, "\n1.");

    return frames != NULL ? frames + 1 : "";
}

Test(sequenced, every_vector_is_read_as_its_fields)
{
    size_t count, valid = 0;
    const struct vector *all = vectors(&count);

    for (size_t i = 0; i < count; i++) {
        if (vector_is_invalid(&all[i]))
            continue;
        vector_fields(&all[i], expected);
        cr_expect(read_alone(all[i].bytes, all[i].length, got), "%s is refused", all[i].name);
        cr_expect_str_eq(got, expected, "%s:\n%s", all[i].name, got);
        valid++;
    }
    cr_expect_gt(valid, 100, "the file has lost its vectors, or this test can't read it");
}

Test(sequenced, every_vector_is_written_to_the_byte)
{
    uint8_t bytes[VECTOR_BYTES_MAX];
    size_t count, written = 0;
    const struct vector *all = vectors(&count);

    for (size_t i = 0; i < count; i++) {
        int length;

        if (!vector_is_written(&all[i]))
            continue;
        memset(bytes, 0xaa, sizeof(bytes));
        length = vector_write(&all[i], bytes, sizeof(bytes));
        cr_expect_eq(length, (int)all[i].length, "%s: %d", all[i].name, length);
        cr_expect_arr_eq(bytes, all[i].bytes, all[i].length, "%s", all[i].name);
        written++;
    }
    cr_expect_gt(written, 80);
}

Test(sequenced, every_invalid_vector_is_refused_as_what_it_pretends_to_be)
{
    size_t count, invalid = 0;
    const struct vector *all = vectors(&count);

    for (size_t i = 0; i < count; i++) {
        if (!vector_is_invalid(&all[i]))
            continue;
        cr_expect_not(read_alone(all[i].bytes, all[i].length, got), "%s is read as\n%s",
                      all[i].name, got);
        vector_fields(&all[i], expected);
        cr_expect_str_eq(got, expected, "%s: %s", all[i].name, got);
        invalid++;
    }
    cr_expect_gt(invalid, 60);
}

Test(sequenced, a_buffer_that_is_one_byte_short_is_never_exceeded)
{
    size_t count;
    const struct vector *all = vectors(&count);

    for (size_t i = 0; i < count; i++) {
        if (!vector_is_written(&all[i]))
            continue;
        for (size_t size = 0; size < all[i].length; size++) {
            uint8_t *bytes = malloc(size > 0 ? size : 1);

            cr_expect_eq(vector_write(&all[i], bytes, size), STATUS_FULL, "%s in %zu bytes",
                         all[i].name, size);
            free(bytes);
        }
    }
}

/* The frames that are left: all of them, or those before the cut. */
static void expect_prefix(const struct vector *vector, size_t length)
{
    const char *left = frames_of(got), *rest = strstr(left, "rest = dropped\n");
    size_t whole = rest != NULL ? (size_t)(rest - left) : strlen(left);

    cr_expect_eq(strncmp(frames_of(expected), left, whole), 0, "%s at %zu:\n%s", vector->name,
                 length, got);
}

Test(sequenced, a_datagram_cut_short_is_refused_or_has_fewer_frames)
{
    size_t count;
    const struct vector *all = vectors(&count);

    for (size_t i = 0; i < count; i++) {
        if (vector_is_invalid(&all[i]))
            continue;
        vector_fields(&all[i], expected);
        for (size_t length = 0; length < all[i].length; length++) {
            if (read_alone(all[i].bytes, length, got))
                expect_prefix(&all[i], length);
        }
    }
}

Test(sequenced, any_byte_may_be_any_other_and_nothing_is_read_beyond_the_end)
{
    static const uint8_t others[] = {0x00, 0x01, 0x05, 0x06, 0x3f, 0x40, 0x41,
                                     0x7f, 0x80, 0xbf, 0xc0, 0xfe, 0xff};
    uint8_t bytes[VECTOR_BYTES_MAX];
    size_t count;
    const struct vector *all = vectors(&count);

    for (size_t i = 0; i < count; i++) {
        /* Padding and long texts are much the same. */
        size_t step = all[i].length > 400 ? 7 : 1;

        memcpy(bytes, all[i].bytes, all[i].length);
        for (size_t at = 0; at < all[i].length; at += at < 64 ? 1 : step) {
            for (size_t other = 0; other < sizeof(others); other++) {
                bytes[at] = others[other];
                read_alone(bytes, all[i].length, got);
            }
            for (unsigned bit = 0; bit < 8; bit++) {
                bytes[at] = all[i].bytes[at] ^ (uint8_t)(1U << bit);
                read_alone(bytes, all[i].length, got);
            }
            bytes[at] = all[i].bytes[at];
        }
    }
}

Test(sequenced, zeros_after_any_datagram_change_nothing)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    size_t count;
    const struct vector *all = vectors(&count);

    for (size_t i = 0; i < count; i++) {
        /* The zeros could be the missing bytes. */
        if (vector_is_invalid(&all[i]) || strstr(all[i].name, "cut short") != NULL)
            continue;
        memset(bytes, 0, sizeof(bytes));
        memcpy(bytes, all[i].bytes, all[i].length);
        vector_fields(&all[i], expected);
        for (size_t length = all[i].length; length <= sizeof(bytes);
             length += length < sizeof(bytes) - 41 ? 41 : 1) {
            cr_expect(read_alone(bytes, length, got), "%s with %zu bytes", all[i].name, length);
            cr_expect_str_eq(got, expected, "%s with %zu bytes:\n%s", all[i].name, length, got);
        }
    }
}

Test(sequenced, zeros_and_noise_of_every_length_are_survived)
{
    static uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES + 1];
    uint32_t state = SEED;

    for (size_t length = 0; length <= sizeof(bytes); length++) {
        memset(bytes, 0, sizeof(bytes));
        cr_expect_not(read_alone(bytes, length, got));
        for (unsigned first = 0xf8; first <= 0xfe; first++) {
            for (size_t i = 0; i < length; i++)
                bytes[i] = (uint8_t)draw(&state);
            bytes[0] = (uint8_t)first;
            bytes[1] = SEQUENCED_VERSION;
            bytes[2] = first <= 0xf9 ? (uint8_t)(draw(&state) % 6) : bytes[2];
            read_alone(bytes, length, got);
        }
    }
}

Test(sequenced, first_bytes_of_this_protocol_never_begin_utf8_and_all_of_them_are_recognised)
{
    for (unsigned first = 0; first <= 0xff; first++) {
        uint8_t byte = (uint8_t)first;

        cr_expect_eq(sequenced_is(&byte, 1), first >= 0xf8 && first <= 0xfe, "%02x", first);
        cr_expect_not(sequenced_is(&byte, 0));
    }
}

Test(sequenced, an_unknown_version_is_distinguished_from_an_invalid_datagram)
{
    static const uint8_t later[] = {0xfa, 2, 0, 0},
                         longer[SEQUENCED_DATAGRAM_MAX_BYTES + 1] = {0xfa, 1};
    enum sequenced_datagram kind;

    cr_expect_eq(sequenced_identify(later, sizeof(later), &kind), STATUS_NOT_FOUND);
    cr_expect_eq(sequenced_identify(longer, sizeof(longer), &kind), STATUS_TOO_LONG);
    cr_expect_eq(sequenced_identify(longer, sizeof(longer) - 1, &kind), 0);
    cr_expect_eq(kind, SEQUENCED_UP);
    cr_expect_eq(sequenced_identify(NULL, 0, &kind), STATUS_INVALID);
}

Test(sequenced, sixteen_bits_name_a_message_among_all_that_can_be_in_flight)
{
    cr_expect_eq(sequenced_said(0), 0);
    cr_expect_eq(sequenced_said(1), 1);
    cr_expect_eq(sequenced_said(65535), 65535);
    cr_expect_eq(sequenced_said(65536), 1);
    cr_expect_eq(sequenced_said(UINT32_MAX), 65535); /* 65535 * 65537 */
    for (uint32_t number = 65500; number < 65600; number++) {
        cr_expect_neq(sequenced_said(number), 0);
        for (uint32_t other = number + 1; other <= number + 32; other++)
            cr_expect_neq(sequenced_said(number), sequenced_said(other));
    }
}

Test(sequenced, padding_that_does_not_fit_is_refused_and_changes_nothing)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES + 100];
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));

    octets_write_u32(&writer, 7);
    cr_expect_eq(sequenced_pad(&writer, 0), 4);
    cr_expect_eq(sequenced_pad(&writer, SEQUENCED_DATAGRAM_MAX_BYTES + 1), STATUS_FULL);
    cr_expect_eq(writer.length, 4);
    cr_expect_eq(sequenced_pad(&writer, SEQUENCED_DATAGRAM_MAX_BYTES),
                 SEQUENCED_DATAGRAM_MAX_BYTES);
}
