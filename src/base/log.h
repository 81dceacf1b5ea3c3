/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Writes log lines to stderr. Where stderr is the journal a line begins with its priority;
 * elsewhere with the time (RFC 3339) and the program's name. A line is one write; it is dropped if
 * a pipe or terminal is full, because the log must never block the room. Bytes that could harm a
 * terminal or imitate another line are written as \xNN (base/escape.h).
 */
#ifndef ROOMD_BASE_LOG_H
#define ROOMD_BASE_LOG_H

#include <stdbool.h>

/*
 * The values are syslog's priorities (RFC 5424, 6.2.1), which journald reads as "<N>"
 * (sd-daemon(3)).
 */
enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

/* A longer line is cut and ends in "...". */
#define LOG_LINE_MAX_BYTES 2048

/* Lines above this level are not written. The default is LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);

/* Lets callers skip building a message that would not be written. */
bool log_is_shown(enum log_level level);

/*
 * The _x forms leave out ": " and strerror(errno), as do log_notice and all below. None changes
 * errno.
 */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_errorx(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* For the few events that belong in every log: the room is open, was reloaded, ends. */
void log_notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * "The room is open", the line that other programs wait for. They match it from its first byte on,
 * so it has no time and is written at every level.
 */
void log_ready(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
