/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Writes one JSON object (RFC 8259) into a buffer, on one line. There is no parser: nothing here
 * reads JSON.
 */
#ifndef ROOMD_BASE_JSON_H
#define ROOMD_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
    char *bytes; /* borrowed */
    size_t size, used;
    bool first; /* no member of the current object has been written */
    bool full;  /* something did not fit; nothing more is written */
};

/* Begins the object. `bytes` is borrowed until json_end has returned. */
void json_begin(struct json *json, char *bytes, size_t size);

/*
 * `length` bytes of text. A character that utf8_is_hostile (base/utf8.h) becomes \uNNNN, so that
 * the object can be shown on a terminal; a byte that is not part of valid UTF-8 becomes U+FFFD. One
 * byte becomes six at most.
 */
void json_string(struct json *json, const char *key, const char *text, size_t length);
/* A NUL-terminated text; NULL is written as null. */
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, int64_t number);
void json_count(struct json *json, const char *key, uint64_t count);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/*
 * Opens an object under this key; members go into it until json_object_end. Objects may be nested.
 */
void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);

/* Ends and terminates the object. Returns `bytes`, or NULL if the object did not fit. */
const char *json_end(struct json *json);

#endif
