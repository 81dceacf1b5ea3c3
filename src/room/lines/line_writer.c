/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * stdio would write half lines when its buffer is full, and drop what a non-blocking descriptor
 * does not take.
 */
#include "room/lines/line_writer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

_Static_assert(LINE_WRITER_BYTES >= EVENT_LINE_BYTES, "each line has a place");

void line_writer_init(struct line_writer *writer, int fd)
{
    writer->fd = fd;
    writer->error = 0;
    writer->used = 0;
}

bool line_writer_add(struct line_writer *writer, const char *line, size_t length)
{
    if (length > sizeof(writer->bytes) - writer->used && !line_writer_flush(writer))
        return false;
    if (writer->error != 0)
        return false;
    memcpy(writer->bytes + writer->used, line, length);
    writer->used += length;
    return true;
}

/* The descriptor may be non-blocking: another program may have set that on a shared terminal. */
static bool write_all(struct line_writer *writer)
{
    struct pollfd writable = {.fd = writer->fd, .events = POLLOUT};
    size_t at = 0;

    while (at < writer->used) {
        ssize_t written = write(writer->fd, writer->bytes + at, writer->used - at);

        if (written >= 0)
            at += (size_t)written;
        else if (errno == EAGAIN)
            poll(&writable, 1, -1);
        else if (errno != EINTR)
            return false;
    }
    return true;
}

bool line_writer_flush(struct line_writer *writer)
{
    if (writer->error == 0 && !write_all(writer))
        writer->error = errno;
    writer->used = 0;
    return writer->error == 0;
}
