/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Many who join or leave at once, told in one line. Knows when, and no clocks: the moment is an
 * argument.
 */
#ifndef ROOMD_ROOM_SCREEN_SCREEN_FOLD_H
#define ROOMD_ROOM_SCREEN_SCREEN_FOLD_H

#include "base/buffer.h"

#include <roomd/limits.h>
#include <stdbool.h>
#include <stdint.h>

/* Members that come so soon behind another are told together with those that come until the time
 * has passed. Half a second: of an exit, everybody is to know within one. */
#define SCREEN_FOLD_WAIT_NS INT64_C(500000000)

/* Names that are kept: enough to see that somebody who left is back. */
#define SCREEN_FOLD_NAMES_MAX 32U

/* Names that are told: "alice, bob and 58 others joined". */
#define SCREEN_FOLD_TOLD_MAX 2U

struct screen_fold_side {
    uint32_t count;
    uint32_t named;
    uint8_t lengths[SCREEN_FOLD_NAMES_MAX];
    char names[SCREEN_FOLD_NAMES_MAX][ROOM_NAME_MAX_BYTES];
};

/* All zero is an empty one. */
struct screen_fold {
    struct screen_fold_side sides[2]; /* who left, who joined */
    bool joined_first;
    bool seen;       /* anybody, ever */
    int64_t last_ns; /* the last one that came or went */
};

/* Somebody has joined or left. False: it is quiet, and whoever asks tells it by itself. True: it is
 * kept, to be told by screen_fold_take after SCREEN_FOLD_WAIT_NS or before anything else is. */
bool screen_fold_add(struct screen_fold *fold, bool joined, const char *name, size_t name_len,
                     int64_t now_ns);

bool screen_fold_is_empty(const struct screen_fold *fold);

/* The next line that is to be told, in visible form; false where there is none. Takes out whom it
 * tells. */
bool screen_fold_take(struct screen_fold *fold, struct buffer *out);

#endif
