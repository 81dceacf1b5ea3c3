/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The socket to the room: frames in, frames out. Receiving never waits. Sending waits for the room
 * to read; it never fails: what is sent to a room that has gone is dropped, and receiving goes on
 * until everything is read that the room has sent before it went.
 */
#ifndef ROOMD_LOG_CHANNEL_H
#define ROOMD_LOG_CHANNEL_H

#include "log_wire/log_frame.h"

struct channel {
    int fd;     /* SOCK_SEQPACKET, borrowed */
    int passed; /* a descriptor that came with the last frame, or -1; its taker sets it to -1 */
    bool gone;  /* sending has failed */
    uint8_t in[LOG_FRAME_MAX_BYTES + 1];
    uint8_t out[LOG_FRAME_MAX_BYTES];
};

/*
 * 1: a frame, valid until the next call. 0: none has come yet. STATUS_NOT_FOUND: there will be no
 * more. STATUS_INVALID: what came is no frame of this version.
 */
int channel_receive(struct channel *channel, struct log_frame *ret_frame);

/* Sends the first `length` bytes of `channel->out`; none if 0. */
void channel_send(struct channel *channel, size_t length);

/* Makes such a frame, and sends it. */
void channel_send_frame(struct channel *channel, const struct log_frame *frame);
/* END of a request, with a text that may be NULL. */
void channel_send_end(struct channel *channel, uint64_t id, enum log_result result, uint64_t value,
                      const char *text);

#endif
