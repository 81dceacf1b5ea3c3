/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The doors: UDP sockets on the loop, receiving and sending. Knows endpoints and bytes, and nothing
 * of rooms or protocols.
 *
 * All doors form one set, which owns the buffers they share. One of each is enough: received
 * datagrams are passed on before the next ones are read, and sending ends before the call returns.
 */
#ifndef ROOMD_IO_UDP_UDP_H
#define ROOMD_IO_UDP_UDP_H

#include <ev.h>
#include <roomd/endpoint.h>
#include <roomd/ports.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer than any request. A longer datagram arrives cut to this length and is refused for it. */
#define UDP_DATAGRAM_MAX_BYTES 2048

/* Holds some ten thousand short datagrams while a sweep is under way. */
#define UDP_BUFFER_BYTES 4194304

#define UDP_DOORS_MAX 32

struct udp_sink {
    /* A datagram arrived; it may be empty. All arguments are borrowed for the call. */
    void (*datagram)(void *ctx, const struct path *path, const uint8_t *bytes, size_t length);
    /* A door that had answered OUTBOX_LATER accepts datagrams again. */
    void (*writable)(void *ctx, uint16_t door);
    /* "Port unreachable" arrived, which anybody can forge. Other ICMP errors are only counted. */
    void (*unreachable)(void *ctx, const struct unreachable *error);
    void *ctx;
};

/*
 * Datagrams whose first and third byte are these may be lost, so that others are not: see
 * udp_shed.c. All zero: none.
 */
struct udp_expendable {
    uint8_t first;
    uint8_t third;
};

/* Totals over all doors. */
struct udp_stats {
    uint64_t received;
    uint64_t truncated;         /* of `received`, longer than UDP_DATAGRAM_MAX_BYTES */
    uint64_t no_return_address; /* dropped: from port 0, ::, a v4-mapped or unknown address */
    uint64_t kernel_drops;      /* lost because a receive buffer was full, or shed */
    uint64_t receive_errors;
    uint64_t icmp_errors; /* of all types */
    uint64_t sent;
    uint64_t send_blocked;  /* how often a door was full */
    uint64_t paths_put_off; /* how often a path took no more */
    uint32_t paths_waiting; /* paths that take none now */
    uint64_t send_failed;
};

struct udp_set;

/*
 * Makes a set without doors. The sink is copied; it may send from within a call, but not close a
 * door. STATUS_NO_MEMORY.
 */
int udp_set_new(struct ev_loop *loop, const struct udp_sink *sink, struct udp_set **ret_set);

/* Closes all doors. NULL is legal. */
void udp_set_free(struct udp_set *set);

/*
 * Opens one more door; the first is number 0, the next 1. Port 0 lets the kernel choose. `zone` is
 * the interface name of a link-local address; NULL or empty if `listen` has a scope or needs none.
 * Datagrams wait in the kernel until udp_set_start. STATUS_SYSTEM with errno (EADDRINUSE,
 * EADDRNOTAVAIL, EACCES, EAFNOSUPPORT; ENODEV: no such zone); STATUS_INVALID: a link-local address
 * without an interface; STATUS_FULL; STATUS_NO_MEMORY. On failure the set is unchanged.
 */
int udp_open(struct udp_set *set, const struct endpoint *listen, const char *zone,
             uint16_t *ret_door);

/*
 * True if this descriptor is a UDP socket bound to exactly that address. Port 0 matches any port.
 */
bool udp_is_bound(int fd, const struct endpoint *listen, const char *zone);

/*
 * Like udp_open, for a bound socket that was kept across a restart, with the datagrams it holds.
 * `fd` belongs to the set from now on, also on failure.
 */
int udp_adopt(struct udp_set *set, int fd, uint16_t *ret_door);

/* The door's socket, owned by the set. */
int udp_fd(const struct udp_set *set, uint16_t door);

/* Stops receiving; datagrams wait in the kernel. Sending still works. */
void udp_set_stop(struct udp_set *set);

/*
 * Starts receiving at all doors opened so far. Warns once if the kernel limits a buffer to less
 * than UDP_BUFFER_BYTES. STATUS_FULL: the kernel refuses to watch one of them, which was logged;
 * none was started.
 */
int udp_set_start(struct udp_set *set);

void udp_set_expendable(struct udp_set *set, const struct udp_expendable *expendable);

/*
 * True if, since the last call, a door was not read to its end: more datagrams wait, probably.
 */
bool udp_set_take_unread(struct udp_set *set);

uint16_t udp_doors(const struct udp_set *set);

/*
 * The address the door is bound to, with its real port; valid until udp_set_free. `door` <
 * udp_doors.
 */
const struct endpoint *udp_bound(const struct udp_set *set, uint16_t door);

void udp_stats(const struct udp_set *set, struct udp_stats *ret_stats);

/*
 * The `send` of struct outbox; `ctx` is the set. OUTBOX_LATER is followed by the sink's `writable`
 * for that door, never from within this call. Until then the door's entries are LATER without a
 * system call.
 */
void udp_outbox_send(void *ctx, struct outbox_entry *entries, size_t count);

/* The `waits` of struct outbox. */
bool udp_outbox_waits(void *ctx, const struct path *path);

#endif
