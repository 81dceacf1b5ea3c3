/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* State shared by the files of the daemon. */
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
#include "roomd/desk.h"
#include "roomd/history_bridge.h"
#include "roomd/journal.h"
#include "roomd/log_bridge.h"
#include "roomd/server.h"
#include "roomd/store_bridge.h"
#include "roomd/terminal_log.h"

#include <ev.h>
#include <roomd/moment.h>
#include <roomd/room_admin.h>

/* State that outlives the process. */
struct restart {
    struct fdstore fdstore;
    /* The previous process's members; NULL = none, or already restored. */
    struct roster_file_read *before;
    int before_fd;
    char before_name[FDSTORE_NAME_BYTES];
    struct roster_file *roster; /* the members now; NULL = no service manager would keep it */
};

/* Reports to the service manager. */
struct service {
    ev_timer watchdog; /* reports that the loop runs */
    ev_timer status;   /* active while there is a change to report */
    bool wanted;
    uint64_t messages;
    uint64_t messages_reported;
    uint32_t members_reported;
    const char *complaint_reported; /* static; NULL = none */
};

/* What administrators' answers wait for. */
struct answers {
    uint64_t released, kept; /* the last event and record that they were woken for */
    bool changed;            /* the store has answered, or it is time to look */
    unsigned asking;         /* clients of the control socket that ask the store */
    ev_timer look;
};

struct server {
    const struct server_options *options;
    struct config *config;
    struct ev_loop *loop;
    struct udp_set *doors;
    /* For each door its index in config->doors; some of those may have been skipped. */
    size_t configured[ROOM_DOORS_MAX];
    struct room *room;
    struct admin admin;
    struct terminal_log terminal_log;
    struct journal journal;
    struct input *console;
    struct fifo *fifo;
    struct control_server *control; /* NULL = none */
    struct desk console_desk, fifo_desk;
    struct answers answers;
    struct restart restart;
    struct log_bridge log_bridge;
    struct store_bridge store_bridge;
    struct history_bridge history_bridge;
    struct service service;
    bool closing;  /* sends what is owed, then ends */
    bool for_good; /* ended by a command: members need not wait for another start */
    struct clock clock;
    struct moment now; /* of this loop iteration */
    ev_signal terminate, interrupt, hangup;
    ev_check turn;    /* begins an iteration */
    ev_prepare serve; /* sends members what they are owed, before the loop waits */
    ev_idle more;     /* keeps the loop from waiting while there is more to send */
    ev_timer alarm;   /* for what is due at a certain time */
    ev_timer closed;  /* ends closing after its time limit */
    int64_t alarm_ns; /* when it fires */
};

/* reload.c: loads what the command line says, or SERVER_CONFIG_PATH. Errors as in config_load. */
int server_load_config(const struct server_options *options, const struct config_report *report,
                       struct config **ret_config);

/*
 * doors.c: opens a socket for each door of the configuration. Returns an exit code; errors were
 * logged.
 */
int doors_open(struct server *server, const struct udp_sink *sink);
/* Lists the open doors with their dialects. Returns how many. */
size_t doors_describe(const struct server *server, const struct config *config,
                      struct room_door ret_doors[ROOM_DOORS_MAX]);

/*
 * restart.c: finds what the service manager has kept for us. Call it before any socket is opened.
 */
void restart_find(struct server *server);
/*
 * For each door of the configuration returns the socket kept for it, owned by the caller, or -1.
 * Drops all other sockets.
 */
void restart_match(struct server *server, int ret_fds[ROOM_DOORS_MAX]);
/* Makes the roster for the current doors; all zero if no service manager would keep it. */
struct roster restart_make_roster(struct server *server);
/* Puts the previous process's members back into the room. */
void restart_restore(struct server *server);
/* Stores everything that is to outlive the process in the service manager. */
void restart_store(struct server *server);
void restart_close(struct server *server);

/* service.c: watchdog and status, if the service manager wants them. */
void service_start(struct server *server);
void service_stop(struct server *server);
/* Counts messages. */
struct observer service_observer(struct server *server);
/* Call it after the room may have changed. */
void service_touch(struct server *server);
/* Reports that the room is open, after a start or a reload. */
void service_ready(const struct server *server);

/*
 * console.c: starts to read stdin, the FIFO and the control socket. Returns an exit code; errors
 * were logged.
 */
int console_open(struct server *server);
void console_close(struct server *server);
/* The `line` of an admin_reply that goes to the log. */
void console_reply_to_log(void *ctx, bool is_error, const char *text);

/* control_bridge.c: looks up admin.group; GROUP_NONE, and logged, if it is missing. */
gid_t control_bridge_find_group(const struct server *server);
/* Opens the control socket. Returns the errors of control_server_open. */
int control_bridge_start(struct server *server, gid_t group);

/* answers.c: call it in each iteration. Returns true if there is more to be said at once. */
bool answers_serve(struct server *server);
void answers_init(struct answers *answers);
void answers_stop(struct server *server);

/* A configuration as the room takes it; `room` points to the two arrays. */
struct room_configuration {
    struct room_config room;
    struct room_door doors[ROOM_DOORS_MAX];
    struct endpoint own[ROOM_OWN_MAX];
};
void reload_describe(const struct server *server, const struct config *config,
                     struct room_configuration *ret);
/*
 * Reloads the configuration: all of it or nothing. Changes, options that need a restart and errors
 * go to `reply`; NULL: to the log.
 */
enum admin_result reload_config(struct server *server, const struct admin_reply *reply);

#endif
