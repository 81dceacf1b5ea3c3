/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What the files of the server share.
 */
#ifndef ROOMD_SERVER_STATE_H
#define ROOMD_SERVER_STATE_H

#include "admin/admin.h"
#include "conf/config.h"
#include "io/clock.h"
#include "io/fifo.h"
#include "io/input.h"
#include "io/udp.h"
#include "server/screen.h"
#include "server/server.h"

#include <ev.h>
#include <roomd/moment.h>
#include <roomd/room.h>

struct server {
    const struct server_options *options;
    struct config *config;
    struct ev_loop *loop;
    struct udp_set *doors;
    size_t configured[ROOM_DOORS_MAX]; /* of each door, which of config->doors it is: one may have been left out */
    struct room *room;
    struct admin admin;
    struct screen screen;
    struct input *console;
    struct fifo *fifo;
    struct clock clock;
    struct moment now; /* of this turn of the loop */
    ev_signal terminate, interrupt, hangup;
    ev_check turn;    /* a turn begins */
    ev_prepare serve; /* before the loop waits: members are sent what they are owed */
    ev_idle more;     /* keeps the loop from waiting while there is more to send */
    ev_timer alarm;   /* for what is due by time alone */
    int64_t alarm_ns; /* when it rings */
};

/* server.c: as the command line and SERVER_CONFIG_PATH say. As config_load. */
int server_load_config(const struct server_options *options, const struct config_report *report,
                       struct config **ret_config);

/* doors.c: opens a socket for each door of the configuration. Returns an exit code; why it is not 0 was logged. */
int doors_open(struct server *server, const struct udp_sink *sink);
/* Hands the doors with their dialects, and this machine's addresses, to the room. */
void doors_set(struct server *server, const struct config *config);

/* console.c: begins to read stdin and the FIFO. Returns an exit code; why it is not 0 was logged. */
int console_open(struct server *server);
void console_close(struct server *server);
/* The `line` of an admin_reply that goes to the log. */
void console_reply_to_log(void *ctx, const char *text);

/* reload.c: takes the configuration anew: all of it or nothing. What changed, what needs a restart and what is wrong goes to `reply`. */
void reload_config(struct server *server, const struct admin_reply *reply);

#endif
