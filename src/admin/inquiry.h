/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One request to the store, and what has come of it. */
#ifndef ROOMD_ADMIN_INQUIRY_H
#define ROOMD_ADMIN_INQUIRY_H

#include "admin/admin.h"

#define INQUIRY_TEXT_BYTES 512

/* After so long without an answer the administrator is told what is wrong, if anything is. */
#define INQUIRY_PATIENCE_S 10

struct inquiry {
    const struct store_port *port;
    uint64_t id; /* 0 = nothing is open */
    bool done;   /* the last one was */
    uint64_t value;
    char text[INQUIRY_TEXT_BYTES];
    struct store_status status;
    int64_t asked_ns; /* mono */
    void (*row)(void *ctx, const struct event *event);
    void *ctx;
};

/* `row` may be NULL. `port` is borrowed until inquiry_close. */
void inquiry_init(struct inquiry *inquiry, const struct store_port *port,
                  void (*row)(void *ctx, const struct event *event), void *ctx);
/* Cancels what is open. */
void inquiry_close(struct inquiry *inquiry);

/* To be handed over with a request; the inquiry stays at its place until inquiry_close. */
struct store_answer inquiry_begin(struct inquiry *inquiry, const struct moment *now);
/* What the request has returned: ADMIN_WAIT, or ADMIN_FAILED, which was said. */
enum admin_result inquiry_asked(const struct inquiry *inquiry, int status,
                                const struct admin_reply *reply);

/*
 * ADMIN_WAIT: there is no end yet. ADMIN_FAILED, which was said: it was not done, or something has
 * been wrong for too long.
 */
enum admin_result inquiry_result(struct inquiry *inquiry, const struct moment *now,
                                 const struct admin_reply *reply);

#endif
