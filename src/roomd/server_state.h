/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What the files of the server share.
 */
#ifndef ROOMD_ROOMD_SERVER_STATE_H
#define ROOMD_ROOMD_SERVER_STATE_H

#include "admin/admin.h"
#include "conf/config.h"
#include "io/clock.h"
#include "io/control/control_server.h"
#include "io/fdstore.h"
#include "io/fifo.h"
#include "io/input.h"
#include "io/roster_file.h"
#include "io/udp/udp.h"
#include "roomd/journal.h"
#include "roomd/server.h"
#include "roomd/terminal_log.h"

#include <ev.h>
#include <roomd/moment.h>
#include <roomd/room_admin.h>

/* What outlives the process. */
struct restart {
    struct fdstore fdstore;
    struct roster_file_read *before; /* the members at the end of the process before this one; NULL
                                        = none, or done with */
    int before_fd;
    char before_name[FDSTORE_NAME_BYTES];
    struct roster_file *roster; /* the members now; NULL = nobody would hold it */
};

/* What the service manager is told now and then. */
struct service {
    ev_timer watchdog; /* it is told that the loop turns */
    ev_timer status;   /* armed while something has changed that it was not told */
    bool wanted;
    uint64_t messages;
    uint64_t messages_told;
    uint32_t members_told;
};

struct server {
    const struct server_options *options;
    struct config *config;
    struct ev_loop *loop;
    struct udp_set *doors;
    size_t configured[ROOM_DOORS_MAX]; /* of each door, which of config->doors it is: one may have
                                          been left out */
    struct room *room;
    struct admin admin;
    struct terminal_log terminal_log;
    struct journal journal;
    struct input *console;
    struct fifo *fifo;
    struct control_server *control; /* NULL: there is none */
    uint64_t told;                  /* the event up to which those who watch were told */
    struct restart restart;
    struct service service;
    bool closing;  /* what was said is still delivered, and that is all */
    bool for_good; /* a command has asked for that: nobody is to wait for another start */
    struct clock clock;
    struct moment now; /* of this turn of the loop */
    ev_signal terminate, interrupt, hangup;
    ev_check turn;    /* a turn begins */
    ev_prepare serve; /* before the loop waits: members are sent what they are owed */
    ev_idle more;     /* keeps the loop from waiting while there is more to send */
    ev_timer alarm;   /* for what is due by time alone */
    ev_timer closed;  /* when closing has lasted long enough */
    int64_t alarm_ns; /* when it rings */
};

/* reload.c: as the command line and SERVER_CONFIG_PATH say. As config_load. */
int server_load_config(const struct server_options *options, const struct config_report *report,
                       struct config **ret_config);

/* doors.c: opens a socket for each door of the configuration. Returns an exit code; why it is not 0
 * was logged. */
int doors_open(struct server *server, const struct udp_sink *sink);
/* The doors as they were opened, with their dialects. Returns how many. */
size_t doors_describe(const struct server *server, const struct config *config,
                      struct room_door ret_doors[ROOM_DOORS_MAX]);

/* restart.c: finds what the service manager has held for us; before any socket is opened. */
void restart_find(struct server *server);
/* For each door of the configuration the socket that was held for it, now the caller's, or -1. All
 * other sockets are let go. */
void restart_match(struct server *server, int ret_fds[ROOM_DOORS_MAX]);
/* The roster for the members of now, all zero where nobody would hold it; the doors are open. */
struct roster restart_make_roster(struct server *server);
/* Members of before the restart are in again. */
void restart_restore(struct server *server);
/* Gives all that is to outlive the process to the service manager. */
void restart_store(struct server *server);
void restart_close(struct server *server);

/* service.c: watchdog and status, where the service manager wants them. */
void service_start(struct server *server);
void service_stop(struct server *server);
/* Counts messages. */
struct observer service_observer(struct server *server);
/* The room may have changed. */
void service_touch(struct server *server);
/* The room is open, after a start or a reload. */
void service_ready(const struct server *server);

/* console.c: begins to read stdin, the FIFO and the control socket. Returns an exit code; why it is
 * not 0 was logged. */
int console_open(struct server *server);
void console_close(struct server *server);
/* The `line` of an admin_reply that goes to the log. */
void console_reply_to_log(void *ctx, bool is_error, const char *text);

/* control_bridge.c: the group of admin.group, or GROUP_NONE; that it is missing is logged. */
gid_t control_bridge_find_group(const struct server *server);
/* Opens the control socket. Errors as of control_server_open. */
int control_bridge_start(struct server *server, gid_t group);
/* Those who watch are told what has happened since. */
void control_bridge_tell(struct server *server);

/* What the room is to know of a configuration; room.doors and room.own point into it. */
struct room_configuration {
    struct room_config room;
    struct room_door doors[ROOM_DOORS_MAX];
    struct endpoint own[ROOM_OWN_MAX];
};
void reload_describe(const struct server *server, const struct config *config,
                     struct room_configuration *ret);
/* Takes the configuration anew: all of it or nothing. What changed, what needs a restart and what
 * is wrong goes to `reply`; NULL: to the log. */
enum admin_result reload_config(struct server *server, const struct admin_reply *reply);

#endif
