/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Each frame in the state "live". */
#include "log/requests.h"

#include "log/commits.h"
#include "log/endings.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static void answer_status(struct helper *helper, uint64_t id)
{
    struct store *store = &helper->store;
    struct trouble ignored;
    struct log_status status = {.id = id,
                                .waiting_bytes = helper->batch.length,
                                .last_event = store->last_event,
                                .commits = helper->commits,
                                .last_us = helper->last_us,
                                .longest_us = helper->longest_us,
                                .sync = store->sync,
                                .trouble = helper->complaints.told};

    status.bytes = store_bytes(store) + store_wal_bytes(store);
    if (store->db != NULL)
        (void)store_oldest(store, &ignored, &status.first_event, &status.oldest_ns);
    helper->commits = 0;
    helper->longest_us = 0;
    channel_send(&helper->channel,
                 log_status_write(helper->channel.out, sizeof(helper->channel.out), &status));
}

static bool read_job(struct channel *channel, const struct log_frame *frame, struct job *ret_job)
{
    struct octets_slice name = frame->payload;

    *ret_job = (struct job){.type = frame->type, .id = frame->a, .before = frame->b, .fd = -1};
    if (frame->a == 0 || frame->count != 0 || (frame->type != LOG_PRUNE && frame->b != 0) ||
        (frame->type == LOG_FORGET ? name.length == 0 || name.length > LOG_NAME_MAX_BYTES
                                   : name.length > 0))
        return false;
    memcpy(ret_job->name, name.bytes, name.length);
    ret_job->name_length = (uint8_t)name.length;
    ret_job->fd = channel->passed;
    channel->passed = -1;
    return frame->type != LOG_BACKUP || ret_job->fd >= 0;
}

static int take_job(struct helper *helper, const struct log_frame *frame)
{
    struct job job;

    if (helper->store.read_only) {
        channel_send_end(&helper->channel, frame->a, LOG_REFUSED, 0, "this helper only reads");
        return STATUS_OK;
    }
    if (!read_job(&helper->channel, frame, &job))
        return STATUS_INVALID;
    if (jobs_add(&helper->jobs, &job) != 0)
        channel_send_end(&helper->channel, frame->a, LOG_REFUSED, 0, "too many at a time");
    return STATUS_OK;
}

static int take_settings(struct helper *helper, const struct log_frame *frame)
{
    struct log_settings settings;
    struct trouble trouble;

    if (log_settings_read(frame, &settings) != 0)
        return STATUS_INVALID;
    helper->hello.settings = settings;
    helper->prune_ns = 0;
    if (!helper->store.read_only && helper->store.db != NULL &&
        settings.sync != helper->store.sync &&
        store_set_sync(&helper->store, settings.sync, &trouble) != 0)
        commits_fail(helper, &trouble, false);
    return STATUS_OK;
}

static int take_frame(struct helper *helper, const struct log_frame *frame)
{
    switch (frame->type) {
    case LOG_PROPOSE:
    case LOG_SOFT:
        return helper->store.read_only ? STATUS_INVALID : batch_add(&helper->batch, frame);
    case LOG_SETTINGS:
        return take_settings(helper, frame);
    case LOG_READ:
        return pages_begin(&helper->pages, &helper->store, &helper->channel, frame);
    case LOG_CANCEL:
        pages_cancel(&helper->pages, &helper->channel, frame->a);
        return frame->payload.length == 0 ? STATUS_OK : STATUS_INVALID;
    case LOG_FORGET:
    case LOG_PRUNE:
    case LOG_BACKUP:
        return take_job(helper, frame);
    case LOG_ASK:
        answer_status(helper, frame->a);
        return frame->payload.length == 0 ? STATUS_OK : STATUS_INVALID;
    default:
        return STATUS_INVALID;
    }
}

void requests_take(struct helper *helper)
{
    struct log_frame frame;
    int status = 1;
    char what[64];

    while (!helper->over && !helper->ended && !batch_is_full(&helper->batch)) {
        status = channel_receive(&helper->channel, &frame);
        if (status == 0)
            return;
        if (status == STATUS_NOT_FOUND) {
            helper->ended = true;
            return;
        }
        snprintf(what, sizeof(what), "an invalid %s",
                 status == 1 ? log_frame_name(frame.type) : "frame");
        if (status != 1 || take_frame(helper, &frame) != 0)
            endings_fail_protocol(helper, what);
    }
    if (!batch_is_full(&helper->batch))
        return;
    if (helper->batch.whole == 0)
        endings_fail_protocol(helper, "a group of more than 1 MiB");
    helper->batch.records = true; /* so that there is room again */
}
