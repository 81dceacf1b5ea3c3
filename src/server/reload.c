/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Taking the configuration anew. It is read and checked as a whole before anything of it counts; what can't change under a running room is said. */
#include "server/server_state.h"

#include <roomd/status.h>

struct reload {
    const struct admin_reply *reply;
    size_t changes;
};

static void on_error(void *ctx, const char *where, const char *message)
{
    struct reload *reload = ctx;

    admin_say(reload->reply, "reload: %s: %s", where, message);
}

static void on_change(void *ctx, const char *key, const char *old_text, const char *new_text, bool reloadable)
{
    struct reload *reload = ctx;

    reload->changes++;
    if (reloadable)
        admin_say(reload->reply, "reload: %s is now '%s' (was '%s')", key, new_text, old_text);
    else
        admin_say(reload->reply, "reload: %s = '%s' needs a restart; until then it is '%s'", key, new_text, old_text);
}

static void set_access(struct server *server, const struct config *config, const struct admin_reply *reply)
{
    uint32_t removed = room_set_access(server->room, &server->now, &config->access);

    if (removed > 0)
        admin_say(reply, "reload: %u member%s removed: access.deny and access.plain_from no longer let them in",
                  (unsigned)removed, removed == 1 ? " was" : "s were");
}

void reload_config(struct server *server, const struct admin_reply *reply)
{
    struct reload reload = {.reply = reply};
    struct config_report report = {.error = on_error, .ctx = &reload};
    struct config *config;
    int status = server_load_config(server->options, &report, &config);

    if (status == 0) {
        config_diff(server->config, config, on_change, &reload);
        status = config_keep_fixed(config, server->config);
        if (status != 0)
            config_free(config);
    }
    if (status != 0) {
        admin_say(reply, "reload: nothing was changed: %s",
                  status == STATUS_NO_MEMORY ? "out of memory" : "put that right, and reload again");
        return;
    }
    if (reload.changes == 0)
        admin_say(reply, "reload: nothing has changed");
    room_set_limits(server->room, &config->limits);
    doors_set(server, config);
    set_access(server, config, reply);
    config_free(server->config);
    server->config = config;
}
