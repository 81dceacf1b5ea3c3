/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lines with placeholders: taken apart once, then filled in by copying. Knows nothing of dialects
 * or events.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_TEMPLATE_H
#define ROOMD_CORE_PLAIN_WIRE_TEMPLATE_H

#include <roomd/dialect.h>
#include <stddef.h>
#include <stdint.h>

/* What the placeholders stand for in one line. Strings are borrowed, not terminated. */
struct template_values {
    const char *name;
    const char *text;
    const char *names;
    size_t name_len, text_len, names_len; /* bytes */
    uint64_t count;
    int64_t wall_ns; /* of {time} */
    int32_t utc_offset_s;
};

/* One bit for each placeholder a template may use. */
#define TEMPLATE_BIT(field) (1U << (field))

/*
 * Takes `text` apart. `allowed`: TEMPLATE_BIT of each placeholder it may hold. "{{" stands for "{".
 * On refusal (STATUS_INVALID, STATUS_TOO_LONG, STATUS_NOT_UTF8) `ret_why` says why and
 * `ret_template` is untouched.
 */
int template_parse(const char *text, uint32_t allowed, struct template *ret_template,
                   char ret_why[DIALECT_WHY_BYTES]);

/* Fills it in. Returns the length; what does not fit in `size` is left off (dialect_check proves
 * that everything fits). */
size_t template_render(const struct template *template, const struct template_values *values,
                       char *out, size_t size);

/* The longest line it can make, in bytes, with names and texts of these lengths; {names} counts as
 * nothing, it takes what is left. */
size_t template_max_bytes(const struct template *template, size_t name_bytes, size_t text_bytes);

/* "{name} {time}", from the bits. Written to `out`, returned. */
const char *template_placeholders(uint32_t allowed, char *out, size_t size);

#endif
