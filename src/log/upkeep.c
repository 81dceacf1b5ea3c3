/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Checkpoints and limits. */
#include "log/upkeep.h"

#include "log/now.h"

#include <roomd/status.h>

/* How often store.keep is looked at: 16 times in that time, but not too often or too rarely. */
#define LOOKS         16
#define LOOK_MIN_NS   (1 * NOW_NS_PER_S)
#define LOOK_MAX_NS   (60 * NOW_NS_PER_S)
#define LOOK_BYTES_NS (10 * NOW_NS_PER_S)

/* Beyond max_bytes an eighth is deleted, so that it is not done again at once. */
#define BYTES_PARTS 8U

#define PRUNE_EVENTS 65536U

int upkeep_checkpoint(struct helper *helper, struct trouble *trouble)
{
    struct store *store = &helper->store;
    bool whole = false;

    if (store->wal_pages < STORE_WAL_PAGES ||
        store->wal_pages < helper->wal_tried + STORE_WAL_PAGES / 2)
        return STATUS_OK;
    if (store_checkpoint(store, false, trouble, &whole) != 0)
        return STATUS_SYSTEM;
    helper->wal_tried = whole ? 0 : store->wal_pages;
    if (whole && helper->jobs.count == 0)
        complaints_settle(&helper->complaints, &helper->channel, COMPLAINT_UPKEEP, store->record);
    if (whole || store->wal_pages < STORE_WAL_PAGES_MAX)
        return STATUS_OK;
    trouble_set(trouble, LOG_TROUBLE_LOCKED,
                "a program has been reading %s for long, so %s-wal grows: end it (fuser %s tells "
                "which)",
                store->path, store->path, store->path);
    complaints_raise(&helper->complaints, &helper->channel, COMPLAINT_UPKEEP, trouble,
                     store->record);
    return STATUS_OK;
}

static bool is_pruning(const struct helper *helper)
{
    for (unsigned i = 0; i < helper->jobs.count; i++)
        if (helper->jobs.jobs[i].id == 0)
            return true;
    return false;
}

/* The first event that is to be kept; 0 = all. */
static uint64_t find_before(struct helper *helper, uint64_t oldest)
{
    const struct log_settings *settings = &helper->hello.settings;
    struct store *store = &helper->store;
    struct trouble ignored;
    uint64_t expired = 0, bytes = settings->max_bytes > 0 ? store_bytes(store) : 0;
    int64_t now_ns = now_wall_ns();

    if (settings->keep_s > 0 && settings->keep_s < (uint64_t)(now_ns / NOW_NS_PER_S) &&
        store_expired(store, PRUNE_EVENTS, now_ns - (int64_t)settings->keep_s * NOW_NS_PER_S,
                      &ignored, &expired) != 0)
        return 0;
    if (bytes > settings->max_bytes && store->last_event - oldest >= BYTES_PARTS) {
        uint64_t part = oldest + (store->last_event - oldest) / BYTES_PARTS;

        expired = part > expired ? part : expired;
    }
    return expired > 0 ? expired + 1 : 0;
}

/* While messages come. */
static int64_t look_interval(const struct log_settings *settings)
{
    int64_t look_ns = LOOK_MAX_NS;

    if (settings->keep_s > 0 && settings->keep_s < LOOKS * LOOK_MAX_NS / NOW_NS_PER_S)
        look_ns = (int64_t)settings->keep_s * NOW_NS_PER_S / LOOKS;
    if (settings->max_bytes > 0 && look_ns > LOOK_BYTES_NS)
        look_ns = LOOK_BYTES_NS;
    return look_ns < LOOK_MIN_NS ? LOOK_MIN_NS : look_ns;
}

/* Without commits: when the oldest event expires. */
static int64_t until_expiry(const struct log_settings *settings, int64_t oldest_ns)
{
    int64_t left_ns;

    if (settings->keep_s == 0 || settings->keep_s > INT64_MAX / NOW_NS_PER_S / 2)
        return INT64_MAX / 2;
    left_ns = oldest_ns + (int64_t)settings->keep_s * NOW_NS_PER_S - now_wall_ns();
    return left_ns < LOOK_MIN_NS ? LOOK_MIN_NS : left_ns;
}

void upkeep_committed(struct helper *helper, int64_t now_ns)
{
    int64_t look_ns = now_ns + look_interval(&helper->hello.settings);

    if (helper->prune_ns > look_ns)
        helper->prune_ns = look_ns;
}

void upkeep_prune(struct helper *helper, int64_t now_ns)
{
    const struct log_settings *settings = &helper->hello.settings;
    struct trouble ignored;
    uint64_t oldest;
    int64_t oldest_ns, look_ns = look_interval(settings);
    struct job job = {.type = LOG_PRUNE, .fd = -1};

    if (helper->store.read_only || helper->store.db == NULL || now_ns < helper->prune_ns)
        return;
    helper->prune_ns = INT64_MAX;
    if ((settings->keep_s == 0 && settings->max_bytes == 0) || is_pruning(helper) ||
        store_oldest(&helper->store, &ignored, &oldest, &oldest_ns) != 0 || oldest == 0)
        return;
    job.before = find_before(helper, oldest);
    if ((job.before == 0 || jobs_add(&helper->jobs, &job) != 0) &&
        until_expiry(settings, oldest_ns) > look_ns)
        look_ns = until_expiry(settings, oldest_ns);
    helper->prune_ns = now_ns + look_ns;
}
