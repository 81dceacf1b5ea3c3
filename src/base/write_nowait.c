/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One write that does not block. */
#include "base/write_nowait.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

bool write_nowait(int fd, const char *bytes, size_t length)
{
    ssize_t written = send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (written < 0 && errno == ENOTSOCK)
        written = write(fd, bytes, length);
    return written == (ssize_t)length;
}
