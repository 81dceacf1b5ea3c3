/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines of an answer pass through a queue, so that they can be held. */
#include "roomd/desk.h"

#include <roomd/status.h>
#include <string.h>

/* Members are served between two turns. */
#define DESK_ITEMS_PER_TURN 64

/* Of an answer that is held; more is not asked for while less than an item's place is left. */
#define DESK_QUEUE_BYTES 65536U
#define DESK_ITEM_BYTES  16384U

/* Precedes the text, which is terminated. */
struct line {
    uint32_t bytes; /* with this, and padding */
    bool is_error;
};

int desk_open(struct desk *desk)
{
    return byte_queue_reserve(&desk->lines, DESK_QUEUE_BYTES);
}

static void print_all(struct desk *desk)
{
    while (desk->lines.used > 0) {
        const uint8_t *at = byte_queue_at(&desk->lines, 0);
        struct line line;

        memcpy(&line, at, sizeof(line));
        desk->print(desk->ctx, line.is_error, (const char *)at + sizeof(line));
        byte_queue_drop(&desk->lines, line.bytes);
    }
}

static void on_line(void *ctx, bool is_error, const char *text)
{
    struct desk *desk = ctx;
    size_t length = strlen(text) + 1;
    struct line line = {.bytes = (uint32_t)(sizeof(line) + length), .is_error = is_error};
    uint8_t *at = byte_queue_add(&desk->lines, line.bytes);

    if (at == NULL && !desk->is_held) {
        print_all(desk);
        at = byte_queue_add(&desk->lines, line.bytes);
    }
    if (at == NULL) {
        desk->omitted++;
        return;
    }
    memcpy(at, &line, sizeof(line));
    memcpy(at + sizeof(line), text, length);
}

static struct admin_reply reply_of(struct desk *desk)
{
    return (struct admin_reply){.line = on_line, .ctx = desk};
}

static void end(struct desk *desk)
{
    struct admin_reply reply = reply_of(desk);

    if (desk->omitted > 0)
        admin_say(&reply, ADMIN_FAILED, "%u lines of this answer are left out", desk->omitted);
    desk->omitted = 0;
    print_all(desk);
    admin_listing_close(&desk->listing);
    desk->hold = (struct hold){.record = 0};
    if (desk->busy)
        desk->pause(desk->ctx, false);
    desk->busy = false;
}

static void give_up(struct desk *desk)
{
    struct admin_reply reply = reply_of(desk);

    byte_queue_drop(&desk->lines, desk->lines.used);
    hold_say(desk->admin, &reply);
    end(desk);
}

/* False: it is held, or was given up. */
static bool print_kept(struct desk *desk)
{
    enum hold_state state =
        desk->is_held ? hold_check(&desk->hold, desk->admin->room, desk->now) : HOLD_OVER;

    if (state == HOLD_OVER)
        print_all(desk);
    else if (state == HOLD_TOO_LONG)
        give_up(desk);
    return state == HOLD_OVER;
}

static bool is_full(const struct desk *desk)
{
    return desk->lines.used + DESK_ITEM_BYTES > DESK_QUEUE_BYTES;
}

static void go_on(struct desk *desk)
{
    struct admin_reply reply = reply_of(desk);

    for (unsigned n = 0; n < DESK_ITEMS_PER_TURN && desk->result == ADMIN_MORE && !is_full(desk);
         n++) {
        desk->result = admin_next(desk->admin, desk->now, &desk->listing, &reply);
        hold_note(&desk->hold, desk->admin->room);
    }
    if (print_kept(desk) && desk->result != ADMIN_MORE && desk->result != ADMIN_WAIT)
        end(desk);
}

void desk_take(struct desk *desk, enum admin_rights rights, const char *bytes, size_t length)
{
    struct admin_reply reply = reply_of(desk);

    desk->is_held = length > 0 && (bytes[0] != '/' || (length > 1 && bytes[1] == '/') ||
                                   admin_is_held(bytes + 1, length - 1));
    desk->busy = true;
    desk->result =
        admin_line(desk->admin, desk->now, rights, bytes, length, &reply, &desk->listing);
    hold_note(&desk->hold, desk->admin->room);
    go_on(desk);
    if (desk->busy)
        desk->pause(desk->ctx, true);
}

void desk_wake(struct desk *desk)
{
    if (!desk->busy)
        return;
    if (desk->result == ADMIN_WAIT)
        desk->result = ADMIN_MORE;
    go_on(desk);
}

bool desk_is_ready(const struct desk *desk)
{
    return desk->busy && desk->result == ADMIN_MORE && !is_full(desk);
}

void desk_close(struct desk *desk)
{
    if (desk->busy &&
        (!desk->is_held || hold_check(&desk->hold, desk->admin->room, desk->now) == HOLD_OVER))
        print_all(desk);
    admin_listing_close(&desk->listing);
    byte_queue_done(&desk->lines);
}
