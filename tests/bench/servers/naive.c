/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The reference: one datagram a system call, in and out. */
#include "common.h"

#include <stdalign.h>

static struct common_room room;

static void tell(const struct sockaddr_in *author, char *line, size_t length)
{
    alignas(struct cmsghdr) char control[COMMON_CONTROL_BYTES] = {0};
    struct iovec piece = {.iov_base = line, .iov_len = length};
    struct msghdr header;

    for (size_t i = 0; i < room.count; i++) {
        if (common_is_author(&room.members[i], author))
            continue;
        common_send_header(&header, &room.members[i], &piece, control);
        sendmsg(room.fd, &header, 0);
    }
}

int main(int argc, char **argv)
{
    alignas(struct cmsghdr) char control[COMMON_CONTROL_BYTES];
    char bytes[COMMON_DATAGRAM_BYTES], line[COMMON_DATAGRAM_BYTES * 2];
    struct sockaddr_in peer;
    struct iovec piece;
    struct msghdr header;

    common_open(&room, argc, argv);
    for (;;) {
        ssize_t length;
        size_t line_length;

        common_receive_header(&header, &peer, &piece, bytes, control);
        length = recvmsg(room.fd, &header, 0);
        if (length < 0)
            continue;
        line_length = common_take(&room, &header, (size_t)length, line);
        if (line_length > 0)
            tell(&peer, line, line_length);
    }
}
