/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Sends and receives datagrams, connects, and has one timer for the next attempt. */
#include "room/net/udp_link.h"

#include "io/timer.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sodium.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Holds a burst of a whole window while the terminal is slow. */
#define UDP_LINK_BUFFER_BYTES (1 << 20)

/* With UDP_GRO one read may return many datagrams. */
#define UDP_LINK_READ_BYTES 65536

/* Limits a turn, so that the keyboard is served in between. */
#define UDP_LINK_READS_PER_TURN 32

/* Timeout of an address, if the host has others. */
#define UDP_LINK_ADDRESS_S 3.0

/*
 * Timeout of the only address, or of a server that has answered but does not let us in. Then the
 * host is looked up again.
 */
#define UDP_LINK_LOOK_UP_S 30.0

/* Back-off while nobody listens or there is no address: doubles from the first to the second. */
#define UDP_LINK_BACKOFF_FIRST_S 1.0
#define UDP_LINK_BACKOFF_MAX_S   30.0

/* ---- the timer ---- */

static void schedule(struct udp_link *link, enum udp_link_plan what, double wait_s)
{
    link->plan = what;
    timer_start(link->loop, &link->timer, wait_s);
}

/*
 * Waits longer each time, less a random part, so that clients do not all return at the same moment
 * (RFC 8085, 3.1.1).
 */
static void back_off(struct udp_link *link, enum udp_link_trouble trouble, const char *words)
{
    schedule(link, UDP_LINK_NEXT, link->backoff_s * (1.0 - randombytes_uniform(1000) / 5000.0));
    link->backoff_s =
        link->backoff_s * 2 < UDP_LINK_BACKOFF_MAX_S ? link->backoff_s * 2 : UDP_LINK_BACKOFF_MAX_S;
    if (!link->reported[trouble])
        link->sink.trouble(link->sink.ctx, trouble, words);
    link->reported[trouble] = true;
}

static void start_timeout(struct udp_link *link)
{
    link->refused = false;
    schedule(link, UDP_LINK_NEXT, link->count > 1 ? UDP_LINK_ADDRESS_S : UDP_LINK_LOOK_UP_S);
}

static void look_up(struct udp_link *link, bool keep_peer)
{
    link->keep_peer = keep_peer;
    resolver_start(&link->resolver);
}

/*
 * Nobody listens (ECONNREFUSED), or there is no route. While the client is in, the error may be
 * forged, or the room may be restarting, so the client probes it. That is left to the timer,
 * because the client may be sending now.
 */
static void on_error(struct udp_link *link, int error)
{
    if (link->state == CLIENT_IN && !link->asked) {
        link->asked = true;
        schedule(link, UDP_LINK_ASK, 0.0);
    }
    if (link->state != CLIENT_JOINING || link->refused)
        return;
    link->refused = true;
    if (++link->refusals < link->count)
        schedule(link, UDP_LINK_NEXT, 0.0);
    else if (error == ECONNREFUSED)
        back_off(link, UDP_LINK_NOBODY, link->text);
    else
        back_off(link, UDP_LINK_NO_ADDRESS, strerror(error));
}

/* ---- connecting ---- */

static int connect_peer(struct udp_link *link)
{
    link->disconnected =
        connect(link->fd, (const struct sockaddr *)&link->peer.bytes, link->peer.length) != 0;
    return link->disconnected ? errno : 0;
}

/*
 * Connects again to get a new source address, in case this machine's address has changed. The port
 * is kept, because the plain protocol identifies a member by it. Returns 0 or an errno.
 */
static int connect_again(struct udp_link *link)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    struct sockaddr_storage own, any;
    socklen_t length = sizeof(own);

    _Static_assert(offsetof(struct sockaddr_in, sin_addr) ==
                       offsetof(struct sockaddr_in6, sin6_flowinfo),
                   "families and ports stand in the same place");
    memset(&any, 0, sizeof(any));
    if (getsockname(link->fd, (struct sockaddr *)&own, &length) == 0) {
        memcpy(&any, &own, offsetof(struct sockaddr_in, sin_addr));
        (void)connect(link->fd, &nowhere, sizeof(nowhere));
        /* If another socket has taken the port, the kernel chooses a new one. */
        (void)bind(link->fd, (const struct sockaddr *)&any, length);
    }
    return connect_peer(link);
}

static void describe(struct udp_link *link)
{
    const struct sockaddr *peer = (const struct sockaddr *)&link->peer.bytes;
    char host[UDP_LINK_TEXT_BYTES - 10] = "?", port[8] = "?";

    getnameinfo(peer, link->peer.length, host, sizeof(host), port, sizeof(port),
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(link->text, sizeof(link->text), peer->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
             host, port);
}

static void close_socket(struct udp_link *link)
{
    watch_stop(&link->reader);
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
}

/*
 * Anybody can forge "fragmentation needed": it must not make us send in fragments. The interface's
 * own MTU counts.
 */
static void ignore_path_mtu(int fd, int family)
{
    int ipv4 = IP_PMTUDISC_OMIT, ipv6 = IPV6_PMTUDISC_OMIT;

    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &ipv6, sizeof(ipv6));
    else
        setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &ipv4, sizeof(ipv4));
}

/* Returns 0 or an errno. On failure the old socket keeps its peer. */
static int connect_to(struct udp_link *link, const struct resolver_address *address)
{
    int buffer = UDP_LINK_BUFFER_BYTES, on = 1, error;
    int fd = socket(address->bytes.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return errno;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
    setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
    ignore_path_mtu(fd, address->bytes.ss_family);
    /* A connected socket receives from its peer only, and reports ICMP errors. */
    if (connect(fd, (const struct sockaddr *)&address->bytes, address->length) != 0) {
        error = errno;
        close(fd);
        return error;
    }
    close_socket(link);
    link->fd = fd;
    link->disconnected = false;
    link->peer = *address;
    describe(link);
    watch_set(&link->reader, fd, EV_READ);
    watch_start(&link->reader);
    return 0;
}

/* ---- choosing an address ---- */

static bool is_peer(const struct udp_link *link, const struct resolver_address *address)
{
    return address->length == link->peer.length &&
           memcmp(&address->bytes, &link->peer.bytes, address->length) == 0;
}

/* Connects to the next address that works. If that is the current peer, the socket is kept. */
static void try_next(struct udp_link *link)
{
    while (link->left > 0) {
        const struct resolver_address *address = &link->list[link->next];
        int error = is_peer(link, address) ? connect_again(link) : connect_to(link, address);

        link->left--;
        link->next = (link->next + 1) % link->count;
        if (error == 0) {
            link->tried = true;
            start_timeout(link);
            link->sink.moved(link->sink.ctx);
            return;
        }
        link->error = error;
    }
    if (link->tried || link->count == 0) {
        look_up(link, false);
        return;
    }
    link->tried = true; /* after the back-off they are looked up again */
    back_off(link, UDP_LINK_NO_ADDRESS, strerror(link->error));
}

/* Name servers rotate the order of addresses, so the round begins behind the current peer. */
static void begin_round(struct udp_link *link)
{
    bool keeps_peer = false;

    link->next = 0;
    link->left = link->count;
    for (size_t i = 0; i < link->count; i++) {
        if (!is_peer(link, &link->list[i]))
            continue;
        link->next = (i + 1) % link->count;
        link->left -= link->keep_peer ? 1 : 0;
        keeps_peer = link->keep_peer;
        break;
    }
    link->tried = keeps_peer;
    link->refusals = 0;
    if (link->state != CLIENT_JOINING)
        return;
    if (!keeps_peer) {
        try_next(link);
        return;
    }
    connect_again(link);
    start_timeout(link);
}

/*
 * If the look-up fails, the network may be down and the name server with it: the old addresses are
 * tried again.
 */
static void on_resolved(void *ctx, const struct resolver_address *list, size_t count,
                        const char *words)
{
    struct udp_link *link = ctx;

    if (count > 0) {
        memcpy(link->list, list, count * sizeof(*list));
        link->count = count;
    }
    if (link->count > 0)
        begin_round(link);
    else
        back_off(link, UDP_LINK_NO_ADDRESS, words);
}

static void on_timer(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct udp_link *link = watcher->data;

    (void)loop;
    (void)events;
    switch (link->plan) {
    case UDP_LINK_NEXT:
        try_next(link);
        break;
    case UDP_LINK_LOOK_UP:
        link->plan = UDP_LINK_NEXT;
        look_up(link, true);
        break;
    case UDP_LINK_ASK:
        link->sink.moved(link->sink.ctx);
        break;
    }
}

/* ---- datagrams ---- */

/* While the socket was not connected, anybody could send to its port. */
static bool is_from_peer(const struct udp_link *link, const struct sockaddr_storage *from)
{
    size_t length = from->ss_family == AF_INET6 ? offsetof(struct sockaddr_in6, sin6_scope_id)
                                                : offsetof(struct sockaddr_in, sin_zero);

    return memcmp(from, &link->peer.bytes, length) == 0;
}

/* Splits what GRO has joined: all segments have that size but the last. */
static void dispatch(struct udp_link *link, const char *bytes, size_t length, size_t segment)
{
    size_t at = 0;

    /*
     * The server answers, so stay with this address: a join from another socket would look like a
     * second member.
     */
    if (link->state == CLIENT_JOINING && link->plan == UDP_LINK_NEXT)
        schedule(link, UDP_LINK_NEXT, UDP_LINK_LOOK_UP_S);
    memset(link->reported, 0, sizeof(link->reported));
    link->asked = link->refused = false;
    link->backoff_s = UDP_LINK_BACKOFF_FIRST_S;
    do {
        size_t part = segment == 0 || length - at < segment ? length - at : segment;

        link->sink.datagram(link->sink.ctx, bytes + at, part);
        at += part;
    } while (at < length);
}

/* False if nothing is left to read. */
static bool read_once(struct udp_link *link)
{
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    char bytes[UDP_LINK_READ_BYTES];
    struct iovec piece = {.iov_base = bytes, .iov_len = sizeof(bytes)};
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
            on_error(link, errno);
        return false;
    }
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at != NULL; at = CMSG_NXTHDR(&message, at)) {
        if (at->cmsg_level == SOL_UDP && at->cmsg_type == UDP_GRO)
            memcpy(&segment, CMSG_DATA(at), sizeof(segment));
    }
    if (is_from_peer(link, &from))
        dispatch(link, bytes, (size_t)length, segment > 0 ? (size_t)segment : 0);
    return true;
}

static void on_readable(void *ctx)
{
    for (unsigned n = 0; n < UDP_LINK_READS_PER_TURN && read_once(ctx); n++)
        ;
}

static bool send_once(struct udp_link *link, const void *bytes, size_t length)
{
    return (!link->disconnected || connect_peer(link) == 0) &&
           send(link->fd, bytes, length, MSG_NOSIGNAL) >= 0;
}

void udp_link_send(struct udp_link *link, const void *bytes, size_t length)
{
    if (link->fd < 0)
        return;
    /* The user has chosen another name: no timer was running until then. */
    if (link->state == CLIENT_JOINING && !ev_is_active(&link->timer))
        schedule(link, UDP_LINK_NEXT, UDP_LINK_LOOK_UP_S);
    if (send_once(link, bytes, length))
        return;
    /*
     * The socket's source address has left this machine. The kernel does not choose another one by
     * itself.
     */
    if ((errno == EINVAL || errno == EADDRNOTAVAIL || errno == ENETUNREACH) &&
        connect_again(link) == 0 && send_once(link, bytes, length))
        return;
    if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == EMSGSIZE)
        return;
    /* Perhaps the pending error of an earlier datagram: it counts, and this one was not sent. */
    on_error(link, errno);
    send_once(link, bytes, length);
}

const char *udp_link_address(const struct udp_link *link)
{
    return link->text;
}

/* ---- opening and closing ---- */

void udp_link_state(struct udp_link *link, enum client_state state, enum client_reason reason,
                    uint16_t wait_s)
{
    link->state = state;
    if (state == CLIENT_JOINING && reason == CLIENT_NO_REASON)
        schedule(link, UDP_LINK_LOOK_UP, 0.0); /* the room may have moved to another address */
    else if (state != CLIENT_JOINING || reason == CLIENT_REFUSED_TAKEN ||
             reason == CLIENT_REFUSED_NAME)
        ev_timer_stop(link->loop, &link->timer);
    else
        schedule(link, UDP_LINK_NEXT, UDP_LINK_LOOK_UP_S + wait_s);
}

void udp_link_init(struct udp_link *link, struct ev_loop *loop, const char *host, const char *port,
                   const struct udp_link_sink *sink)
{
    *link = (struct udp_link){.loop = loop,
                              .sink = *sink,
                              .fd = -1,
                              .state = CLIENT_JOINING,
                              .backoff_s = UDP_LINK_BACKOFF_FIRST_S};
    resolver_init(&link->resolver, loop, host, port, on_resolved, link);
    watch_init(&link->reader, loop, "the link to the server", on_readable, link);
    ev_init(&link->timer, on_timer);
    link->timer.data = link;
}

void udp_link_open(struct udp_link *link)
{
    look_up(link, false);
}

void udp_link_close(struct udp_link *link)
{
    ev_timer_stop(link->loop, &link->timer);
    close_socket(link);
    resolver_done(&link->resolver);
}
