/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The configuration, read and checked as a whole: what stands in the file, over it what the command
 * line sets, beneath it the built-in defaults. Either everything is right and there is a new struct
 * config, or each mistake is reported and there is none. It resolves no interface and opens nothing
 * but the files it reads.
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

/* Linux' IFNAMSIZ is 16 with its NUL. */
#define CONFIG_ZONE_MAX_BYTES 15

/* sun_path of struct sockaddr_un has 108 bytes with its NUL; a FIFO is held to the same. */
#define CONFIG_PATH_MAX_BYTES 107

/* As useradd(8) has it for names of users and groups. */
#define CONFIG_GROUP_MAX_BYTES 32

/* A built-in dialect's name, or the path of a file. */
#define CONFIG_DIALECT_MAX_BYTES 255

/* Of a file that is something else altogether, every line is wrong: the journal needs not each of
 * them. */
#define CONFIG_ERRORS_MAX 200

struct config_door {
    struct endpoint listen;
    /* "eth0" of [fe80::1%eth0]: whoever binds looks up its index. Empty where there is none, or
     * where it is a number. */
    char zone[CONFIG_ZONE_MAX_BYTES + 1];
    uint16_t dialect; /* index into config.dialects */
};

struct config_dialect {
    struct dialect dialect;
    char *source;              /* the built-in dialect's name, or the file's path; owned */
    char *texts[DIALECT_KEYS]; /* what each key is set to; owned */
};

struct config {
    char room_name[CONFIG_ROOM_NAME_MAX_BYTES + 1];
    struct config_door doors[ROOM_DOORS_MAX];
    size_t door_count;
    bool listen_is_default; /* nobody set room.listen: a family the kernel lacks may be left out */
    char *listen_text;      /* room.listen in its one canonical form; owned */
    size_t ring_bytes;
    struct room_limits limits;
    char plain_dialect[CONFIG_DIALECT_MAX_BYTES + 1]; /* as it was written */
    enum dialect_language language;
    struct config_dialect *dialects; /* the first is the one plain.dialect names; owned */
    size_t dialect_count;
    struct room_access access;
    bool admin_stdin;
    char admin_fifo[CONFIG_PATH_MAX_BYTES + 1]; /* empty = none */
    bool admin_fifo_commands;
    char admin_control[CONFIG_PATH_MAX_BYTES + 1]; /* empty = none */
    char admin_group[CONFIG_GROUP_MAX_BYTES + 1];  /* empty = none */
    bool admin_group_is_default; /* nobody set admin.group: that there is no such group may be
                                    passed over */
    enum log_level log_level;
    uint32_t log_events; /* one LOG_EVENT_BIT each */
};

/*
 * `where` is "FILE:LINE", "FILE" or "--set SECTION.KEY=VALUE". Both texts are safe to print on a
 * terminal, borrowed for the call.
 */
typedef void config_told(void *ctx, const char *where, const char *message);

/* Who is told what is wrong. */
struct config_report {
    config_told *error;
    config_told *warning; /* of what is ignored, and no reason to refuse the whole; may be NULL */
    void *ctx;
};

/*
 * Reads the file `path` (NULL: there is none) and then the settings, which override it and each
 * other. The result is owned by the caller. STATUS_NOT_FOUND: the file is not there, is not a
 * regular file or can't be read; STATUS_INVALID: something in it is wrong; both were reported.
 * STATUS_NO_MEMORY was not.
 */
int config_load(const char *path, const char *const *settings, size_t setting_count,
                const struct config_report *report, struct config **ret_config);

/*
 * The same for a file that is already in memory; `path` is the name it goes by, and relative paths
 * in it start from that file's folder.
 */
int config_parse(const char *path, const char *bytes, size_t length, const char *const *settings,
                 size_t setting_count, const struct config_report *report,
                 struct config **ret_config);

void config_free(struct config *config);

/* True where `text` has the form SECTION.KEY=VALUE; whether there is such an option is
 * config_load's business. */
bool config_is_setting(const char *text);

/*
 * Told of each difference. The texts are as they would be written in the file, safe to print on a
 * terminal, borrowed for the call.
 */
typedef void config_changed(void *ctx, const char *key, const char *old_text, const char *new_text,
                            bool reloadable);

/*
 * What taking `new` in place of `old` would change, option by option; an option that is not
 * reloadable takes a restart.
 */
void config_diff(const struct config *old, const struct config *new, config_changed *changed,
                 void *ctx);

/*
 * For a reload: gives `config` the running values of the options that take a restart, so that it
 * says what is so. STATUS_NO_MEMORY: `config` is only good for config_free.
 */
int config_keep_fixed(struct config *config, const struct config *running);

#endif
