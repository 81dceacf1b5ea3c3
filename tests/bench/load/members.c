/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sockets of members: opening, sending, reading in batches, and joining. Knows protocols only by
 * their tables.
 */
#include "load.h"
#include "silent.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

/* Members handled in a turn, and what is read of one in a call. */
#define READY_MAX    256
#define BATCH        32
#define BATCH_GRO    8
#define PLAIN_BYTES  2048
#define BUFFER_BYTES (2 << 20)

/* Addresses of 127.0.0.0/8 with the same first three bytes. */
#define MEMBERS_PER_BLOCK 250

/* A member without an answer asks again after this. */
#define ENTER_NS (LOAD_NS_PER_S / 2)

/* Some servers read their clocks many times a second, and are idle all the same. */
#define IDLE_CPU_NS 500000

/* A room that lets nobody in for so long will not. */
#define JOIN_TIMEOUT_NS (60 * LOAD_NS_PER_S)

static struct {
    struct mmsghdr headers[BATCH];
    struct iovec pieces[BATCH];
    _Alignas(struct cmsghdr) char controls[BATCH][CMSG_SPACE(sizeof(int))];
    char bytes[BATCH_GRO * LOAD_BUFFER_BYTES];
} in;

int64_t load_now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * LOAD_NS_PER_S + time.tv_nsec;
}

_Noreturn void load_die(const char *what)
{
    fprintf(stderr, "bench_load: %s\n", what);
    exit(1);
}

static void set(int fd, int level, int option, int value)
{
    setsockopt(fd, level, option, &value, sizeof(value));
}

/* Members are spread over blocks of addresses: a server may limit what it answers to one. */
struct in_addr members_source(const struct load *load, uint32_t index)
{
    uint32_t first = ntohl(load->source.s_addr);

    if (load->one_address)
        return load->source;
    return (struct in_addr){
        .s_addr = htonl(first + (index / MEMBERS_PER_BLOCK << 8) + index % MEMBERS_PER_BLOCK)};
}

static int open_datagram(struct load *load, struct in_addr source)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = source};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        load_die("no socket for a member: the limit on open files is too low");
    set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES);
    if (load->gro)
        set(fd, IPPROTO_UDP, UDP_GRO, 1);
    if (bind(fd, (struct sockaddr *)&own, sizeof(own)) != 0 ||
        connect(fd, (struct sockaddr *)&load->server, sizeof(load->server)) != 0)
        load_die("a member's socket can't be bound and connected");
    return fd;
}

static void watch(struct load *load, uint32_t index)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};

    epoll_ctl(load->poll, EPOLL_CTL_ADD, load->members[index].fd, &event);
}

void members_open(struct load *load, uint32_t count)
{
    if (count > load->capacity)
        load_die("more members than --members said");
    for (; load->count < count; load->count++) {
        struct member *member = &load->members[load->count];

        member->fd = -1;
        member->next = load->said + 1;
        if (load->protocol->is_stream) {
            stream_connect(load, load->count);
        } else if (load->silent == NULL || load->count < load->authors) {
            member->fd =
                open_datagram(load, load->silent == NULL ? members_source(load, load->count)
                                                         : load->server.sin_addr);
        }
        if (member->fd >= 0)
            watch(load, load->count);
    }
}

void members_send(struct load *load, uint32_t index, const void *bytes, size_t length)
{
    const char *rest = bytes;

    if (load->members[index].fd < 0) {
        silent_send(load->silent, index, bytes, length);
        return;
    }
    while (length > 0) {
        ssize_t sent = send(load->members[index].fd, rest, length, MSG_NOSIGNAL);
        struct pollfd writable = {.fd = load->members[index].fd, .events = POLLOUT};

        if (sent < 0 && errno == EAGAIN) {
            poll(&writable, 1, 1000);
        } else if (sent < 0) {
            /* An ICMP error, or a server that has closed: missing messages will be noticed. */
            return;
        } else {
            rest += sent;
            length -= (size_t)sent;
        }
    }
}

/* ---- reading ---- */

static size_t segment_bytes(const struct msghdr *header, size_t length)
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR((struct msghdr *)header, control)) {
        int bytes;

        if (control->cmsg_level != IPPROTO_UDP || control->cmsg_type != UDP_GRO)
            continue;
        memcpy(&bytes, CMSG_DATA(control), sizeof(bytes));
        return (size_t)bytes;
    }
    return length;
}

static void deliver(struct load *load, uint32_t index, const struct msghdr *header, size_t length)
{
    char *bytes = header->msg_iov->iov_base;
    size_t segment = segment_bytes(header, length);

    for (size_t at = 0; at < length; at += segment)
        load->protocol->input(load, index, bytes + at,
                              length - at < segment ? length - at : segment);
}

static bool is_timed(const struct load *load)
{
    return load->latency != NULL || load->chat != NULL || load->protocol->reports_delay;
}

static void read_datagrams(struct load *load, uint32_t index)
{
    int slots = load->gro ? BATCH_GRO : BATCH, count;
    size_t bytes = load->gro ? LOAD_BUFFER_BYTES : PLAIN_BYTES;

    for (int i = 0; i < slots; i++) {
        in.pieces[i] = (struct iovec){.iov_base = in.bytes + (size_t)i * bytes, .iov_len = bytes};
        in.headers[i].msg_hdr = (struct msghdr){.msg_iov = &in.pieces[i], .msg_iovlen = 1};
        if (!load->gro)
            continue;
        in.headers[i].msg_hdr.msg_control = in.controls[i];
        in.headers[i].msg_hdr.msg_controllen = sizeof(in.controls[i]);
    }
    count = recvmmsg(load->members[index].fd, in.headers, (unsigned)slots, MSG_DONTWAIT, NULL);
    if (is_timed(load))
        load->received_ns = load_now_ns();
    for (int i = 0; i < count; i++)
        deliver(load, index, &in.headers[i].msg_hdr, in.headers[i].msg_len);
}

/* Bytes that are not used yet are kept before those that come next. */
static void read_stream(struct load *load, uint32_t index)
{
    struct member *member = &load->members[index];
    char *bytes = in.bytes;
    size_t held = member->held_length, used;
    ssize_t length;

    if (held > 0)
        memcpy(bytes, member->held, held);
    length = recv(member->fd, bytes + held, LOAD_BUFFER_BYTES, MSG_DONTWAIT);
    if (length < 0 && errno == EAGAIN)
        return;
    if (length <= 0)
        load_die("the server has closed a member's connection");
    if (is_timed(load))
        load->received_ns = load_now_ns();
    used = load->protocol->input(load, index, bytes, held + (size_t)length);
    held = held + (size_t)length - used;
    if (held > LOAD_HELD_BYTES)
        load_die("the server says something without an end");
    if (held > 0 && member->held == NULL && (member->held = malloc(LOAD_HELD_BYTES)) == NULL)
        load_die("out of memory");
    if (held > 0)
        memcpy(member->held, bytes + used, held);
    member->held_length = (uint32_t)held;
}

static int wait_ready(struct load *load, struct epoll_event *events, int64_t timeout_ns)
{
    struct timespec timeout = {.tv_sec = timeout_ns / LOAD_NS_PER_S,
                               .tv_nsec = timeout_ns % LOAD_NS_PER_S};

    return epoll_pwait2(load->poll, events, READY_MAX, &timeout, NULL);
}

bool members_pump(struct load *load, int64_t timeout_ns)
{
    struct epoll_event events[READY_MAX];
    int64_t now_ns, next_ns;
    int count;

    if (load->protocol->tick != NULL) {
        now_ns = load_now_ns();
        next_ns = load->protocol->tick(load, now_ns, false);
        if (next_ns - now_ns < timeout_ns)
            timeout_ns = next_ns > now_ns ? next_ns - now_ns : 0;
    }
    count = wait_ready(load, events, timeout_ns);
    for (int i = 0; i < count; i++) {
        if (load->protocol->is_stream)
            read_stream(load, events[i].data.u32);
        else
            read_datagrams(load, events[i].data.u32);
    }
    return count > 0;
}

/* ---- joining ---- */

void members_is_in(struct load *load, uint32_t index)
{
    if (load->members[index].in)
        return;
    load->members[index].in = true;
    load->in++;
}

/* Members without an answer ask again. Returns how many are joining. */
static uint32_t ask_again(struct load *load, uint32_t from, uint32_t to)
{
    int64_t now_ns = load_now_ns();
    uint32_t entering = 0;

    for (uint32_t index = from; index < to; index++) {
        struct member *member = &load->members[index];

        if (member->in)
            continue;
        entering++;
        if (now_ns - member->asked_ns < ENTER_NS || load->protocol->is_stream)
            continue;
        member->asked_ns = now_ns;
        load->repeats++;
        load->protocol->enter(load, index);
    }
    return entering;
}

void members_join(struct load *load, uint32_t count)
{
    uint32_t next = load->count, first_out = load->count, in_before = load->in;
    int64_t progress_ns = load_now_ns();

    while (load->in < count) {
        for (; next < count && next - load->in < load->entering; next++) {
            members_open(load, next + 1);
            load->members[next].asked_ns = load_now_ns();
            load->protocol->enter(load, next);
        }
        silent_flush(load->silent);
        if (!members_pump(load, load->silent != NULL ? 0 : LOAD_NS_PER_S / 100) &&
            load->silent != NULL)
            silent_read(load->silent, load);
        while (first_out < next && load->members[first_out].in)
            first_out++;
        ask_again(load, first_out, next);
        if (load->in > in_before)
            progress_ns = load_now_ns();
        in_before = load->in;
        if (load_now_ns() - progress_ns > JOIN_TIMEOUT_NS)
            load_die("not all members were let in");
    }
}

void members_settle(struct load *load, int64_t quiet_ns)
{
    int64_t since_ns = load_now_ns();
    uint64_t before = 0, now;

    while (load_now_ns() - since_ns < quiet_ns) {
        bool busy = members_pump(load, quiet_ns / 10);

        if (load->silent != NULL)
            busy = silent_read(load->silent, load) || busy;
        now = subject_cpu_ns(&load->subject);
        if (busy || now - before > IDLE_CPU_NS)
            since_ns = load_now_ns();
        before = now;
    }
}
