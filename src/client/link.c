/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Resolving, connecting, and datagrams in both directions. */
#include "client/link.h"

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
    char *host, *port;      /* owned */
    struct addrinfo *found; /* owned; what the name has */
    struct addrinfo *next;  /* whose turn it is */
    int fd;
    char text[LINK_TEXT_BYTES];
    char bytes[LINK_READ_BYTES];
};

/* Cuts what the kernel has put together: all segments are of that size but the last. */
static void hand_on(struct link *link, size_t length, size_t segment)
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
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(link->fd, &message, 0);
    int segment = 0;

    if (length < 0) {
        if (errno != EAGAIN && errno != EINTR)
            link->sink.unreachable(link->sink.ctx, errno);
        return false;
    }
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at != NULL; at = CMSG_NXTHDR(&message, at)) {
        if (at->cmsg_level == SOL_UDP && at->cmsg_type == UDP_GRO)
            memcpy(&segment, CMSG_DATA(at), sizeof(segment));
    }
    hand_on(link, (size_t)length, segment > 0 ? (size_t)segment : 0);
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

int link_new(struct ev_loop *loop, const char *host, const char *port, const struct link_sink *sink,
             struct link **ret_link)
{
    struct link *link = calloc(1, sizeof(*link));

    if (link == NULL)
        return STATUS_NO_MEMORY;
    link->loop = loop;
    link->sink = *sink;
    link->fd = -1;
    ev_init(&link->reader, on_readable);
    link->reader.data = link;
    link->host = strdup(host);
    link->port = strdup(port);
    if (link->host == NULL || link->port == NULL) {
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
    if (link->found != NULL)
        freeaddrinfo(link->found);
    free(link->host);
    free(link->port);
    free(link);
}

/* ---- connecting ---- */

static bool look_up(struct link *link, const char **ret_why)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    int error;

    if (link->found != NULL)
        freeaddrinfo(link->found);
    link->found = link->next = NULL;
    error = getaddrinfo(link->host, link->port, &hints, &link->found);
    if (error != 0) {
        link->found = NULL;
        *ret_why = error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error);
        return false;
    }
    link->next = link->found;
    return true;
}

static void describe(struct link *link, const struct addrinfo *address)
{
    char host[LINK_TEXT_BYTES - 10] = "?", port[8] = "?";

    getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(link->text, sizeof(link->text), address->ai_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static bool connect_to(struct link *link, const struct addrinfo *address)
{
    int buffer = LINK_BUFFER_BYTES, on = 1;

    link->fd = socket(address->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (link->fd < 0)
        return false;
    describe(link, address);
    setsockopt(link->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
    setsockopt(link->fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
    /* Connected, it hears from nobody else, and of ICMP errors. */
    if (connect(link->fd, address->ai_addr, address->ai_addrlen) != 0) {
        close_socket(link);
        return false;
    }
    ev_io_set(&link->reader, link->fd, EV_READ);
    ev_io_start(link->loop, &link->reader);
    return true;
}

bool link_next(struct link *link, const char **ret_why)
{
    close_socket(link);
    if (link->next == NULL && !look_up(link, ret_why))
        return false;
    *ret_why = "there is no way to it from this machine";
    while (link->next != NULL) {
        const struct addrinfo *address = link->next;

        link->next = address->ai_next;
        if (connect_to(link, address))
            return true;
        *ret_why = strerror(errno);
    }
    return false;
}

size_t link_addresses(const struct link *link)
{
    size_t count = 0;

    for (const struct addrinfo *address = link->found; address != NULL; address = address->ai_next)
        count++;
    return count;
}

void link_send(struct link *link, const void *bytes, size_t length)
{
    /* An error that an earlier datagram has met is told here, too, and was meant for that one. */
    if (link->fd >= 0 && send(link->fd, bytes, length, MSG_NOSIGNAL) < 0 && errno == ECONNREFUSED)
        link->sink.unreachable(link->sink.ctx, errno);
}

const char *link_address(const struct link *link)
{
    return link->text;
}
