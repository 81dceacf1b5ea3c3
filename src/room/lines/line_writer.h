/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lines for whoever reads stdout: whole ones, in as few writes as will do, and each written to its
 * end. It waits for a reader that is slow. Knows nothing of what they say.
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
    int error; /* an errno; nothing is written any more */
    size_t used;
    char bytes[LINE_WRITER_BYTES];
};

void line_writer_init(struct line_writer *writer, int fd);

/* Adds a line of at most EVENT_LINE_BYTES. False where lines can't be written. */
bool line_writer_add(struct line_writer *writer, const char *line, size_t length);

/* Writes what was added. False where that was not possible; `error` says why. */
bool line_writer_flush(struct line_writer *writer);

#endif
