/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reloads the configuration. It is read and checked as a whole before any of it is applied; changes
 * that a running room can't make are reported.
 */
#include "roomd/server_state.h"

#include "base/log.h"
#include "io/interfaces.h"

#include <roomd/status.h>
#include <unistd.h>

struct reload {
    const struct admin_reply *reply;
    size_t changes;
};

/* For SIGHUP, where only the log can show errors, at every log.level. */
static void reply_to_log(void *ctx, bool is_error, const char *text)
{
    (void)ctx;
    if (is_error)
        log_errorx("%s", text);
    else
        log_notice("%s", text);
}

static void on_error(void *ctx, const char *where, const char *message)
{
    struct reload *reload = ctx;

    admin_say(reload->reply, ADMIN_FAILED, "reload: %s: %s", where, message);
}

static void on_warning(void *ctx, const char *where, const char *message)
{
    struct reload *reload = ctx;

    admin_say(reload->reply, ADMIN_DONE, "reload: %s: warning: %s", where, message);
}

static void on_change(void *ctx, const char *key, const char *old_text, const char *new_text,
                      bool reloadable)
{
    struct reload *reload = ctx;

    reload->changes++;
    if (reloadable)
        admin_say(reload->reply, ADMIN_DONE, "reload: %s is now '%s' (was '%s')", key, new_text,
                  old_text);
    else
        admin_say(reload->reply, ADMIN_DONE,
                  "reload: %s = '%s' needs a restart; until then it is '%s'", key, new_text,
                  old_text);
}

void reload_describe(const struct server *server, const struct config *config,
                     struct room_configuration *ret)
{
    ret->room = (struct room_config){.limits = config->limits,
                                     .access = config->access,
                                     .title = config->room_name,
                                     .doors = ret->doors,
                                     .door_count = doors_describe(server, config, ret->doors),
                                     .own = ret->own,
                                     .own_count = interfaces_addresses(ret->own, ROOM_OWN_MAX)};
    if (config->store_path[0] != '\0')
        ret->room.limits.keep_s = config->store_keep_s != 0 ? config->store_keep_s : UINT32_MAX;
}

/* Can't fail. */
static void apply(struct server *server, struct config *config, const struct reload *reload)
{
    struct room_configuration described;
    uint32_t removed;

    reload_describe(server, config, &described);
    removed = room_reconfigure(server->room, &server->now, &described.room);
    if (removed > 0)
        admin_say(
            reload->reply, ADMIN_DONE,
            "reload: %u member%s removed: access.deny and access.plain_from no longer let them in",
            (unsigned)removed, removed == 1 ? " was" : "s were");
    journal_set_events(&server->journal, config->log_events);
    log_set_level(config->log_level);
    config_free(server->config);
    server->config = config;
    log_bridge_reload(server);
}

enum admin_result reload_config(struct server *server, const struct admin_reply *reply)
{
    static const struct admin_reply log = {.line = reply_to_log};
    struct reload reload = {.reply = reply != NULL ? reply : &log};
    struct config_report report = {.error = on_error, .warning = on_warning, .ctx = &reload};
    struct config *config;
    int status = server_load_config(server->options, &report, &config);

    if (status == 0) {
        if (config->log_level > server->config->log_level)
            log_set_level(config->log_level); /* a more verbose log also shows this change */
        config_diff(server->config, config, on_change, &reload);
        status = config_keep_fixed(config, server->config);
        if (status != 0)
            config_free(config);
    }
    if (status != 0) {
        log_set_level(server->config->log_level);
        return admin_say(reload.reply, ADMIN_FAILED, "reload: nothing was changed: %s",
                         status == STATUS_NO_MEMORY ? "out of memory"
                                                    : "put that right, and reload again");
    }
    if (reload.changes == 0)
        admin_say(reload.reply, ADMIN_DONE, "reload: nothing has changed");
    apply(server, config, &reload);
    return ADMIN_DONE;
}

int server_load_config(const struct server_options *options, const struct config_report *report,
                       struct config **ret_config)
{
    const char *path = options->config_path;

    if (path == NULL && access(SERVER_CONFIG_PATH, F_OK) == 0)
        path = SERVER_CONFIG_PATH;
    return config_load(path, options->settings, options->setting_count, report, ret_config);
}
