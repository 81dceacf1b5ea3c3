/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Connecting, and datagrams in both directions. */
#include "room/net/udp_link.h"

#include "room/net/addresses.h"
#include "room/net/resolver.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <roomd/status.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A burst of a whole window comes while the terminal is slow. */
#define LINK_BUFFER_BYTES (1 << 20)

/* With UDP_GRO many datagrams come as one. */
#define LINK_READ_BYTES 65536

/* Between two looks at the keyboard. */
#define LINK_READS_PER_TURN 32

struct link {
    struct ev_loop *loop; /* borrowed */
    struct link_sink sink;
    ev_io reader;
    struct resolve *resolve;
    struct addresses addresses;
    struct address connected; /* length 0: none */
    bool stay;                /* as link_look_up was told last */
    bool tried;               /* one of this round */
    int error;                /* of the last that could not be */
    bool adrift;              /* not connected any more, and its port is kept */
    int fd;
    char text[LINK_TEXT_BYTES];
    char bytes[LINK_READ_BYTES];
};

/* While it was connected to nobody, anybody could write to its port. */
static bool is_server(const struct link *link, const struct sockaddr_storage *from)
{
    const struct sockaddr_storage *server = &link->connected.bytes;
    const struct sockaddr_in *in = (const struct sockaddr_in *)from, *server_in = (const struct sockaddr_in *)server;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from,
                              *server_in6 = (const struct sockaddr_in6 *)server;

    if (from->ss_family != server->ss_family)
        return false;
    if (from->ss_family == AF_INET)
        return in->sin_port == server_in->sin_port && in->sin_addr.s_addr == server_in->sin_addr.s_addr;
    return in6->sin6_port == server_in6->sin6_port &&
           memcmp(&in6->sin6_addr, &server_in6->sin6_addr, sizeof(in6->sin6_addr)) == 0;
}

/* Cuts what the kernel has put together: all segments are of that size but the last. */
static void dispatch(struct link *link, size_t length, size_t segment)
{
    size_t at = 0;

    do {
        size_t part = segment == 0 || length - at < segment ? length - at : segment;

        link->sink.datagram(link->sink.ctx, link->bytes + at, part);
        at += part;
    } while (at < length);
}

/* False where nothing more is there. */
static bool read_once(struct link *link)
{
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct iovec piece = {.iov_base = link->bytes, .iov_len = sizeof(link->bytes)};
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof(from),
                             .msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(link->fd, &message, 0);
    int segment = 0;

    if (length < 0) {
        if (errno != EAGAIN && errno != EINTR)
            link->sink.unreachable(link->sink.ctx, errno);
        return false;
    }
    if (!is_server(link, &from))
        return true;
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at != NULL; at = CMSG_NXTHDR(&message, at)) {
        if (at->cmsg_level == SOL_UDP && at->cmsg_type == UDP_GRO)
            memcpy(&segment, CMSG_DATA(at), sizeof(segment));
    }
    dispatch(link, (size_t)length, segment > 0 ? (size_t)segment : 0);
    return true;
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct link *link = watcher->data;
    int fd = link->fd;

    (void)loop;
    (void)events;
    for (unsigned n = 0; n < LINK_READS_PER_TURN && link->fd == fd && read_once(link); n++)
        ;
}

/* ---- addresses ---- */

static in_port_t *port_of(struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6)
        return &((struct sockaddr_in6 *)address)->sin6_port;
    return &((struct sockaddr_in *)address)->sin_port;
}

static int moor(struct link *link)
{
    link->adrift = connect(link->fd, (const struct sockaddr *)&link->connected.bytes, link->connected.length) != 0;
    return link->adrift ? errno : 0;
}

/* For a new source address, should this machine have another one by now. The port stays: over the plain protocol, it is what a member is known by. 0, or an errno. */
static int connect_again(struct link *link)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    struct sockaddr_storage own, bound;
    socklen_t length = sizeof(own);

    memset(&own, 0, sizeof(own));
    memset(&bound, 0, sizeof(bound));
    bound.ss_family = link->connected.bytes.ss_family;
    if (getsockname(link->fd, (struct sockaddr *)&own, &length) == 0) {
        *port_of(&bound) = *port_of(&own);
        (void)connect(link->fd, &nowhere, sizeof(nowhere));
        /* Where somebody was faster, it gets another one. */
        (void)bind(link->fd, (const struct sockaddr *)&bound, length);
    }
    return moor(link);
}

static void begin_round(struct link *link, bool stays)
{
    link->tried = stays;
    if (stays)
        connect_again(link);
    link->sink.looked_up(link->sink.ctx, stays);
}

static void on_found(void *ctx, const struct address *list, size_t count)
{
    struct link *link = ctx;

    begin_round(link, addresses_set(&link->addresses, list, count, link->stay && link->fd >= 0));
}

/* The network is away, perhaps, and the name server with it. */
static void on_failed(void *ctx, const char *words)
{
    struct link *link = ctx;

    if (link->addresses.count > 0)
        begin_round(link, addresses_again(&link->addresses, link->stay && link->fd >= 0));
    else
        link->sink.no_address(link->sink.ctx, words);
}

void link_look_up(struct link *link, bool stay)
{
    link->stay = stay;
    resolve_start(link->resolve);
}

size_t link_addresses(const struct link *link)
{
    return link->addresses.count;
}

/* ---- opening and closing ---- */

int link_new(struct ev_loop *loop, const char *host, const char *port, const struct link_sink *sink,
             struct link **ret_link)
{
    struct link *link = calloc(1, sizeof(*link));
    const struct resolve_sink resolve = {.found = on_found, .failed = on_failed, .ctx = link};

    if (link == NULL)
        return STATUS_NO_MEMORY;
    link->loop = loop;
    link->sink = *sink;
    link->fd = -1;
    ev_init(&link->reader, on_readable);
    link->reader.data = link;
    if (resolve_new(loop, host, port, &resolve, &link->resolve) != STATUS_OK) {
        link_free(link);
        return STATUS_NO_MEMORY;
    }
    *ret_link = link;
    return STATUS_OK;
}

static void close_socket(struct link *link)
{
    ev_io_stop(link->loop, &link->reader);
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
}

void link_free(struct link *link)
{
    if (link == NULL)
        return;
    close_socket(link);
    resolve_free(link->resolve);
    free(link);
}

/* ---- connecting ---- */

static void describe(struct link *link, const struct address *address)
{
    char host[LINK_TEXT_BYTES - 10] = "?", port[8] = "?";

    getnameinfo((const struct sockaddr *)&address->bytes, address->length, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(link->text, sizeof(link->text), address->bytes.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

/* 0, or an errno. */
static int connect_to(struct link *link, const struct address *address)
{
    int buffer = LINK_BUFFER_BYTES, on = 1, error;
    int fd = socket(address->bytes.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return errno;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
    setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
    /* Connected, it hears from nobody else, and of ICMP errors. */
    if (connect(fd, (const struct sockaddr *)&address->bytes, address->length) != 0) {
        error = errno;
        close(fd);
        return error;
    }
    close_socket(link);
    link->fd = fd;
    link->adrift = false;
    link->connected = *address;
    describe(link, address);
    ev_io_set(&link->reader, link->fd, EV_READ);
    ev_io_start(link->loop, &link->reader);
    return 0;
}

enum link_next link_next(struct link *link, int *ret_error)
{
    const struct address *address;

    while ((address = addresses_next(&link->addresses)) != NULL) {
        bool has_it = link->fd >= 0 && addresses_equal(address, &link->connected);
        int error = has_it ? connect_again(link) : connect_to(link, address);

        link->tried = link->tried || error == 0;
        if (error == 0)
            return LINK_CONNECTED;
        link->error = error;
    }
    if (link->tried || link->addresses.count == 0)
        return LINK_ROUND_OVER;
    *ret_error = link->error;
    return LINK_NO_WAY;
}

static bool send_once(struct link *link, const void *bytes, size_t length)
{
    return (!link->adrift || moor(link) == 0) && send(link->fd, bytes, length, MSG_NOSIGNAL) >= 0;
}

void link_send(struct link *link, const void *bytes, size_t length)
{
    if (link->fd < 0 || send_once(link, bytes, length))
        return;
    /* The address that it is bound to has left this machine: the kernel does not look for another by itself. */
    if ((errno == EINVAL || errno == EADDRNOTAVAIL || errno == ENETUNREACH) && connect_again(link) == 0 &&
        send_once(link, bytes, length))
        return;
    /* An error that an earlier datagram has met is told here, too, and was meant for that one. */
    if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS && errno != EMSGSIZE)
        link->sink.unreachable(link->sink.ctx, errno);
}

const char *link_address(const struct link *link)
{
    return link->text;
}
