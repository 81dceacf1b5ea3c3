/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * State that the service manager keeps across a restart: the doors' sockets, with the datagrams
 * that arrive meanwhile, and the roster of members. So no member has to join again and no datagram
 * is lost. room.listen still decides about the doors: other sockets are dropped.
 */
#include "roomd/server_state.h"

#include "base/log.h"
#include "io/sd_notify.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * The manager must drop a socket before its port is bound again. It answers at once unless it is in
 * trouble.
 */
#define RESTART_BARRIER_MS 5000

/* ---- what was kept ---- */

/* The newest roster counts. A process that was killed while it took over may have left two. */
static void find_roster(struct restart *restart)
{
    struct roster_file_read *read;
    size_t newest = 0;

    for (size_t i = 0; i < restart->fdstore.count; i++) {
        if (roster_file_read(restart->fdstore.fds[i].fd, &read) != STATUS_OK)
            continue;
        if (restart->before != NULL &&
            roster_file_read_generation(restart->before) >= roster_file_read_generation(read)) {
            roster_file_read_free(read);
            continue;
        }
        roster_file_read_free(restart->before);
        restart->before = read;
        newest = i;
    }
    restart->before_fd = restart->before != NULL ? fdstore_take(&restart->fdstore, newest) : -1;
    if (restart->before != NULL)
        snprintf(restart->before_name, sizeof(restart->before_name), "%s",
                 restart->fdstore.fds[newest].name);
}

void restart_find(struct server *server)
{
    fdstore_find(&server->restart.fdstore);
    find_roster(&server->restart);
}

void restart_match(struct server *server, int ret_fds[ROOM_DOORS_MAX])
{
    struct fdstore *fdstore = &server->restart.fdstore;

    for (size_t door = 0; door < server->config->door_count; door++) {
        const struct config_door *wanted = &server->config->doors[door];

        ret_fds[door] = -1;
        for (size_t i = 0; i < fdstore->count && ret_fds[door] < 0; i++) {
            if (!fdstore->fds[i].taken &&
                udp_is_bound(fdstore->fds[i].fd, &wanted->listen, wanted->zone))
                ret_fds[door] = fdstore_take(fdstore, i);
        }
    }
    if (fdstore_drop(fdstore) > 0)
        sd_notify_barrier(RESTART_BARRIER_MS);
}

/* ---- members ---- */

/* Finds a door by the address it was bound to before; ROOM_DOORS_MAX if it was removed. */
static uint16_t find_door(const struct server *server, const struct endpoint *doors, size_t count,
                          uint16_t then)
{
    for (uint16_t door = 0; then < count && door < udp_doors(server->doors); door++) {
        if (endpoint_equal(udp_bound(server->doors, door), &doors[then]))
            return door;
    }
    return ROOM_DOORS_MAX;
}

/* Members whose door was removed are restored last, so that the others see them leave. */
static uint32_t restore(struct server *server, bool with_door, uint32_t *ret_lost)
{
    const struct roster_file_read *before = server->restart.before;
    struct roster_record record;
    uint32_t seat = 0, restored = 0;
    size_t door_count;
    const struct endpoint *doors = roster_file_read_doors(before, &door_count);

    while (roster_file_read_next(before, &seat, &record)) {
        record.path.door = find_door(server, doors, door_count, record.path.door);
        if ((record.path.door < ROOM_DOORS_MAX) != with_door)
            continue;
        if (room_restore(server->room, &server->now, &record) == STATUS_OK)
            restored++;
        else
            ++*ret_lost;
    }
    return restored;
}

void restart_restore(struct server *server)
{
    uint32_t restored, lost = 0, torn;

    /* A room that was without a log until now has its members in the roster alone. */
    if (server->restart.before == NULL || !log_bridge_is_new(server))
        return;
    torn = roster_file_read_torn(server->restart.before);
    restored = restore(server, true, &lost);
    restore(server, false, &lost);
    log_notice("%u member%s still in the room after the restart", (unsigned)restored,
               restored == 1 ? " is" : "s are");
    if (lost + torn > 0)
        log_warnx("%u member%s could not be kept over the restart: the door is gone, or the record "
                  "is no good",
                  (unsigned)(lost + torn), lost + torn == 1 ? "" : "s");
}

/* ---- what is to be kept ---- */

struct roster restart_make_roster(struct server *server)
{
    uint64_t generation = server->restart.before != NULL
                              ? roster_file_read_generation(server->restart.before) + 1
                              : 1;
    struct endpoint doors[ROOM_DOORS_MAX];
    uint16_t count = udp_doors(server->doors);

    /* No service manager would keep it, or the log keeps members better. */
    if (!sd_notify_is_wanted() || server->config->store_path[0] != '\0')
        return (struct roster){.keep = NULL};
    for (uint16_t door = 0; door < count; door++)
        doors[door] = *udp_bound(server->doors, door);
    if (roster_file_new(server->config->limits.max_members, doors, count, generation,
                        &server->restart.roster) == STATUS_OK)
        return (struct roster){
            .keep = roster_file_keep, .forget = roster_file_forget, .ctx = server->restart.roster};
    log_warn("members can't be kept over a restart");
    return (struct roster){.keep = NULL};
}

/* "door-0.0.0.0_8888": names in the store can't have a colon. */
static void store_door(const struct server *server, uint16_t door)
{
    char name[ENDPOINT_TEXT_BYTES + 8] = "door-";
    size_t used = strlen(name);

    endpoint_format(udp_bound(server->doors, door), name + used);
    for (char *at = strchr(name, ':'); at != NULL; at = strchr(at, ':'))
        *at = '_';
    sd_notify_store(udp_fd(server->doors, door), name);
}

void restart_store(struct server *server)
{
    struct restart *restart = &server->restart;
    char name[64];

    /* The manager ignores a duplicate. */
    for (uint16_t door = 0; door < udp_doors(server->doors); door++)
        store_door(server, door);
    if (restart->roster != NULL) {
        snprintf(name, sizeof(name), "members-%llu",
                 (unsigned long long)roster_file_generation(restart->roster));
        sd_notify_store(roster_file_fd(restart->roster), name);
    }
    /* Drop the old roster only now that the new one is stored. */
    if (restart->before_name[0] != '\0')
        sd_notify_unstore(restart->before_name);
    roster_file_read_free(restart->before);
    restart->before = NULL;
    if (restart->before_fd >= 0)
        close(restart->before_fd);
    restart->before_fd = -1;
}

void restart_close(struct server *server)
{
    struct restart *restart = &server->restart;

    roster_file_read_free(restart->before);
    if (restart->before_fd >= 0)
        close(restart->before_fd);
    roster_file_free(restart->roster);
}
