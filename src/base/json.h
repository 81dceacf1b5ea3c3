/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Writes one JSON object (RFC 8259) into a buffer, on one line. Writing only: what is read nowhere
 * needs no parser, and so no library.
 */
#ifndef ROOMD_BASE_JSON_H
#define ROOMD_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much longer than its bytes a string may become, without control characters and with: "\"" and
 * "\u001f". */
#define JSON_QUOTED_FACTOR  2
#define JSON_ESCAPED_FACTOR 6

struct json {
    char *bytes; /* borrowed */
    size_t size, used;
    bool first; /* of its object */
    bool full;  /* something did not fit */
};

/* Begins the object. `bytes` outlives `json`. */
void json_begin(struct json *json, char *bytes, size_t size);

/* `length` bytes of text; each that is not part of valid UTF-8 becomes U+FFFD. */
void json_string(struct json *json, const char *key, const char *text, size_t length);
/* A terminated text; NULL: null. */
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, int64_t number);
void json_count(struct json *json, const char *key, uint64_t count);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* What follows goes into an object of its own under this key, until json_object_end. They may be
 * nested. */
void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);

/* Ends and terminates the object. Returns its text, or NULL where it did not fit. */
const char *json_end(struct json *json);

#endif
