/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * doc/vectors/sequenced.ini for the tests, and both directions between its fields and its bytes. A
 * datagram's fields are told as the lines of the file, so that a vector and what a reader makes of
 * its bytes can be compared as text.
 */
#ifndef TESTS_UNIT_CORE_SEQUENCED_VECTORS_H
#define TESTS_UNIT_CORE_SEQUENCED_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VECTORS_MAX       512
#define VECTOR_FIELDS_MAX 96
#define VECTOR_BYTES_MAX  2048
#define VECTOR_TEXT_BYTES 8192

struct vector {
    char name[64];
    const char *keys[VECTOR_FIELDS_MAX];
    const char *values[VECTOR_FIELDS_MAX];
    size_t count;
    uint8_t bytes[VECTOR_BYTES_MAX];
    size_t length;
};

/* Reads the file once; later calls give the same. Any mistake in it fails the test. */
const struct vector *vectors(size_t *ret_count);

/* The value of a key, or NULL. */
const char *vector_get(const struct vector *vector, const char *key);
/* Those that a receiver must refuse. */
bool vector_is_invalid(const struct vector *vector);
/* Those that a writer writes to the byte. */
bool vector_is_written(const struct vector *vector);

/* The fields as lines "key = value", repetitions spelled out. */
void vector_fields(const struct vector *vector, char text[VECTOR_TEXT_BYTES]);

/* The same of whatever datagram these bytes are; its kind is "none" where they are none. Returns
 * false where the reader refuses it. */
bool vector_read(const void *bytes, size_t length, char text[VECTOR_TEXT_BYTES]);

/* Writes the datagram that `vector` describes; its length, or a negative status. */
int vector_write(const struct vector *vector, void *bytes, size_t size);

#endif
