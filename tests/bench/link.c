/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A bad network for real programs, of any protocol over IPv4: a tun device whose packets this
 * program loses, delays and queues, each way for itself, before it gives them back to the kernel.
 * tests/bench/link.py starts it, and gives addresses to the device.
 *
 *     bench_link DEVICE NEAR SEED
 *
 * NEAR is the second byte of the network 10.NEAR.0.0/16, in which all programs are, the server at
 * .0.1. The others call it 10.FAR.0.1, with FAR = NEAR + 1: the way there is this device. A packet
 * from 10.NEAR.c to 10.FAR.s is passed on as one from 10.FAR.c to 10.NEAR.s, so both ends see the
 * other in the far network. What is added to the source is taken from the destination: all
 * checksums stay right.
 *
 * Commands on stdin, one a line; each is answered by a line of JSON:
 *
 *     weather LOSS BURST DELAY_US RATE QUEUE   from now on, both ways
 *     counts                                   since the start, by the server's port
 *
 * LOSS is the part of the packets that is lost. With BURST > 1 so many are lost in a row on average
 * (Gilbert): each client has its own two states each way, a good one and one in which all is lost.
 * RATE, bits a second, is that of a bottleneck, and QUEUE the bytes that may wait for it or be on
 * their way into it; a packet that finds no room is dropped. 0: no bottleneck.
 */
#include "support/dice.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S     INT64_C(1000000000)
#define PACKET_BYTES 2048
#define PORTS_MAX    64

/* Packets that are taken from the device before those that are due are passed on. */
#define BATCH 64

/* Clients differ in the last byte of their addresses; see load/members.c. */
#define CLIENTS 256

struct packet {
    struct packet *next;
    int64_t due_ns;
    size_t length;
    unsigned char bytes[PACKET_BYTES];
};

struct weather {
    double loss, burst;
    int64_t delay_ns;
    double ns_per_byte; /* of the bottleneck; 0: there is none */
    double queue_bytes;
};

enum { UP, DOWN, WAYS };

/* One direction. */
struct way {
    bool is_bad[CLIENTS]; /* the state of each client's path */
    int64_t busy_ns;      /* the bottleneck is, until then */
    int64_t last_due_ns;
    struct packet *first, **end;
};

/* Bytes are those of IP. */
struct count {
    uint64_t packets, bytes;         /* that came */
    uint64_t lost, lost_bytes;       /* by chance */
    uint64_t dropped, dropped_bytes; /* by a full queue */
};

struct port {
    uint16_t number; /* 0: no port, as of ICMP */
    struct count ways[WAYS];
};

static struct {
    int device;
    unsigned char near;
    struct dice dice;
    struct weather weather;
    struct way ways[WAYS];
    struct port ports[PORTS_MAX];
    size_t port_count;
} network;

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "bench_link: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* ---- what a packet is ---- */

/* It is from the near network to the far one, and whole enough to have ports. */
static bool is_ours(const struct packet *packet)
{
    const unsigned char *ip = packet->bytes;

    return packet->length >= 28 && ip[0] == 0x45 && ip[12] == 10 && ip[13] == network.near &&
           ip[16] == 10 && ip[17] == network.near + 1;
}

static int way_of(const struct packet *packet)
{
    const unsigned char *host = packet->bytes + 14;

    return host[0] == 0 && host[1] == 1 ? DOWN : UP;
}

static unsigned client_of(const struct packet *packet, int way)
{
    return packet->bytes[way == DOWN ? 19 : 15];
}

static uint16_t server_port_of(const struct packet *packet, int way)
{
    const unsigned char *ports = packet->bytes + (way == DOWN ? 20 : 22);
    int protocol = packet->bytes[9];

    if (protocol != IPPROTO_UDP && protocol != IPPROTO_TCP)
        return 0;
    return (uint16_t)(ports[0] << 8 | ports[1]);
}

static struct count *count_of(const struct packet *packet, int way)
{
    uint16_t number = server_port_of(packet, way);
    size_t i = 0;

    while (i < network.port_count && network.ports[i].number != number)
        i++;
    if (i == PORTS_MAX)
        die("too many ports");
    if (i == network.port_count)
        network.ports[network.port_count++].number = number;
    return &network.ports[i].ways[way];
}

/* ---- what becomes of it ---- */

static bool chance(double part)
{
    return (double)(dice_roll(&network.dice) >> 11) < part * 0x1p53;
}

static bool is_lost(struct way *way, unsigned client)
{
    const struct weather *weather = &network.weather;
    bool *is_bad = &way->is_bad[client];

    if (weather->burst <= 1)
        return chance(weather->loss);
    if (*is_bad)
        *is_bad = !chance(1 / weather->burst);
    else
        *is_bad = chance(weather->loss / (weather->burst * (1 - weather->loss)));
    return *is_bad;
}

/* False: the queue is full. */
static bool pass_bottleneck(struct way *way, size_t length, int64_t *when_ns)
{
    const struct weather *weather = &network.weather;
    double waiting;

    if (weather->ns_per_byte == 0)
        return true;
    if (way->busy_ns < *when_ns)
        way->busy_ns = *when_ns;
    waiting = (double)(way->busy_ns - *when_ns) / weather->ns_per_byte;
    if (waiting + (double)length > weather->queue_bytes)
        return false;
    way->busy_ns += (int64_t)((double)length * weather->ns_per_byte);
    *when_ns = way->busy_ns;
    return true;
}

static void translate(struct packet *packet)
{
    packet->bytes[13]++;
    packet->bytes[17]--;
}

/* Takes the packet, or frees it. */
static void carry(struct packet *packet, int64_t when_ns)
{
    int number = way_of(packet);
    struct way *way = &network.ways[number];
    struct count *count = count_of(packet, number);
    bool lost = is_lost(way, client_of(packet, number));

    count->packets++;
    count->bytes += packet->length;
    if (lost) {
        count->lost++;
        count->lost_bytes += packet->length;
    } else if (!pass_bottleneck(way, packet->length, &when_ns)) {
        count->dropped++;
        count->dropped_bytes += packet->length;
    } else {
        when_ns += network.weather.delay_ns;
        /* A change of the weather puts none before another. */
        way->last_due_ns = when_ns > way->last_due_ns ? when_ns : way->last_due_ns;
        packet->due_ns = way->last_due_ns;
        translate(packet);
        packet->next = NULL;
        *way->end = packet;
        way->end = &packet->next;
        return;
    }
    free(packet);
}

/* ---- the device ---- */

static void open_device(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    network.device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (network.device < 0 || ioctl(network.device, TUNSETIFF, &request) != 0)
        die("no tun device");
}

static void take_packets(void)
{
    for (unsigned i = 0; i < BATCH; i++) {
        struct packet *packet = malloc(sizeof(*packet));
        ssize_t length;

        if (packet == NULL)
            die("no memory");
        length = read(network.device, packet->bytes, sizeof(packet->bytes));
        packet->length = length > 0 ? (size_t)length : 0;
        if (is_ours(packet))
            carry(packet, now_ns());
        else
            free(packet);
        if (length < 0)
            return;
    }
}

/* Passes on what is due; returns when the next packet is. */
static int64_t give_packets(void)
{
    int64_t next_ns = INT64_MAX;

    for (struct way *way = network.ways; way < network.ways + WAYS; way++) {
        struct packet *packet;

        while ((packet = way->first) != NULL && packet->due_ns <= now_ns()) {
            if (write(network.device, packet->bytes, packet->length) < 0)
                die("the device takes no packet");
            way->first = packet->next;
            if (way->first == NULL)
                way->end = &way->first;
            free(packet);
        }
        if (packet != NULL && packet->due_ns < next_ns)
            next_ns = packet->due_ns;
    }
    return next_ns;
}

/* ---- commands ---- */

static void set_weather(double loss, double burst, double delay_us, double rate, double queue)
{
    network.weather = (struct weather){.loss = loss,
                                       .burst = burst,
                                       .delay_ns = (int64_t)(delay_us * 1000),
                                       .ns_per_byte = rate > 0 ? 8e9 / rate : 0,
                                       .queue_bytes = queue};
    for (struct way *way = network.ways; way < network.ways + WAYS; way++) {
        memset(way->is_bad, 0, sizeof(way->is_bad));
        way->busy_ns = 0;
    }
}

static void print_count(const char *name, const struct count *count)
{
    printf("\"%s\":{\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"lost\":%" PRIu64
           ",\"lost_bytes\":%" PRIu64 ",\"dropped\":%" PRIu64 ",\"dropped_bytes\":%" PRIu64 "}",
           name, count->packets, count->bytes, count->lost, count->lost_bytes, count->dropped,
           count->dropped_bytes);
}

static void print_counts(void)
{
    printf("{");
    for (size_t i = 0; i < network.port_count; i++) {
        printf("%s\"%u\":{", i > 0 ? "," : "", network.ports[i].number);
        print_count("up", &network.ports[i].ways[UP]);
        printf(",");
        print_count("down", &network.ports[i].ways[DOWN]);
        printf("}");
    }
    printf("}\n");
}

/* False: there are no more commands. */
static bool run_command(void)
{
    double loss, burst, delay_us, rate, queue;
    char line[256];

    if (fgets(line, sizeof(line), stdin) == NULL)
        return false;
    if (sscanf(line, "weather %lf %lf %lf %lf %lf", &loss, &burst, &delay_us, &rate, &queue) == 5) {
        set_weather(loss, burst, delay_us, rate, queue);
        printf("{}\n");
    } else if (strncmp(line, "counts", 6) == 0) {
        print_counts();
    } else {
        die("there is no such command");
    }
    fflush(stdout);
    return true;
}

static void run(void)
{
    struct pollfd polled[2] = {{.fd = network.device, .events = POLLIN},
                               {.fd = STDIN_FILENO, .events = POLLIN}};

    for (;;) {
        int64_t next_ns = give_packets(), wait_ns = next_ns - now_ns();
        struct timespec timeout = {0, 0};

        if (wait_ns > 0)
            timeout = (struct timespec){wait_ns / NS_PER_S, wait_ns % NS_PER_S};
        if (ppoll(polled, 2, next_ns == INT64_MAX ? NULL : &timeout, NULL) < 0)
            die("ppoll");
        if (polled[0].revents != 0)
            take_packets();
        if (polled[1].revents == 0)
            continue;
        /* What was counted has passed. */
        give_packets();
        if (!run_command())
            return;
    }
}

int main(int argc, char **argv)
{
    struct sched_param priority = {.sched_priority = 1};

    if (argc != 4) {
        fprintf(stderr, "usage: bench_link DEVICE NEAR SEED\n");
        return 64;
    }
    network.near = (unsigned char)atoi(argv[2]);
    network.dice.state = strtoull(argv[3], NULL, 10);
    for (struct way *way = network.ways; way < network.ways + WAYS; way++)
        way->end = &way->first;
    open_device(argv[1]);
    /* A network does not wait for a processor. */
    (void)sched_setscheduler(0, SCHED_FIFO, &priority);
    prctl(PR_SET_TIMERSLACK, 1UL);
    setvbuf(stdin, NULL, _IONBF, 0);
    printf("{}\n");
    fflush(stdout);
    run();
    return 0;
}
