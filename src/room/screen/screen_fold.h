/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Folds many joins and exits into one line. Reads no clock: the time is an argument. */
#ifndef ROOMD_ROOM_SCREEN_SCREEN_FOLD_H
#define ROOMD_ROOM_SCREEN_SCREEN_FOLD_H

#include "base/buffer.h"

#include <roomd/limits.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A join or exit this soon after another is held back, and told together with those that follow
 * until this time has passed. Half a second, because everybody should know of an exit within one.
 */
#define SCREEN_FOLD_WAIT_NS INT64_C(500000000)

/* Names that are stored: enough to notice members that come back. */
#define SCREEN_FOLD_NAMES_MAX 32U

/* Names that are told: "alice, bob and 58 others joined". */
#define SCREEN_FOLD_TOLD_MAX 2U

struct screen_fold_side {
    uint32_t count;
    uint32_t named;
    uint8_t lengths[SCREEN_FOLD_NAMES_MAX];
    char names[SCREEN_FOLD_NAMES_MAX][ROOM_NAME_MAX_BYTES];
};

/* All zero is an empty fold. */
struct screen_fold {
    struct screen_fold_side sides[2]; /* exits, joins */
    bool joined_first;
    bool seen;       /* there was a join or exit before */
    int64_t last_ns; /* time of the last join or exit */
};

/*
 * Adds a join or exit. False: it is quiet, and the caller tells it by itself. True: it is held
 * back; screen_fold_take has to be called after SCREEN_FOLD_WAIT_NS, or before anything else is
 * told.
 */
bool screen_fold_add(struct screen_fold *fold, bool joined, const char *name, size_t name_len,
                     int64_t now_ns);

bool screen_fold_is_empty(const struct screen_fold *fold);

/* Adds the next line, sanitized, and removes its members from the fold. False if there is none. */
bool screen_fold_take(struct screen_fold *fold, struct buffer *out);

#endif
