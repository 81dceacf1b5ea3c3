/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Where an administrator's lines come from, and where the answers go: stdin to stdout, the FIFO to the log. */
#include "server/server_state.h"

#include "base/log.h"

#include <errno.h>
#include <roomd/status.h>
#include <sysexits.h>
#include <unistd.h>

static void reply_to_screen(void *ctx, const char *text)
{
    struct server *server = ctx;

    screen_print(&server->screen, "%s", text);
}

void console_reply_to_log(void *ctx, const char *text)
{
    (void)ctx;
    log_notice("%s", text);
}

static void on_console_line(void *ctx, const char *bytes, size_t length)
{
    struct server *server = ctx;
    struct admin_reply reply = {.line = reply_to_screen, .ctx = server};

    admin_line(&server->admin, &server->now, ADMIN_COMMANDS, bytes, length, &reply);
}

static void on_console_too_long(void *ctx)
{
    struct server *server = ctx;
    struct admin_reply reply = {.line = reply_to_screen, .ctx = server};

    admin_line_too_long(&reply);
}

static void on_fifo_line(void *ctx, const char *bytes, size_t length)
{
    struct server *server = ctx;
    struct admin_reply reply = {.line = console_reply_to_log, .ctx = server};

    admin_line(&server->admin, &server->now, server->config->admin_fifo_commands ? ADMIN_COMMANDS : ADMIN_NOTICES,
               bytes, length, &reply);
}

static void on_fifo_too_long(void *ctx)
{
    struct server *server = ctx;
    struct admin_reply reply = {.line = console_reply_to_log, .ctx = server};

    admin_line_too_long(&reply);
}

int console_open(struct server *server)
{
    const struct input_sink console = {.line = on_console_line, .too_long = on_console_too_long, .ctx = server};
    const struct input_sink fifo = {.line = on_fifo_line, .too_long = on_fifo_too_long, .ctx = server};
    int status = 0;

    if (server->config->admin_stdin)
        status = input_open(server->loop, STDIN_FILENO, &console, &server->console);
    if (status == 0 && server->config->admin_fifo[0] != '\0')
        status = fifo_open(server->loop, server->config->admin_fifo, &fifo, &server->fifo);
    if (status == 0)
        return EX_OK;
    if (status == STATUS_SYSTEM)
        return errno == EACCES || errno == EPERM || errno == EROFS ? EX_NOPERM : EX_OSERR;
    return status == STATUS_NO_MEMORY ? EX_OSERR : EX_CONFIG;
}

void console_close(struct server *server)
{
    fifo_close(server->fifo);
    input_close(server->console);
}
