/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What an administrator at a terminal sees of the room: what happens, and how others reach it.
 * Silent where stdout is no terminal.
 */
#ifndef ROOMD_ROOMD_TERMINAL_LOG_H
#define ROOMD_ROOMD_TERMINAL_LOG_H

#include <roomd/event.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stddef.h>

struct terminal_log {
    bool shown;         /* stdout is a terminal */
    unsigned long lost; /* lines it took no more of, since the last it took */
};

void terminal_log_init(struct terminal_log *log);

/* One line on stdout, whether or not it is a terminal: the answers of the console. A terminal that
 * has been stopped loses it, rather than hold up the room. */
void terminal_log_print(struct terminal_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The addresses by which others reach the room, and what to do next. */
void terminal_log_greet(struct terminal_log *log, const struct endpoint *bound, size_t count,
                        bool console);

/* Shows joins, messages and exits as they happen. */
struct observer terminal_log_observer(struct terminal_log *log);

#endif
