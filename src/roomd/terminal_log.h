/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Shows an administrator at a terminal what happens in the room. Silent if stdout is no terminal.
 */
#ifndef ROOMD_ROOMD_TERMINAL_LOG_H
#define ROOMD_ROOMD_TERMINAL_LOG_H

#include <roomd/event.h>
#include <roomd/room.h>
#include <stdbool.h>

struct terminal_log {
    bool shown;         /* stdout is a terminal */
    unsigned long lost; /* lines not written since the last one that was */
};

void terminal_log_init(struct terminal_log *log);

/*
 * Writes one line to stdout, whether or not it is a terminal: the answers of the console. A stopped
 * terminal loses the line; the room is not blocked.
 */
void terminal_log_print(struct terminal_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Shows joins, messages and exits as they happen. */
struct observer terminal_log_observer(struct terminal_log *log);

#endif
