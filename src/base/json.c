/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Punctuation and escapes of JSON. */
#include "base/json.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* U+FFFD, the replacement character. */
#define JSON_REPLACEMENT "\xef\xbf\xbd"

static void put(struct json *json, const char *bytes, size_t length)
{
    /* Keep one byte for the terminator. */
    if (json->full || length >= json->size - json->used) {
        json->full = true;
        return;
    }
    memcpy(json->bytes + json->used, bytes, length);
    json->used += length;
}

static void put_escaped(struct json *json, int32_t codepoint)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    char escape[8];

    for (size_t i = 0; i + 1 < sizeof(short_forms); i += 2) {
        if (short_forms[i] == codepoint) {
            put(json, (const char[]){'\\', short_forms[i + 1]}, 2);
            return;
        }
    }
    snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)codepoint & 0xffffU);
    put(json, escape, 6);
}

static void put_quoted(struct json *json, const char *text, size_t length)
{
    int32_t codepoint = 0;

    put(json, "\"", 1);
    for (size_t at = 0; at < length;) {
        size_t size = utf8_decode(text + at, length - at, &codepoint);

        if (size == 0)
            put(json, JSON_REPLACEMENT, sizeof(JSON_REPLACEMENT) - 1);
        /*
         * JSON requires this of C0 only, but the text may be shown on a terminal. All hostile
         * characters are below U+10000.
         */
        else if (utf8_is_hostile(codepoint) || codepoint == '"' || codepoint == '\\')
            put_escaped(json, codepoint);
        else
            put(json, text + at, size);
        at += size > 0 ? size : 1;
    }
    put(json, "\"", 1);
}

static void put_key(struct json *json, const char *key)
{
    if (!json->first)
        put(json, ",", 1);
    json->first = false;
    put_quoted(json, key, strlen(key));
    put(json, ":", 1);
}

void json_begin(struct json *json, char *bytes, size_t size)
{
    *json = (struct json){.bytes = bytes, .size = size, .first = true, .full = size == 0};
    put(json, "{", 1);
}

void json_string(struct json *json, const char *key, const char *text, size_t length)
{
    put_key(json, key);
    put_quoted(json, text, length);
}

void json_text(struct json *json, const char *key, const char *text)
{
    if (text == NULL)
        json_null(json, key);
    else
        json_string(json, key, text, strlen(text));
}

void json_number(struct json *json, const char *key, int64_t number)
{
    char digits[24];

    put_key(json, key);
    put(json, digits, (size_t)snprintf(digits, sizeof(digits), "%" PRId64, number));
}

void json_count(struct json *json, const char *key, uint64_t count)
{
    char digits[24];

    put_key(json, key);
    put(json, digits, (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count));
}

void json_bool(struct json *json, const char *key, bool value)
{
    put_key(json, key);
    put(json, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json *json, const char *key)
{
    put_key(json, key);
    put(json, "null", 4);
}

void json_object(struct json *json, const char *key)
{
    put_key(json, key);
    put(json, "{", 1);
    json->first = true;
}

void json_object_end(struct json *json)
{
    put(json, "}", 1);
    json->first = false;
}

const char *json_end(struct json *json)
{
    put(json, "}", 1);
    if (json->full)
        return NULL;
    json->bytes[json->used] = '\0';
    return json->bytes;
}
