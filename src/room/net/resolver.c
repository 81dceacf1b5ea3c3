/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * getaddrinfo() in a thread of its own: some names only it can resolve (NSS, mDNS). glibc's
 * getaddrinfo_a() is a thread too, but it can't be cancelled and uses its memory until it is done;
 * other C libraries lack it. Thread and loop share one look-up, and the last of them to release it
 * frees it. The thread reports that it is done by closing its end of a pipe.
 */
#include "room/net/resolver.h"

#include "room/options.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct resolver_lookup {
    atomic_bool released; /* by one of the two owners */
    int end;              /* the thread's end of the pipe */
    char host[OPTIONS_HOST_MAX_BYTES + 1], port[OPTIONS_PORT_MAX_BYTES + 1];
    int error;        /* of getaddrinfo */
    int system_error; /* errno, if that is EAI_SYSTEM */
    struct resolver_address found[RESOLVER_ADDRESSES_MAX];
    size_t count;
};

static void release(struct resolver_lookup *lookup)
{
    if (atomic_exchange(&lookup->released, true))
        free(lookup);
}

static void look_up(struct resolver_lookup *lookup, int flags)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = flags | AI_NUMERICSERV};
    struct addrinfo *found = NULL;

    lookup->error = getaddrinfo(lookup->host, lookup->port, &hints, &found);
    lookup->system_error = errno;
    if (lookup->error != 0)
        return;
    for (const struct addrinfo *at = found; at != NULL && lookup->count < RESOLVER_ADDRESSES_MAX;
         at = at->ai_next) {
        struct resolver_address *address = &lookup->found[lookup->count++];

        memcpy(&address->bytes, at->ai_addr, at->ai_addrlen);
        address->length = at->ai_addrlen;
    }
    freeaddrinfo(found);
}

/* ---- the result ---- */

static const char *error_words(const struct resolver_lookup *lookup)
{
    switch (lookup->error) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        if (strchr(lookup->host, '%') != NULL)
            return "there is no such address on this machine: 'ip link' shows the names of its "
                   "interfaces";
        return "there is no host of that name: is it spelled right?";
    case EAI_AGAIN:
        return "its address can't be looked up now: is this machine on a network, with a name "
               "server?";
    case EAI_FAIL:
        return "the name server can't tell its address: is the name right?";
    case EAI_SYSTEM:
        return strerror(lookup->system_error);
    default:
        return gai_strerror(lookup->error);
    }
}

static void report(const struct resolver *resolver, const struct resolver_lookup *lookup)
{
    resolver->sink(resolver->ctx, lookup->found, lookup->count, error_words(lookup));
}

static struct resolver_lookup *detach(struct resolver *resolver)
{
    struct resolver_lookup *lookup = resolver->lookup;

    watch_stop(&resolver->arrived);
    close(resolver->end);
    resolver->lookup = NULL;
    return lookup;
}

static void on_arrived(void *ctx)
{
    struct resolver *resolver = ctx;
    struct resolver_lookup *lookup = detach(resolver);

    report(resolver, lookup);
    release(lookup);
}

/* ---- the thread ---- */

static void *run(void *argument)
{
    struct resolver_lookup *lookup = argument;

    look_up(lookup, 0);
    close(lookup->end);
    release(lookup);
    return NULL;
}

/* Signals are for the loop's thread. Returns 0 or an errno. */
static int start_thread(struct resolver_lookup *lookup)
{
    sigset_t all, before;
    pthread_t thread;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, NULL, run, lookup);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        pthread_detach(thread);
    return error;
}

/* Returns 0, and the look-up is shared from then on; or an errno. */
static int start(struct resolver *resolver, struct resolver_lookup *lookup)
{
    int ends[2], error;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    lookup->end = ends[1];
    error = start_thread(lookup);
    if (error != 0) {
        close(ends[0]);
        close(ends[1]);
        return error;
    }
    resolver->lookup = lookup;
    resolver->end = ends[0];
    watch_set(&resolver->arrived, resolver->end, EV_READ);
    watch_start(&resolver->arrived);
    return 0;
}

/* True if no name server is needed: a host with a colon or a zone is no name. */
static bool try_numeric(struct resolver_lookup *lookup)
{
    look_up(lookup, AI_NUMERICHOST);
    return lookup->error != EAI_NONAME || strpbrk(lookup->host, ":%") != NULL;
}

void resolver_start(struct resolver *resolver)
{
    struct resolver_lookup *lookup;
    int error;

    if (resolver->lookup != NULL)
        return;
    lookup = calloc(1, sizeof(*lookup));
    if (lookup == NULL) {
        resolver->sink(resolver->ctx, NULL, 0, strerror(ENOMEM));
        return;
    }
    snprintf(lookup->host, sizeof(lookup->host), "%s", resolver->host);
    snprintf(lookup->port, sizeof(lookup->port), "%s", resolver->port);
    if (!try_numeric(lookup)) {
        error = start(resolver, lookup);
        if (error == 0)
            return;
        lookup->error = EAI_SYSTEM;
        lookup->system_error = error;
    }
    report(resolver, lookup);
    free(lookup);
}

/* ---- opening and closing ---- */

void resolver_init(struct resolver *resolver, struct ev_loop *loop, const char *host,
                   const char *port, resolver_sink sink, void *ctx)
{
    *resolver =
        (struct resolver){.loop = loop, .host = host, .port = port, .sink = sink, .ctx = ctx};
    watch_init(&resolver->arrived, loop, "the name server", on_arrived, resolver);
}

/* A running thread goes on, and frees the look-up when it is done. */
void resolver_done(struct resolver *resolver)
{
    if (resolver->lookup != NULL)
        release(detach(resolver));
}
