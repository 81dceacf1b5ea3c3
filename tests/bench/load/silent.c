/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sends forged datagrams, and reads frames from the tun device. IPv4 without options, UDP without a
 * checksum (RFC 768).
 */
#include "silent.h"

#include "load.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH         64
#define HEADERS_BYTES (sizeof(struct iphdr) + sizeof(struct udphdr))
#define FRAME_BYTES   1500
#define PORT          7777

/* From 10.9.1.0 on, 250 to a block; the server is at 10.9.0.1. */
#define NETWORK    0x0a090000U
#define BLOCK      250U
#define FIRST_HOST 1U

struct silent {
    int raw, tun;
    struct sockaddr_in server;
    size_t count;
    struct mmsghdr headers[BATCH];
    struct iovec pieces[BATCH];
    char frames[BATCH][FRAME_BYTES];
};

static uint32_t address_of(uint32_t index)
{
    return NETWORK + ((index / BLOCK + 1) << 8) + FIRST_HOST + index % BLOCK;
}

static uint32_t index_of(uint32_t address)
{
    return (((address - NETWORK) >> 8) - 1) * BLOCK + (address & 0xffU) - FIRST_HOST;
}

/* The kernel takes a while to notice that the device is read; datagrams sent before are lost. */
static void wait_running(struct ifreq *request, int fd)
{
    int64_t end_ns = load_now_ns() + 10 * LOAD_NS_PER_S;

    do {
        if (ioctl(fd, SIOCGIFFLAGS, request) == 0 && (request->ifr_flags & IFF_RUNNING) != 0)
            return;
        usleep(1000);
    } while (load_now_ns() < end_ns);
    load_die("the tun device does not come up");
}

struct silent *silent_new(const struct load *load, const char *device)
{
    struct silent *silent = calloc(1, sizeof(*silent));
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    int bytes = 8 << 20;

    if (silent == NULL)
        load_die("out of memory");
    silent->server = load->server;
    silent->raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    silent->tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    strncpy(request.ifr_name, device, sizeof(request.ifr_name) - 1);
    if (silent->raw < 0 || silent->tun < 0 || ioctl(silent->tun, TUNSETIFF, &request) != 0)
        load_die("no raw socket or no tun device");
    wait_running(&request, silent->raw);
    setsockopt(silent->raw, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
    for (size_t i = 0; i < BATCH; i++) {
        silent->pieces[i].iov_base = silent->frames[i];
        silent->headers[i].msg_hdr = (struct msghdr){.msg_name = &silent->server,
                                                     .msg_namelen = sizeof(silent->server),
                                                     .msg_iov = &silent->pieces[i],
                                                     .msg_iovlen = 1};
    }
    return silent;
}

void silent_send(struct silent *silent, uint32_t index, const void *bytes, size_t length)
{
    char *frame = silent->frames[silent->count];
    /* The kernel fills in length, identification and checksum where they are 0 (raw(7)). */
    struct iphdr ip = {.version = 4,
                       .ihl = 5,
                       .ttl = 64,
                       .protocol = IPPROTO_UDP,
                       .saddr = htonl(address_of(index)),
                       .daddr = silent->server.sin_addr.s_addr};
    struct udphdr udp = {.source = htons(PORT),
                         .dest = silent->server.sin_port,
                         .len = htons((uint16_t)(sizeof(udp) + length))};

    memcpy(frame, &ip, sizeof(ip));
    memcpy(frame + sizeof(ip), &udp, sizeof(udp));
    memcpy(frame + HEADERS_BYTES, bytes, length);
    silent->pieces[silent->count].iov_len = HEADERS_BYTES + length;
    if (++silent->count == BATCH)
        silent_flush(silent);
}

void silent_flush(struct silent *silent)
{
    size_t done = 0;

    while (silent != NULL && done < silent->count) {
        int taken =
            sendmmsg(silent->raw, silent->headers + done, (unsigned)(silent->count - done), 0);

        done += taken > 0 ? (size_t)taken : 1;
    }
    if (silent != NULL)
        silent->count = 0;
}

bool silent_read(struct silent *silent, struct load *load)
{
    char frame[FRAME_BYTES];
    bool any = false;
    ssize_t length;

    while (silent->tun >= 0 && (length = read(silent->tun, frame, sizeof(frame))) > 0) {
        struct iphdr ip;
        uint32_t index;

        if ((size_t)length <= HEADERS_BYTES)
            continue;
        memcpy(&ip, frame, sizeof(ip));
        index = index_of(ntohl(ip.daddr));
        if (ip.version != 4 || ip.protocol != IPPROTO_UDP || index >= load->count)
            continue;
        any = true;
        load->protocol->input(load, index, frame + HEADERS_BYTES, (size_t)length - HEADERS_BYTES);
    }
    return any;
}

void silent_stop_reading(struct silent *silent)
{
    close(silent->tun);
    silent->tun = -1;
}
