/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The configuration, read and checked as a whole: the built-in defaults, overridden by the file,
 * overridden by the command line. The result is a new struct config if everything is right;
 * otherwise each mistake is reported and there is none. Resolves no interface and opens no files
 * but those it reads.
 */
#ifndef ROOMD_CONF_CONFIG_H
#define ROOMD_CONF_CONFIG_H

#include "conf/log_option.h"

#include <roomd/dialect.h>
#include <roomd/endpoint.h>
#include <roomd/limits.h>
#include <roomd/room.h>
#include <roomd/room_admin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_ROOM_NAME_MAX_BYTES 64

/* Linux' IFNAMSIZ is 16 with NUL. */
#define CONFIG_ZONE_MAX_BYTES 15

/* sun_path of struct sockaddr_un has 108 bytes with NUL; a FIFO gets the same limit. */
#define CONFIG_PATH_MAX_BYTES 107

/* SQLite's files beside it have longer names. */
#define CONFIG_STORE_PATH_MAX_BYTES 255

/* The smallest holds some thousand messages; a size_t of 32 bits ends the largest sooner. */
#define CONFIG_STORE_MIN_BYTES ((size_t)1 << 20)
#define CONFIG_STORE_MAX_BYTES ((size_t)1 << (sizeof(size_t) > 4 ? 40 : 31))

/* Ten years, as for a ban. */
#define CONFIG_STORE_KEEP_MAX_S (3650U * 86400U)

/* useradd(8)'s limit for names of users and groups. */
#define CONFIG_GROUP_MAX_BYTES 32

/* A built-in dialect's name, or the path of a file. */
#define CONFIG_DIALECT_MAX_BYTES 255

/* Limits the journal lines for a file that is no configuration, where every line is wrong. */
#define CONFIG_ERRORS_MAX 200

/* What has happened before anybody is told of a record; the numbers are those of log-protocol.md.
 */
enum config_sync {
    CONFIG_SYNC_OS = 0,   /* it survives the end of every program */
    CONFIG_SYNC_DISK = 1, /* it survives a power cut */
};

struct config_door {
    struct endpoint listen;
    /*
     * "eth0" of [fe80::1%eth0]; binding looks up its index. Empty if there is no zone or it is a
     * number.
     */
    char zone[CONFIG_ZONE_MAX_BYTES + 1];
    uint16_t dialect; /* index into config.dialects */
};

struct config_dialect {
    struct dialect dialect;
    char *source;              /* the built-in dialect's name, or the file's path; owned */
    char *texts[DIALECT_KEYS]; /* the value of each key; owned */
};

struct config {
    char room_name[CONFIG_ROOM_NAME_MAX_BYTES + 1];
    struct config_door doors[ROOM_DOORS_MAX];
    size_t door_count;
    /* room.listen is not set: an address family that the kernel lacks may be skipped. */
    bool listen_is_default;
    char *listen_text;  /* room.listen in canonical form; owned */
    char *listen_where; /* where it is set, as in config_diagnostic; NULL by default; owned */
    size_t ring_bytes;
    struct room_limits limits;
    char store_path[CONFIG_STORE_PATH_MAX_BYTES + 1]; /* empty = in memory only */
    enum config_sync store_sync;
    uint32_t store_keep_s; /* 0 = as long as it fits store_max_bytes */
    size_t store_max_bytes;
    char plain_dialect[CONFIG_DIALECT_MAX_BYTES + 1]; /* as written */
    enum dialect_language language;
    struct config_dialect *dialects; /* the first is that of plain.dialect; owned */
    size_t dialect_count;
    struct network_list plain_from; /* access.plain_from as written, without the word trusted */
    bool plain_from_trusted;        /* that word is in it, as by default */
    struct room_access access;
    bool admin_stdin;
    char admin_fifo[CONFIG_PATH_MAX_BYTES + 1]; /* empty = none */
    bool admin_fifo_commands;
    char admin_control[CONFIG_PATH_MAX_BYTES + 1]; /* empty = none */
    char admin_group[CONFIG_GROUP_MAX_BYTES + 1];  /* empty = none */
    /* admin.group is not set: a missing group may be ignored. */
    bool admin_group_is_default;
    enum log_level log_level;
    uint32_t log_events; /* one LOG_EVENT_BIT each */
};

/*
 * `where` is "FILE:LINE", "FILE" or "--set SECTION.KEY=VALUE". Both texts are safe to print on a
 * terminal and borrowed for the call.
 */
typedef void config_diagnostic(void *ctx, const char *where, const char *message);

/* Receives the diagnostics. */
struct config_report {
    config_diagnostic *error;
    config_diagnostic *warning; /* the configuration is still valid; may be NULL */
    void *ctx;
};

/*
 * Reads the file `path` (NULL: none) and then the settings, which override it and earlier settings.
 * The caller owns the result. STATUS_NOT_FOUND: the file is missing, not a regular file or not
 * readable; STATUS_INVALID: it or a setting has errors; both were reported. STATUS_NO_MEMORY was
 * not reported.
 */
int config_load(const char *path, const char *const *settings, size_t setting_count,
                const struct config_report *report, struct config **ret_config);

/*
 * The same for a file already in memory. Diagnostics name it `path`, and relative paths in it start
 * from the folder of `path`.
 */
int config_parse(const char *path, const char *bytes, size_t length, const char *const *settings,
                 size_t setting_count, const struct config_report *report,
                 struct config **ret_config);

void config_free(struct config *config);

/* True if `text` has the form SECTION.KEY=VALUE. Does not check whether that option exists. */
bool config_is_setting(const char *text);

/*
 * Called for each difference. The texts are as they would be written in the file, safe to print on
 * a terminal, borrowed for the call.
 */
typedef void config_changed(void *ctx, const char *key, const char *old_text, const char *new_text,
                            bool reloadable);

/*
 * Reports the differences between two configurations, option by option. An option that is not
 * reloadable needs a restart.
 */
void config_diff(const struct config *old, const struct config *new, config_changed *changed,
                 void *ctx);

/*
 * For a reload: copies to `config` the running values of the options that need a restart, so that
 * it shows what is in effect. STATUS_NO_MEMORY: only config_free may follow.
 */
int config_keep_fixed(struct config *config, const struct config *running);

#endif
