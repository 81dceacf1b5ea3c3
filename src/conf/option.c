/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table, and the meaning of its kinds. */
#include "conf/option.h"

#include "core/model/text.h"

#include <inttypes.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define FIELD(name) offsetof(struct config, name)

/* Addresses that strangers do not have. */
#define ACCESS_HOME "loopback, private, link-local, unique-local"

#define NEXT_LINE "; members see the new wording from their next line on"

/*
 * Options for what is opened or allocated only once are not reloadable: sockets, FIFO, control
 * socket, stdin, the transcript.
 */
static const struct option rows[OPTIONS] = {
    [OPTION_ROOM_NAME] = {"room", "name", OPTION_KIND_TEXT, true, 1, CONFIG_ROOM_NAME_MAX_BYTES,
                          FIELD(room_name), "lobby", "what the room is called",
                          OPTION_AT_ONCE "; shown when the room opens next"},
    [OPTION_ROOM_LISTEN] = {"room", "listen", OPTION_KIND_DOORS, false, 1, ROOM_DOORS_MAX, 0,
                            "0.0.0.0:8888, [::]:8888",
                            "the doors: addresses, separated by commas, each with an optional "
                            "=DIALECT; port 0 is any free one",
                            OPTION_RESTART
                            "; members of a door that is gone then leave, and the others are told"},
    [OPTION_ROOM_MAX_MEMBERS] = {"room", "max_members", OPTION_KIND_NUMBER, true, 1, 1000000,
                                 FIELD(limits.max_members), "10000",
                                 "members; one more is refused, or takes the place of a silent one",
                                 OPTION_AT_ONCE "; a lower number only refuses newcomers"},
    [OPTION_ROOM_MAX_NAME] = {"room", "max_name", OPTION_KIND_NUMBER, true, 1, 64,
                              FIELD(limits.max_name_codepoints), "32",
                              "characters (code points) in a name; in bytes it never exceeds 64",
                              OPTION_AT_ONCE "; members with a longer name keep it"},
    [OPTION_ROOM_MAX_TEXT] = {"room", "max_text", OPTION_KIND_NUMBER, true, 1, ROOM_TEXT_MAX_BYTES,
                              FIELD(limits.max_text_bytes), "900",
                              "bytes of text in a message or notice", OPTION_AT_ONCE},
    [OPTION_ROOM_IDLE_TIMEOUT] =
        {"room", "idle_timeout", OPTION_KIND_NUMBER, true, 0, 31536000,
         FIELD(limits.idle_timeout_s), "43200",
         "seconds a plain member may say nothing before it is told, and removed; 0 = for ever",
         OPTION_AT_ONCE "; a member that is silent for longer is told, and removed a little later"},
    [OPTION_ROOM_SESSION_TIMEOUT] = {"room", "session_timeout", OPTION_KIND_NUMBER, true, 30, 86400,
                                     FIELD(limits.session_timeout_s), "600",
                                     "seconds after which a member of the sequenced protocol that "
                                     "is not heard any more has left",
                                     OPTION_AT_ONCE
                                     "; a member that is not heard for longer leaves"},
    [OPTION_ROOM_RING] = {"room", "ring", OPTION_KIND_SIZE, false, ROOM_RING_MIN_BYTES,
                          ROOM_RING_MAX_BYTES, FIELD(ring_bytes), "16 MiB",
                          "memory for what was said lately, so that slow members can catch up",
                          OPTION_RESTART},
    [OPTION_ROOM_HISTORY] =
        {"room", "history", OPTION_KIND_NUMBER, true, 0, ROOM_HISTORY_MAX, FIELD(limits.history),
         "50", "events from before it came that a newcomer of the sequenced protocol is sent",
         OPTION_AT_ONCE "; for those who join from now on"},
    [OPTION_PLAIN_ENABLED] =
        {"plain", "enabled", OPTION_KIND_SWITCH, true, 0, 0, FIELD(limits.plain_enabled), "yes",
         "serve clients of the plain protocol",
         OPTION_AT_ONCE "; with no, members stay and hear, but nothing that they send is taken"},
    [OPTION_PLAIN_DIALECT] =
        {"plain", "dialect", OPTION_KIND_DIALECT, true, 1, CONFIG_DIALECT_MAX_BYTES, 0, "course",
         "the dialect of doors that name none, and the one the keys below change",
         OPTION_AT_ONCE ", and its file is read again" NEXT_LINE},
    [OPTION_PLAIN_LANGUAGE] = {"plain", "language", OPTION_KIND_LANGUAGE, true, 0, 0,
                               FIELD(language), "zh", "wording of the built-in dialects",
                               OPTION_AT_ONCE NEXT_LINE},
    [OPTION_PLAIN_HISTORY] =
        {"plain", "history", OPTION_KIND_NUMBER, true, 0, ROOM_HISTORY_MAX,
         FIELD(limits.plain_history), "0",
         "lines from before it came, each with its time, that a newcomer is sent",
         OPTION_AT_ONCE "; for those who join from now on"},
    [OPTION_SEQUENCED_ENABLED] = {"sequenced", "enabled", OPTION_KIND_SWITCH, true, 0, 0,
                                  FIELD(limits.sequenced_enabled), "yes",
                                  "let in clients of the sequenced protocol",
                                  OPTION_AT_ONCE
                                  "; with no, newcomers are refused, and those who are in stay"},
    [OPTION_STORE_PATH] = {"store", "path", OPTION_KIND_PATH, false, 0, CONFIG_STORE_PATH_MAX_BYTES,
                           FIELD(store_path), "",
                           "the SQLite file that keeps members and what happens in the room over a "
                           "restart; empty = only memory, where a restart ends sequenced sessions",
                           OPTION_RESTART},
    [OPTION_STORE_SYNC] =
        {"store", "sync", OPTION_KIND_SYNC, true, 0, 0, FIELD(store_sync), "os",
         "what every message that is acknowledged survives: os = the end of roomd "
         "or another program; disk = a power cut, too, which takes longer",
         OPTION_AT_ONCE "; for what is said from now on"},
    [OPTION_STORE_KEEP] = {"store", "keep", OPTION_KIND_DURATION, true, 60, CONFIG_STORE_KEEP_MAX_S,
                           FIELD(store_keep_s), "24h",
                           "how long what happens is kept, as newcomers are told; then it is "
                           "deleted; 0 = for as long as store.max_bytes allows",
                           OPTION_AT_ONCE "; with a shorter time, what is older is deleted"},
    [OPTION_STORE_MAX_BYTES] = {"store", "max_bytes", OPTION_KIND_SIZE, true,
                                CONFIG_STORE_MIN_BYTES, CONFIG_STORE_MAX_BYTES,
                                FIELD(store_max_bytes), "1 GiB",
                                "the largest size of the file; beyond it, the oldest is deleted",
                                OPTION_AT_ONCE "; with a smaller size, the oldest is deleted"},
    [OPTION_LIMITS_MESSAGES] = {"limits", "messages", OPTION_KIND_NUMBER, true, 0, 1000000,
                                FIELD(limits.messages.per_second), "200",
                                "messages a second from one member, in the long run; 0 = no limit",
                                OPTION_AT_ONCE},
    [OPTION_LIMITS_MESSAGE_BURST] = {"limits", "message_burst", OPTION_KIND_NUMBER, true, 1,
                                     1000000, FIELD(limits.messages.burst), "2000",
                                     "messages from one member at once", OPTION_AT_ONCE},
    [OPTION_LIMITS_BYTES] =
        {"limits", "bytes", OPTION_KIND_NUMBER, true, 0, 1000000000, FIELD(limits.bytes.per_second),
         "131072", "bytes of text a second from one member, in the long run; 0 = no limit",
         OPTION_AT_ONCE},
    [OPTION_LIMITS_BYTE_BURST] = {"limits", "byte_burst", OPTION_KIND_NUMBER, true, 1000,
                                  1000000000, FIELD(limits.bytes.burst), "1048576",
                                  "bytes of text from one member at once", OPTION_AT_ONCE},
    [OPTION_LIMITS_JOINS] =
        {"limits", "joins", OPTION_KIND_NUMBER, true, 0, 1000000,
         FIELD(limits.untrusted.joins.per_second), "1",
         "joins a second from one address outside access.trusted, and four times that from its /24 "
         "or /56; 0 = no limit",
         OPTION_AT_ONCE},
    [OPTION_LIMITS_JOIN_BURST] = {"limits", "join_burst", OPTION_KIND_NUMBER, true, 1, 1000000,
                                  FIELD(limits.untrusted.joins.burst), "20",
                                  "joins from such an address at once", OPTION_AT_ONCE},
    [OPTION_LIMITS_MEMBERS_PER_ADDRESS] =
        {"limits", "members_per_address", OPTION_KIND_NUMBER, true, 0, 1000000,
         FIELD(limits.untrusted.members), "32",
         "members from one address outside access.trusted, and four times that from its /24 or "
         "/56; 0 = no limit",
         OPTION_AT_ONCE "; a lower number only refuses newcomers"},
    [OPTION_LIMITS_TRUSTED_JOINS] = {"limits", "trusted_joins", OPTION_KIND_NUMBER, true, 0,
                                     1000000, FIELD(limits.trusted.joins.per_second), "100",
                                     "the same as joins, from an address in access.trusted",
                                     OPTION_AT_ONCE},
    [OPTION_LIMITS_TRUSTED_JOIN_BURST] = {"limits", "trusted_join_burst", OPTION_KIND_NUMBER, true,
                                          1, 1000000, FIELD(limits.trusted.joins.burst), "2000",
                                          "joins from such an address at once", OPTION_AT_ONCE},
    [OPTION_LIMITS_TRUSTED_MEMBERS_PER_ADDRESS] =
        {"limits", "trusted_members_per_address", OPTION_KIND_NUMBER, true, 0, 1000000,
         FIELD(limits.trusted.members), "2000",
         "the same as members_per_address, from an address in access.trusted",
         OPTION_AT_ONCE "; a lower number only refuses newcomers"},
    [OPTION_ACCESS_PLAIN_FROM] = {"access", "plain_from", OPTION_KIND_PLAIN_FROM, true, 1,
                                  NETWORK_LIST_MAX, FIELD(plain_from), OPTION_TRUSTED,
                                  "networks that clients of the plain protocol may come from; "
                                  "there is no reply to others; trusted = those of access.trusted",
                                  OPTION_AT_ONCE
                                  "; members that may no longer be here are removed"},
    [OPTION_ACCESS_TRUSTED] =
        {"access", "trusted", OPTION_KIND_NETWORKS, true, 1, NETWORK_LIST_MAX,
         FIELD(access.trusted), ACCESS_HOME,
         "networks in which nobody forges addresses; from elsewhere, clients of the plain protocol "
         "are sent at most three times the bytes that they send, in any hour",
         OPTION_AT_ONCE "; members that may no longer be here are removed"},
    [OPTION_ACCESS_DENY] = {"access", "deny", OPTION_KIND_NETWORKS, true, 0, NETWORK_LIST_MAX,
                            FIELD(access.deny), "none",
                            "networks that nobody may come from, whatever the others say",
                            OPTION_AT_ONCE "; members that may no longer be here are removed"},
    [OPTION_ADMIN_STDIN] = {"admin", "stdin", OPTION_KIND_SWITCH, false, 0, 0, FIELD(admin_stdin),
                            "yes", "read the console on stdin", OPTION_RESTART},
    [OPTION_ADMIN_FIFO] = {"admin", "fifo", OPTION_KIND_PATH, false, 0, CONFIG_PATH_MAX_BYTES,
                           FIELD(admin_fifo), "",
                           "a FIFO to create and read: each line written to it is a notice",
                           OPTION_RESTART},
    [OPTION_ADMIN_FIFO_COMMANDS] = {"admin", "fifo_commands", OPTION_KIND_SWITCH, true, 0, 0,
                                    FIELD(admin_fifo_commands), "no",
                                    "take commands (/kick …) from the FIFO, too", OPTION_AT_ONCE},
    [OPTION_ADMIN_CONTROL] = {"admin", "control", OPTION_KIND_PATH, false, 0, CONFIG_PATH_MAX_BYTES,
                              FIELD(admin_control), "", "the control socket to create, for roomctl",
                              OPTION_RESTART},
    [OPTION_ADMIN_GROUP] = {"admin", "group", OPTION_KIND_TEXT, false, 0, CONFIG_GROUP_MAX_BYTES,
                            FIELD(admin_group), "roomd-admin",
                            "the group whose members may use FIFO and control socket; empty = none",
                            OPTION_RESTART},
    [OPTION_LOG_LEVEL] = {"log", "level", OPTION_KIND_LEVEL, true, 0, 0, FIELD(log_level), "info",
                          "how important a line must be to be logged", OPTION_AT_ONCE},
    [OPTION_LOG_EVENTS] = {"log", "events", OPTION_KIND_EVENTS, true, 0, 0, FIELD(log_events),
                           "joins, exits, notices, refusals",
                           "what is logged, at level info, of what happens in the room",
                           OPTION_AT_ONCE},
};

static bool is_dialect_key(size_t id)
{
    return id >= OPTION_DIALECT_KEY && id < OPTION_DIALECT_KEY + DIALECT_KEYS;
}

static const char *dialect_key_reload(enum dialect_key_kind kind)
{
    switch (kind) {
    case DIALECT_KIND_VERBS:
        return OPTION_AT_ONCE "; requests with a verb that is gone are dropped, members' too";
    case DIALECT_KIND_REPLY:
    case DIALECT_KIND_PREFIX:
    case DIALECT_KIND_TEMPLATE:
        return OPTION_AT_ONCE NEXT_LINE;
    case DIALECT_KIND_NUMBER:
        break;
    }
    return OPTION_AT_ONCE;
}

struct option option_row(size_t id)
{
    struct option option = {
        .section = "plain", .kind = OPTION_KIND_DIALECT_KEY, .reloadable = true};
    const struct dialect_key_info *info;
    enum dialect_key key;

    if (!is_dialect_key(id))
        return rows[id];
    key = (enum dialect_key)(id - OPTION_DIALECT_KEY);
    info = dialect_key_info(key);
    option.key = info->key;
    option.min = info->min;
    option.max = info->max;
    option.default_text =
        dialect_builtin_text(rows[OPTION_PLAIN_DIALECT].default_text, DIALECT_ZH, key);
    option.help = info->help;
    option.reload = dialect_key_reload(info->kind);
    return option;
}

bool option_is_section(const char *section)
{
    for (size_t id = 0; id < OPTIONS; id++) {
        if (strcmp(option_row(id).section, section) == 0)
            return true;
    }
    return false;
}

size_t option_find(const char *section, const char *key)
{
    size_t id = 0;

    while (id < OPTIONS) {
        struct option option = option_row(id);

        if (strcmp(option.section, section) == 0 && strcmp(option.key, key) == 0)
            break;
        id++;
    }
    return id;
}

/* ---- values ---- */

static int store_text(const struct option *option, const char *value, char *field,
                      char ret_why[VALUE_WHY_BYTES])
{
    char cleaned[VALUE_MAX_BYTES];
    size_t length = strlen(value);

    if (length < option->min || length > option->max) {
        return value_refuse(STATUS_INVALID, ret_why,
                            "is not %" PRIu64 " to %" PRIu64 " bytes of text", option->min,
                            option->max);
    }
    if (text_clean(value, length, cleaned) != length || memcmp(cleaned, value, length) != 0) {
        return value_refuse(STATUS_INVALID, ret_why, "holds a control character");
    }
    memcpy(field, value, length + 1);
    return STATUS_OK;
}

static int store_switch(const char *value, bool *field, char ret_why[VALUE_WHY_BYTES])
{
    if (value_switch(value, field))
        return STATUS_OK;
    return value_refuse(STATUS_INVALID, ret_why, "is neither yes nor no");
}

static int store_number(const struct option *option, const char *value, uint32_t *field,
                        char ret_why[VALUE_WHY_BYTES])
{
    uint64_t number;

    if (value_number(value, option->max, &number) && number >= option->min) {
        *field = (uint32_t)number;
        return STATUS_OK;
    }
    return value_refuse(STATUS_INVALID, ret_why,
                        "is not a whole number from %" PRIu64 " to %" PRIu64, option->min,
                        option->max);
}

static int store_size(const struct option *option, const char *value, size_t *field,
                      char ret_why[VALUE_WHY_BYTES])
{
    char min[VALUE_SIZE_BYTES], max[VALUE_SIZE_BYTES];
    uint64_t bytes;

    if (value_size(value, option->max, &bytes) && bytes >= option->min) {
        *field = (size_t)bytes;
        return STATUS_OK;
    }
    return value_refuse(STATUS_INVALID, ret_why,
                        "is not a size from %s to %s, such as 16 MiB, 512K or 1048576",
                        value_write_size(option->min, min), value_write_size(option->max, max));
}

static int store_duration(const struct option *option, const char *value, uint32_t *field,
                          char ret_why[VALUE_WHY_BYTES])
{
    char min[VALUE_DURATION_BYTES], max[VALUE_DURATION_BYTES];
    uint32_t seconds;

    if (value_duration(value, (uint32_t)option->max, &seconds) &&
        (seconds == 0 || seconds >= option->min)) {
        *field = seconds;
        return STATUS_OK;
    }
    return value_refuse(STATUS_INVALID, ret_why,
                        "is neither 0 nor a time from %s to %s, such as 90m, 24h or 7d",
                        value_write_duration((uint32_t)option->min, min),
                        value_write_duration((uint32_t)option->max, max));
}

static int store_sync(const char *value, enum config_sync *field, char ret_why[VALUE_WHY_BYTES])
{
    if (strcmp(value, "os") != 0 && strcmp(value, "disk") != 0)
        return value_refuse(STATUS_INVALID, ret_why, "is neither os nor disk");
    *field = value[0] == 'o' ? CONFIG_SYNC_OS : CONFIG_SYNC_DISK;
    return STATUS_OK;
}

static int store_path(const struct option *option, const char *value, char *field,
                      char ret_why[VALUE_WHY_BYTES])
{
    size_t length = strlen(value);

    if (length > 0 && value[0] != '/') {
        return value_refuse(STATUS_INVALID, ret_why,
                            "is not an absolute path: it begins with a '/', or is empty");
    }
    if (length > option->max) {
        return value_refuse(STATUS_INVALID, ret_why, "is %zu bytes; this path has at most %" PRIu64,
                            length, option->max);
    }
    if (strchr(value, '\n') != NULL) {
        return value_refuse(STATUS_INVALID, ret_why, "holds a control character");
    }
    memcpy(field, value, length + 1);
    return STATUS_OK;
}

static int store_language(const char *value, enum dialect_language *field,
                          char ret_why[VALUE_WHY_BYTES])
{
    if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0) {
        return value_refuse(STATUS_INVALID, ret_why,
                            "is no language: zh (Chinese) or en (English)");
    }
    *field = value[0] == 'z' ? DIALECT_ZH : DIALECT_EN;
    return STATUS_OK;
}

int option_store(const struct option *option, const char *value, struct config *config,
                 char ret_why[VALUE_WHY_BYTES])
{
    void *field = (char *)config + option->offset;

    switch (option->kind) {
    case OPTION_KIND_TEXT:
        return store_text(option, value, field, ret_why);
    case OPTION_KIND_SWITCH:
        return store_switch(value, field, ret_why);
    case OPTION_KIND_NUMBER:
        return store_number(option, value, field, ret_why);
    case OPTION_KIND_SIZE:
        return store_size(option, value, field, ret_why);
    case OPTION_KIND_PATH:
        return store_path(option, value, field, ret_why);
    case OPTION_KIND_DURATION:
        return store_duration(option, value, field, ret_why);
    case OPTION_KIND_SYNC:
        return store_sync(value, field, ret_why);
    case OPTION_KIND_LANGUAGE:
        return store_language(value, field, ret_why);
    case OPTION_KIND_LEVEL:
        return log_option_parse_level(value, field, ret_why);
    case OPTION_KIND_EVENTS:
        return log_option_parse_events(value, field, ret_why);
    case OPTION_KIND_DOORS:
    case OPTION_KIND_DIALECT:
    case OPTION_KIND_DIALECT_KEY:
    case OPTION_KIND_NETWORKS:
    case OPTION_KIND_PLAIN_FROM:
        break;
    }
    return STATUS_OK;
}

static const char *plain_from_text(const struct config *config, char buffer[OPTION_TEXT_BYTES])
{
    const struct network_list *list = &config->plain_from;
    bool only_trusted = config->plain_from_trusted && list->sets == 0 && list->count == 0;
    const char *before = !config->plain_from_trusted ? ""
                         : only_trusted              ? OPTION_TRUSTED
                                                     : OPTION_TRUSTED ", ";
    size_t length = strlen(before);

    memcpy(buffer, before, length + 1);
    if (!only_trusted)
        network_list_format(list, buffer + length);
    return buffer;
}

const char *option_text(const struct config *config, size_t id, char buffer[OPTION_TEXT_BYTES])
{
    struct option option = option_row(id);
    const char *field = (const char *)config + option.offset;

    switch (option.kind) {
    case OPTION_KIND_TEXT:
    case OPTION_KIND_PATH:
        return value_write(field, buffer);
    case OPTION_KIND_SWITCH:
        return *(const bool *)field ? "yes" : "no";
    case OPTION_KIND_NUMBER:
        snprintf(buffer, OPTION_TEXT_BYTES, "%u", (unsigned)*(const uint32_t *)(const void *)field);
        return buffer;
    case OPTION_KIND_SIZE:
        return value_write_size(*(const size_t *)(const void *)field, buffer);
    case OPTION_KIND_DURATION:
        return value_write_duration(*(const uint32_t *)(const void *)field, buffer);
    case OPTION_KIND_SYNC:
        return *(const enum config_sync *)(const void *)field == CONFIG_SYNC_OS ? "os" : "disk";
    case OPTION_KIND_LANGUAGE:
        return *(const enum dialect_language *)(const void *)field == DIALECT_ZH ? "zh" : "en";
    case OPTION_KIND_LEVEL:
        return log_option_level_word(*(const enum log_level *)(const void *)field);
    case OPTION_KIND_EVENTS:
        return log_option_write_events(*(const uint32_t *)(const void *)field, buffer);
    case OPTION_KIND_NETWORKS:
        return network_list_format((const struct network_list *)(const void *)field, buffer);
    case OPTION_KIND_PLAIN_FROM:
        return plain_from_text(config, buffer);
    case OPTION_KIND_DOORS:
        return config->listen_text;
    case OPTION_KIND_DIALECT:
        return value_write(config->plain_dialect, buffer);
    case OPTION_KIND_DIALECT_KEY:
        return value_write(config->dialects[0].texts[id - OPTION_DIALECT_KEY], buffer);
    }
    return "";
}
