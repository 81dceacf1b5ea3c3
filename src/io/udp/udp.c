/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Opens and closes doors: socket, options, address. */
#include "io/udp/udp.h"

#include "base/log.h"
#include "io/udp/udp_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value of a macro as text. */
#define UDP_TEXT_OF(macro) UDP_TEXT(macro)
#define UDP_TEXT(number)   #number

struct option {
    int family; /* AF_UNSPEC = both */
    int level;
    int name;
    int value;
    /* Fail without it. A kernel that lacks one of the others only lacks what it is for. */
    bool needed;
};

static const struct option options[] = {
    /*
     * [::]:8888 coexists with 0.0.0.0:8888. SO_REUSEADDR is not set: it would let a second process
     * take the traffic.
     */
    {AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, 1, true},
    /* Tells which of our addresses a datagram was sent to, so that the answer leaves from there. */
    {AF_INET, IPPROTO_IP, IP_PKTINFO, 1, false},
    {AF_INET6, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, false},
    /*
     * Anybody can forge "fragmentation needed": it must change nothing, neither for us nor for the
     * other programs of this machine. The interface's own MTU counts: what is longer leaves in
     * fragments.
     */
    {AF_INET, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT, false},
    {AF_INET6, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT, false},
    /* Reports members whose program has gone: udp_errqueue.c. */
    {AF_INET, IPPROTO_IP, IP_RECVERR, 1, false},
    {AF_INET6, IPPROTO_IPV6, IPV6_RECVERR, 1, false},
    {AF_UNSPEC, SOL_SOCKET, SO_RXQ_OVFL, 1, false},
};

/* `bound`: skip options that can only be set before bind. */
static int set_options(int fd, int family, bool bound)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const struct option *option = &options[i];

        if ((option->family != AF_UNSPEC && option->family != family) ||
            (bound && option->level == IPPROTO_IPV6 && option->name == IPV6_V6ONLY))
            continue;
        if (setsockopt(fd, option->level, option->name, &option->value, sizeof(option->value)) == 0)
            continue;
        if (option->needed)
            return STATUS_SYSTEM;
        log_debug("socket option %d of level %d: %s", option->name, option->level, strerror(errno));
    }
    return STATUS_OK;
}

/*
 * Asks for UDP_BUFFER_BYTES, beyond the administrator's limit if permitted, and lowers `lowest` to
 * the size obtained.
 */
static void set_buffer(int fd, int forced, int limited, uint32_t *lowest)
{
    int bytes = UDP_BUFFER_BYTES;
    socklen_t length = sizeof(bytes);

    if (setsockopt(fd, SOL_SOCKET, forced, &bytes, length) != 0)
        setsockopt(fd, SOL_SOCKET, limited, &bytes, length);
    if (getsockopt(fd, SOL_SOCKET, limited, &bytes, &length) != 0 || bytes < 0)
        return;
    bytes /= 2; /* the kernel doubles it for bookkeeping: socket(7) */
    if ((uint32_t)bytes < *lowest)
        *lowest = (uint32_t)bytes;
}

static int find_bound(int fd, struct endpoint *ret_bound)
{
    union sockaddr_any address;
    socklen_t length = sizeof(address);

    if (getsockname(fd, &address.any, &length) != 0)
        return STATUS_SYSTEM;
    return sockaddr_to_endpoint(&address, length, ret_bound);
}

/* Stores the descriptor in `udp` in any case. */
static int open_socket(struct udp *udp, const struct endpoint *listen)
{
    union sockaddr_any address;
    socklen_t length = sockaddr_from_endpoint(listen, &address);
    int family = address.any.sa_family;

    udp->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (udp->fd < 0 || set_options(udp->fd, family, false) != STATUS_OK)
        return STATUS_SYSTEM;
    if (bind(udp->fd, &address.any, length) != 0)
        return STATUS_SYSTEM;
    return find_bound(udp->fd, &udp->bound);
}

static void close_door(struct udp *udp)
{
    int error = errno; /* udp_open's caller reads the first error */

    udp_recv_stop(udp);
    udp_shed_done(udp);
    udp_send_done(udp);
    if (udp->fd >= 0)
        close(udp->fd);
    free(udp);
    errno = error;
}

/* Copies `listen` and sets the scope of its zone. */
static int resolve_zone(const struct endpoint *listen, const char *zone,
                        struct endpoint *ret_listen)
{
    struct endpoint resolved = *listen;

    if (zone != NULL && zone[0] != '\0') {
        resolved.scope = if_nametoindex(zone);
        if (resolved.scope == 0)
            return STATUS_SYSTEM;
    }
    if (resolved.scope == 0 && endpoint_address_is_link_local(resolved.address))
        return STATUS_INVALID;
    *ret_listen = resolved;
    return STATUS_OK;
}

static int new_door(struct udp_set *set, struct udp **ret_udp)
{
    struct udp *udp;

    if (set->count == UDP_DOORS_MAX)
        return STATUS_FULL;
    udp = calloc(1, sizeof(*udp));
    if (udp == NULL)
        return STATUS_NO_MEMORY;
    udp->set = set;
    udp->door = set->count;
    udp->fd = -1;
    *ret_udp = udp;
    return STATUS_OK;
}

/* Completes the door after its socket was opened, or frees it if that failed. */
static int add_door(struct udp *udp, int status, uint16_t *ret_door)
{
    struct udp_set *set = udp->set;

    udp_recv_init(udp);
    udp_shed_init(udp);
    udp_send_init(udp);
    if (status != STATUS_OK) {
        close_door(udp);
        return status;
    }
    set_buffer(udp->fd, SO_RCVBUFFORCE, SO_RCVBUF, &set->receive_buffer);
    set_buffer(udp->fd, SO_SNDBUFFORCE, SO_SNDBUF, &set->send_buffer);
    *ret_door = set->count;
    set->doors[set->count++] = udp;
    return STATUS_OK;
}

int udp_open(struct udp_set *set, const struct endpoint *listen, const char *zone,
             uint16_t *ret_door)
{
    struct endpoint resolved;
    struct udp *udp;
    int status = resolve_zone(listen, zone, &resolved);

    if (status == STATUS_OK)
        status = new_door(set, &udp);
    if (status != STATUS_OK)
        return status;
    return add_door(udp, open_socket(udp, &resolved), ret_door);
}

/* ---- sockets that outlived a restart ---- */

bool udp_is_bound(int fd, const struct endpoint *listen, const char *zone)
{
    struct endpoint resolved, bound;
    socklen_t length = sizeof(int);
    int type, protocol;

    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_DGRAM)
        return false;
    length = sizeof(int);
    if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) != 0 || protocol != IPPROTO_UDP)
        return false;
    if (resolve_zone(listen, zone, &resolved) != STATUS_OK || find_bound(fd, &bound) != STATUS_OK)
        return false;
    if (resolved.port == 0)
        resolved.port = bound.port;
    return bound.port != 0 && endpoint_equal(&resolved, &bound);
}

int udp_adopt(struct udp_set *set, int fd, uint16_t *ret_door)
{
    int flags = fcntl(fd, F_GETFL);
    struct udp *udp;
    int status = new_door(set, &udp);

    if (status != STATUS_OK) {
        close(fd);
        return status;
    }
    udp->fd = fd;
    /*
     * Passing has cleared O_NONBLOCK. The socket options are kept, but an older version may have
     * set others.
     */
    status = flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 ? find_bound(fd, &udp->bound)
                                                                       : STATUS_SYSTEM;
    if (status == STATUS_OK)
        udp_shed_detach(fd);
    if (status == STATUS_OK)
        status = set_options(fd, endpoint_address_is_ipv4(udp->bound.address) ? AF_INET : AF_INET6,
                             true);
    return add_door(udp, status, ret_door);
}

int udp_set_new(struct ev_loop *loop, const struct udp_sink *sink, struct udp_set **ret_set)
{
    struct udp_set *set = calloc(1, sizeof(*set));

    if (set == NULL)
        return STATUS_NO_MEMORY;
    set->loop = loop;
    set->sink = *sink;
    set->receive_buffer = UDP_BUFFER_BYTES;
    set->send_buffer = UDP_BUFFER_BYTES;
    udp_recv_batch_init(&set->recv);
    udp_gso_init(&set->send);
    udp_errqueue_batch_init(&set->errors);
    *ret_set = set;
    return STATUS_OK;
}

void udp_set_free(struct udp_set *set)
{
    if (set == NULL)
        return;
    for (uint16_t door = 0; door < set->count; door++)
        close_door(set->doors[door]);
    free(set);
}

static void warn_of_small_buffers(const struct udp_set *set)
{
    bool receive = set->receive_buffer < UDP_BUFFER_BYTES;
    bool send = set->send_buffer < UDP_BUFFER_BYTES;

    if (!receive && !send)
        return;
    log_warnx("%s buffer is %u KiB where %u KiB are wanted; a burst may be lost: sysctl -w%s%s",
              receive ? "receive" : "send",
              (receive ? set->receive_buffer : set->send_buffer) / 1024, UDP_BUFFER_BYTES / 1024,
              receive ? " net.core.rmem_max=" UDP_TEXT_OF(UDP_BUFFER_BYTES) : "",
              send ? " net.core.wmem_max=" UDP_TEXT_OF(UDP_BUFFER_BYTES) : "");
}

int udp_set_start(struct udp_set *set)
{
    for (uint16_t door = 0; door < set->count; door++) {
        if (watch_check(&set->doors[door]->reader) != STATUS_OK)
            return STATUS_FULL;
    }
    for (uint16_t door = 0; door < set->count; door++)
        udp_recv_start(set->doors[door]);
    warn_of_small_buffers(set);
    return STATUS_OK;
}

void udp_set_stop(struct udp_set *set)
{
    for (uint16_t door = 0; door < set->count; door++)
        udp_recv_stop(set->doors[door]);
}

void udp_set_expendable(struct udp_set *set, const struct udp_expendable *expendable)
{
    set->expendable = *expendable;
}

bool udp_set_take_unread(struct udp_set *set)
{
    bool unread = set->unread;

    set->unread = false;
    return unread;
}

int udp_fd(const struct udp_set *set, uint16_t door)
{
    return set->doors[door]->fd;
}

uint16_t udp_doors(const struct udp_set *set)
{
    return set->count;
}

const struct endpoint *udp_bound(const struct udp_set *set, uint16_t door)
{
    return &set->doors[door]->bound;
}

void udp_stats(const struct udp_set *set, struct udp_stats *ret_stats)
{
    *ret_stats = set->stats;
}
