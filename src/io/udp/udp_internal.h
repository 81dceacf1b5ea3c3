/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Shared by the files behind udp.h and included by no others: udp.c opens and closes,
 * udp_recv.c and udp_send.c own their buffers and watchers, udp_errqueue.c is called by both,
 * udp_gso.c by udp_send.c, udp_shed.c by udp_recv.c, udp_paths.c by all of them.
 */
#ifndef ROOMD_IO_UDP_UDP_INTERNAL_H
#define ROOMD_IO_UDP_UDP_INTERNAL_H

#include "io/sockaddr.h"
#include "io/udp/udp.h"
#include "io/watch.h"

#include <linux/errqueue.h>
#include <sodium/crypto_shorthash.h>
#include <stdalign.h>
#include <stdbool.h>
#include <sys/socket.h>

/* Datagrams received per system call; their buffers fit the second-level cache. */
#define UDP_RECV_SLOTS 32

/* More than 64 messages per call give sendmmsg no measurable gain. */
#define UDP_SEND_SLOTS 64

/* One ICMP error arrives per datagram sent, so errors are read in batches of the same size. */
#define UDP_ERROR_SLOTS UDP_SEND_SLOTS

/* A control message with an address of either family. */
#define UDP_PKTINFO_BYTES CMSG_SPACE(sizeof(struct in6_pktinfo))

/* Comes with every report of a departure, and with datagrams if another program asks for it. */
#define UDP_TIMESTAMP_BYTES CMSG_SPACE(sizeof(struct scm_timestamping))

/* The destination address, and SO_RXQ_OVFL's counter. */
#define UDP_RECV_CONTROL_BYTES                                                                     \
    (UDP_PKTINFO_BYTES + UDP_TIMESTAMP_BYTES + CMSG_SPACE(sizeof(uint32_t)))

/* The error, followed by the address of its sender, and the address the report was sent to. */
#define UDP_ERROR_CONTROL_BYTES                                                                    \
    (UDP_PKTINFO_BYTES + UDP_TIMESTAMP_BYTES +                                                     \
     CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6)))

/* A machine quotes as much as fits an ICMP error of 576 bytes (RFC 1812, 4.3.2.3). */
#define UDP_QUOTED_MAX_BYTES 576

struct udp_recv_control {
    alignas(struct cmsghdr) uint8_t bytes[UDP_RECV_CONTROL_BYTES];
};

struct udp_send_control {
    /* The source address, the length of segments, and the wish for a report. */
    alignas(struct cmsghdr) uint8_t
        bytes[UDP_PKTINFO_BYTES + CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(uint32_t))];
};

struct udp_error_control {
    alignas(struct cmsghdr) uint8_t bytes[UDP_ERROR_CONTROL_BYTES];
};

/* The source address that a control message for sending holds. */
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
    uint8_t spans[UDP_SEND_SLOTS];   /* number of datagrams in each message */
    bool followed[UDP_SEND_SLOTS];   /* the kernel is to report when it leaves */
    uint16_t places[UDP_SEND_SLOTS]; /* of its path, if it is followed */
};

struct udp_error_batch {
    struct mmsghdr headers[UDP_ERROR_SLOTS];
    struct iovec pieces[UDP_ERROR_SLOTS];
    char quoted[UDP_ERROR_SLOTS][UDP_QUOTED_MAX_BYTES];
    union sockaddr_any peers[UDP_ERROR_SLOTS];
    struct udp_error_control controls[UDP_ERROR_SLOTS];
};

/* udp_paths.c: paths that are followed, in sets of UDP_PLACE_WAYS, and reports outstanding. */
#define UDP_PLACES     4096U
#define UDP_PLACE_WAYS 8U
#define UDP_KEYS       8192U

/* A path whose datagrams are followed. */
struct udp_place {
    struct endpoint peer;
    uint32_t generation; /* 0: unused */
    uint32_t run;        /* the last call that needed it */
    uint32_t sent, left; /* datagrams; those between have not left yet */
    int64_t moved_ns;    /* when one left, or was sent after all others had left */
    int64_t refused_until_ns;
    bool held; /* an entry was put off, and `writable` not called since */
};

/* A message that is to be reported; `key` is the kernel's number of it. */
struct udp_key {
    uint32_t key;
    uint32_t generation;
    uint32_t sent; /* of its place, with it */
    uint16_t place;
};

struct udp_paths {
    uint8_t key[crypto_shorthash_KEYBYTES]; /* of the hash of peers */
    struct udp_place places[UDP_PLACES];
    struct udp_key keys[UDP_KEYS];
    uint32_t first_key; /* of those that were given since our count was last corrected */
    uint32_t next_key, generation, run;
    uint32_t held;       /* places */
    bool unplaced;       /* a path without a place was put off, too */
    size_t unmeasured;   /* datagrams since the queue was measured */
    unsigned samples;    /* reports that may still be asked for in this millisecond */
    unsigned strays;     /* reports in a row that fit nothing */
    int buffer, queued;  /* bytes, as the kernel counts them */
    int64_t now_ns;      /* when the queue was measured */
    int64_t standing_ns; /* since when the queue has been long; 0: it is not */
    int64_t trouble_ns;  /* when there was last a reason to follow */
    int64_t sampled_ns;  /* when `samples` was set */
    bool following;      /* while there is such a reason */
    bool asked, able;    /* the kernel was asked for reports; it can make them */
    bool released;       /* a path that waited may send: to be told */
    ev_timer check;      /* active while something that was put off waits */
};

/* One door. */
struct udp {
    struct udp_set *set;
    struct endpoint bound;
    int fd;
    uint16_t door;
    bool errors_wait; /* the error queue may hold entries; it is read before datagrams */
    char text[ENDPOINT_TEXT_BYTES]; /* the address, for messages */

    /* udp_recv.c */
    struct watch reader;
    ev_timer backoff;    /* runs after persistent errors */
    uint32_t drops_seen; /* the kernel's counter at its last reading */

    /* udp_shed.c */
    ev_timer calm; /* runs while `shedding` */
    bool shedding;

    /* udp_send.c */
    struct watch writer;
    ev_timer pause;
    bool waiting;    /* `writer` or `pause` is active */
    unsigned pauses; /* since the door last took a datagram */
    bool no_gso;     /* its device can't segment messages */

    struct udp_paths paths;
};

struct udp_set {
    struct ev_loop *loop; /* borrowed */
    struct udp_sink sink;
    struct udp_expendable expendable;
    struct udp *doors[UDP_DOORS_MAX]; /* owned */
    uint16_t count;
    uint32_t receive_buffer, send_buffer; /* bytes, the smallest of all doors */
    bool unread;                          /* see udp_set_take_unread */
    int64_t drops_quiet_until_ns;         /* no warning before that time */
    int64_t errors_quiet_until_ns;
    uint64_t drops_reported; /* kernel_drops at the last warning */
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
/* Reads the door's error queue, a bounded number of entries. Returns how many were read. */
size_t udp_errqueue_drain(struct udp *udp);
/*
 * True if this error of a call may be left over from another datagram. With IP_RECVERR an ICMP
 * error stays pending at the socket until the next call, whatever its destination; reporting it
 * clears it.
 */
bool udp_errqueue_may_be_pending(int error);

void udp_shed_init(struct udp *udp);
void udp_shed_done(struct udp *udp);
/* Removes the filter of a process that was killed. */
void udp_shed_detach(int fd);
/* The door was not read to its end in this turn. */
void udp_shed_unread(struct udp *udp);

void udp_gso_init(struct udp_send_batch *batch);
/*
 * Builds messages from the first UDP_SEND_SLOTS entries at most; all are of one door. `together`:
 * datagrams of one length to one member may share a message. Returns the number of messages. The
 * entries are borrowed until they are sent.
 */
size_t udp_gso_fill(struct udp *udp, const struct outbox_entry *entries, size_t count,
                    bool together);

/* Before so many datagrams are sent: measures the queue now and then. */
void udp_paths_measure(struct udp *udp, size_t datagrams);
/* The door is full: paths must be followed. */
void udp_paths_trouble(struct udp *udp);
/* True while a path may have to wait. */
static inline bool udp_paths_are_watched(const struct udp *udp)
{
    return udp->paths.following || udp->paths.held > 0;
}
/* False if the entry's path must wait; `writable` follows. */
bool udp_paths_may_send(struct udp *udp, const struct outbox_entry *entry);
/*
 * True if datagrams to it should go one by one: a short queue may take some segments of a message,
 * drop the others, and report success.
 */
bool udp_paths_is_slow(struct udp *udp, const struct path *path);
/* True if an entry of this path was put off, and it still may not send. */
bool udp_paths_waits(struct udp *udp, const struct path *path);
/* The queue of this path's interface is full: the path waits. */
void udp_paths_refused(struct udp *udp, const struct path *path);
/* True if a message to this path is to be reported. `*ret_place` is for udp_paths_sent. */
bool udp_paths_follow(struct udp *udp, const struct path *path, uint16_t *ret_place);
/* A message that is to be reported was taken. */
void udp_paths_sent(struct udp *udp, uint16_t place, uint8_t datagrams);
/* The kernel reports that the message with this number has left. */
void udp_paths_left(struct udp *udp, uint32_t key);
/* When `check` fires: looks at all paths that wait. */
void udp_paths_check(struct udp *udp);
/* Calls `writable` if a path that waited may send. Not from within the outbox. */
void udp_paths_tell(struct udp *udp);

void udp_send_init(struct udp *udp);
void udp_send_done(struct udp *udp);

#endif
