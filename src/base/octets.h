/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reads and writes numbers and slices in a byte buffer, in network byte order and within its
 * bounds. Knows nothing of the meaning of the bytes.
 *
 * Both cursors remember a failure: from then on reads return 0 and writes do nothing, so a caller
 * checks once, at the end.
 */
#ifndef ROOMD_BASE_OCTETS_H
#define ROOMD_BASE_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest values of 48 bits and of a variable-length integer (RFC 9000, section 16). */
#define OCTETS_U48_MAX    ((UINT64_C(1) << 48) - 1)
#define OCTETS_VARINT_MAX ((UINT64_C(1) << 62) - 1)

/* Borrowed from the buffer; not terminated. */
struct octets_slice {
    const char *bytes;
    size_t length;
};

struct octets_reader {
    const uint8_t *at;
    size_t left;
    bool failed; /* a read went beyond the end */
};

/* `bytes` is borrowed for as long as the cursor, or a slice that was read from it, is in use. */
struct octets_reader octets_read(const void *bytes, size_t length);
uint8_t octets_read_u8(struct octets_reader *reader);
uint16_t octets_read_u16(struct octets_reader *reader);
uint32_t octets_read_u32(struct octets_reader *reader);
uint64_t octets_read_u48(struct octets_reader *reader);
uint64_t octets_read_u64(struct octets_reader *reader);
/* Accepts every length, not only the shortest. */
uint64_t octets_read_varint(struct octets_reader *reader);
struct octets_slice octets_read_slice(struct octets_reader *reader, uint64_t length);

struct octets_writer {
    uint8_t *bytes;
    size_t size;
    size_t length; /* bytes written so far */
    bool failed;   /* a write did not fit; it and all later ones were dropped */
};

/* `bytes` is borrowed for as long as the cursor is in use. Nothing beyond `size` is written. */
struct octets_writer octets_write(void *bytes, size_t size);
void octets_write_u8(struct octets_writer *writer, uint8_t value);
void octets_write_u16(struct octets_writer *writer, uint16_t value);
void octets_write_u32(struct octets_writer *writer, uint32_t value);
/* Fails if `value` is above OCTETS_U48_MAX. */
void octets_write_u48(struct octets_writer *writer, uint64_t value);
void octets_write_u64(struct octets_writer *writer, uint64_t value);
/* Uses the shortest length. Fails if `value` is above OCTETS_VARINT_MAX. */
void octets_write_varint(struct octets_writer *writer, uint64_t value);
void octets_write_slice(struct octets_writer *writer, struct octets_slice slice);
/* Pads with zeros to the length `until`; does nothing if it is already reached. */
void octets_write_zeros(struct octets_writer *writer, size_t until);

/* Truncates to `length`, which was read earlier, and clears the failure. */
void octets_rewind(struct octets_writer *writer, size_t length);

/* Length of `value` as a varint, in bytes; `value` is at most OCTETS_VARINT_MAX. */
size_t octets_varint_bytes(uint64_t value);

#endif
