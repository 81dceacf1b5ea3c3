/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Compares the record of an answer with those that the log has kept. */
#include "roomd/hold.h"

void hold_note(struct hold *hold, const struct room *room)
{
    hold->record = room_recorded(room);
}

enum hold_state hold_check(struct hold *hold, const struct room *room, const struct moment *now)
{
    struct room_log_stats log;

    room_log_stats(room, &log);
    if (log.kept >= hold->record) {
        hold->since_ns = 0;
        return HOLD_OVER;
    }
    if (hold->since_ns == 0)
        hold->since_ns = now->mono_ns;
    return now->mono_ns - hold->since_ns >= HOLD_PATIENCE_S * MOMENT_NS_PER_S ? HOLD_TOO_LONG
                                                                              : HOLD_ON;
}

enum admin_result hold_say(const struct admin *admin, const struct admin_reply *reply)
{
    struct store_description description = {.trouble = NULL};

    if (admin->store.describe != NULL)
        admin->store.describe(admin->store.ctx, &description);
    return admin_say(reply, ADMIN_FAILED,
                     "taken, but not kept yet, so members have not been told: the store has not "
                     "answered for %d s%s%s",
                     HOLD_PATIENCE_S, description.trouble != NULL ? ": " : "",
                     description.trouble != NULL ? description.trouble : "");
}
