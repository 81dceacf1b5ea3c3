/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The error queue of a door: ICMP errors, each with its source, and the destination and the payload
 * of the datagram that it quotes; and reports that a datagram has left. Knows no consequences of
 * either.
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
        batch->pieces[slot] = (struct iovec){batch->quoted[slot], UDP_QUOTED_MAX_BYTES};
        batch->headers[slot].msg_hdr.msg_iov = &batch->pieces[slot];
        batch->headers[slot].msg_hdr.msg_iovlen = 1;
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

/* The control message that describes the error, or NULL. */
static const struct cmsghdr *find_error(struct msghdr *header)
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR(header, control)) {
        if (is_error(control))
            return control;
    }
    return NULL;
}

/* The source of the error follows it in the control message (ip(7), SO_EE_OFFENDER). */
static bool read_offender(const struct cmsghdr *control,
                          uint8_t ret_address[ENDPOINT_ADDRESS_BYTES])
{
    size_t before = CMSG_LEN(sizeof(struct sock_extended_err));
    size_t length = control->cmsg_len - before;
    union sockaddr_any address;
    struct endpoint offender;

    length = length < sizeof(address) ? length : sizeof(address);
    memset(&address, 0, sizeof(address));
    memcpy(&address, (const uint8_t *)control + before, length);
    if (sockaddr_to_endpoint(&address, (socklen_t)length, &offender) != 0)
        return false;
    memcpy(ret_address, offender.address, ENDPOINT_ADDRESS_BYTES);
    return true;
}

/* Excludes local errors: the failing send has already returned those. */
static bool is_icmp(const struct sock_extended_err *error)
{
    return error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6;
}

/*
 * Nothing but "port unreachable" says that a program has ended. Our own kernel reports a host as
 * unreachable while it does not answer ARP, and a firewall or a change of routes makes the others.
 */
static bool is_port_unreachable(const struct sock_extended_err *error)
{
    if (error->ee_origin == SO_EE_ORIGIN_ICMP)
        return error->ee_type == ICMP_DEST_UNREACH && error->ee_code == ICMP_PORT_UNREACH;
    return error->ee_type == ICMP6_DST_UNREACH && error->ee_code == ICMP6_DST_UNREACH_NOPORT;
}

static void dispatch(struct udp *udp, size_t slot)
{
    struct udp_set *set = udp->set;
    struct udp_error_batch *batch = &set->errors;
    struct msghdr *header = &batch->headers[slot].msg_hdr;
    const struct cmsghdr *control = find_error(header);
    struct sock_extended_err error;
    struct endpoint peer;
    struct unreachable report = {.peer = &peer,
                                 .door = udp->door,
                                 .quoted = batch->quoted[slot],
                                 .length = batch->headers[slot].msg_len};

    if (control == NULL)
        return;
    memcpy(&error, CMSG_DATA(control), sizeof(error));
    if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING)
        udp_paths_left(udp, error.ee_data);
    if (!is_icmp(&error))
        return;
    set->stats.icmp_errors++;
    if (is_port_unreachable(&error) && read_offender(control, report.offender) &&
        sockaddr_to_endpoint(&batch->peers[slot], header->msg_namelen, &peer) == 0)
        set->sink.unreachable(set->sink.ctx, &report);
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
