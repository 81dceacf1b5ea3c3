/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Receives ancillary data: whoever may write to the socket may pass any number of descriptors. */
#include "io/control/control_receive.h"

#include <stdalign.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Descriptors that may come with a request; only one is wanted, and the kernel drops more. */
#define FILES_MAX 4

ssize_t control_receive(int fd, char *bytes, size_t size, int *ret_file)
{
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    alignas(struct cmsghdr) char control[CMSG_SPACE(FILES_MAX * sizeof(int))];
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

    if (length < 0)
        return length;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head != NULL;
         head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = CMSG_LEN(0); at + sizeof(int) <= head->cmsg_len; at += sizeof(int)) {
            int file;

            memcpy(&file, (const char *)head + at, sizeof(file));
            if (*ret_file < 0)
                *ret_file = file;
            else
                close(file);
        }
    }
    return length;
}
