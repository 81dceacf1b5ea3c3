/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The socket calls, answered from a table. */
#include "fake_sockets.h"

#include "io/sockaddr.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <roomd/endpoint.h>
#include <roomd/moment.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

struct fake_sockets fake;

int __wrap_socket(int family, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length);
int __wrap_sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_recvmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags,
                    struct timespec *timeout);

static int find(int fd)
{
    for (int i = 0; i < fake.count; i++) {
        if (fake.fds[i] == fd)
            return i;
    }
    return -1;
}

static int failed(int error)
{
    errno = error;
    return -1;
}

struct fake_arrival *fake_arrive(int socket, uint8_t id, uint32_t length)
{
    struct fake_arrival *arrival = &fake.arrivals[fake.arrival_count++];

    *arrival = (struct fake_arrival){.socket = socket, .id = id, .length = length};
    arrival->peer.port = 4000;
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, id}, arrival->peer.address);
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 254}, arrival->local);
    return arrival;
}

struct fake_icmp *fake_icmp_arrive(int socket, const char *peer)
{
    struct fake_icmp *icmp = &fake.icmp[fake.icmp_count++];
    bool ipv4;

    *icmp = (struct fake_icmp){.socket = socket};
    endpoint_parse(peer, &icmp->peer);
    icmp->offender = icmp->peer;
    ipv4 = endpoint_address_is_ipv4(icmp->peer.address);
    icmp->origin = ipv4 ? SO_EE_ORIGIN_ICMP : SO_EE_ORIGIN_ICMP6;
    icmp->type = ipv4 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH;
    icmp->code = ipv4 ? ICMP_PORT_UNREACH : ICMP6_DST_UNREACH_NOPORT;
    fake.pending[socket] = ECONNREFUSED;
    return icmp;
}

void fake_left(int socket, uint32_t key)
{
    fake.icmp[fake.icmp_count++] =
        (struct fake_icmp){.socket = socket, .origin = SO_EE_ORIGIN_TIMESTAMPING, .key = key};
    fake_set_readable(socket);
}

void fake_set_readable(int socket)
{
    eventfd_write(fake.fds[socket], 1);
}

/* An eventfd is writable unless it holds the largest number. */
void fake_set_full(int socket, bool full)
{
    eventfd_t value;

    fake.full[socket] = full;
    eventfd_read(fake.fds[socket], &value);
    if (full)
        eventfd_write(fake.fds[socket], UINT64_MAX - 1);
}

void fake_fail(int id, int error)
{
    fake.errors[fake.error_count++] = (struct fake_error){.id = id, .error = error};
}

int fake_option(int socket, int level, int name)
{
    for (size_t i = fake.option_count; i-- > 0;) {
        if (fake.options[i].socket == socket && fake.options[i].level == level &&
            fake.options[i].name == name)
            return fake.options[i].value;
    }
    return -1;
}

int __wrap_socket(int family, int type, int protocol)
{
    (void)family;
    (void)protocol;
    if (fake.socket_error != 0)
        return failed(fake.socket_error);
    if ((type & SOCK_NONBLOCK) == 0 || (type & SOCK_CLOEXEC) == 0)
        return failed(EINVAL); /* a door must be non-blocking and close-on-exec */
    fake.fds[fake.count] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fake.fds[fake.count++];
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t length)
{
    struct endpoint *bound = &fake.bound[find(fd)];

    if (fake.bind_error != 0)
        return failed(fake.bind_error);
    if (sockaddr_to_endpoint((const union sockaddr_any *)(const void *)address, length, bound) != 0)
        return failed(EINVAL);
    if (bound->port == 0)
        bound->port = 49152;
    return 0;
}

int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    union sockaddr_any any;

    *length = sockaddr_from_endpoint(&fake.bound[find(fd)], &any);
    memcpy(address, &any, *length);
    return 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    struct fake_option *option = &fake.options[fake.option_count % FAKE_OPTIONS_MAX];

    (void)length;
    if (name == fake.refuse_option)
        return failed(EPERM);
    *option = (struct fake_option){.socket = find(fd), .level = level, .name = name};
    memcpy(&option->value, value, sizeof(int));
    fake.option_count++;
    return 0;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    int bytes = fake.buffer_bytes * 2;

    (void)fd;
    (void)level;
    if (name == SO_MEMINFO) {
        uint32_t memory[SK_MEMINFO_VARS] = {
            [SK_MEMINFO_RMEM_ALLOC] = fake.unread_bytes, [SK_MEMINFO_RCVBUF] = (uint32_t)bytes};

        memcpy(value, memory, sizeof(memory));
        return 0;
    }
    memcpy(value, &bytes, sizeof(bytes));
    *length = sizeof(bytes);
    return 0;
}

static void read_taken_local(const struct msghdr *header, struct fake_taken *taken)
{
    const struct cmsghdr *control = header->msg_controllen > 0 ? CMSG_FIRSTHDR(header) : NULL;
    struct in_pktinfo ipv4;
    struct in6_pktinfo ipv6;

    if (control == NULL)
        return;
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
        memcpy(&ipv4, CMSG_DATA(control), sizeof(ipv4));
        endpoint_address_from_ipv4((const uint8_t *)&ipv4.ipi_spec_dst, taken->local);
        taken->local_interface = (uint32_t)ipv4.ipi_ifindex;
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
        memcpy(&ipv6, CMSG_DATA(control), sizeof(ipv6));
        memcpy(taken->local, &ipv6.ipi6_addr, ENDPOINT_ADDRESS_BYTES);
        taken->local_interface = ipv6.ipi6_ifindex;
    }
}

/* Reporting it clears it. */
static int take_pending(int socket)
{
    int error = fake.pending[socket];

    fake.pending[socket] = 0;
    return error;
}

/* The error that this datagram meets now, or 0. */
static int meet_error(int socket, int id, bool pinned, bool spend)
{
    int pending = take_pending(socket);

    if (pending != 0)
        return pending;
    if (fake.full[socket])
        return EAGAIN;
    for (size_t i = 0; i < fake.error_count; i++) {
        struct fake_error *error = &fake.errors[i];
        int met = error->error;

        if (error->id != id || met == 0 || (error->pinned_only && !pinned))
            continue;
        if (spend && !error->pinned_only)
            error->error = 0;
        return met;
    }
    return 0;
}

/* True if the message is to be reported when it leaves. */
static bool is_followed(const struct msghdr *header)
{
    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL;
         at = CMSG_NXTHDR((struct msghdr *)header, at)) {
        if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SO_TIMESTAMPING)
            return true;
    }
    return false;
}

/* The segment length in the control message; 0 = there is none. */
static uint16_t segment_of(const struct msghdr *header)
{
    uint16_t segment = 0;

    for (struct cmsghdr *at = CMSG_FIRSTHDR(header); at != NULL;
         at = CMSG_NXTHDR((struct msghdr *)header, at)) {
        if (at->cmsg_level == SOL_UDP && at->cmsg_type == UDP_SEGMENT)
            memcpy(&segment, CMSG_DATA(at), sizeof(segment));
    }
    return segment;
}

static int take_one(int socket, const struct msghdr *header, const struct iovec *piece, bool first)
{
    uint8_t id = piece->iov_len == 0 ? 0 : *(const uint8_t *)piece->iov_base;
    int error =
        meet_error(socket, id, header->msg_controllen > 0, first || fake.error_spent_by_partial);
    struct fake_taken *taken = &fake.taken[fake.taken_count];

    if (error != 0)
        return error;
    *taken = (struct fake_taken){.socket = socket, .id = id, .length = (uint32_t)piece->iov_len};
    taken->followed = is_followed(header);
    taken->key = fake.next_key[socket];
    read_taken_local(header, taken);
    if (sockaddr_to_endpoint(header->msg_name, header->msg_namelen, &taken->peer) != 0)
        return EFAULT;
    fake.taken_count++;
    return 0;
}

/*
 * A message is taken as a whole or not at all. Each segment is a separate piece here, so the kernel
 * would cut at the same places.
 */
static int take(int socket, const struct msghdr *header, bool first)
{
    uint16_t segment = segment_of(header);
    size_t before = fake.taken_count;
    int error = 0;

    if (header->msg_iovlen > 1 && (segment == 0 || fake.segments_error != 0))
        return segment == 0 ? EFAULT : fake.segments_error;
    for (size_t i = 0; error == 0 && i < header->msg_iovlen; i++) {
        bool is_last = i + 1 == header->msg_iovlen;

        if (segment != 0 && (header->msg_iov[i].iov_len > segment ||
                             (header->msg_iov[i].iov_len < segment && !is_last)))
            return EFAULT;
        error = take_one(socket, header, &header->msg_iov[i], first);
    }
    if (is_followed(header) && (error == 0 || fake.key_spent_by_failure))
        fake.next_key[socket]++;
    if (error != 0)
        fake.taken_count = before;
    else if (header->msg_iovlen > 1)
        fake.messages_of_many++;
    return error;
}

int __wrap_sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags)
{
    int limit =
        fake.max_per_call > 0 && fake.max_per_call < (int)count ? fake.max_per_call : (int)count;

    (void)flags;
    fake.send_calls++;
    for (int i = 0; i < limit; i++) {
        int error = take(find(fd), &headers[i].msg_hdr, i == 0);

        if (error != 0)
            return i > 0 ? i : failed(error);
        headers[i].msg_len = (unsigned)headers[i].msg_hdr.msg_iov[0].iov_len;
    }
    return limit;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;

    if (request != SIOCOUTQ)
        return failed(EINVAL);
    va_start(arguments, request);
    *va_arg(arguments, int *) = fake.queued[find(fd)];
    va_end(arguments);
    return 0;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    if (fake.now_ns == 0)
        return __real_clock_gettime(clock, time);
    *time = (struct timespec){.tv_sec = fake.now_ns / MOMENT_NS_PER_S,
                              .tv_nsec = fake.now_ns % MOMENT_NS_PER_S};
    return 0;
}

static void add_control(struct msghdr *header, size_t *used, int level, int type, const void *data,
                        size_t length)
{
    struct cmsghdr *control = (struct cmsghdr *)(void *)((char *)header->msg_control + *used);

    if (*used + CMSG_SPACE(length) > header->msg_controllen) {
        header->msg_flags |= MSG_CTRUNC;
        return;
    }
    control->cmsg_level = level;
    control->cmsg_type = type;
    control->cmsg_len = CMSG_LEN(length);
    memcpy(CMSG_DATA(control), data, length);
    *used += CMSG_SPACE(length);
}

static void write_controls(const struct fake_arrival *arrival, struct msghdr *header)
{
    static const uint8_t nowhere[ENDPOINT_ADDRESS_BYTES];
    bool differs = memcmp(arrival->spec_dst, nowhere, sizeof(nowhere)) != 0;
    struct in_pktinfo ipv4 = {.ipi_ifindex = 2};
    struct in6_pktinfo ipv6 = {.ipi6_ifindex = 2};
    size_t used = 0;

    /* The kernel writes the counter first. */
    if (arrival->drops != 0)
        add_control(header, &used, SOL_SOCKET, SO_RXQ_OVFL, &arrival->drops,
                    sizeof(arrival->drops));
    if (endpoint_address_is_ipv4(arrival->local)) {
        memcpy(&ipv4.ipi_addr, arrival->local + 12, 4);
        memcpy(&ipv4.ipi_spec_dst, (differs ? arrival->spec_dst : arrival->local) + 12, 4);
        add_control(header, &used, IPPROTO_IP, IP_PKTINFO, &ipv4, sizeof(ipv4));
    } else {
        memcpy(&ipv6.ipi6_addr, arrival->local, ENDPOINT_ADDRESS_BYTES);
        add_control(header, &used, IPPROTO_IPV6, IPV6_PKTINFO, &ipv6, sizeof(ipv6));
    }
    header->msg_controllen = used;
}

static void deliver(const struct fake_arrival *arrival, struct mmsghdr *message)
{
    struct msghdr *header = &message->msg_hdr;
    size_t room = header->msg_iov[0].iov_len;
    union sockaddr_any peer;
    socklen_t length = sockaddr_from_endpoint(&arrival->peer, &peer);

    if (arrival->family != 0)
        peer.any.sa_family = arrival->family;
    header->msg_flags = arrival->length > room ? MSG_TRUNC : 0;
    message->msg_len = (unsigned)(arrival->length > room ? room : arrival->length);
    memset(header->msg_iov[0].iov_base, arrival->id, message->msg_len);
    memcpy(header->msg_name, &peer, length < header->msg_namelen ? length : header->msg_namelen);
    header->msg_namelen = length;
    write_controls(arrival, header);
}

/* In the kernel's order: the time, then the number in the place of an error. */
static void deliver_left(const struct fake_icmp *left, struct msghdr *header)
{
    bool ipv4 = endpoint_address_is_ipv4(fake.bound[left->socket].address);
    struct scm_timestamping time = {0};
    struct {
        struct sock_extended_err error;
        struct sockaddr_in6 offender;
    } report = {.error = {.ee_errno = ENOMSG, .ee_origin = left->origin, .ee_data = left->key}};
    size_t used = 0;

    header->msg_flags = MSG_ERRQUEUE;
    header->msg_namelen = 0;
    add_control(header, &used, SOL_SOCKET, SO_TIMESTAMPING, &time, sizeof(time));
    add_control(header, &used, ipv4 ? IPPROTO_IP : IPPROTO_IPV6, ipv4 ? IP_RECVERR : IPV6_RECVERR,
                &report, sizeof(report));
    header->msg_controllen = used;
}

/* As much of the quoted payload as there is space for. */
static void deliver_quoted(const struct fake_icmp *icmp, struct mmsghdr *message)
{
    const struct iovec *piece = message->msg_hdr.msg_iov;
    size_t length = icmp->quoted != NULL ? strlen(icmp->quoted) : 0;
    size_t room = message->msg_hdr.msg_iovlen > 0 ? piece->iov_len : 0;

    message->msg_hdr.msg_flags = MSG_ERRQUEUE | (length > room ? MSG_TRUNC : 0);
    message->msg_len = (unsigned)(length < room ? length : room);
    if (message->msg_len > 0)
        memcpy(piece->iov_base, icmp->quoted, message->msg_len);
}

/* In the kernel's order: the address that the report came to, then the error and its sender. */
static void deliver_icmp(const struct fake_icmp *icmp, struct mmsghdr *message)
{
    struct msghdr *header = &message->msg_hdr;
    bool ipv4 = endpoint_address_is_ipv4(icmp->peer.address);
    struct {
        struct sock_extended_err error;
        union sockaddr_any offender;
    } report = {.error = {.ee_origin = icmp->origin, .ee_type = icmp->type, .ee_code = icmp->code}};
    size_t length =
        sizeof(report.error) + (ipv4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
    struct in_pktinfo ipv4_info = {0};
    struct in6_pktinfo ipv6_info = {0};
    union sockaddr_any peer;
    socklen_t peer_length = sockaddr_from_endpoint(&icmp->peer, &peer);
    size_t used = 0;

    if (icmp->family != 0)
        peer.any.sa_family = icmp->family;
    memcpy(header->msg_name, &peer,
           peer_length < header->msg_namelen ? peer_length : header->msg_namelen);
    header->msg_namelen = peer_length;
    deliver_quoted(icmp, message);
    if (!icmp->nobodys)
        sockaddr_from_endpoint(&icmp->offender, &report.offender);
    if (ipv4)
        add_control(header, &used, IPPROTO_IP, IP_PKTINFO, &ipv4_info, sizeof(ipv4_info));
    else
        add_control(header, &used, IPPROTO_IPV6, IPV6_PKTINFO, &ipv6_info, sizeof(ipv6_info));
    if (!icmp->silent)
        add_control(header, &used, ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
                    ipv4 ? IP_RECVERR : IPV6_RECVERR, &report, length);
    header->msg_controllen = used;
}

static bool has_icmp(int fd)
{
    return fake.icmp_next < fake.icmp_count && fake.fds[fake.icmp[fake.icmp_next].socket] == fd;
}

static void reset_ready(int fd)
{
    eventfd_t value;

    if (fake.arrival_next == fake.arrival_count && fake.icmp_next == fake.icmp_count &&
        !fake.full[find(fd)])
        eventfd_read(fd, &value);
}

static bool is_next_pending(int fd)
{
    uint8_t origin = fake.icmp[fake.icmp_next].origin;

    return has_icmp(fd) && (origin == SO_EE_ORIGIN_ICMP || origin == SO_EE_ORIGIN_ICMP6);
}

/*
 * While entries are left, the next one is pending, unless it is a local error; reading the last one
 * clears the pending error.
 */
static int receive_icmp(int fd, struct mmsghdr *headers, unsigned count)
{
    unsigned done = 0;

    fake.error_calls++;
    while (done < count && has_icmp(fd)) {
        const struct fake_icmp *entry = &fake.icmp[fake.icmp_next++];

        if (entry->origin == SO_EE_ORIGIN_TIMESTAMPING)
            deliver_left(entry, &headers[done++].msg_hdr);
        else
            deliver_icmp(entry, &headers[done++]);
        fake.pending[find(fd)] = is_next_pending(fd) ? ECONNREFUSED : 0;
    }
    reset_ready(fd);
    return done > 0 ? (int)done : failed(EAGAIN);
}

int __wrap_recvmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags,
                    struct timespec *timeout)
{
    unsigned done = 0;
    int pending;

    (void)timeout;
    if ((flags & MSG_ERRQUEUE) != 0)
        return receive_icmp(fd, headers, count);
    fake.receive_calls++;
    pending = take_pending(find(fd));
    if (pending != 0)
        return failed(pending);
    fake.icmp_left_at_receive = fake.icmp_count - fake.icmp_next;
    while (done < count && fake.arrival_next < fake.arrival_count) {
        const struct fake_arrival *arrival = &fake.arrivals[fake.arrival_next];

        if (fake.fds[arrival->socket] != fd || (arrival->error != 0 && done > 0))
            break;
        if (arrival->error < 0)
            return failed(EIO);
        fake.arrival_next++;
        if (arrival->error > 0)
            return failed(arrival->error);
        deliver(arrival, &headers[done++]);
    }
    reset_ready(fd);
    return done > 0 ? (int)done : failed(EAGAIN);
}
