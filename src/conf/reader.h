/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Turns a file into settings: [SECTION], KEY = VALUE, comments. inih parses the INI, but sees only
 * lines that it can't misread: it would split a long line and parse the tail as a setting, cut a
 * line at a NUL, take an indented line for a continuation, a ';' in quotes for a comment and a
 * directory for an empty file. So this reader splits the file itself, hands inih each key with a
 * placeholder for its value, and keeps the value. Knows no option.
 */
#ifndef ROOMD_CONF_READER_H
#define ROOMD_CONF_READER_H

#include "conf/diagnostics.h"
#include "conf/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A configuration is written by hand; a larger file is something else. */
#define READER_FILE_MAX_BYTES (1024U * 1024U)

/* Without its line ending. 32 doors with paths fit. */
#define READER_LINE_MAX_BYTES 4096

/* inih holds lines of up to 199 and sections of up to 49 bytes; no option has a longer name. */
#define READER_KEY_MAX_BYTES     64
#define READER_SECTION_MAX_BYTES 32

struct reader_file {
    char *bytes; /* owned; not terminated */
    size_t length;
    dev_t device; /* device and inode tell whether two paths lead to the same file */
    ino_t inode;
};

/*
 * Receives the contents of the file with their lines. All arguments are borrowed for the call;
 * texts are terminated, and may hold any byte but NUL.
 */
struct reader_sink {
    /*
     * A section begins. False: it is unknown, which the callee has reported; its contents are
     * skipped.
     */
    bool (*section)(void *ctx, const struct place *place, const char *name);
    /* `value` is everything behind the '=', for value_parse. */
    void (*setting)(void *ctx, const struct place *place, const char *section, const char *key,
                    const char *value);
    void *ctx;
};

/*
 * Reads a whole regular file. A FIFO or device is refused and never waited for. STATUS_NOT_FOUND
 * (missing, not regular, not readable), STATUS_TOO_LONG, STATUS_NO_MEMORY; `ret_why` says why.
 */
int reader_load(const char *path, struct reader_file *ret_file, char ret_why[VALUE_WHY_BYTES]);
void reader_done(struct reader_file *file);

/*
 * Parses the bytes of a file. Errors in a line are reported, and parsing continues.
 * STATUS_NO_MEMORY.
 */
int reader_run(const char *bytes, size_t length, const struct origin *origin,
               const struct reader_sink *sink, struct diagnostics *diagnostics);

#endif
