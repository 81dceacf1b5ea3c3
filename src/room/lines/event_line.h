/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What room writes to stdout: a line for each event, for people or as JSON. Nothing that a peer
 * sends can move the cursor: control characters are escaped.
 */
#ifndef ROOMD_ROOM_LINES_EVENT_LINE_H
#define ROOMD_ROOM_LINES_EVENT_LINE_H

#include <roomd/client.h>
#include <roomd/event.h>
#include <roomd/moment.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest event, escaped, with its name and time. */
#define EVENT_LINE_BYTES 8192

/* Writes the line, with its newline, and terminates it. Returns its length. */
size_t event_line_of(const struct event *event, bool json, char ret_line[EVENT_LINE_BYTES]);
/* A line of a plain server that is no event; `now` is its time. */
size_t event_line_text(const char *text, size_t length, const struct moment *now, bool json,
                       char ret_line[EVENT_LINE_BYTES]);
/* So many events are lost, or CLIENT_MISSED_UNKNOWN. */
size_t event_line_missed(uint64_t count, bool json, char ret_line[EVENT_LINE_BYTES]);

#endif
