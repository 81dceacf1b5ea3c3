/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The reference with many datagrams a system call, in and out; each message is still a datagram of
 * its own.
 */
#include "common.h"

#include <stdalign.h>

#define RECEIVED 32
#define SENT     64

static struct common_room room;

static struct {
    struct mmsghdr headers[RECEIVED];
    struct iovec pieces[RECEIVED];
    struct sockaddr_in peers[RECEIVED];
    char bytes[RECEIVED][COMMON_DATAGRAM_BYTES];
    alignas(struct cmsghdr) char controls[RECEIVED][COMMON_CONTROL_BYTES];
} in;

static struct {
    struct mmsghdr headers[SENT];
    alignas(struct cmsghdr) char controls[SENT][COMMON_CONTROL_BYTES];
} out;

static void flush(unsigned count)
{
    unsigned done = 0;

    while (done < count) {
        int taken = sendmmsg(room.fd, out.headers + done, count - done, 0);

        done += taken > 0 ? (unsigned)taken : 1;
    }
}

static void tell(const struct sockaddr_in *author, char *line, size_t length)
{
    struct iovec piece = {.iov_base = line, .iov_len = length};
    unsigned count = 0;

    for (size_t i = 0; i < room.count; i++) {
        if (common_is_author(&room.members[i], author))
            continue;
        common_send_header(&out.headers[count].msg_hdr, &room.members[i], &piece,
                           out.controls[count]);
        if (++count == SENT) {
            flush(count);
            count = 0;
        }
    }
    flush(count);
}

int main(int argc, char **argv)
{
    char line[COMMON_DATAGRAM_BYTES * 2];

    common_open(&room, argc, argv);
    for (;;) {
        int count;

        for (size_t i = 0; i < RECEIVED; i++)
            common_receive_header(&in.headers[i].msg_hdr, &in.peers[i], &in.pieces[i], in.bytes[i],
                                  in.controls[i]);
        count = recvmmsg(room.fd, in.headers, RECEIVED, MSG_WAITFORONE, NULL);
        for (int i = 0; i < count; i++) {
            size_t length = common_take(&room, &in.headers[i].msg_hdr, in.headers[i].msg_len, line);

            if (length > 0)
                tell(&in.peers[i], line, length);
        }
    }
}
