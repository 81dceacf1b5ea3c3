/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The reorder buffer: messages of sequenced members that came before one that is still missing
 * (doc/protocol.md, 2.6), in one table for the room. Knows numbers and texts, not their meaning,
 * nor whether they may be said.
 *
 * A member's list is a number that the caller keeps, 0 if it is empty.
 */
#ifndef ROOMD_CORE_MODEL_REORDER_H
#define ROOMD_CORE_MODEL_REORDER_H

#include "base/octets.h"

#include <roomd/limits.h>
#include <stdbool.h>
#include <stdint.h>

/* 4 MiB in all; touched as it fills. */
#define REORDER_MAX 4096U

/*
 * Messages kept beyond the last one decided: as many as TAKEN has bits. With the longest texts that
 * is 32 KiB.
 */
#define REORDER_REACH 32U

/* Longer texts are refused anyway. */
#define REORDER_TEXT_MAX_BYTES ROOM_TEXT_MAX_BYTES

struct reorder;

struct reorder_message {
    uint32_t number;
    uint16_t length; /* bytes */
    uint16_t next;   /* private */
    uint8_t what;    /* enum sequenced_what */
    char text[REORDER_TEXT_MAX_BYTES];
};

/* STATUS_NO_MEMORY. */
int reorder_new(struct reorder **ret_reorder);
void reorder_free(struct reorder *reorder);

/*
 * Keeps message `number` of a member whose last decided message is `decided`. False if it is out of
 * reach, too long, or the table is full: then the client has to repeat it.
 */
bool reorder_keep(struct reorder *reorder, uint16_t *list, uint32_t decided, uint32_t number,
                  uint8_t what, struct octets_slice text);

/*
 * Drops the messages before `number`, and returns that one; NULL if it is not kept. It stays until
 * a later one is asked for. Valid until the next reorder_keep.
 */
const struct reorder_message *reorder_next(struct reorder *reorder, uint16_t *list,
                                           uint32_t number);

/* Bit n is set if message decided + 1 + n is kept. */
uint32_t reorder_bits(const struct reorder *reorder, uint16_t list, uint32_t decided);

/* Drops the whole list. */
void reorder_forget(struct reorder *reorder, uint16_t *list);

#endif
