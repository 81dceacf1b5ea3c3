/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * An attacker for tests/bench/flood.py: so many datagrams a second, from as many source addresses
 * of 127.0.0.0/8 as asked for, through one socket (IP_PKTINFO). It never reads what it is answered.
 *
 *     bench_flood --server ADDRESS:PORT --kind KIND [--rate N] [--seconds N] [--addresses N]
 *                 [--cpu N]
 *
 * KIND is join, exit, chat, garbage or hello; mixed: these five in turn; talk: each address joins
 * once, then they say a line one after the other. It prints how many datagrams were sent.
 */
#include "core/sequenced_wire/sequenced_handshake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

/* Datagrams a call, and the length of a turn. */
#define SLOTS   32
#define TURN_NS INT64_C(1000000)

#define DATAGRAM_BYTES 128

/* 127.128.0.0: honest members are elsewhere in 127.0.0.0/8. */
#define FIRST_ADDRESS 0x7f800000U

enum kind { JOIN, EXIT, CHAT, GARBAGE, HELLO, MIXED, TALK };

static const char *const kinds[] = {"join", "exit", "chat", "garbage", "hello", "mixed", "talk"};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct control {
    alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
};

struct flood {
    struct sockaddr_in server;
    unsigned kind;
    uint32_t rate, addresses;
    double seconds;
    int fd;
    uint64_t made, sent;
    uint64_t dice;
    struct mmsghdr headers[SLOTS];
    struct iovec pieces[SLOTS];
    struct control controls[SLOTS];
    char bytes[SLOTS][DATAGRAM_BYTES];
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "bench_flood: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* splitmix64: the same datagrams in each run. */
static uint64_t roll(struct flood *flood)
{
    uint64_t value = flood->dice += UINT64_C(0x9e3779b97f4a7c15);

    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

/* ---- datagrams ---- */

static size_t write_garbage(struct flood *flood, char *bytes)
{
    for (size_t i = 0; i < 40; i += sizeof(uint64_t)) {
        uint64_t value = roll(flood);

        memcpy(bytes + i, &value, sizeof(value));
    }
    return 40;
}

static size_t write_hello(struct flood *flood, char *bytes)
{
    struct sequenced_hello hello = {.version = SEQUENCED_VERSION, .nonce = roll(flood)};

    return (size_t)sequenced_handshake_write_hello(bytes, DATAGRAM_BYTES, &hello);
}

static size_t write_datagram(struct flood *flood, unsigned kind, uint32_t address, char *bytes)
{
    switch (kind) {
    case JOIN:
        return (size_t)snprintf(bytes, DATAGRAM_BYTES, "L f%u", address);
    case EXIT:
        return (size_t)snprintf(bytes, DATAGRAM_BYTES, "E f%u", address);
    case CHAT:
        return (size_t)snprintf(bytes, DATAGRAM_BYTES, "C f%u %064u", address, address);
    case GARBAGE:
        return write_garbage(flood, bytes);
    default:
        return write_hello(flood, bytes);
    }
}

/* Fills a slot with the next datagram. */
static void fill(struct flood *flood, size_t slot)
{
    uint64_t number = flood->made++;
    uint32_t address = (uint32_t)(roll(flood) % flood->addresses);
    unsigned kind = flood->kind;
    struct in_pktinfo info = {.ipi_ifindex = 0};

    if (kind == MIXED) {
        kind = (unsigned)(number % MIXED);
    } else if (kind == TALK) {
        kind = number < flood->addresses ? JOIN : CHAT;
        address = (uint32_t)(number % flood->addresses);
    }
    flood->pieces[slot].iov_len = write_datagram(flood, kind, address, flood->bytes[slot]);
    info.ipi_spec_dst.s_addr = htonl(FIRST_ADDRESS + address);
    memcpy(CMSG_DATA((struct cmsghdr *)(void *)&flood->controls[slot]), &info, sizeof(info));
}

static void make_slots(struct flood *flood)
{
    for (size_t slot = 0; slot < SLOTS; slot++) {
        struct cmsghdr *control = (void *)&flood->controls[slot];

        control->cmsg_level = IPPROTO_IP;
        control->cmsg_type = IP_PKTINFO;
        control->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        flood->pieces[slot].iov_base = flood->bytes[slot];
        flood->headers[slot].msg_hdr = (struct msghdr){.msg_name = &flood->server,
                                                       .msg_namelen = sizeof(flood->server),
                                                       .msg_iov = &flood->pieces[slot],
                                                       .msg_iovlen = 1,
                                                       .msg_control = control,
                                                       .msg_controllen = sizeof(struct control)};
    }
}

static void open_socket(struct flood *flood)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    int least = 1;

    flood->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (flood->fd < 0 || bind(flood->fd, (struct sockaddr *)&any, sizeof(any)) != 0)
        die("no socket");
    setsockopt(flood->fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
}

/* ---- sending ---- */

static void send_some(struct flood *flood, size_t count)
{
    int sent;

    for (size_t slot = 0; slot < count; slot++)
        fill(flood, slot);
    sent = sendmmsg(flood->fd, flood->headers, (unsigned)count, 0);
    if (sent < 0 && errno != ECONNREFUSED && errno != ENOBUFS)
        die("sending failed");
    flood->sent += sent > 0 ? (uint64_t)sent : 0;
}

static void run(struct flood *flood)
{
    int64_t start_ns = now_ns(), end_ns = start_ns + (int64_t)(flood->seconds * 1e9);
    int64_t turn_ns = start_ns;

    while (turn_ns < end_ns) {
        struct timespec until;
        uint64_t due = (uint64_t)((double)(turn_ns - start_ns) / 1e9 * flood->rate);

        while (flood->made < due) {
            uint64_t missing = due - flood->made;

            send_some(flood, missing < SLOTS ? (size_t)missing : SLOTS);
        }
        turn_ns += TURN_NS;
        until = (struct timespec){turn_ns / NS_PER_S, turn_ns % NS_PER_S};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
}

/* ---- the command line ---- */

static void set_server(struct flood *flood, char *text)
{
    char *colon = strchr(text, ':');

    flood->server.sin_family = AF_INET;
    if (colon == NULL)
        die("--server is ADDRESS:PORT");
    *colon = '\0';
    if (inet_pton(AF_INET, text, &flood->server.sin_addr) != 1)
        die("--server is an IPv4 address");
    flood->server.sin_port = htons((uint16_t)atoi(colon + 1));
}

static void set_kind(struct flood *flood, const char *text)
{
    for (flood->kind = 0; flood->kind < KINDS; flood->kind++) {
        if (strcmp(kinds[flood->kind], text) == 0)
            return;
    }
    die("there is no such kind");
}

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((unsigned)cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0)
        die("there is no such processor");
}

static const struct option options[] = {{"server", required_argument, NULL, 's'},
                                        {"kind", required_argument, NULL, 'k'},
                                        {"rate", required_argument, NULL, 'r'},
                                        {"seconds", required_argument, NULL, 't'},
                                        {"addresses", required_argument, NULL, 'a'},
                                        {"cpu", required_argument, NULL, 'c'},
                                        {NULL, 0, NULL, 0}};

static void read_option(struct flood *flood, int option)
{
    switch (option) {
    case 's':
        set_server(flood, optarg);
        break;
    case 'k':
        set_kind(flood, optarg);
        break;
    case 'r':
        flood->rate = (uint32_t)atoi(optarg);
        break;
    case 't':
        flood->seconds = atof(optarg);
        break;
    case 'a':
        flood->addresses = (uint32_t)atoi(optarg);
        break;
    case 'c':
        pin(atoi(optarg));
        break;
    default:
        exit(64);
    }
}

int main(int argc, char **argv)
{
    static struct flood flood = {.kind = MIXED, .rate = 50000, .seconds = 30, .addresses = 65536};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        read_option(&flood, option);
    if (flood.server.sin_port == 0 || flood.addresses == 0)
        die("--server has to be said, and at least one address");
    open_socket(&flood);
    make_slots(&flood);
    run(&flood);
    printf("{\"sent\":%llu}\n", (unsigned long long)flood.sent);
    return 0;
}
