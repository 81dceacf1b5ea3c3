/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The loop: takes all frames that have come, commits them as one transaction, and then does a part
 * of everything that takes longer. What comes during a commit is the next one: the slower the disk,
 * the larger the commits.
 */
#include "log/helper.h"

#include "log/commits.h"
#include "log/endings.h"
#include "log/now.h"
#include "log/presentation.h"
#include "log/requests.h"
#include "log/store_open.h"
#include "log/upkeep.h"

#include <poll.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Between tries to take the lock. */
#define LOCK_WAIT_NS (20 * NOW_NS_PER_MS)

/* ---- waiting ---- */

/* Waits for `events` of the room until then (monotonic; INT64_MAX: for ever). */
static void wait_until(struct helper *helper, short events, int64_t until_ns)
{
    struct pollfd room = {.fd = helper->channel.fd, .events = events};
    int64_t left_ns = until_ns - now_mono_ns();
    struct timespec timeout = {left_ns / NOW_NS_PER_S, left_ns % NOW_NS_PER_S};

    if (left_ns < 0)
        timeout = (struct timespec){0};
    /* The end of the socket, which is known already, would end each wait at once. */
    (void)ppoll(&room, helper->channel.gone && events == 0 ? 0 : 1,
                until_ns == INT64_MAX ? NULL : &timeout, NULL);
    /* What the room has sent before it went is still to be read. */
    if (events == 0 && (room.revents & (POLLHUP | POLLERR)) != 0)
        helper->channel.gone = true;
}

/* ---- beginning ---- */

static void await_hello(struct helper *helper, bool read_only)
{
    struct log_frame frame;
    int status;

    while ((status = channel_receive(&helper->channel, &frame)) == 0)
        wait_until(helper, POLLIN, INT64_MAX);
    if (status == STATUS_NOT_FOUND) {
        helper->over = true;
        return;
    }
    if (status != 1 || log_hello_read(&frame, &helper->hello) != 0 ||
        helper->hello.read_only != read_only) {
        endings_fail_protocol(helper, "something else than HELLO first");
        return;
    }
    memcpy(helper->room, helper->hello.room.bytes, helper->hello.room.length);
    helper->hello.room.bytes = helper->room;
}

static void await_store(struct helper *helper)
{
    int64_t wait_ns = COMMITS_WAIT_MAX_NS / 64;
    struct trouble trouble;

    while (commits_open(helper, &trouble) != 0) {
        if (trouble.code == LOG_TROUBLE_NEWER) {
            endings_fail(helper, &trouble);
            return;
        }
        complaints_raise(&helper->complaints, &helper->channel, COMPLAINT_COMMIT, &trouble, 0);
        /* The one before may end at any moment, and a room waits for it to do so. */
        if (trouble.code == LOG_TROUBLE_LOCKED)
            wait_ns = LOCK_WAIT_NS;
        wait_until(helper, 0, now_mono_ns() + wait_ns);
        if (helper->channel.gone) {
            helper->over = true;
            return;
        }
        wait_ns = wait_ns < COMMITS_WAIT_MAX_NS ? 2 * wait_ns : COMMITS_WAIT_MAX_NS;
    }
    if (trouble.code != LOG_TROUBLE_OVER) /* moved aside */
        complaints_raise(&helper->complaints, &helper->channel, COMPLAINT_COMMIT, &trouble, 0);
    complaints_settle(&helper->complaints, &helper->channel, COMPLAINT_COMMIT,
                      helper->store.record);
}

/* ---- jobs ---- */

static void step_job(struct helper *helper)
{
    struct trouble trouble;
    struct job done;
    int status;

    if (helper->store.db == NULL || now_mono_ns() < helper->job_ns)
        return;
    status = jobs_step(&helper->jobs, &helper->store, &trouble, &done);
    switch (status) {
    case STATUS_OK:
        helper->job_wait_ns = 0;
        return;
    case STATUS_NOT_FOUND:
    case STATUS_INVALID:
        /* There may be more to be pruned than is looked at in one go. */
        if (done.id == 0 && done.count > 0)
            helper->prune_ns = 0;
        if (done.id != 0)
            channel_send_end(&helper->channel, done.id,
                             status == STATUS_INVALID ? LOG_FAILED : LOG_DONE, done.count,
                             status == STATUS_INVALID ? trouble.text : NULL);
        complaints_settle(&helper->complaints, &helper->channel, COMPLAINT_UPKEEP,
                          helper->store.record);
        return;
    default:
        complaints_raise(&helper->complaints, &helper->channel, COMPLAINT_UPKEEP, &trouble,
                         helper->store.record);
        commits_put_off(&helper->job_wait_ns, &helper->job_ns);
        if (status == STATUS_SYSTEM && commits_wants_reopening(trouble.code))
            commits_fail(helper, &trouble, false);
    }
}

/* ---- the loop ---- */

static bool has_work(const struct helper *helper)
{
    return helper->batch.records || helper->jobs.count > 0;
}

static int64_t next_ns(const struct helper *helper)
{
    int64_t next = helper->prune_ns;

    if (helper->pages.count > 0)
        return 0;
    if (helper->batch.records && helper->retry_ns < next)
        next = helper->retry_ns;
    if (helper->jobs.count > 0 && helper->store.db != NULL && helper->job_ns < next)
        next = helper->job_ns;
    return next;
}

static void turn(struct helper *helper)
{
    short events = batch_is_full(&helper->batch) || helper->ended ? 0 : POLLIN;

    if (!helper->ended || has_work(helper))
        wait_until(helper, events, next_ns(helper));
    requests_take(helper);
    if (!helper->over && helper->batch.records)
        commits_run(helper);
    if (!helper->over && !helper->batch.records)
        commits_reopen(helper);
    if (!helper->over)
        pages_step(&helper->pages, &helper->store, &helper->channel);
    if (!helper->over && !helper->batch.records && helper->jobs.count > 0)
        step_job(helper);
    if (!helper->over)
        upkeep_prune(helper, now_mono_ns());
}

/* The room has gone. While nothing can be committed, what it sent last may not even be read. */
static bool has_gone(const struct helper *helper)
{
    return helper->ended || (helper->channel.gone && batch_is_full(&helper->batch));
}

/* Nobody waits for pages and backups. What can't be done soon is not. */
static void drain(struct helper *helper)
{
    struct trouble ignored;

    helper->pages.count = 0;
    memset(helper->pages.pages, 0, sizeof(helper->pages.pages));
    jobs_drop_backups(&helper->jobs);
    helper->wait_ns = 0;
    helper->job_wait_ns = 0;
    while (!helper->over && (!helper->ended || has_work(helper)) &&
           helper->wait_ns < COMMITS_WAIT_MAX_NS && helper->job_wait_ns < COMMITS_WAIT_MAX_NS)
        turn(helper);
    if (!helper->over && !helper->batch.records && helper->store.db != NULL &&
        !helper->store.read_only)
        (void)store_end(&helper->store, &ignored);
}

static void serve(struct helper *helper, bool read_only)
{
    await_hello(helper, read_only);
    if (!helper->over)
        await_store(helper);
    if (!helper->over)
        presentation_send(helper);
    while (!helper->over && !has_gone(helper))
        turn(helper);
    if (!helper->over)
        drain(helper);
    jobs_drop_backups(&helper->jobs);
    store_close(&helper->store);
    lock_file_release(&helper->store.lock);
}

int helper_run(int fd, const char *path, bool read_only)
{
    struct helper *helper = calloc(1, sizeof(*helper));
    int code = EX_OSERR;

    if (helper != NULL && batch_init(&helper->batch) == 0) {
        helper->channel.fd = fd;
        helper->channel.passed = -1;
        helper->store.path = path;
        helper->store.read_only = read_only;
        helper->store.lock.fd = -1;
        serve(helper, read_only);
        code = helper->code;
        batch_done(&helper->batch);
    }
    free(helper);
    return code;
}
