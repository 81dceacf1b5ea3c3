/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * From a file to settings: [SECTION], KEY = VALUE, comments. inih does the INI, but sees only lines
 * it can't misread: it would cut a long line and take the tail for a setting, stop a line at a NUL,
 * take an indented line for more of the last value, a ';' in quotes for a comment and a directory
 * for an empty file. So this reader takes the file apart itself, hands inih each key with a
 * stand-in for its value, and keeps the value. Knows no option.
 */
#ifndef ROOMD_CONF_READER_H
#define ROOMD_CONF_READER_H

#include "conf/diagnostics.h"
#include "conf/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A configuration is written by hand: anything larger is some other file. */
#define READER_FILE_MAX_BYTES (1024U * 1024U)

/* Without its line ending. 32 doors with paths fit. */
#define READER_LINE_MAX_BYTES 4096

/* inih holds lines of up to 199 and sections of up to 49 bytes; whatever is longer is no option's
 * name anyway. */
#define READER_KEY_MAX_BYTES     64
#define READER_SECTION_MAX_BYTES 32

struct reader_file {
    char *bytes; /* owned; not terminated */
    size_t length;
    dev_t device; /* these two tell whether two paths lead to the same file */
    ino_t inode;
};

/*
 * Who is told what stands in the file, and on which line. All is borrowed for the call; texts are
 * terminated, and may hold any byte but NUL.
 */
struct reader_sink {
    /* A section begins. False: it is not known (and that was said); what stands in it is skipped.
     */
    bool (*section)(void *ctx, const struct place *place, const char *name);
    /* `value` is all that stands behind the '=': for value_parse. */
    void (*setting)(void *ctx, const struct place *place, const char *section, const char *key,
                    const char *value);
    void *ctx;
};

/*
 * Reads a regular file whole; a FIFO or device is told by its kind, and never waited for.
 * STATUS_NOT_FOUND (not there, not regular, not readable), STATUS_TOO_LONG, STATUS_NO_MEMORY;
 * `ret_why` says why.
 */
int reader_load(const char *path, struct reader_file *ret_file, char ret_why[VALUE_WHY_BYTES]);
void reader_done(struct reader_file *file);

/* Takes the bytes of a file apart. What is wrong with a line is reported, and the next one is read.
 * STATUS_NO_MEMORY. */
int reader_run(const char *bytes, size_t length, const struct origin *origin,
               const struct reader_sink *sink, struct diagnostics *diagnostics);

#endif
