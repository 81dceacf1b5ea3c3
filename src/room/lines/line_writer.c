/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* stdio would write half lines where its buffer ends, and drop what a descriptor that must not be waited for does not take. */
#include "room/lines/line_writer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

_Static_assert(OUT_BYTES >= SHOW_LINE_BYTES, "each line has a place");

void out_init(struct out *out, int fd)
{
    out->fd = fd;
    out->error = 0;
    out->used = 0;
}

bool out_line(struct out *out, const char *line, size_t length)
{
    if (length > sizeof(out->bytes) - out->used && !out_flush(out))
        return false;
    if (out->error != 0)
        return false;
    memcpy(out->bytes + out->used, line, length);
    out->used += length;
    return true;
}

/* Somebody else may have made it non-blocking, a terminal that is shared for one. */
static bool write_all(struct out *out)
{
    struct pollfd writable = {.fd = out->fd, .events = POLLOUT};
    size_t at = 0;

    while (at < out->used) {
        ssize_t written = write(out->fd, out->bytes + at, out->used - at);

        if (written >= 0)
            at += (size_t)written;
        else if (errno == EAGAIN)
            poll(&writable, 1, -1);
        else if (errno != EINTR)
            return false;
    }
    return true;
}

bool out_flush(struct out *out)
{
    if (out->error == 0 && !write_all(out))
        out->error = errno;
    out->used = 0;
    return out->error == 0;
}
