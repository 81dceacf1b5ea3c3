/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Formatting and writing of log lines. Owns the level, the program's only global state. */
#include "base/log.h"

#include "base/escape.h"
#include "base/timestamp.h"
#include "base/write_nowait.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static enum log_level log_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    log_level = level;
}

bool log_is_shown(enum log_level level)
{
    return level <= log_level;
}

/* $JOURNAL_STREAM names device and inode of the stream journald reads (systemd.exec(5)); stderr may
 * since have been redirected. */
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    char own[64];

    if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
        return false;
    snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    return strcmp(stream, own) == 0;
}

/* Local time with its offset. Empty where the C library can't tell it. */
static size_t write_stamp(char *line, size_t size)
{
    time_t now = time(NULL);
    char text[TIMESTAMP_TEXT_BYTES];
    struct tm local;

    tzset(); /* localtime_r alone need not notice that the administrator has set another time zone
              */
    if (localtime_r(&now, &local) == NULL)
        return 0;
    return (size_t)snprintf(
        line, size, "%s ",
        timestamp_format((int64_t)now * 1000000000, (int32_t)local.tm_gmtoff, text));
}

static size_t write_prefix(char *line, size_t size, enum log_level level, bool stamped)
{
    const char *kind = level == LOG_LEVEL_ERROR     ? "error: "
                       : level == LOG_LEVEL_WARNING ? "warning: "
                                                    : "";
    size_t used;

    if (stderr_is_journal()) /* it has the time and the program's name itself */
        return (size_t)snprintf(line, size, "<%d>", (int)level);
    used = stamped ? write_stamp(line, size) : 0;
    return used + (size_t)snprintf(line + used, size - used, "roomd: %s", kind);
}

__attribute__((format(printf, 4, 0))) static void write_line(enum log_level level, bool stamped,
                                                             int error, const char *format,
                                                             va_list arguments)
{
    char text[LOG_LINE_MAX_BYTES + 1], line[LOG_LINE_MAX_BYTES + 1];
    int written = vsnprintf(text, sizeof(text), format, arguments);
    size_t used = written < 0 ? 0 : (size_t)written;

    if (error != 0 && used < sizeof(text)) {
        written = snprintf(text + used, sizeof(text) - used, ": %s", strerror(error));
        used += written < 0 ? 0 : (size_t)written;
    }
    if (used >= sizeof(text)) /* with what stands before it the line is too long then, and
                                 escape_text says so */
        used = sizeof(text) - 1;
    written = (int)write_prefix(line, sizeof(line), level, stamped);
    used =
        escape_text(text, used, line + written, sizeof(line) - (size_t)written) + (size_t)written;
    line[used++] = '\n';
    write_nowait(STDERR_FILENO, line, used); /* if it does not go out, nobody is left to tell */
}

/* A line without a stamp comes whatever the level is. */
#define LOG_FUNCTION(name, level, stamped, with_errno)                                             \
    void name(const char *format, ...)                                                             \
    {                                                                                              \
        int error = errno;                                                                         \
        va_list arguments;                                                                         \
                                                                                                   \
        va_start(arguments, format);                                                               \
        if (!(stamped) || log_is_shown(level))                                                     \
            write_line(level, stamped, (with_errno) ? error : 0, format, arguments);               \
        va_end(arguments);                                                                         \
        errno = error;                                                                             \
    }

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR, true, true)
LOG_FUNCTION(log_errorx, LOG_LEVEL_ERROR, true, false)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARNING, true, true)
LOG_FUNCTION(log_warnx, LOG_LEVEL_WARNING, true, false)
LOG_FUNCTION(log_notice, LOG_LEVEL_NOTICE, true, false)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO, true, false)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG, true, false)
LOG_FUNCTION(log_ready, LOG_LEVEL_NOTICE, false, false)
