/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The common part of both reference servers: the course's protocol in its simplest form, and a
 * socket that answers from the address that was asked. They have no limits, no names that are
 * taken, and no members that leave: only what a delivery needs.
 */
#ifndef BENCH_SERVERS_COMMON_H
#define BENCH_SERVERS_COMMON_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define COMMON_MEMBERS_MAX    65536
#define COMMON_DATAGRAM_BYTES 2048
#define COMMON_CONTROL_BYTES  CMSG_SPACE(sizeof(struct in_pktinfo))

struct common_member {
    struct sockaddr_in address;
    struct in_addr asked; /* the address that it wrote to */
};

struct common_room {
    int fd;
    size_t count;
    struct common_member members[COMMON_MEMBERS_MAX];
};

/* Opens `argv`[1]:`argv`[2] and prints that to stdout. Exits if it can't. */
void common_open(struct common_room *room, int argc, char **argv);

/* Fill in the message header of one datagram; its parts are borrowed. */
void common_receive_header(struct msghdr *header, struct sockaddr_in *peer, struct iovec *piece,
                           char *bytes, void *control);
void common_send_header(struct msghdr *header, struct common_member *member, struct iovec *piece,
                        void *control);

/*
 * Handles a request: a join adds its author; of a message, returns the length of the line that the
 * others must be sent, else 0. `line` has COMMON_DATAGRAM_BYTES * 2 bytes.
 */
size_t common_take(struct common_room *room, const struct msghdr *header, size_t length,
                   char *line);

bool common_is_author(const struct common_member *member, const struct sockaddr_in *peer);

#endif
