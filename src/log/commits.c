/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Transactions of everything that has come, tried again until they succeed. */
#include "log/commits.h"

#include "log/endings.h"
#include "log/now.h"
#include "log/store_open.h"
#include "log/upkeep.h"

#include <roomd/status.h>

/* Between tries of what failed, doubled each time. */
#define WAIT_MIN_NS (50 * NOW_NS_PER_MS)

/* A commit that takes so long is worth a word. */
#define SLOW_US 1000000U

int commits_open(struct helper *helper, struct trouble *trouble)
{
    trouble->code = LOG_TROUBLE_OVER;
    helper->wal_tried = 0;
    return store_open(&helper->store, &helper->hello, now_wall_ns() / NOW_NS_PER_S, trouble);
}

void commits_put_off(int64_t *wait_ns, int64_t *ret_at_ns)
{
    *wait_ns = *wait_ns == 0 ? WAIT_MIN_NS : 2 * *wait_ns;
    if (*wait_ns > COMMITS_WAIT_MAX_NS)
        *wait_ns = COMMITS_WAIT_MAX_NS;
    *ret_at_ns = now_mono_ns() + *wait_ns;
}

/* An error that the same handle can't be trusted after: the next try opens the file again. */
bool commits_wants_reopening(enum log_trouble code)
{
    return code != LOG_TROUBLE_FULL && code != LOG_TROUBLE_LOCKED;
}

void commits_fail(struct helper *helper, const struct trouble *trouble, bool is_final)
{
    struct trouble aside = *trouble, ignored;
    bool whole;

    store_rollback(&helper->store);
    /* We alone still have what was moved or deleted: the file gets all of it, wherever it is. */
    if (trouble->code == LOG_TROUBLE_GONE && helper->store.db != NULL)
        (void)store_checkpoint(&helper->store, true, &ignored, &whole);
    if (commits_wants_reopening(trouble->code) || is_final) {
        jobs_restart(&helper->jobs);
        store_close(&helper->store);
    }
    if (trouble->code == LOG_TROUBLE_CORRUPT)
        (void)store_move_aside(&helper->store, now_wall_ns() / NOW_NS_PER_S, &aside);
    if (is_final || trouble->code == LOG_TROUBLE_CORRUPT || trouble->code == LOG_TROUBLE_LOST) {
        endings_fail(helper, &aside);
        return;
    }
    complaints_raise(&helper->complaints, &helper->channel, COMPLAINT_COMMIT, trouble,
                     helper->store.record);
    commits_put_off(&helper->wait_ns, &helper->retry_ns);
}

static int write_batch(struct helper *helper, struct trouble *trouble)
{
    struct store *store = &helper->store;
    struct log_frame frame;
    size_t at = 0;
    int status = STATUS_OK;

    if (store->db == NULL)
        status = commits_open(helper, trouble);
    if (status == 0)
        status = store_begin(store, trouble);
    while (status == 0 && batch_next(&helper->batch, &at, &frame))
        status = store_apply(store, &frame, trouble);
    if (status == 0)
        status = store_commit(store, trouble);
    return status == 0 ? store_check_place(store, trouble) : status;
}

static void note_duration(struct helper *helper, int64_t took_ns)
{
    struct trouble trouble;

    helper->commits++;
    helper->last_us = (uint32_t)(took_ns / 1000 < UINT32_MAX ? took_ns / 1000 : UINT32_MAX);
    if (helper->last_us > helper->longest_us)
        helper->longest_us = helper->last_us;
    if (helper->last_us < SLOW_US) {
        complaints_settle(&helper->complaints, &helper->channel, COMPLAINT_SLOW,
                          helper->store.record);
        return;
    }
    trouble_set(&trouble, LOG_TROUBLE_SLOW,
                "the disk of %s took %u ms for a commit: look what else writes to it",
                helper->store.path, helper->last_us / 1000);
    complaints_raise(&helper->complaints, &helper->channel, COMPLAINT_SLOW, &trouble,
                     helper->store.record);
}

void commits_run(struct helper *helper)
{
    struct store *store = &helper->store;
    int64_t begin_ns = now_mono_ns();
    struct trouble trouble;
    int status;

    if (begin_ns < helper->retry_ns)
        return;
    status = write_batch(helper, &trouble);
    if (status != 0) {
        commits_fail(helper, &trouble, status == STATUS_INVALID);
        return;
    }
    helper->retry_ns = 0;
    helper->wait_ns = 0;
    batch_drop(&helper->batch);
    channel_send_frame(
        &helper->channel,
        &(struct log_frame){
            LOG_COMMITTED, (uint8_t)store->sync, 0, store->record, store->last_event, {"", 0}});
    complaints_settle(&helper->complaints, &helper->channel, COMPLAINT_COMMIT, store->record);
    note_duration(helper, now_mono_ns() - begin_ns);
    upkeep_committed(helper, now_mono_ns());
    if (upkeep_checkpoint(helper, &trouble) != 0)
        commits_fail(helper, &trouble, false);
}

/* Opens a store that was closed after an error, where no batch does. */
void commits_reopen(struct helper *helper)
{
    struct trouble trouble;
    int status;

    if (helper->store.db != NULL || now_mono_ns() < helper->retry_ns)
        return;
    status = commits_open(helper, &trouble);
    if (status != 0) {
        commits_fail(helper, &trouble, status == STATUS_INVALID);
        return;
    }
    helper->retry_ns = 0;
    complaints_settle(&helper->complaints, &helper->channel, COMPLAINT_COMMIT,
                      helper->store.record);
}
