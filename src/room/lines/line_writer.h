/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Writes whole lines to stdout, in as few calls as possible. Waits for a slow reader. Knows nothing
 * of the lines' content.
 */
#ifndef ROOMD_ROOM_LINES_LINE_WRITER_H
#define ROOMD_ROOM_LINES_LINE_WRITER_H

#include "room/lines/event_line.h"

#include <stdbool.h>
#include <stddef.h>

/* A full window of events, so that a burst is one write. */
#define LINE_WRITER_BYTES (64 * 1024)

struct line_writer {
    int fd;
    int error; /* errno of the write that failed; nothing is written after it */
    size_t used;
    char bytes[LINE_WRITER_BYTES];
};

void line_writer_init(struct line_writer *writer, int fd);

/* Adds a line of at most EVENT_LINE_BYTES. False if writing has failed. */
bool line_writer_add(struct line_writer *writer, const char *line, size_t length);

/* Writes what was added. False if writing has failed; `error` is the errno. */
bool line_writer_flush(struct line_writer *writer);

#endif
