/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * doc/vectors/sequenced.ini for the tests, and conversions between its fields and bytes in both
 * directions. The fields of a datagram are written as lines of the file, so that a vector and what
 * a reader decodes can be compared as text.
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

/* Reads the file once; later calls return the same. Any mistake in it fails the test. */
const struct vector *vectors(size_t *ret_count);

/* The value of a key, or NULL. */
const char *vector_get(const struct vector *vector, const char *key);
/* True if receivers must refuse the vector. */
bool vector_is_invalid(const struct vector *vector);
/* True if writers must write exactly these bytes. */
bool vector_is_written(const struct vector *vector);

/* The fields as lines "key = value", repetitions spelled out. */
void vector_fields(const struct vector *vector, char text[VECTOR_TEXT_BYTES]);

/*
 * The same for the datagram in these bytes; its kind is "none" if it has none. False: the reader
 * refuses it.
 */
bool vector_read(const void *bytes, size_t length, char text[VECTOR_TEXT_BYTES]);

/* Writes the datagram that `vector` describes; returns its length, or a negative status. */
int vector_write(const struct vector *vector, void *bytes, size_t size);

#endif
