/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Values as they are written after `KEY =`: quotes, escapes and comments; and the few types that
 * are more than text. Knows no option.
 */
#ifndef ROOMD_CONF_VALUE_H
#define ROOMD_CONF_VALUE_H

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No longer than a line. */
#define VALUE_MAX_BYTES 4096

/* Every byte escaped, with quotes and NUL. */
#define VALUE_WRITTEN_BYTES(bytes) ((bytes) * 2 + 3)

/* Large enough for core's reasons, too. */
#define VALUE_WHY_BYTES DIALECT_WHY_BYTES

/* "1023.9 GiB" is never written: a size that no unit divides is written in bytes. */
#define VALUE_SIZE_BYTES 32

/* "3650d" and NUL. */
#define VALUE_DURATION_BYTES 16

/* Writes why a value is refused. Returns `status`. */
int value_refuse(int status, char ret_why[VALUE_WHY_BYTES], const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Parses a value. Unquoted: outer spaces are dropped, and a ';' after a space begins a comment. In
 * double quotes: everything is kept; \n, \\ and \" are the escapes. On failure (STATUS_INVALID,
 * STATUS_TOO_LONG, STATUS_NOT_UTF8) `ret_why` says why.
 */
int value_parse(const char *text, char ret_value[VALUE_MAX_BYTES + 1],
                char ret_why[VALUE_WHY_BYTES]);

/*
 * Writes `value` so that value_parse reads it back, with quotes only if needed. `out` holds
 * VALUE_WRITTEN_BYTES(strlen(value)).
 */
const char *value_write(const char *value, char *out);

/*
 * Replaces the owned `*text`, which may be NULL, by a copy of `value`. STATUS_NO_MEMORY: it is
 * unchanged.
 */
int value_replace(char **text, const char *value);

/* Drops outer spaces of a part of a value, in place. Returns its new beginning, within `text`. */
char *value_trim(char *text);

/* Parses yes, true, on, 1; no, false, off, 0; in any case. */
bool value_switch(const char *value, bool *ret_on);

/* Parses decimal digits, and nothing else, up to `max`. */
bool value_number(const char *value, uint64_t max, uint64_t *ret_number);

/*
 * Parses a size in bytes, up to `max`: digits, optionally with K, KiB, M, MiB, G or GiB (powers of
 * 1024, in any case).
 */
bool value_size(const char *value, uint64_t max, uint64_t *ret_bytes);

/* "16 MiB", "1000". Returns `out`. */
const char *value_write_size(uint64_t bytes, char out[VALUE_SIZE_BYTES]);

/* Parses a time, up to `max_s`: digits with s, m, h or d (in any case), or 0. */
bool value_duration(const char *value, uint32_t max_s, uint32_t *ret_s);

/* "90s", "24h", "7d": a single day is written in hours. Returns `out`. */
const char *value_write_duration(uint32_t seconds, char out[VALUE_DURATION_BYTES]);

#endif
