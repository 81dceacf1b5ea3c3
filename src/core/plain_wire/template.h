/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Templates: lines with placeholders, parsed once, then rendered by copying. Knows nothing of
 * dialects or events.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_TEMPLATE_H
#define ROOMD_CORE_PLAIN_WIRE_TEMPLATE_H

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The values of the placeholders in one line. Strings are borrowed, not terminated. */
struct template_values {
    const char *name;
    const char *text;
    const char *names;
    size_t name_len, text_len, names_len; /* bytes */
    uint64_t count;
    uint32_t code;
    int64_t wall_ns; /* for {time} */
    int32_t utc_offset_s;
};

/* One bit for each placeholder. */
#define TEMPLATE_BIT(field) (1U << (field))

/*
 * Parses `text`. `allowed`: TEMPLATE_BIT of each placeholder that it may hold. "{{" is a literal
 * "{". On refusal (STATUS_INVALID, STATUS_TOO_LONG, STATUS_NOT_UTF8) `ret_why` says why and
 * `ret_template` is untouched.
 */
int template_parse(const char *text, uint32_t allowed, struct template *ret_template,
                   char ret_why[DIALECT_WHY_BYTES]);

/*
 * Renders a line without a terminating NUL and returns its length in bytes; the excess over `size`
 * is left out (dialect_check proves that everything fits).
 */
size_t template_render(const struct template *template, const struct template_values *values,
                       char *out, size_t size);

/*
 * The length in bytes of the longest line, with names and texts of these lengths. {names} counts as
 * 0, since it takes the space that is left.
 */
size_t template_max_bytes(const struct template *template, size_t name_bytes, size_t text_bytes);

/* True if it has this placeholder. */
bool template_has(const struct template *template, enum template_field field);

/* Writes the placeholders of these bits, "{name} {time}", to `out`, and returns it. */
const char *template_placeholders(uint32_t allowed, char *out, size_t size);

#endif
