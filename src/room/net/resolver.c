/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * getaddrinfo() in a thread of its own. glibc's getaddrinfo_a() would be one too, but can't be told to stop, and has its memory in use until it does; other C libraries lack it. What thread and loop share is a job, which
 * belongs to whoever is last to need it.
 */
#include "room/net/resolver.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <roomd/status.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct job {
    pthread_mutex_t lock;
    struct resolve *owner; /* NULL: nobody waits for it any more, and the thread frees it */
    bool done;
    char *host, *port; /* owned */
    int error;         /* of getaddrinfo */
    int system_error;  /* where that is EAI_SYSTEM */
    struct address found[ADDRESSES_MAX];
    size_t count;
};

struct resolve {
    struct ev_loop *loop; /* borrowed */
    struct resolve_sink sink;
    char *host, *port; /* owned */
    ev_async arrived;
    struct job *job; /* NULL: nothing is looked up */
    pthread_t thread;
};

/* ---- one look-up ---- */

static void free_job(struct job *job)
{
    pthread_mutex_destroy(&job->lock);
    free(job->host);
    free(job->port);
    free(job);
}

static struct job *new_job(struct resolve *owner)
{
    struct job *job = calloc(1, sizeof(*job));

    if (job == NULL)
        return NULL;
    pthread_mutex_init(&job->lock, NULL);
    job->owner = owner;
    job->host = strdup(owner->host);
    job->port = strdup(owner->port);
    if (job->host != NULL && job->port != NULL)
        return job;
    free_job(job);
    return NULL;
}

static void look_up(struct job *job, int flags)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = flags | AI_NUMERICSERV};
    struct addrinfo *found = NULL;

    job->error = getaddrinfo(job->host, job->port, &hints, &found);
    job->system_error = errno;
    if (job->error != 0)
        return;
    for (const struct addrinfo *at = found; at != NULL && job->count < ADDRESSES_MAX; at = at->ai_next) {
        struct address *address = &job->found[job->count];

        if (at->ai_addrlen > sizeof(address->bytes))
            continue;
        memcpy(&address->bytes, at->ai_addr, at->ai_addrlen);
        address->length = at->ai_addrlen;
        job->count++;
    }
    freeaddrinfo(found);
    if (job->count == 0)
        job->error = EAI_NONAME;
}

/* ---- what came of it ---- */

static const char *words_of(const struct job *job)
{
    switch (job->error) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        if (strchr(job->host, '%') != NULL)
            return "there is no such address on this machine: 'ip link' shows the names of its interfaces";
        return "there is no host of that name: is it spelled right?";
    case EAI_AGAIN:
        return "its address can't be looked up now: is this machine on a network, with a name server?";
    case EAI_FAIL:
        return "the name server can't tell its address: is the name right?";
    case EAI_SYSTEM:
        return strerror(job->system_error);
    default:
        return gai_strerror(job->error);
    }
}

static void tell(const struct resolve *resolve, const struct job *job)
{
    if (job->error == 0)
        resolve->sink.found(resolve->sink.ctx, job->found, job->count);
    else
        resolve->sink.failed(resolve->sink.ctx, words_of(job));
}

static void on_arrived(struct ev_loop *loop, ev_async *watcher, int events)
{
    struct resolve *resolve = watcher->data;
    struct job *job = resolve->job;

    (void)loop;
    (void)events;
    if (job == NULL)
        return;
    pthread_join(resolve->thread, NULL); /* it has told us as the last thing that it does */
    resolve->job = NULL;
    tell(resolve, job);
    free_job(job);
}

/* ---- the thread ---- */

static void *run(void *argument)
{
    struct job *job = argument;
    bool waited_for;

    look_up(job, 0);
    pthread_mutex_lock(&job->lock);
    waited_for = job->owner != NULL;
    job->done = true;
    if (waited_for)
        ev_async_send(job->owner->loop, &job->owner->arrived);
    pthread_mutex_unlock(&job->lock);
    if (!waited_for)
        free_job(job);
    return NULL;
}

/* Signals are the loop's. */
static bool start_thread(struct resolve *resolve)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&resolve->thread, NULL, run, resolve->job);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

/* What has a colon or a zone is no name. */
static bool is_at_once(const struct resolve *resolve, struct job *job)
{
    look_up(job, AI_NUMERICHOST);
    return job->error != EAI_NONAME || strpbrk(resolve->host, ":%") != NULL;
}

void resolve_start(struct resolve *resolve)
{
    struct job *job;

    if (resolve->job != NULL)
        return;
    job = new_job(resolve);
    if (job == NULL) {
        resolve->sink.failed(resolve->sink.ctx, strerror(ENOMEM));
        return;
    }
    if (is_at_once(resolve, job)) {
        tell(resolve, job);
        free_job(job);
        return;
    }
    resolve->job = job;
    if (!start_thread(resolve)) {
        resolve->job = NULL;
        free_job(job);
        resolve->sink.failed(resolve->sink.ctx, strerror(EAGAIN));
    }
}

/* ---- opening and closing ---- */

int resolve_new(struct ev_loop *loop, const char *host, const char *port, const struct resolve_sink *sink,
                struct resolve **ret_resolve)
{
    struct resolve *resolve = calloc(1, sizeof(*resolve));

    if (resolve == NULL)
        return STATUS_NO_MEMORY;
    resolve->loop = loop;
    resolve->sink = *sink;
    resolve->host = strdup(host);
    resolve->port = strdup(port);
    ev_async_init(&resolve->arrived, on_arrived);
    resolve->arrived.data = resolve;
    ev_async_start(loop, &resolve->arrived);
    if (resolve->host == NULL || resolve->port == NULL) {
        resolve_free(resolve);
        return STATUS_NO_MEMORY;
    }
    *ret_resolve = resolve;
    return STATUS_OK;
}

/* Its thread goes on where it is, and has nobody to tell. */
static void abandon(struct resolve *resolve)
{
    struct job *job = resolve->job;
    bool done;

    pthread_mutex_lock(&job->lock);
    done = job->done;
    job->owner = NULL;
    if (!done)
        pthread_detach(resolve->thread);
    pthread_mutex_unlock(&job->lock);
    if (!done)
        return;
    pthread_join(resolve->thread, NULL);
    free_job(job);
}

void resolve_free(struct resolve *resolve)
{
    if (resolve == NULL)
        return;
    if (resolve->job != NULL)
        abandon(resolve);
    ev_async_stop(resolve->loop, &resolve->arrived);
    free(resolve->host);
    free(resolve->port);
    free(resolve);
}
