/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A library to preload into a server. Its kernel then refuses to split one buffer into datagrams
 * (UDP_SEGMENT), as some do.
 */
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

static bool wants_segments(const struct msghdr *header)
{
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control != NULL;
         control = CMSG_NXTHDR((struct msghdr *)header, control)) {
        if (control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_SEGMENT)
            return true;
    }
    return false;
}

int sendmmsg(int fd, struct mmsghdr *headers, unsigned count, int flags)
{
    static int (*real)(int, struct mmsghdr *, unsigned, int);
    unsigned good = 0;

    while (good < count && !wants_segments(&headers[good].msg_hdr))
        good++;
    if (good == 0 && count > 0) {
        errno = EIO;
        return -1;
    }
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sendmmsg");
    return real(fd, headers, good, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *header, int flags)
{
    static ssize_t (*real)(int, const struct msghdr *, int);

    if (wants_segments(header)) {
        errno = EIO;
        return -1;
    }
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sendmsg");
    return real(fd, header, flags);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    static int (*real)(int, int, int, const void *, socklen_t);

    if (level == IPPROTO_UDP && name == UDP_SEGMENT) {
        errno = ENOPROTOOPT;
        return -1;
    }
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "setsockopt");
    return real(fd, level, name, value, length);
}
