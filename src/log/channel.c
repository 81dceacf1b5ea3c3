/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* recvmsg(2) and send(2) on a pair of SOCK_SEQPACKET. */
#include "log/channel.h"

#include <errno.h>
#include <roomd/status.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void drop_passed(struct channel *channel)
{
    if (channel->passed >= 0)
        close(channel->passed);
    channel->passed = -1;
}

/* Takes the first descriptor, as no frame has more; the kernel drops those that do not fit. */
static void take_passed(struct channel *channel, struct msghdr *message)
{
    struct cmsghdr *part = CMSG_FIRSTHDR(message);

    if (part != NULL && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS &&
        part->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&channel->passed, CMSG_DATA(part), sizeof(int));
}

/*
 * If the room has ended with frames of ours unread, the kernel reports ECONNRESET once, before what
 * the room has sent: so an error is no end. 0 bytes are.
 */
static ssize_t receive(struct channel *channel)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {channel->in, sizeof(channel->in)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    ssize_t got;

    do
        got = recvmsg(channel->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got > 0)
        take_passed(channel, &message);
    return got;
}

int channel_receive(struct channel *channel, struct log_frame *ret_frame)
{
    ssize_t got;

    drop_passed(channel);
    got = receive(channel);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    if (got <= 0)
        return STATUS_NOT_FOUND;
    return log_frame_read(channel->in, (size_t)got, ret_frame) == 0 ? 1 : STATUS_INVALID;
}

void channel_send(struct channel *channel, size_t length)
{
    ssize_t sent;

    if (channel->gone || length == 0)
        return;
    do
        sent = send(channel->fd, channel->out, length, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    channel->gone = sent < 0;
}

void channel_send_frame(struct channel *channel, const struct log_frame *frame)
{
    channel_send(channel, log_frame_write(channel->out, sizeof(channel->out), frame));
}

void channel_send_end(struct channel *channel, uint64_t id, enum log_result result, uint64_t value,
                      const char *text)
{
    struct octets_slice payload = {text != NULL ? text : "", text != NULL ? strlen(text) : 0};

    channel_send_frame(channel,
                       &(struct log_frame){LOG_END, (uint8_t)result, 0, id, value, payload});
}
