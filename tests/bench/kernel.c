/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What this machine's kernel costs by itself, in nanoseconds of processor time, for the calls that
 * a room makes: the lower bound for any room. Prints a JSON object.
 *
 *     bench_kernel SOURCE FIRST
 *
 * Datagrams leave from SOURCE, to addresses from FIRST on that nobody has.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PEERS    1000U
#define PORT     7777
#define BATCH    64U  /* as roomd sends */
#define RECEIVED 32U  /* as roomd receives */
#define WAITING  512U /* in the receive buffer */

#define REPEATS  10
#define NULLS    200000U
#define SMALL    71U   /* a message of 64 bytes in the plain protocol */
#define FULL     1144U /* EVENTS with sixteen of them */
#define SEGMENTS 4U    /* 64 messages */
#define REPORT   24U   /* UP with a position */

#define CONTROL_BYTES (CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)))

static struct sockaddr_in peers[PEERS];
static char bytes[SEGMENTS * FULL];

_Noreturn static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t cpu_ns(void)
{
    struct timespec time = {0, 0};

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int open_socket(struct in_addr address)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = address};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), bytes_wanted = 8 << 20, on = 1;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes_wanted, sizeof(bytes_wanted));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes_wanted, sizeof(bytes_wanted));
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof(own)) != 0)
        die("no socket");
    return fd;
}

static size_t put_control(char *control, size_t used, int level, int type, const void *data,
                          size_t length)
{
    struct cmsghdr *header = (struct cmsghdr *)(void *)(control + used);

    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(header), data, length);
    return used + CMSG_SPACE(length);
}

/* The source is the address that was written to, as in all datagrams of a room. */
static size_t write_control(char control[CONTROL_BYTES], struct in_addr source, uint16_t segment)
{
    struct in_pktinfo info = {.ipi_spec_dst = source};
    size_t used = put_control(control, 0, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));

    return segment > 0 ? put_control(control, used, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment))
                       : used;
}

/*
 * Sends each peer `length` bytes, in segments if `segment` is not 0. Returns nanoseconds for each
 * peer.
 */
static double send_all(int fd, struct in_addr source, size_t length, uint16_t segment)
{
    static _Alignas(struct cmsghdr) char control[CONTROL_BYTES];
    struct iovec piece = {.iov_base = bytes, .iov_len = length};
    struct mmsghdr messages[BATCH];
    size_t control_length = write_control(control, source, segment);
    int64_t start_ns = cpu_ns();

    for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
        for (unsigned done = 0; done < PEERS;) {
            unsigned count = 0;

            for (; count < BATCH && done < PEERS; count++, done++) {
                messages[count].msg_hdr = (struct msghdr){.msg_name = &peers[done],
                                                          .msg_namelen = sizeof(peers[done]),
                                                          .msg_iov = &piece,
                                                          .msg_iovlen = 1,
                                                          .msg_control = control,
                                                          .msg_controllen = control_length};
            }
            if (sendmmsg(fd, messages, count, 0) != (int)count)
                die("sending");
        }
    }
    return (double)(cpu_ns() - start_ns) / (REPEATS * PEERS);
}

static void receive_batch(int fd)
{
    static _Alignas(struct cmsghdr) char controls[RECEIVED][CONTROL_BYTES];
    static char buffers[RECEIVED][2048];
    static struct sockaddr_in6 from[RECEIVED];
    struct mmsghdr messages[RECEIVED];
    struct iovec pieces[RECEIVED];

    for (unsigned i = 0; i < RECEIVED; i++) {
        pieces[i] = (struct iovec){.iov_base = buffers[i], .iov_len = sizeof(buffers[i])};
        messages[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                                              .msg_namelen = sizeof(from[i]),
                                              .msg_iov = &pieces[i],
                                              .msg_iovlen = 1,
                                              .msg_control = controls[i],
                                              .msg_controllen = sizeof(controls[i])};
    }
    if (recvmmsg(fd, messages, RECEIVED, MSG_DONTWAIT, NULL) != (int)RECEIVED)
        die("receiving");
}

/* Nanoseconds for each small datagram that waits in the buffer. */
static double receive_all(void)
{
    struct in_addr loopback = {.s_addr = htonl(INADDR_LOOPBACK)};
    int sender = open_socket(loopback), receiver = open_socket(loopback);
    struct sockaddr_in address;
    socklen_t length = sizeof(address);
    int64_t taken_ns = 0;

    getsockname(receiver, (struct sockaddr *)&address, &length);
    for (unsigned repeat = 0; repeat < 2 * REPEATS; repeat++) {
        int64_t start_ns;

        for (unsigned i = 0; i < WAITING; i++) {
            if (sendto(sender, bytes, REPORT, 0, (struct sockaddr *)&address, sizeof(address)) !=
                REPORT)
                die("sending to oneself");
        }
        start_ns = cpu_ns();
        for (unsigned i = 0; i < WAITING; i += RECEIVED)
            receive_batch(receiver);
        taken_ns += cpu_ns() - start_ns;
    }
    close(sender);
    close(receiver);
    return (double)taken_ns / (2.0 * REPEATS * WAITING);
}

static double call(void)
{
    int64_t start_ns = cpu_ns();

    for (unsigned i = 0; i < NULLS; i++)
        syscall(SYS_getppid);
    return (double)(cpu_ns() - start_ns) / NULLS;
}

int main(int argc, char **argv)
{
    struct in_addr source, first;
    int fd;

    if (argc != 3 || inet_pton(AF_INET, argv[1], &source) != 1 ||
        inet_pton(AF_INET, argv[2], &first) != 1) {
        fprintf(stderr, "usage: bench_kernel SOURCE FIRST\n");
        return 64;
    }
    for (unsigned i = 0; i < PEERS; i++) {
        peers[i] = (struct sockaddr_in){.sin_family = AF_INET,
                                        .sin_port = htons(PORT),
                                        .sin_addr.s_addr = htonl(ntohl(first.s_addr) + i)};
    }
    fd = open_socket(source);
    /* Warms up what is done only once. */
    send_all(fd, source, SMALL, 0);
    printf("{\"call\":%.1f,\"send\":%.1f,\"full\":%.1f,", call(), send_all(fd, source, SMALL, 0),
           send_all(fd, source, FULL, 0));
    printf("\"segments\":%.1f,\"receive\":%.1f}\n", send_all(fd, source, SEGMENTS * FULL, FULL),
           receive_all());
    return 0;
}
