/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Calls of the client become calls of the room, and the other way round. What a trouble means for
 * the room is decided here: at the start a room that could not keep its promise does not open;
 * later it goes on, and tells nothing that is not kept.
 */
#include "roomd/log_bridge.h"

#include "base/log.h"
#include "io/sd_notify.h"
#include "io/timer.h"
#include "roomd/server_state.h"

#include <errno.h>
#include <inttypes.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Members wait visibly then. The log itself says so when its commit is done, if it ever is. */
#define PATIENCE_S 1.0

/* Rows asked for to fill the ring: more than the largest holds are cut by their bytes. */
#define RING_ROWS UINT32_MAX

/* For tests, and for those who build another log. */
#define PROGRAM_VARIABLE "ROOMD_LOG_PROGRAM"

static void describe_settings(const struct config *config, struct log_settings *ret_settings)
{
    *ret_settings = (struct log_settings){.sync = (enum log_sync)config->store_sync,
                                          .keep_s = config->store_keep_s,
                                          .max_bytes = config->store_max_bytes};
}

/* ---- trouble ---- */

const char *log_bridge_complaint(const struct server *server)
{
    static const char *const words[LOG_TROUBLES] = {
        [LOG_TROUBLE_FULL] = "no space is left for the store",
        [LOG_TROUBLE_READ_ONLY] = "the store's file system is read-only",
        [LOG_TROUBLE_SLOW] = "the store's disk is slow",
        [LOG_TROUBLE_IO] = "the store's disk fails",
        [LOG_TROUBLE_CORRUPT] = "the store was damaged",
        [LOG_TROUBLE_LOCKED] = "the store is locked",
        [LOG_TROUBLE_OWNER] = "the store can't be written",
        [LOG_TROUBLE_GONE] = "the store is gone",
    };
    const struct log_bridge *bridge = &server->log_bridge;

    if (bridge->client == NULL)
        return NULL;
    if (bridge->trouble != LOG_TROUBLE_OVER)
        return words[bridge->trouble] != NULL ? words[bridge->trouble] : "trouble with the store";
    return bridge->waits_since_ns != 0 ? "the store does not answer" : NULL;
}

static void on_trouble(void *ctx, enum log_trouble trouble, const char *text)
{
    struct server *server = ctx;

    server->log_bridge.trouble = trouble;
    if (trouble == LOG_TROUBLE_OVER)
        log_notice("store: all is well again");
    else
        log_warnx("store: %s: %s", log_trouble_name(trouble), text);
}

static void on_ended(void *ctx, const char *why)
{
    struct server *server = ctx;

    server->log_bridge.restarts++;
    log_warnx("store: " LOG_CLIENT_PROGRAM " has ended, and is started again: %s", why);
}

/* ---- what waits ---- */

static void count_waiting(const struct server *server, struct room_log_stats *ret_stats)
{
    room_log_stats(server->room, ret_stats);
}

/* What waited is kept: what was said is taken back. */
static void settle(struct server *server)
{
    struct log_bridge *bridge = &server->log_bridge;
    int64_t waited_ns = server->now.mono_ns - bridge->waits_since_ns;

    if (bridge->waits_since_ns == 0)
        return;
    bridge->waits_since_ns = 0;
    log_notice("store: everything is kept again, after %" PRId64 ".%" PRId64 " s",
               waited_ns / MOMENT_NS_PER_S, waited_ns / (MOMENT_NS_PER_S / 10) % 10);
}

static void on_patience(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct server *server = timer->data;
    struct log_bridge *bridge = &server->log_bridge;
    struct room_log_stats stats;

    (void)loop;
    (void)events;
    count_waiting(server, &stats);
    if (stats.kept != bridge->patience_record || stats.kept == stats.recorded ||
        bridge->waits_since_ns != 0)
        return;
    bridge->waits_upto = stats.recorded;
    bridge->waits_since_ns = server->now.mono_ns - (int64_t)(PATIENCE_S * MOMENT_NS_PER_S);
    log_warnx("store: nothing was kept for a second: what is said now waits, and is told to nobody "
              "before it is kept");
}

void log_bridge_touch(struct server *server)
{
    struct log_bridge *bridge = &server->log_bridge;
    struct room_log_stats stats;

    if (bridge->client == NULL || ev_is_active(&bridge->patience))
        return;
    count_waiting(server, &stats);
    if (stats.kept >= bridge->waits_upto)
        settle(server);
    if (stats.kept == stats.recorded || bridge->waits_since_ns != 0)
        return;
    bridge->patience_record = stats.kept;
    timer_start(server->loop, &bridge->patience, PATIENCE_S);
}

bool log_bridge_is_done(const struct server *server)
{
    struct room_log_stats stats;

    if (server->log_bridge.client == NULL || server->log_bridge.lost)
        return true;
    count_waiting(server, &stats);
    return stats.kept == stats.recorded;
}

/* ---- the room ---- */

/* Every member would be told something else than others were before, so this process ends. */
static void give_up(struct server *server, const char *why)
{
    struct log_bridge *bridge = &server->log_bridge;

    bridge->lost = true;
    bridge->code = EX_IOERR;
    log_errorx("store: %s: the room ends, and begins again with what %s holds", why,
               server->config->store_path);
    server->closing = true;
    ev_break(server->loop, EVBREAK_ALL);
}

static void on_found(void *ctx, const struct log_ready *ready)
{
    struct server *server = ctx;
    struct log_bridge *bridge = &server->log_bridge;
    struct room_kept kept = {.record = ready->record,
                             .last_event = ready->last_event,
                             .renumber = (ready->flags & LOG_READY_RENUMBER) != 0};

    bridge->is_anew = bridge->restored && ready->record == 0 && ready->last_event == 0;
    if (bridge->restored && !bridge->is_anew &&
        memcmp(bridge->id, ready->id, sizeof(bridge->id)) != 0)
        give_up(server, "this is another file than before");
    if (bridge->restored && !bridge->is_anew)
        return;
    memcpy(bridge->id, ready->id, sizeof(bridge->id));
    if (bridge->restored)
        return;
    bridge->is_new = ready->record == 0;
    memcpy(kept.boot, bridge->boot, sizeof(kept.boot));
    if (room_restore_begin(server->room, &server->now, &kept) != 0)
        bridge->code = EX_OSERR;
    if ((ready->flags & LOG_READY_COPY) != 0)
        log_notice("store: %s is a copy, or was restored: event numbers go on in another epoch",
                   server->config->store_path);
}

static void on_state(void *ctx, const struct log_value *row)
{
    struct server *server = ctx;
    const struct room_change change = {.space = (enum room_space)row->space,
                                       .key = row->key.bytes,
                                       .key_len = row->key.length,
                                       .value = row->value.bytes,
                                       .value_len = row->value.length};

    if (!server->log_bridge.restored &&
        room_restore_row(server->room, &server->now, &change) == STATUS_NO_MEMORY)
        server->log_bridge.code = EX_OSERR;
}

/* The room itself is whole. What was said before is in its memory, but not in the new file. */
static void begin_anew(struct server *server)
{
    struct room_log_stats stats;

    count_waiting(server, &stats);
    log_client_begin_at(server->log_bridge.client, stats.kept + 1);
    if (room_log_renew(server->room, &server->now) != 0)
        give_up(server, "there is no memory to begin it again");
    else if (stats.kept > 0)
        log_warnx("store: %s was begun anew: the room goes on, but what was said before is not in "
                  "it",
                  server->config->store_path);
}

static void on_live(void *ctx, uint64_t record)
{
    struct server *server = ctx;
    struct log_bridge *bridge = &server->log_bridge;

    if (!bridge->restored || bridge->lost)
        return;
    if (bridge->is_anew) {
        begin_anew(server);
        return;
    }
    if (room_log_resume(server->room, &server->now, record) != 0)
        give_up(server, "the file has lost what it had kept, or has more than it was sent");
}

static void on_committed(void *ctx, uint64_t record, uint64_t event)
{
    struct server *server = ctx;

    (void)event;
    if (!server->log_bridge.lost)
        (void)room_committed(server->room, &server->now, record);
}

static void on_again(void *ctx)
{
    struct server *server = ctx;
    struct room_log_stats stats;

    count_waiting(server, &stats);
    (void)room_log_resume(server->room, &server->now, stats.kept);
}

/* ---- the start ---- */

static int exit_code(enum log_trouble trouble)
{
    switch (trouble) {
    case LOG_TROUBLE_NEWER:
    case LOG_TROUBLE_PROTOCOL:
        return EX_CONFIG;
    case LOG_TROUBLE_OWNER:
        return EX_NOPERM;
    case LOG_TROUBLE_GONE:
        return EX_NOINPUT;
    case LOG_TROUBLE_LOCKED:
        return EX_UNAVAILABLE;
    default:
        return EX_IOERR;
    }
}

int log_bridge_open(struct server *server)
{
    struct log_bridge *bridge = &server->log_bridge;
    struct log_client_setup setup = {.program = getenv(PROGRAM_VARIABLE),
                                     .path = server->config->store_path,
                                     .room = server->config->room_name,
                                     .boot = bridge->boot,
                                     .sink = {.found = on_found,
                                              .state = on_state,
                                              .live = on_live,
                                              .committed = on_committed,
                                              .trouble = on_trouble,
                                              .ended = on_ended,
                                              .again = on_again,
                                              .ctx = server}};
    int status;

    ev_timer_init(&bridge->patience, on_patience, PATIENCE_S, 0.0);
    bridge->patience.data = server;
    if (setup.path[0] == '\0')
        return EX_OK;
    boot_id(bridge->boot);
    describe_settings(server->config, &setup.settings);
    status = log_client_open(server->loop, &setup, &bridge->client);
    if (status == 0)
        return EX_OK;
    if (status != STATUS_SYSTEM)
        errno = ENOMEM;
    log_error("store.path is set, but %s, which keeps the store, can't be started",
              setup.program != NULL ? setup.program : LOG_CLIENT_PROGRAM " beside roomd");
    return status == STATUS_SYSTEM && (errno == ENOENT || errno == EACCES) ? EX_CONFIG : EX_OSERR;
}

struct room_log log_bridge_port(const struct server *server)
{
    if (server->log_bridge.client == NULL)
        return (struct room_log){.begin = NULL};
    return log_client_port(server->log_bridge.client);
}

void log_bridge_event(const struct log_row *row, struct event *ret_event)
{
    const struct log_entry *kept = &row->event;

    *ret_event = (struct event){.seq = row->number,
                                .author = kept->member,
                                .wall_ns = row->time_ns,
                                .utc_offset_s = row->utc_offset_s,
                                .kind = (uint8_t)kept->kind,
                                .reason = kept->reason,
                                .said = (uint16_t)kept->said,
                                .forgotten = (kept->flags & LOG_EVENT_FORGOTTEN) != 0,
                                .name_len = (uint16_t)kept->name.length,
                                .text_len = (uint16_t)kept->text.length,
                                .name = kept->name.bytes,
                                .text = kept->text.bytes};
}

static void on_ring_row(void *ctx, const struct log_row *row)
{
    struct server *server = ctx;
    struct event event;

    log_bridge_event(row, &event);
    (void)room_restore_event(server->room, &event);
}

static void on_ring_end(void *ctx, enum log_result result, uint64_t value, const char *text)
{
    struct server *server = ctx;

    (void)value;
    if (result == LOG_DONE)
        return;
    log_errorx("store: the last events can't be read: %s", text);
    server->log_bridge.code = EX_IOERR;
}

static int fill_ring(struct server *server)
{
    const struct log_read read = {
        .order = LOG_LAST, .rows = RING_ROWS, .bytes = server->config->ring_bytes};
    const struct log_answer answer = {.row = on_ring_row, .end = on_ring_end, .ctx = server};
    uint64_t id;

    if (log_client_read(server->log_bridge.client, &read, &answer, &id) != 0)
        return EX_IOERR;
    return log_client_wait_answers(server->log_bridge.client) == 0 ? server->log_bridge.code
                                                                   : EX_IOERR;
}

static void report(const struct room_restored *restored)
{
    if (restored->members > 0)
        log_notice("%" PRIu32 " member%s still in the room after the restart", restored->members,
                   restored->members == 1 ? " is" : "s are");
    if (restored->gone > 0)
        log_notice("%" PRIu32 " member%s left, as the door is gone", restored->gone,
                   restored->gone == 1 ? " has" : "s have");
    if (restored->ended > 0)
        log_notice("%" PRIu32 " session%s ended with the epoch, and join%s again", restored->ended,
                   restored->ended == 1 ? "" : "s", restored->ended == 1 ? "s" : "");
    if (restored->damaged > 0)
        log_warnx("store: %" PRIu32 " row%s of the state could not be read", restored->damaged,
                  restored->damaged == 1 ? "" : "s");
}

static int await_log(struct server *server)
{
    struct log_bridge *bridge = &server->log_bridge;
    const char *text;
    enum log_trouble trouble;

    sd_notify_status("waits for its store");
    if (log_client_wait_live(bridge->client) == 0)
        return bridge->code;
    trouble = log_client_trouble(bridge->client, &text);
    log_errorx("the room can't be opened with store.path = %s: %s", server->config->store_path,
               trouble != LOG_TROUBLE_OVER ? text : LOG_CLIENT_PROGRAM " does not answer");
    return exit_code(trouble);
}

int log_bridge_restore(struct server *server)
{
    struct log_bridge *bridge = &server->log_bridge;
    struct room_restored restored;
    int code;

    if (bridge->client == NULL)
        return EX_OK;
    code = await_log(server);
    if (code == EX_OK)
        code = fill_ring(server);
    if (code != EX_OK)
        return code;
    bridge->restored = true;
    if (room_restore_end(server->room, &server->now, &restored) != 0) {
        log_errorx("the room can't be restored from %s: out of memory", server->config->store_path);
        return EX_OSERR;
    }
    report(&restored);
    return EX_OK;
}

bool log_bridge_is_new(const struct server *server)
{
    return server->log_bridge.client == NULL || server->log_bridge.is_new;
}

/* ---- later ---- */

struct log_client *log_bridge_reader(struct server *server, bool searches)
{
    struct log_bridge *bridge = &server->log_bridge;
    struct log_client_setup setup = {.program = getenv(PROGRAM_VARIABLE),
                                     .path = server->config->store_path,
                                     .room = server->config->room_name,
                                     .boot = bridge->boot,
                                     .read_only = true};

    if (bridge->client == NULL || !searches)
        return bridge->client;
    describe_settings(server->config, &setup.settings);
    if (bridge->searcher == NULL &&
        log_client_open(server->loop, &setup, &bridge->searcher) != STATUS_OK)
        log_warn("store: the program that searches can't be started");
    return bridge->searcher;
}

void log_bridge_reload(struct server *server)
{
    struct log_settings settings;

    if (server->log_bridge.client == NULL)
        return;
    describe_settings(server->config, &settings);
    log_client_settings(server->log_bridge.client, &settings);
}

void log_bridge_close(struct server *server)
{
    struct log_bridge *bridge = &server->log_bridge;
    struct room_log_stats stats;

    if (bridge->client == NULL)
        return;
    ev_timer_stop(server->loop, &bridge->patience);
    if (bridge->restored)
        count_waiting(server, &stats);
    if (bridge->restored && stats.kept < stats.recorded)
        log_warnx("store: ends with %" PRIu64 " record%s not kept, and told to nobody",
                  stats.recorded - stats.kept, stats.recorded - stats.kept == 1 ? "" : "s");
    (void)log_client_close(bridge->searcher);
    bridge->searcher = NULL;
    if (!log_client_close(bridge->client))
        log_warnx("store: " LOG_CLIENT_PROGRAM " still waits for its disk");
    bridge->client = NULL;
}
