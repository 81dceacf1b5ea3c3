/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines for a person, each escaped as a whole, as in the log. */
#include "roomd/terminal_log.h"

#include "base/escape.h"
#include "base/write_nowait.h"

#include <roomd/moment.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The longest message with its name, time and endpoint. */
#define TERMINAL_LOG_LINE_MAX_BYTES 1536

void terminal_log_init(struct terminal_log *log)
{
    log->shown = isatty(STDOUT_FILENO) == 1;
    log->lost = 0;
}

static void write_line(struct terminal_log *log, const char *line, size_t length)
{
    char note[64];
    int note_length;

    if (log->lost > 0) {
        note_length = snprintf(note, sizeof(note), "(%lu lines could not be shown)\n", log->lost);
        if (write_nowait(STDOUT_FILENO, note, (size_t)note_length))
            log->lost = 0;
    }
    if (!write_nowait(STDOUT_FILENO, line, length))
        log->lost++;
}

void terminal_log_print(struct terminal_log *log, const char *format, ...)
{
    char text[TERMINAL_LOG_LINE_MAX_BYTES + 2], line[TERMINAL_LOG_LINE_MAX_BYTES + 1];
    va_list arguments;
    size_t used;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length >= sizeof(text)) /* too long for the line, so escape_text marks the cut */
        length = (int)sizeof(text) - 1;
    used = escape_text(text, (size_t)length, line, sizeof(line));
    line[used] = '\n';
    write_line(log, line, used + 1);
}

static void on_happened(void *ctx, const struct moment *now, const struct event *event,
                        const struct path *path)
{
    struct terminal_log *log = ctx;
    int64_t minutes = (event->wall_ns / MOMENT_NS_PER_S + event->utc_offset_s) / 60;
    unsigned hour = (unsigned)(minutes / 60 % 24), minute = (unsigned)(minutes % 60);
    char endpoint[ENDPOINT_TEXT_BYTES];

    (void)now;
    switch ((enum event_kind)event->kind) {
    case EVENT_JOIN:
        terminal_log_print(log, "%02u:%02u %.*s joined from %s", hour, minute, (int)event->name_len,
                           event->name, endpoint_format(&path->peer, endpoint));
        break;
    case EVENT_CHAT:
        terminal_log_print(log, "%02u:%02u %.*s: %.*s", hour, minute, (int)event->name_len,
                           event->name, (int)event->text_len, event->text);
        break;
    case EVENT_EXIT:
        terminal_log_print(log, "%02u:%02u %.*s left (%s)", hour, minute, (int)event->name_len,
                           event->name, exit_reason_text((enum exit_reason)event->reason));
        break;
    case EVENT_NOTICE: /* the answer to the administrator says how many got it */
        break;
    }
}

struct observer terminal_log_observer(struct terminal_log *log)
{
    return (struct observer){.happened = log->shown ? on_happened : NULL, .ctx = log};
}
