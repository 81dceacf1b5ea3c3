/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The measures beside the cost of a delivery: its latency, many joins at once, and datagrams that
 * are not for the room.
 */
#include "load.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SENT_PLACES   65536
#define LATENCIES_MAX (1U << 23)

/* Deliveries still missing after that will not come. */
#define LATE_NS  LOAD_NS_PER_S
#define STORM_NS (60 * LOAD_NS_PER_S)

/*
 * Below what a receive buffer of 4 MiB holds: a small datagram takes 768 bytes of it, and more if
 * it has its own storage.
 */
#define GARBAGE_BATCH   1024
#define GARBAGE_SOCKETS 16

struct latency {
    int64_t sent_ns[SENT_PLACES]; /* by number of the message */
    uint32_t count;
    uint32_t ns[LATENCIES_MAX];
};

void measures_latency_note(struct load *load, uint32_t number)
{
    struct latency *latency = load->latency;
    int64_t took_ns = load->received_ns - latency->sent_ns[number % SENT_PLACES];

    if (latency->count < LATENCIES_MAX)
        latency->ns[latency->count++] = took_ns < UINT32_MAX ? (uint32_t)took_ns : UINT32_MAX;
}

static int compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return left < right ? -1 : left > right;
}

static double quantile_us(const struct latency *latency, double part)
{
    return latency->count > 0 ? latency->ns[(uint32_t)(part * (latency->count - 1))] / 1e3 : 0;
}

static void say_one(struct load *load)
{
    load->said++;
    load->latency->sent_ns[load->said % SENT_PLACES] = load_now_ns();
    load->protocol->say(load, 0, load->said, 1);
}

/* The generator does not sleep meanwhile, so that its own wake-ups are not measured. */
static uint32_t talk_evenly(struct load *load, int64_t start_ns, double interval_ns, double seconds)
{
    uint32_t messages = 0;
    int64_t end_ns = start_ns + (int64_t)(seconds * 1e9), now_ns;

    while ((now_ns = load_now_ns()) < end_ns) {
        if ((double)(now_ns - start_ns) >= interval_ns * messages) {
            messages++;
            say_one(load);
        }
        members_pump(load, 0);
    }
    return messages;
}

void measures_latency(struct load *load, double rate, double seconds, struct latency_result *ret)
{
    uint64_t deliveries = load->deliveries, wrong = load->wrong, goal;
    double interval_ns = 1e9 * (load->count - 1) / rate;
    int64_t start_ns, since_ns;

    load->latency = calloc(1, sizeof(*load->latency));
    if (load->latency == NULL)
        load_die("out of memory");
    if (load->protocol->wake != NULL)
        load->protocol->wake(load);
    members_settle(load, LOAD_NS_PER_S / 50);
    start_ns = load_now_ns();
    goal = deliveries +
           (uint64_t)talk_evenly(load, start_ns, interval_ns, seconds) * (load->count - 1);
    since_ns = load_now_ns();
    while (load->deliveries < goal && load_now_ns() - since_ns < LATE_NS) {
        if (members_pump(load, 0))
            since_ns = load_now_ns();
    }
    qsort(load->latency->ns, load->latency->count, sizeof(load->latency->ns[0]), compare);
    ret->deliveries = load->deliveries - deliveries;
    ret->lost = goal - load->deliveries;
    ret->wrong = load->wrong - wrong;
    ret->p50_us = quantile_us(load->latency, 0.5);
    ret->p99_us = quantile_us(load->latency, 0.99);
    ret->rate = (double)ret->deliveries / seconds;
    free(load->latency);
    load->latency = NULL;
    for (uint32_t index = 0; index < load->count; index++)
        load->members[index].next = load->said + 1;
}

/* ---- a storm of joins ---- */

static uint64_t told(const struct load *load)
{
    uint64_t sum = 0;

    for (uint32_t index = 0; index < load->count; index++)
        sum += load->members[index].told;
    return sum;
}

static void enter_evenly(struct load *load, uint32_t count, int64_t start_ns, double seconds)
{
    uint32_t entered = 0;

    while (entered < count) {
        double elapsed_s = (double)(load_now_ns() - start_ns) / 1e9;

        for (; entered < count && elapsed_s * count >= entered * seconds; entered++) {
            load->members[entered].asked_ns = load_now_ns();
            load->protocol->enter(load, entered);
        }
        members_pump(load, 0);
    }
}

/* A member without an answer for a second asks again, as clients do. */
static void ask_again(struct load *load, uint32_t count)
{
    int64_t now_ns = load_now_ns();

    for (uint32_t index = 0; index < count && load->in < count; index++) {
        if (load->members[index].in || now_ns - load->members[index].asked_ns < LOAD_NS_PER_S)
            continue;
        load->members[index].asked_ns = now_ns;
        load->repeats++;
        load->protocol->enter(load, index);
    }
}

void measures_storm(struct load *load, uint32_t count, double seconds, struct storm_result *ret)
{
    uint64_t n = count, cpu_ns;
    int64_t start_ns;

    if (load->count > 0)
        load_die("a storm begins in an empty room");
    *ret = (struct storm_result){.expected =
                                     n * (n - 1) / 2 + (load->protocol->counts_own_join ? n : 0)};
    members_open(load, count);
    cpu_ns = subject_cpu_ns(&load->subject);
    start_ns = load_now_ns();
    enter_evenly(load, count, start_ns, seconds);
    while (ret->told < ret->expected && load_now_ns() - start_ns < STORM_NS) {
        if (ret->entered_ns == 0 && load->in == count)
            ret->entered_ns = (uint64_t)(load_now_ns() - start_ns);
        ask_again(load, count);
        for (unsigned turn = 0; turn < 64 && members_pump(load, LOAD_NS_PER_S / 1000); turn++)
            ;
        ret->told = told(load);
    }
    ret->wall_ns = (uint64_t)(load_now_ns() - start_ns);
    subject_wait_quiet(&load->subject);
    ret->cpu_ns = subject_cpu_ns(&load->subject) - cpu_ns;
    ret->in = load->in;
}

/* ---- garbage ---- */

/* Returns its length. */
static size_t write_garbage(const char *kind, uint64_t number, char bytes[64])
{
    memset(bytes, 'x', 64);
    /* Neither UTF-8, nor a request, nor a datagram of either protocol. */
    if (strcmp(kind, "noise") == 0) {
        bytes[0] = (char)0x80;
        return 64;
    }
    /* Says something without having joined. */
    if (strcmp(kind, "stranger") == 0)
        return (size_t)snprintf(bytes, 64, "C m%u hello, is anybody here?",
                                (unsigned)(number % 1000));
    /* An UP of an unknown session. */
    if (strcmp(kind, "token") == 0) {
        memcpy(bytes, "\xfa\x01", 2);
        return 24;
    }
    load_die("garbage is noise, stranger or token");
}

static void open_strangers(struct load *load, int fds[GARBAGE_SOCKETS])
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = load->source};

    for (size_t i = 0; i < GARBAGE_SOCKETS; i++) {
        fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fds[i] < 0 || bind(fds[i], (struct sockaddr *)&own, sizeof(own)) != 0 ||
            connect(fds[i], (struct sockaddr *)&load->server, sizeof(load->server)) != 0)
            load_die("no socket for a stranger");
    }
}

/*
 * The server's own processor writes what the server will read. Otherwise the time would include
 * moving memory from one processor to another, which differs between machines and over time.
 */
static void stop_and_fill(struct load *load, const int fds[GARBAGE_SOCKETS], const char *kind,
                          uint64_t *sent)
{
    cpu_set_t own, servers;
    char bytes[64];

    sched_getaffinity(0, sizeof(own), &own);
    sched_getaffinity(load->subject.pid, sizeof(servers), &servers);
    kill(load->subject.pid, SIGSTOP);
    while (!subject_is_stopped(&load->subject))
        ;
    sched_setaffinity(0, sizeof(servers), &servers);
    for (unsigned i = 0; i < GARBAGE_BATCH; i++) {
        size_t length = write_garbage(kind, *sent, bytes);

        *sent += send(fds[i % GARBAGE_SOCKETS], bytes, length, MSG_DONTWAIT) >= 0 ? 1 : 0;
    }
    sched_setaffinity(0, sizeof(own), &own);
    kill(load->subject.pid, SIGCONT);
    subject_wait_quiet(&load->subject);
}

void measures_garbage(struct load *load, const char *kind, uint64_t count,
                      struct garbage_result *ret)
{
    int fds[GARBAGE_SOCKETS];
    struct subject_counters before, after;
    uint64_t cpu_ns;

    *ret = (struct garbage_result){0};
    open_strangers(load, fds);
    subject_wait_quiet(&load->subject);
    subject_counters(&before);
    cpu_ns = subject_cpu_ns(&load->subject);
    while (ret->sent < count)
        stop_and_fill(load, fds, kind, &ret->sent);
    ret->cpu_ns = subject_cpu_ns(&load->subject) - cpu_ns;
    subject_counters(&after);
    ret->received = after.received - before.received;
    for (size_t i = 0; i < GARBAGE_SOCKETS; i++)
        close(fds[i]);
}
