/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What the program has to say, line by line, on stderr: with the journal's priorities in front
 * where stderr is the journal, with the time (RFC 3339) and the program's name elsewhere. A line is
 * one write; where a pipe or terminal takes none it is dropped, for a log must never stop a room.
 * What could harm a reader's terminal, or pass for another line, is written as \xNN
 * (base/escape.h).
 */
#ifndef ROOMD_BASE_LOG_H
#define ROOMD_BASE_LOG_H

#include <stdbool.h>

/* Values are syslog's priorities (RFC 5424, 6.2.1), which journald reads as "<N>" (sd-daemon(3)).
 */
enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

/* A longer line is cut, and says so with its last three bytes. */
#define LOG_LINE_MAX_BYTES 2048

/* Lines above this level are not written. LOG_LEVEL_INFO until it is called. */
void log_set_level(enum log_level level);

/* Whether a line of this level would be written: for who wants to save itself the trouble. */
bool log_is_shown(enum log_level level);

/* The _x forms leave out ": " and strerror(errno). None changes errno. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_errorx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Worth seeing in every log: the room is open, it was reloaded, it ends. */
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * "The room is open", the one line that programs wait for: they match it from its first byte on, so
 * it has no time, and comes whatever the level is.
 */
void log_ready(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
