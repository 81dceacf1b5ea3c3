/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Takes an administrator's lines from stdin or the FIFO, one at a time: while the answer to one is
 * not complete, the next one waits in its source.
 */
#ifndef ROOMD_ROOMD_DESK_H
#define ROOMD_ROOMD_DESK_H

#include "admin/admin.h"
#include "base/byte_queue.h"
#include "roomd/hold.h"

struct desk {
    const struct admin *admin; /* borrowed */
    const struct moment *now;  /* borrowed */
    /* Prints a line of an answer. */
    void (*print)(void *ctx, bool is_error, const char *text);
    /* Stops the source of lines, or lets it go on. */
    void (*pause)(void *ctx, bool paused);
    void *ctx;
    struct admin_listing listing;
    enum admin_result result; /* of the last step */
    bool busy;                /* an answer is not complete */
    bool is_held;             /* what it says may not be kept yet */
    struct hold hold;
    struct byte_queue lines; /* not printed yet */
    unsigned omitted;        /* lines that did not fit */
};

/* `desk` has its first five fields. STATUS_NO_MEMORY. */
int desk_open(struct desk *desk);
/* Prints what may be printed. A desk that was not opened, all zero, is legal. */
void desk_close(struct desk *desk);

void desk_take(struct desk *desk, enum admin_rights rights, const char *bytes, size_t length);
/* Goes on with an answer, for at most one turn. */
void desk_wake(struct desk *desk);
/* True if desk_wake would go on at once: there is more to be said. */
bool desk_is_ready(const struct desk *desk);

#endif
