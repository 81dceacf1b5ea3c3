/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Keeps what the store answers until the listing is called again. */
#include "admin/inquiry.h"

#include <roomd/status.h>
#include <stdio.h>

void inquiry_init(struct inquiry *inquiry, const struct store_port *port,
                  void (*row)(void *ctx, const struct event *event), void *ctx)
{
    *inquiry = (struct inquiry){.port = port, .row = row, .ctx = ctx};
}

void inquiry_close(struct inquiry *inquiry)
{
    if (inquiry->id != 0)
        inquiry->port->cancel(inquiry->port->ctx, inquiry->id);
    inquiry->id = 0;
}

static void on_row(void *ctx, const struct event *event)
{
    const struct inquiry *inquiry = ctx;

    if (inquiry->row != NULL)
        inquiry->row(inquiry->ctx, event);
}

static void on_status(void *ctx, const struct store_status *status)
{
    ((struct inquiry *)ctx)->status = *status;
}

static void on_end(void *ctx, bool done, uint64_t value, const char *text)
{
    struct inquiry *inquiry = ctx;

    inquiry->id = 0;
    inquiry->done = done;
    inquiry->value = value;
    snprintf(inquiry->text, sizeof(inquiry->text), "%s", text);
}

struct store_answer inquiry_begin(struct inquiry *inquiry, const struct moment *now)
{
    inquiry->asked_ns = now->mono_ns;
    return (struct store_answer){.row = on_row, .status = on_status, .end = on_end, .ctx = inquiry};
}

static const char *trouble_of(const struct inquiry *inquiry)
{
    struct store_description description = {.trouble = NULL};

    inquiry->port->describe(inquiry->port->ctx, &description);
    return description.trouble;
}

enum admin_result inquiry_asked(const struct inquiry *inquiry, int status,
                                const struct admin_reply *reply)
{
    const char *trouble;

    if (status == STATUS_OK)
        return ADMIN_WAIT;
    if (status == STATUS_FULL)
        return admin_say(reply, ADMIN_FAILED,
                         "the store has too many requests at the moment; try again");
    trouble = trouble_of(inquiry);
    return admin_say(reply, ADMIN_FAILED, "the store can't answer%s%s",
                     trouble != NULL ? ": " : " at the moment; try again",
                     trouble != NULL ? trouble : "");
}

enum admin_result inquiry_result(struct inquiry *inquiry, const struct moment *now,
                                 const struct admin_reply *reply)
{
    const char *trouble;

    if (inquiry->id == 0) {
        return inquiry->done ? ADMIN_DONE
                             : admin_say(reply, ADMIN_FAILED, "it was not done: %s", inquiry->text);
    }
    trouble = now->mono_ns - inquiry->asked_ns >= INQUIRY_PATIENCE_S * MOMENT_NS_PER_S
                  ? trouble_of(inquiry)
                  : NULL;
    if (trouble == NULL)
        return ADMIN_WAIT;
    inquiry_close(inquiry);
    return admin_say(reply, ADMIN_FAILED, "the store has not answered for %d s: %s",
                     INQUIRY_PATIENCE_S, trouble);
}
