/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* READY, STATE and LIVE. */
#include "log/presentation.h"

#include "log/commits.h"

#include <stdio.h>
#include <string.h>

static bool send_ready(struct helper *helper, struct trouble *trouble)
{
    struct store *store = &helper->store;
    struct log_ready ready = {.flags = store->flags,
                              .record = store->record,
                              .own = store->record,
                              .version = LOG_VERSION,
                              .order = LOG_ORDER_CORE,
                              .sync = store->sync,
                              .last_event = store->last_event};
    int64_t time_ns;
    char engine[64];

    if (store_oldest(store, trouble, &ready.first_event, &time_ns) != 0)
        return false;
    memcpy(ready.id, store->id, LOG_ID_BYTES);
    memcpy(ready.boot, store->boot, LOG_ID_BYTES);
    snprintf(engine, sizeof(engine), "sqlite %s", sqlite3_libversion());
    ready.engine = (struct octets_slice){engine, strlen(engine)};
    channel_send(&helper->channel,
                 log_ready_write(helper->channel.out, sizeof(helper->channel.out), &ready));
    return true;
}

static struct log_effect value_of(sqlite3_stmt *row)
{
    return (struct log_effect){
        .kind = LOG_PUT,
        .value = {.space = (uint8_t)sqlite3_column_int(row, 0),
                  .key = {sqlite3_column_blob(row, 1), (size_t)sqlite3_column_bytes(row, 1)},
                  .value = {sqlite3_column_blob(row, 2), (size_t)sqlite3_column_bytes(row, 2)}}};
}

static bool send_state(struct helper *helper, struct trouble *trouble)
{
    struct channel *channel = &helper->channel;
    sqlite3_stmt *statement = helper->store.statements[STORE_STATE];
    struct octets_writer writer =
        log_frame_begin(channel->out, sizeof(channel->out), LOG_STATE, 0, 0, 0);
    uint16_t count = 0;
    int result;

    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        struct log_effect put = value_of(statement);
        size_t before = writer.length;

        log_effect_add(&writer, &put);
        if (writer.failed) {
            octets_rewind(&writer, before);
            channel_send(channel, log_frame_end(&writer, count));
            writer = log_frame_begin(channel->out, sizeof(channel->out), LOG_STATE, 0, 0, 0);
            count = 0;
            log_effect_add(&writer, &put);
        }
        count++;
    }
    if (count > 0)
        channel_send(channel, log_frame_end(&writer, count));
    sqlite3_reset(statement);
    if (result != SQLITE_DONE)
        trouble_of_store(trouble, helper->store.db, result, helper->store.path);
    return result == SQLITE_DONE;
}

void presentation_send(struct helper *helper)
{
    struct log_frame live = {.type = LOG_LIVE, .a = helper->store.record, .payload = {"", 0}};
    struct trouble trouble;

    if (helper->store.read_only)
        helper->store.flags = LOG_READY_READ_ONLY;
    if (!send_ready(helper, &trouble) ||
        (!helper->store.read_only && !send_state(helper, &trouble))) {
        commits_fail(helper, &trouble, true);
        return;
    }
    channel_send_frame(&helper->channel, &live);
}
