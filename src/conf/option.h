/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The one table of options: name, range, default and effect of a reload. Parsing, --help-config,
 * the differences that a reload reports and the documentation's lists are made from it. It includes
 * the keys of a dialect, which core defines.
 */
#ifndef ROOMD_CONF_OPTION_H
#define ROOMD_CONF_OPTION_H

#include "conf/config.h"
#include "conf/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_id {
    OPTION_ROOM_NAME,
    OPTION_ROOM_LISTEN,
    OPTION_ROOM_MAX_MEMBERS,
    OPTION_ROOM_MAX_NAME,
    OPTION_ROOM_MAX_TEXT,
    OPTION_ROOM_IDLE_TIMEOUT,
    OPTION_ROOM_SESSION_TIMEOUT,
    OPTION_ROOM_RING,
    OPTION_ROOM_HISTORY,
    OPTION_PLAIN_ENABLED,
    OPTION_PLAIN_DIALECT,
    OPTION_PLAIN_LANGUAGE,
    OPTION_PLAIN_HISTORY,
    OPTION_DIALECT_KEY, /* the first of DIALECT_KEYS rows, in their order */
    OPTION_SEQUENCED_ENABLED = OPTION_DIALECT_KEY + DIALECT_KEYS,
    OPTION_STORE_PATH,
    OPTION_STORE_SYNC,
    OPTION_STORE_KEEP,
    OPTION_STORE_MAX_BYTES,
    OPTION_LIMITS_MESSAGES,
    OPTION_LIMITS_MESSAGE_BURST,
    OPTION_LIMITS_BYTES,
    OPTION_LIMITS_BYTE_BURST,
    OPTION_LIMITS_JOINS,
    OPTION_LIMITS_JOIN_BURST,
    OPTION_LIMITS_MEMBERS_PER_ADDRESS,
    OPTION_LIMITS_TRUSTED_JOINS,
    OPTION_LIMITS_TRUSTED_JOIN_BURST,
    OPTION_LIMITS_TRUSTED_MEMBERS_PER_ADDRESS,
    OPTION_ACCESS_PLAIN_FROM,
    OPTION_ACCESS_TRUSTED,
    OPTION_ACCESS_DENY,
    OPTION_ADMIN_STDIN,
    OPTION_ADMIN_FIFO,
    OPTION_ADMIN_FIFO_COMMANDS,
    OPTION_ADMIN_CONTROL,
    OPTION_ADMIN_GROUP,
    OPTION_LOG_LEVEL,
    OPTION_LOG_EVENTS,
    OPTIONS /* their number */
};

enum option_kind {
    OPTION_KIND_TEXT,        /* a line without control characters: min to max bytes */
    OPTION_KIND_SWITCH,      /* yes or no */
    OPTION_KIND_NUMBER,      /* whole, min to max */
    OPTION_KIND_SIZE,        /* bytes, min to max */
    OPTION_KIND_DURATION,    /* seconds, min to max, or 0 */
    OPTION_KIND_SYNC,        /* os or disk */
    OPTION_KIND_DOORS,       /* see listen_option_parse */
    OPTION_KIND_DIALECT,     /* a built-in dialect, or a file's path */
    OPTION_KIND_LANGUAGE,    /* zh or en */
    OPTION_KIND_PATH,        /* absolute, at most max bytes; empty = none */
    OPTION_KIND_DIALECT_KEY, /* a key of a dialect: see dialect_set */
    OPTION_KIND_NETWORKS,    /* see network_option_parse; min > 0: not empty */
    OPTION_KIND_PLAIN_FROM,  /* the same, and the word trusted */
    OPTION_KIND_LEVEL,       /* see log_option_parse_level */
    OPTION_KIND_EVENTS,      /* see log_option_parse_events */
};

/* Most options have one of these as `reload`; the others begin with one and a semicolon. */
#define OPTION_AT_ONCE "taken at once"
#define OPTION_RESTART "takes a restart"

struct option {
    const char *section;
    const char *key;
    enum option_kind kind;
    bool reloadable;
    uint64_t min, max;
    size_t offset; /* in struct config; for the kinds that option_store stores */
    const char *default_text;
    const char *help;
    const char *reload; /* what a reload does with it */
};

/* A list of networks is the longest, with the word trusted. */
#define OPTION_TEXT_BYTES (NETWORK_LIST_TEXT_BYTES + sizeof(OPTION_TRUSTED) + 2)
#define OPTION_TRUSTED    "trusted"

/* "admin.fifo_commands", for example. */
#define OPTION_NAME_BYTES 64

/*
 * `id` < OPTIONS. The default of a dialect's key is that of the built-in dialect `course` in
 * Chinese.
 */
struct option option_row(size_t id);

/* True if an option is in a section of this name. */
bool option_is_section(const char *section);

/*
 * Returns its id, or OPTIONS if there is no such option. `bye.VERB` has none: see
 * dialect_option_is_key.
 */
size_t option_find(const char *section, const char *key);

/*
 * Suggests an option for an unknown SECTION.KEY, in the same section or another:
 * "room.max_members". NULL if none is close. If `section` is unknown all sections rank equally.
 */
const char *option_suggest(const char *section, const char *key, char ret_name[OPTION_NAME_BYTES]);
/* Suggests a section, or returns NULL. */
const char *option_suggest_section(const char *section);

/*
 * Stores a value in its field of `config`. Does nothing for doors, dialects, their keys and lists
 * of networks, which are handled by their own files. STATUS_INVALID: `ret_why` says what is
 * allowed.
 */
int option_store(const struct option *option, const char *value, struct config *config,
                 char ret_why[VALUE_WHY_BYTES]);

/*
 * The value of an option in `config`, as it would be written in a file; valid as long as `config`
 * and `buffer`.
 */
const char *option_text(const struct config *config, size_t id, char buffer[OPTION_TEXT_BYTES]);

#endif
