/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Formatting and writing of log lines. Owns the level, the program's only global state. */
#include "base/log.h"

#include "base/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum log_level log_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    log_level = level;
}

/* $JOURNAL_STREAM names device and inode of the stream journald reads (systemd.exec(5)); stderr may since have been redirected. */
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

static size_t line_prefix(char *line, size_t size, enum log_level level)
{
    const char *kind = level == LOG_LEVEL_ERROR ? "error: " : level == LOG_LEVEL_WARNING ? "warning: " : "";
    int length =
        stderr_is_journal() ? snprintf(line, size, "<%d>", (int)level) : snprintf(line, size, "roomd: %s", kind);

    return (size_t)length;
}

__attribute__((format(printf, 3, 0))) static void log_line(enum log_level level, int error, const char *format,
                                                           va_list arguments)
{
    char line[LOG_LINE_MAX_BYTES + 1];
    size_t used;
    int written;

    if (level > log_level)
        return;
    used = line_prefix(line, sizeof(line), level);
    written = vsnprintf(line + used, sizeof(line) - used, format, arguments);
    used += written < 0 ? 0 : (size_t)written;
    if (error != 0 && used < sizeof(line)) {
        written = snprintf(line + used, sizeof(line) - used, ": %s", strerror(error));
        used += written < 0 ? 0 : (size_t)written;
    }
    if (used >= sizeof(line)) {
        used = sizeof(line) - 1;
        memset(line + used - 3, '.', 3);
    }
    line[used++] = '\n';
    output_write(STDERR_FILENO, line, used); /* if it does not go out, nobody is left to tell */
}

#define LOG_FUNCTION(name, level, with_errno)                                                                          \
    void name(const char *format, ...)                                                                                 \
    {                                                                                                                  \
        int error = errno;                                                                                             \
        va_list arguments;                                                                                             \
                                                                                                                       \
        va_start(arguments, format);                                                                                   \
        log_line(level, (with_errno) ? error : 0, format, arguments);                                                  \
        va_end(arguments);                                                                                             \
        errno = error;                                                                                                 \
    }

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR, true)
LOG_FUNCTION(log_errorx, LOG_LEVEL_ERROR, false)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARNING, true)
LOG_FUNCTION(log_warnx, LOG_LEVEL_WARNING, false)
LOG_FUNCTION(log_notice, LOG_LEVEL_NOTICE, false)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO, false)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG, false)
