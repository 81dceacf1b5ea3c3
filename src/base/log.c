/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Formats and writes log lines. Owns the level, the program's only global state. */
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

/*
 * $JOURNAL_STREAM holds the device and inode of the stream that journald reads (systemd.exec(5)).
 * They are compared because stderr may have been redirected since.
 */
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

/* Local time with its UTC offset; empty if the C library can't convert it. */
static size_t write_stamp(char *line, size_t size)
{
    time_t now = time(NULL);
    char text[TIMESTAMP_TEXT_BYTES];
    struct tm local;

    /* localtime_r need not notice that the administrator has changed the time zone. */
    tzset();
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

    if (stderr_is_journal()) /* the journal adds the time and the name itself */
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
    if (used >= sizeof(text)) /* the prefix makes it too long, so escape_text marks the cut */
        used = sizeof(text) - 1;
    written = (int)write_prefix(line, sizeof(line), level, stamped);
    used =
        escape_text(text, used, line + written, sizeof(line) - (size_t)written) + (size_t)written;
    line[used++] = '\n';
    /* A failure is ignored: there is nowhere to report it. */
    write_nowait(STDERR_FILENO, line, used);
}

/* A line without a time stamp is written at every level. */
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
