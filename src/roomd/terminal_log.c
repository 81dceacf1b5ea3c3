/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines for a person, each escaped as a whole, as in the log. */
#include "roomd/terminal_log.h"

#include "base/escape.h"
#include "base/write_nowait.h"
#include "io/interfaces.h"

#include <roomd/moment.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The longest message with its name, time and endpoint. */
#define TERMINAL_LOG_LINE_MAX_BYTES 1536

#define TERMINAL_LOG_ADDRESSES_MAX 64

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

/*
 * Other machines can't use fe80::/10, which needs an interface name of their own, and 169.254/16 is
 * only a fallback.
 */
static bool is_for_others(const struct endpoint *endpoint)
{
    const uint8_t *address = endpoint->address;

    if (endpoint_address_is_loopback(address))
        return false;
    if (endpoint_address_is_ipv4(address))
        return !(address[12] == 169 && address[13] == 254);
    return !endpoint_address_is_link_local(address);
}

static size_t greet_door(struct terminal_log *log, const struct endpoint *bound,
                         const struct endpoint *machine, size_t machine_count)
{
    char text[ENDPOINT_TEXT_BYTES];
    size_t shown = 0;

    if (!endpoint_address_is_any(bound->address)) {
        if (is_for_others(bound))
            terminal_log_print(log, "Others can join at %s", endpoint_format(bound, text));
        return is_for_others(bound) ? 1 : 0;
    }
    for (size_t i = 0; i < machine_count; i++) {
        struct endpoint reach = machine[i];

        if (!is_for_others(&reach) ||
            endpoint_address_is_ipv4(reach.address) != endpoint_address_is_ipv4(bound->address))
            continue;
        reach.port = bound->port;
        terminal_log_print(log, "Others can join at %s", endpoint_format(&reach, text));
        shown++;
    }
    return shown;
}

void terminal_log_greet(struct terminal_log *log, const struct endpoint *bound, size_t count,
                        bool console)
{
    struct endpoint machine[TERMINAL_LOG_ADDRESSES_MAX];
    size_t machine_count, shown = 0;

    if (!log->shown)
        return;
    machine_count = interfaces_addresses(machine, TERMINAL_LOG_ADDRESSES_MAX);
    for (size_t i = 0; i < count; i++)
        shown += greet_door(log, &bound[i], machine, machine_count);
    if (shown == 0)
        terminal_log_print(
            log, "Only this machine can join: there is no address by which others reach it");
    if (console)
        terminal_log_print(log, "Type a line to announce it, /help for commands");
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
