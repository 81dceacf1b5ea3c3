/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Numbers and slices in a buffer of bytes, in network byte order, with a cursor for reading and one
 * for writing. Knows bounds and nothing of what the bytes mean.
 *
 * Both cursors remember a failure: after it, reads give 0 and writes write nothing, so a caller
 * asks once, at the end.
 */
#ifndef ROOMD_BASE_OCTETS_H
#define ROOMD_BASE_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What 48 bits hold, and what a variable-length integer does (RFC 9000, section 16). */
#define OCTETS_U48_MAX    ((UINT64_C(1) << 48) - 1)
#define OCTETS_VARINT_MAX ((UINT64_C(1) << 62) - 1)

/* Borrowed from whoever owns the buffer; not terminated. */
struct octets_slice {
    const char *bytes;
    size_t length;
};

struct octets_reader {
    const uint8_t *at;
    size_t left;
    bool failed; /* something was asked for that is not there */
};

/* `bytes` is borrowed for as long as the cursor, and the slices that come from it, are in use. */
struct octets_reader octets_read(const void *bytes, size_t length);
uint8_t octets_read_u8(struct octets_reader *reader);
uint16_t octets_read_u16(struct octets_reader *reader);
uint32_t octets_read_u32(struct octets_reader *reader);
uint64_t octets_read_u48(struct octets_reader *reader);
uint64_t octets_read_u64(struct octets_reader *reader);
/* In any of its lengths, the fewest or not. */
uint64_t octets_read_varint(struct octets_reader *reader);
struct octets_slice octets_read_slice(struct octets_reader *reader, uint64_t length);

struct octets_writer {
    uint8_t *bytes;
    size_t size;
    size_t length; /* written so far */
    bool failed;   /* something did not fit; the buffer may hold a part of what was written since */
};

/* `bytes` is borrowed for as long as the cursor is in use. Nothing beyond `size` is ever touched.
 */
struct octets_writer octets_write(void *bytes, size_t size);
void octets_write_u8(struct octets_writer *writer, uint8_t value);
void octets_write_u16(struct octets_writer *writer, uint16_t value);
void octets_write_u32(struct octets_writer *writer, uint32_t value);
/* Fails where the value has more bits. */
void octets_write_u48(struct octets_writer *writer, uint64_t value);
void octets_write_u64(struct octets_writer *writer, uint64_t value);
/* In the fewest bytes. Fails beyond OCTETS_VARINT_MAX. */
void octets_write_varint(struct octets_writer *writer, uint64_t value);
void octets_write_slice(struct octets_writer *writer, struct octets_slice slice);
/* Zeros up to the length `until`; nothing where that is reached. */
void octets_write_zeros(struct octets_writer *writer, size_t until);

/* Takes back what was written since the length was `length`, and the failure. */
void octets_rewind(struct octets_writer *writer, size_t length);

/* Bytes of `value` as a varint, at most OCTETS_VARINT_MAX. */
size_t octets_varint_bytes(uint64_t value);

#endif
