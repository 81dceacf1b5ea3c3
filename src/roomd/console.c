/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sources of an administrator's lines, and where answers go: stdin to stdout, the FIFO to the
 * log, roomctl to itself (control_bridge.c).
 */
#include "roomd/server_state.h"

#include "base/log.h"
#include "io/group.h"

#include <errno.h>
#include <roomd/status.h>
#include <sysexits.h>
#include <unistd.h>

static void print_on_terminal(void *ctx, bool is_error, const char *text)
{
    struct server *server = ctx;

    (void)is_error;
    terminal_log_print(&server->terminal_log, "%s", text);
}

void console_reply_to_log(void *ctx, bool is_error, const char *text)
{
    (void)ctx;
    (void)is_error;
    log_notice("%s", text);
}

static void pause_console(void *ctx, bool paused)
{
    input_pause(((struct server *)ctx)->console, paused);
}

static void pause_fifo(void *ctx, bool paused)
{
    fifo_pause(((struct server *)ctx)->fifo, paused);
}

static void on_console_line(void *ctx, const char *bytes, size_t length)
{
    desk_take(&((struct server *)ctx)->console_desk, ADMIN_COMMANDS, bytes, length);
}

static void on_console_too_long(void *ctx)
{
    struct server *server = ctx;
    struct admin_reply reply = {.line = print_on_terminal, .ctx = server};

    admin_line_too_long(&reply);
}

static void on_fifo_line(void *ctx, const char *bytes, size_t length)
{
    struct server *server = ctx;

    desk_take(&server->fifo_desk,
              server->config->admin_fifo_commands ? ADMIN_COMMANDS : ADMIN_NOTICES, bytes, length);
}

static void on_fifo_too_long(void *ctx)
{
    struct server *server = ctx;
    struct admin_reply reply = {.line = console_reply_to_log, .ctx = server};

    admin_line_too_long(&reply);
}

static int open_paths(struct server *server)
{
    const struct input_sink sink = {
        .line = on_fifo_line, .too_long = on_fifo_too_long, .ctx = server};
    const char *fifo = server->config->admin_fifo, *control = server->config->admin_control;
    gid_t group = GROUP_NONE;
    int status = STATUS_OK;

    if (fifo[0] != '\0' || control[0] != '\0')
        group = control_bridge_find_group(server);
    if (fifo[0] != '\0')
        status = fifo_open(server->loop, fifo, group, &sink, &server->fifo);
    if (status == STATUS_OK && control[0] != '\0') {
        status = control_bridge_start(server, group);
        if (status == STATUS_TAKEN)
            return EX_UNAVAILABLE;
    }
    if (status == STATUS_SYSTEM)
        return errno == EACCES || errno == EPERM || errno == EROFS ? EX_NOPERM : EX_OSERR;
    if (status == STATUS_NO_MEMORY || status == STATUS_FULL)
        return EX_OSERR;
    return status == STATUS_OK ? EX_OK : EX_CONFIG;
}

static int open_desks(struct server *server)
{
    server->console_desk = (struct desk){.admin = &server->admin,
                                         .now = &server->now,
                                         .print = print_on_terminal,
                                         .pause = pause_console,
                                         .ctx = server};
    server->fifo_desk = server->console_desk;
    server->fifo_desk.print = console_reply_to_log;
    server->fifo_desk.pause = pause_fifo;
    return desk_open(&server->console_desk) == 0 ? desk_open(&server->fifo_desk) : STATUS_NO_MEMORY;
}

int console_open(struct server *server)
{
    const struct input_sink console = {
        .line = on_console_line, .too_long = on_console_too_long, .ctx = server};

    if (open_desks(server) != STATUS_OK)
        return EX_OSERR;
    if (server->config->admin_stdin &&
        input_open(server->loop, STDIN_FILENO, "stdin", &console, &server->console) != STATUS_OK)
        return EX_OSERR; /* no memory, or the kernel refuses to watch it */
    return open_paths(server);
}

void console_close(struct server *server)
{
    control_server_close(server->control);
    desk_close(&server->fifo_desk);
    desk_close(&server->console_desk);
    fifo_close(server->fifo);
    input_close(server->console);
}
