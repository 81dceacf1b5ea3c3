/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What the five files of udp.h share, and nobody else includes: udp.c opens and closes, udp_recv.c
 * and udp_send.c each own their buffers and their watchers, udp_errqueue.c is called by both,
 * udp_gso.c by the latter.
 */
#ifndef ROOMD_IO_UDP_UDP_INTERNAL_H
#define ROOMD_IO_UDP_UDP_INTERNAL_H

#include "io/sockaddr.h"
#include "io/udp/udp.h"

#include <linux/errqueue.h>
#include <stdalign.h>
#include <stdbool.h>
#include <sys/socket.h>

/* So many datagrams are received in one system call; the buffers for them fit the second-level
 * cache. */
#define UDP_RECV_SLOTS 32

/* Beyond 64 messages a call, sendmmsg gains nothing that could be measured. */
#define UDP_SEND_SLOTS 64

/* ICMP errors come one for a datagram that was sent, so they are taken in runs of the same length.
 */
#define UDP_ERROR_SLOTS UDP_SEND_SLOTS

/* An address of either family in the form of a control message. */
#define UDP_PKTINFO_BYTES CMSG_SPACE(sizeof(struct in6_pktinfo))

/* The address written to, and SO_RXQ_OVFL's counter. */
#define UDP_RECV_CONTROL_BYTES (UDP_PKTINFO_BYTES + CMSG_SPACE(sizeof(uint32_t)))

/* The error, with the address of whoever reported it behind it, and the address that the report was
 * sent to. */
#define UDP_ERROR_CONTROL_BYTES                                                                    \
    (UDP_PKTINFO_BYTES + CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6)))

struct udp_recv_control {
    alignas(struct cmsghdr) uint8_t bytes[UDP_RECV_CONTROL_BYTES];
};

struct udp_send_control {
    alignas(struct cmsghdr) uint8_t
        bytes[UDP_PKTINFO_BYTES + CMSG_SPACE(sizeof(uint16_t))]; /* and the length of segments */
};

struct udp_error_control {
    alignas(struct cmsghdr) uint8_t bytes[UDP_ERROR_CONTROL_BYTES];
};

/* The address that a control message for sending holds. */
struct udp_send_source {
    uint8_t address[ENDPOINT_ADDRESS_BYTES];
    uint8_t length; /* of the control message; 0 = there is none */
    bool known;
};

struct udp_recv_batch {
    struct mmsghdr headers[UDP_RECV_SLOTS];
    struct iovec pieces[UDP_RECV_SLOTS];
    union sockaddr_any peers[UDP_RECV_SLOTS];
    struct udp_recv_control controls[UDP_RECV_SLOTS];
    uint8_t bytes[UDP_RECV_SLOTS][UDP_DATAGRAM_MAX_BYTES];
};

struct udp_send_batch {
    struct mmsghdr headers[UDP_SEND_SLOTS];
    struct iovec pieces[UDP_SEND_SLOTS];
    union sockaddr_any peers[UDP_SEND_SLOTS];
    struct udp_send_control controls[UDP_SEND_SLOTS];
    struct udp_send_source sources[UDP_SEND_SLOTS];
    uint8_t spans[UDP_SEND_SLOTS]; /* how many datagrams each message holds */
};

struct udp_error_batch {
    struct mmsghdr headers[UDP_ERROR_SLOTS];
    union sockaddr_any peers[UDP_ERROR_SLOTS];
    struct udp_error_control controls[UDP_ERROR_SLOTS];
};

/* One door. */
struct udp {
    struct udp_set *set;
    struct endpoint bound;
    int fd;
    uint16_t door;
    bool errors_wait; /* in its error queue, probably: it is read before datagrams are */

    /* udp_recv.c */
    ev_io reader;
    ev_timer backoff;    /* after errors that do not go away */
    uint32_t drops_seen; /* the kernel's counter, as last seen */

    /* udp_send.c */
    ev_io writer;
    ev_timer pause;
    bool waiting;    /* one of these two is active */
    unsigned pauses; /* since the door has last taken something */
    bool no_gso;     /* its device can't cut messages into datagrams */
};

struct udp_set {
    struct ev_loop *loop; /* borrowed */
    struct udp_sink sink;
    struct udp *doors[UDP_DOORS_MAX]; /* owned */
    uint16_t count;
    uint32_t receive_buffer, send_buffer; /* bytes, of the door that has least */
    int64_t drops_quiet_until_ns;         /* no warning before */
    int64_t errors_quiet_until_ns;
    uint64_t drops_told; /* in the last warning */
    struct udp_stats stats;
    struct udp_recv_batch recv;
    struct udp_send_batch send;
    struct udp_error_batch errors;
};

void udp_recv_batch_init(struct udp_recv_batch *batch);
void udp_recv_init(struct udp *udp);
void udp_recv_start(struct udp *udp);
void udp_recv_stop(struct udp *udp);

void udp_errqueue_batch_init(struct udp_error_batch *batch);
/* Reads what waits in the door's error queue, a bounded amount of it. Returns how many entries that
 * was. */
size_t udp_errqueue_drain(struct udp *udp);
/*
 * May this error of a call be that of an earlier one? With IP_RECVERR an ICMP error that somebody
 * else's datagram has met stays at the socket until the next call, whomever that sends to; to have
 * been told has removed it.
 */
bool udp_errqueue_may_be_pending(int error);

void udp_gso_init(struct udp_send_batch *batch);
/*
 * Makes messages of up to UDP_SEND_SLOTS entries of one door, from the first place on; `together`:
 * datagrams to one member that have the same length may share one. Returns how many messages. The
 * entries are borrowed until they are sent.
 */
size_t udp_gso_fill(struct udp_send_batch *batch, const struct outbox_entry *entries, size_t count,
                    bool together);

void udp_send_init(struct udp *udp);
void udp_send_done(struct udp *udp);

#endif
