/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The room's records as PROPOSE frames: the port of roomd/ports.h. A frame holds as many records as
 * come until it is full or flushed. Each record is taken once, in order; one that finds no place is
 * left out with all that follow, until the room hands them over again.
 */
#ifndef ROOMD_IO_LOG_LOG_PROPOSALS_H
#define ROOMD_IO_LOG_LOG_PROPOSALS_H

#include "io/log/log_outgoing.h"
#include "log_wire/log_record.h"

#include <roomd/ports.h>

struct log_proposals {
    struct log_outgoing *outgoing; /* borrowed */
    uint64_t next;                 /* the number of the record that is taken next; 0 = none is */
    bool behind;                   /* one was left out, for want of a place */
    bool taking;                   /* the record that is being handed over */
    unsigned effects;              /* of it */
    size_t place;                  /* of its head */
    struct octets_writer record;   /* into record_bytes */
    struct octets_writer frame;    /* into frame_bytes; without bytes if none is open */
    uint16_t count;                /* of records in it */
    uint8_t record_bytes[LOG_FRAME_MAX_BYTES];
    uint8_t frame_bytes[LOG_FRAME_MAX_BYTES];
};

/* `outgoing` is borrowed. */
void log_proposals_init(struct log_proposals *proposals, struct log_outgoing *outgoing);

/* From now on records are taken, from that number on; 0: none are. Drops an open frame. */
void log_proposals_begin(struct log_proposals *proposals, uint64_t next);

/* The last record that was taken. */
uint64_t log_proposals_last(const struct log_proposals *proposals);

/* Moves the open frame, if there is one, to the queue: there is always room for it. */
void log_proposals_flush(struct log_proposals *proposals);

struct room_log log_proposals_port(struct log_proposals *proposals);

#endif
