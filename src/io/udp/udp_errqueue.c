/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The error queue of a door: ICMP errors, each with the destination of the datagram that it quotes.
 * They are read before datagrams, for both kinds share the receive buffer: left alone, the errors
 * of a few members whose programs are gone fill it, and hardly anybody's message comes in any more.
 * Knows nothing of what follows from an error.
 *
 * It is read only where it may hold something, since asking costs a system call. Whatever the
 * kernel puts into it, it also leaves at the socket as a pending error, or returns from the send
 * itself; so one of our own calls is told: a receive fails, or a send takes less than it was
 * offered. Should that be missed (reading the last entry also removes the pending error of one that
 * comes in at that moment), the socket stays ready, and a receive that finds no datagram is reason
 * enough, too.
 */
#include "io/udp/udp_internal.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>

/* More errors than one turn of the loop can cause by what it sends, so that the queue gets shorter
 * however many members are gone; takes about a millisecond. */
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
        /* No room for what is quoted: of whom it was sent to, the kernel tells apart from it. */
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

/* Returns false where the entry holds none. */
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

/* Not what our own kernel has said of a send: the sender was told of that at once. */
static bool is_icmp(const struct sock_extended_err *error)
{
    return error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6;
}

/* Port, host or network; not "too big", of which the peer is as well as before, nor "too many
 * hops", which a change of routes causes for a while. */
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

    if (!read_error(header, &error) || !is_icmp(&error))
        return;
    set->stats.icmp_errors++;
    if (is_unreachable(&error) &&
        sockaddr_to_endpoint(&set->errors.peers[slot], header->msg_namelen, &peer) == 0)
        set->sink.unreachable(set->sink.ctx, &peer, udp->door);
}

size_t udp_errqueue_drain(struct udp *udp)
{
    struct udp_error_batch *batch = &udp->set->errors;
    size_t taken = 0;

    udp->errors_wait =
        false; /* now, for what is sent from within dispatch may make it true again */
    for (unsigned round = 0; round < UDP_ERROR_ROUNDS; round++) {
        int count =
            recvmmsg(udp->fd, batch->headers, UDP_ERROR_SLOTS, MSG_ERRQUEUE | MSG_DONTWAIT, NULL);

        for (int slot = 0; slot < count; slot++) {
            dispatch(udp, (size_t)slot);
            reset(batch, (size_t)slot);
            taken++;
        }
        if (count < UDP_ERROR_SLOTS)
            return taken; /* empty, or a signal: what is left keeps the socket ready */
    }
    udp->errors_wait = true;
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
        return true;
    default:
        return false;
    }
}
