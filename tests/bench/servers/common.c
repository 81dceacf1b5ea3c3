/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Requests, and the headers of a datagram. */
#include "common.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As roomd requests: see src/io/udp/udp.c. */
#define BUFFER_BYTES (4 << 20)

static const char separator[] = " \xef\xbc\x9a "; /* a wide colon */

void common_open(struct common_room *room, int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    int one = 1, bytes = BUFFER_BYTES;

    if (argc != 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
        fprintf(stderr, "usage: %s ADDRESS PORT\n", argv[0]);
        exit(64);
    }
    address.sin_port = htons((uint16_t)atoi(argv[2]));
    room->fd = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(room->fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
    if (setsockopt(room->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
        setsockopt(room->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    if (bind(room->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        getsockname(room->fd, (struct sockaddr *)&address, &length) != 0) {
        perror("bind");
        exit(69);
    }
    printf("is open on %s:%d\n", argv[1], ntohs(address.sin_port));
    fflush(stdout);
}

void common_receive_header(struct msghdr *header, struct sockaddr_in *peer, struct iovec *piece,
                           char *bytes, void *control)
{
    *piece = (struct iovec){.iov_base = bytes, .iov_len = COMMON_DATAGRAM_BYTES};
    *header = (struct msghdr){.msg_name = peer,
                              .msg_namelen = sizeof(*peer),
                              .msg_iov = piece,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = COMMON_CONTROL_BYTES};
}

void common_send_header(struct msghdr *header, struct common_member *member, struct iovec *piece,
                        void *control)
{
    struct in_pktinfo info = {.ipi_spec_dst = member->asked};
    struct cmsghdr *asked = control;

    *header = (struct msghdr){.msg_name = &member->address,
                              .msg_namelen = sizeof(member->address),
                              .msg_iov = piece,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = COMMON_CONTROL_BYTES};
    asked->cmsg_level = IPPROTO_IP;
    asked->cmsg_type = IP_PKTINFO;
    asked->cmsg_len = CMSG_LEN(sizeof(info));
    memcpy(CMSG_DATA(asked), &info, sizeof(info));
}

/* A member that asks again has not received the answer. */
static bool is_in(const struct common_room *room, const struct sockaddr_in *peer)
{
    for (size_t i = 0; i < room->count; i++) {
        if (common_is_author(&room->members[i], peer))
            return true;
    }
    return false;
}

static void add_member(struct common_room *room, const struct msghdr *header)
{
    struct common_member *member = &room->members[room->count];
    const struct cmsghdr *control = CMSG_FIRSTHDR(header);
    struct in_pktinfo info = {0};

    sendto(room->fd, "OK", 2, 0, header->msg_name, header->msg_namelen);
    if (room->count == COMMON_MEMBERS_MAX || is_in(room, header->msg_name))
        return;
    if (control != NULL && control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO)
        memcpy(&info, CMSG_DATA(control), sizeof(info));
    member->address = *(const struct sockaddr_in *)header->msg_name;
    member->asked = info.ipi_spec_dst;
    room->count++;
}

size_t common_take(struct common_room *room, const struct msghdr *header, size_t length, char *line)
{
    const char *request = header->msg_iov->iov_base;
    const char *text, *name = request + 2;
    size_t name_length, text_length;

    if (length < 3 || request[1] != ' ')
        return 0;
    if (request[0] == 'L') {
        add_member(room, header);
        return 0;
    }
    text = memchr(name, ' ', length - 2);
    if (request[0] != 'C' || text == NULL)
        return 0;
    name_length = (size_t)(text - name);
    text++;
    text_length = length - (size_t)(text - request);
    memcpy(line, name, name_length);
    memcpy(line + name_length, separator, sizeof(separator) - 1);
    memcpy(line + name_length + sizeof(separator) - 1, text, text_length);
    return name_length + sizeof(separator) - 1 + text_length;
}

bool common_is_author(const struct common_member *member, const struct sockaddr_in *peer)
{
    return member->address.sin_port == peer->sin_port &&
           member->address.sin_addr.s_addr == peer->sin_addr.s_addr;
}
