/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Receiving. A callback reads a bounded number of datagrams and returns: epoll is level-triggered
 * here and calls again after the other watchers.
 */
#include "base/log.h"
#include "io/timer.h"
#include "io/udp/udp_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <roomd/moment.h>
#include <string.h>
#include <time.h>

/* 4 times 32 datagrams: signals, console and sweeps wait for less than a millisecond. */
#define UDP_RECV_ROUNDS 4

/*
 * This many errors in a row are more than pending ICMP errors, of which there may be one per call
 * and which must not cost honest datagrams their turn, not even in a flood.
 */
#define UDP_RECV_ERRORS_MAX 16

/*
 * Pause after persistent errors: a socket that stays ready with one would use the whole processor.
 */
#define UDP_BACKOFF_S 0.01

/* Limits warnings to one per minute, also in a flood. */
#define UDP_QUIET_NS (60 * MOMENT_NS_PER_S)

void udp_recv_batch_init(struct udp_recv_batch *batch)
{
    for (size_t i = 0; i < UDP_RECV_SLOTS; i++) {
        batch->pieces[i] =
            (struct iovec){.iov_base = batch->bytes[i], .iov_len = UDP_DATAGRAM_MAX_BYTES};
        batch->headers[i].msg_hdr = (struct msghdr){
            .msg_name = &batch->peers[i],
            .msg_namelen = sizeof(batch->peers[i]),
            .msg_iov = &batch->pieces[i],
            .msg_iovlen = 1,
            .msg_control = &batch->controls[i],
            .msg_controllen = sizeof(batch->controls[i]),
        };
    }
}

/* Restores the fields that recvmmsg has overwritten and will read again. */
static void reset(struct msghdr *header)
{
    header->msg_namelen = sizeof(union sockaddr_any);
    header->msg_controllen = sizeof(struct udp_recv_control);
}

/* True at most once a minute. */
static bool may_warn(int64_t *quiet_until_ns)
{
    struct timespec time = {0, 0};
    int64_t now_ns;

    clock_gettime(CLOCK_MONOTONIC, &time);
    now_ns = (int64_t)time.tv_sec * MOMENT_NS_PER_S + time.tv_nsec;
    if (now_ns < *quiet_until_ns)
        return false;
    *quiet_until_ns = now_ns + UDP_QUIET_NS;
    return true;
}

/*
 * With a datagram the kernel reports the total number lost at this socket before it, in 32 bits
 * that wrap.
 */
static void count_drops(struct udp *udp, uint32_t drops)
{
    struct udp_set *set = udp->set;

    if (drops == udp->drops_seen)
        return;
    set->stats.kernel_drops += (uint32_t)(drops - udp->drops_seen);
    udp->drops_seen = drops;
    if (!may_warn(&set->drops_quiet_until_ns))
        return;
    log_warnx("%" PRIu64 " datagrams were lost because more came in than was read",
              set->stats.kernel_drops - set->drops_reported);
    set->drops_reported = set->stats.kernel_drops;
}

/*
 * An answer can't leave from a multicast address; `ret_local` stays all zero then, and the kernel
 * chooses.
 */
static void read_ipv4_local(const struct cmsghdr *control,
                            uint8_t ret_local[ENDPOINT_ADDRESS_BYTES])
{
    struct in_pktinfo info;

    memcpy(&info, CMSG_DATA(control), sizeof(info));
    /* ipi_spec_dst, not ipi_addr: for a broadcast datagram it is our own address. */
    if (info.ipi_spec_dst.s_addr != INADDR_ANY && !IN_MULTICAST(ntohl(info.ipi_addr.s_addr)))
        endpoint_address_from_ipv4((const uint8_t *)&info.ipi_spec_dst, ret_local);
}

static void read_ipv6_local(const struct cmsghdr *control,
                            uint8_t ret_local[ENDPOINT_ADDRESS_BYTES])
{
    struct in6_pktinfo info;

    memcpy(&info, CMSG_DATA(control), sizeof(info));
    if (!IN6_IS_ADDR_MULTICAST(&info.ipi6_addr))
        memcpy(ret_local, &info.ipi6_addr, ENDPOINT_ADDRESS_BYTES);
}

static bool is_control(const struct cmsghdr *control, int level, int type, size_t length)
{
    return control->cmsg_level == level && control->cmsg_type == type &&
           control->cmsg_len >= CMSG_LEN(length);
}

static void read_controls(struct udp *udp, struct msghdr *header,
                          uint8_t ret_local[ENDPOINT_ADDRESS_BYTES])
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR(header, control)) {
        if (is_control(control, IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo))) {
            read_ipv4_local(control, ret_local);
        } else if (is_control(control, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo))) {
            read_ipv6_local(control, ret_local);
        } else if (is_control(control, SOL_SOCKET, SO_RXQ_OVFL, sizeof(uint32_t))) {
            uint32_t drops;

            memcpy(&drops, CMSG_DATA(control), sizeof(drops));
            count_drops(udp, drops);
        }
    }
}

static void dispatch(struct udp *udp, size_t slot)
{
    struct udp_set *set = udp->set;
    struct mmsghdr *message = &set->recv.headers[slot];
    struct path path = {.door = udp->door};

    read_controls(udp, &message->msg_hdr, path.local);
    /*
     * Port 0 means that no answer is wanted (RFC 768): such a sender can't be a member, and sending
     * to it is an error. What is sent to :: comes back to this machine.
     */
    if (sockaddr_to_endpoint(&set->recv.peers[slot], message->msg_hdr.msg_namelen, &path.peer) !=
            0 ||
        path.peer.port == 0 || endpoint_address_is_any(path.peer.address)) {
        set->stats.no_return_address++;
        return;
    }
    set->stats.received++;
    if ((message->msg_hdr.msg_flags & MSG_TRUNC) != 0)
        set->stats.truncated++;
    set->sink.datagram(set->sink.ctx, &path, set->recv.bytes[slot], message->msg_len);
}

/* Pending ICMP errors of other datagrams, or a signal; reading them has cleared them. */
static bool is_transient(int error)
{
    return udp_errqueue_may_be_pending(error) || error == EINTR || error == ECONNRESET ||
           error == ENETDOWN;
}

static void note_error(struct udp_set *set, int error)
{
    set->stats.receive_errors++;
    if (is_transient(error))
        log_debug("an error was pending at a socket: %s", strerror(error));
    else if (may_warn(&set->errors_quiet_until_ns))
        log_warnx("receiving failed: %s", strerror(error));
}

static void back_off(struct udp *udp)
{
    watch_stop(&udp->reader);
    timer_start(udp->set->loop, &udp->backoff, UDP_BACKOFF_S);
}

static void dispatch_all(struct udp *udp, size_t count)
{
    for (size_t slot = 0; slot < count; slot++) {
        dispatch(udp, slot);
        reset(&udp->set->recv.headers[slot].msg_hdr);
    }
}

/*
 * Called after a failed receive. Reads the error queue once per turn, so that a flood of errors
 * can't starve datagrams. True if the queue had an entry that explains the failure.
 */
static bool is_explained(struct udp *udp, bool *drained)
{
    bool explained = !*drained && udp_errqueue_drain(udp) > 0;

    *drained = true;
    return explained;
}

static void note_unread(struct udp *udp)
{
    udp->set->unread = true;
    udp_shed_unread(udp);
}

static void receive(struct udp *udp)
{
    unsigned rounds = 0, errors = 0; /* in a row */
    bool drained = udp->errors_wait;

    if (drained)
        udp_errqueue_drain(udp);
    while (rounds < UDP_RECV_ROUNDS && errors < UDP_RECV_ERRORS_MAX) {
        int count = recvmmsg(udp->fd, udp->set->recv.headers, UDP_RECV_SLOTS, MSG_DONTWAIT, NULL);
        int error = errno;

        if (count < 0) {
            bool explained = is_explained(udp, &drained);

            if (error == EAGAIN)
                return;
            if (explained)
                continue;
            udp->errors_wait = true;
            note_error(udp->set, error);
            errors++;
            continue;
        }
        errors = 0;
        rounds++;
        dispatch_all(udp, (size_t)count);
        /* No more datagrams, or an error before the next one, which the next call reports. */
        if (count < UDP_RECV_SLOTS)
            return;
    }
    if (errors == UDP_RECV_ERRORS_MAX)
        back_off(udp);
    else
        note_unread(udp);
}

static void on_readable(void *ctx)
{
    receive(ctx);
}

static void on_backoff_over(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct udp *udp = w->data;

    (void)loop;
    (void)revents;
    watch_start(&udp->reader);
}

void udp_recv_init(struct udp *udp)
{
    endpoint_format(&udp->bound, udp->text);
    watch_init(&udp->reader, udp->set->loop, udp->text, on_readable, udp);
    watch_set(&udp->reader, udp->fd, EV_READ);
    ev_timer_init(&udp->backoff, on_backoff_over, UDP_BACKOFF_S, 0.);
    udp->backoff.data = udp;
    /* Another process may have consumed the pending error of an inherited socket. */
    udp->errors_wait = true;
}

void udp_recv_start(struct udp *udp)
{
    watch_start(&udp->reader);
}

void udp_recv_stop(struct udp *udp)
{
    watch_stop(&udp->reader);
    ev_timer_stop(udp->set->loop, &udp->backoff);
}
