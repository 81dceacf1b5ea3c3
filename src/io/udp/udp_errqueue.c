/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The error queue of a door: ICMP errors, each with the destination of the datagram that it quotes,
 * and reports that a datagram has left. Knows no consequences of either.
 *
 * The queue is read before datagrams because both share the receive buffer: left alone, errors from
 * a few members whose programs have gone would fill it, and nearly all messages would be lost.
 *
 * It is read only when it may hold something, since asking costs a system call. An error that the
 * kernel queues also stays pending at the socket, or is returned by the send itself. So one of our
 * calls shows it: a receive fails, or a send takes less than it was offered. That can be missed:
 * reading the last entry also clears the pending error of one that arrives at that moment. The
 * socket stays ready then, so a receive that finds no datagram is also a reason to read the queue.
 */
#include "io/udp/udp_internal.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>

/*
 * More errors than the sends of one loop iteration can cause, so the queue shrinks however many
 * members have gone. Takes about a millisecond.
 */
#define UDP_ERROR_ROUNDS 32

static void reset(struct udp_error_batch *batch, size_t slot)
{
    struct msghdr *header = &batch->headers[slot].msg_hdr;

    header->msg_namelen = sizeof(batch->peers[slot]);
    header->msg_controllen = sizeof(batch->controls[slot]);
}

void udp_errqueue_batch_init(struct udp_error_batch *batch)
{
    for (size_t slot = 0; slot < UDP_ERROR_SLOTS; slot++) {
        /* No buffer for the quoted bytes: the kernel reports their destination separately. */
        batch->headers[slot].msg_hdr.msg_name = &batch->peers[slot];
        batch->headers[slot].msg_hdr.msg_control = &batch->controls[slot];
        reset(batch, slot);
    }
}

static bool is_error(const struct cmsghdr *control)
{
    if (control->cmsg_len < CMSG_LEN(sizeof(struct sock_extended_err)))
        return false;
    return (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR) ||
           (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR);
}

/* False if the entry holds no error. */
static bool read_error(struct msghdr *header, struct sock_extended_err *ret_error)
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR(header, control)) {
        if (is_error(control)) {
            memcpy(ret_error, CMSG_DATA(control), sizeof(*ret_error));
            return true;
        }
    }
    return false;
}

/* Excludes local errors: the failing send has already returned those. */
static bool is_icmp(const struct sock_extended_err *error)
{
    return error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6;
}

/*
 * Port, host or network unreachable. Excludes "too big", which does not mean that the peer has
 * gone, and "too many hops", which a change of routes causes for a while.
 */
static bool is_unreachable(const struct sock_extended_err *error)
{
    if (error->ee_origin == SO_EE_ORIGIN_ICMP)
        return error->ee_type == ICMP_DEST_UNREACH && error->ee_code != ICMP_FRAG_NEEDED;
    return error->ee_type == ICMP6_DST_UNREACH;
}

static void dispatch(struct udp *udp, size_t slot)
{
    struct udp_set *set = udp->set;
    struct msghdr *header = &set->errors.headers[slot].msg_hdr;
    struct sock_extended_err error;
    struct endpoint peer;

    if (!read_error(header, &error))
        return;
    if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING)
        udp_paths_left(udp, error.ee_data);
    if (!is_icmp(&error))
        return;
    set->stats.icmp_errors++;
    if (is_unreachable(&error) &&
        sockaddr_to_endpoint(&set->errors.peers[slot], header->msg_namelen, &peer) == 0)
        set->sink.unreachable(set->sink.ctx, &peer, udp->door);
}

static size_t drain(struct udp *udp)
{
    struct udp_error_batch *batch = &udp->set->errors;
    size_t taken = 0;

    udp->errors_wait = false; /* first, because sends from within dispatch may set it again */
    for (unsigned round = 0; round < UDP_ERROR_ROUNDS; round++) {
        int count =
            recvmmsg(udp->fd, batch->headers, UDP_ERROR_SLOTS, MSG_ERRQUEUE | MSG_DONTWAIT, NULL);

        for (int slot = 0; slot < count; slot++) {
            dispatch(udp, (size_t)slot);
            reset(batch, (size_t)slot);
            taken++;
        }
        if (count < UDP_ERROR_SLOTS)
            return taken; /* empty, or a signal: the rest keeps the socket ready */
    }
    udp->errors_wait = true;
    return taken;
}

size_t udp_errqueue_drain(struct udp *udp)
{
    size_t taken = drain(udp);

    udp_paths_tell(udp);
    return taken;
}

bool udp_errqueue_may_be_pending(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENONET:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPROTO:
    case EACCES:
    case EMSGSIZE:
        return true;
    default:
        return false;
    }
}
