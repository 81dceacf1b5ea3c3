/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Names are resolved while the loop goes on, by a fake name server that answers when the test tells
 * it to.
 */
#include "room/net/resolver.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **found);

static sem_t answer;
static atomic_int asked;
static const char *real_host; /* address of the name */
static unsigned copies;       /* additional times that it is listed */
static int error;

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **found)
{
    if ((hints->ai_flags & AI_NUMERICHOST) != 0)
        return __real_getaddrinfo(host, port, hints, found);
    atomic_fetch_add(&asked, 1);
    sem_wait(&answer);
    errno = ENETDOWN;
    if (error != 0)
        return error;
    for (unsigned i = 0; i <= copies; i++) {
        struct addrinfo *before = *found, *last;

        cr_assert_eq(__real_getaddrinfo(real_host, port, hints, found), 0);
        for (last = *found; last->ai_next != NULL; last = last->ai_next)
            ;
        last->ai_next = before;
    }
    return 0;
}

static struct ev_loop *loop;
static struct resolver resolver;
static char told[256];
static size_t told_count;

static void on_resolved(void *ctx, const struct resolver_address *list, size_t count,
                        const char *words)
{
    char host[64], port[8];

    (void)ctx;
    told_count = count;
    if (count > 0) {
        getnameinfo((const struct sockaddr *)&list[0].bytes, list[0].length, host, sizeof(host),
                    port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
        snprintf(told, sizeof(told), "%s port %s", host, port);
    } else {
        snprintf(told, sizeof(told), "%s", words);
    }
    ev_break(loop, EVBREAK_ALL);
}

static void start(const char *host)
{
    told[0] = '\0';
    resolver_init(&resolver, loop, host, "8888", on_resolved, NULL);
    resolver_start(&resolver);
}

static void make(void)
{
    sem_init(&answer, 0, 0);
    loop = ev_loop_new(EVFLAG_AUTO);
    cr_assert_not_null(loop);
}

static void done(void)
{
    resolver_done(&resolver);
    ev_loop_destroy(loop);
}

TestSuite(resolver, .init = make, .fini = done);

Test(resolver, a_numeric_address_is_reported_at_once_without_a_look_up)
{
    static const char *const hosts[][2] = {{"192.0.2.7", "192.0.2.7 port 8888"},
                                           {"2001:db8::7", "2001:db8::7 port 8888"},
                                           {"::1", "::1 port 8888"},
                                           {"fe80::1%lo", "fe80::1%lo port 8888"}};

    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        start(hosts[i][0]);
        cr_expect_str_eq(told, hosts[i][1]);
        resolver_done(&resolver);
    }
    cr_expect_eq(atomic_load(&asked), 0);
}

Test(resolver, a_broken_address_is_reported_at_once_too)
{
    start("fe80::1%nosuchcard");
    cr_expect_not_null(strstr(told, "ip link"), "%s", told);
    resolver_done(&resolver);
    start("2001:db8::xyz");
    cr_expect_not_null(strstr(told, "spelled right"), "%s", told);
    cr_expect_eq(atomic_load(&asked), 0);
}

static unsigned turns;

static void on_turn(struct ev_loop *of, ev_idle *watcher, int events)
{
    (void)watcher;
    (void)events;
    cr_expect_str_empty(told);
    if (++turns == 100) {
        sem_post(&answer);
        ev_idle_stop(of, watcher);
    }
}

Test(resolver, the_loop_goes_on_while_a_name_is_looked_up)
{
    ev_idle idle;

    real_host = "192.0.2.7";
    ev_idle_init(&idle, on_turn);
    ev_idle_start(loop, &idle);
    start("chat.example.org");
    resolver_start(&resolver); /* one is running already */
    ev_run(loop, 0);
    cr_expect_geq(turns, 100);
    cr_expect_str_eq(told, "192.0.2.7 port 8888");
    cr_expect_eq(atomic_load(&asked), 1);
    sem_post(&answer);
    real_host = "192.0.2.8";
    resolver_start(&resolver);
    ev_run(loop, 0);
    cr_expect_str_eq(told, "192.0.2.8 port 8888", "it is asked again each time");
    cr_expect_eq(atomic_load(&asked), 2);
}

Test(resolver, an_error_comes_with_what_to_check)
{
    static const struct {
        int error;
        const char *words;
    } errors[] = {{EAI_NONAME, "is it spelled right?"},
                  {EAI_AGAIN, "is this machine on a network"},
                  {EAI_FAIL, "is the name right?"},
                  {EAI_SYSTEM, "Network is down"},
                  {EAI_MEMORY, "Memory"}};

    start("chat.example.org");
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        error = errors[i].error;
        sem_post(&answer);
        resolver_start(&resolver);
        ev_run(loop, 0);
        cr_expect_not_null(strstr(told, errors[i].words), "%s", told);
    }
}

Test(resolver, more_addresses_than_anybody_waits_for_are_left_out)
{
    real_host = "192.0.2.7";
    copies = 2 * RESOLVER_ADDRESSES_MAX;
    sem_post(&answer);
    start("chat.example.org");
    ev_run(loop, 0);
    cr_expect_eq(told_count, RESOLVER_ADDRESSES_MAX);
}

Test(resolver, nobody_waits_for_a_name_server_to_end)
{
    start("chat.example.org");
    resolver_done(&resolver);
    start("chat.example.org");
    resolver_done(&resolver);
    sem_post(&answer);
    ev_run(loop, EVRUN_NOWAIT);
    sem_post(&answer);
    cr_expect_str_empty(told);
}
