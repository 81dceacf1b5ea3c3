/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members are in two lists by time last heard: those warned and those not. Only the head of each
 * can be due.
 */
#include "core/plain_server/idle.h"

#include "core/plain_server/plain_reply.h"
#include "core/room/apply.h"
#include "core/room/room_ops.h"

/* Members handled in one tick: the rest is due at once, after the other work of the loop. */
#define IDLE_TICK_MAX 64U

static int64_t warning_ns(const struct room *room)
{
    int64_t half = (int64_t)room->limits.idle_timeout_s * MOMENT_NS_PER_S / 2;
    int64_t longest = ROOM_IDLE_WARNING_S * MOMENT_NS_PER_S;

    return longest < half ? longest : half;
}

/* When the longest silent member of that list is due: for its warning or, once warned, its removal.
 */
static int64_t due(const struct room *room, bool warned)
{
    const struct member *member = registry_oldest_heard(room->registry, false, warned);
    int64_t timeout = (int64_t)room->limits.idle_timeout_s * MOMENT_NS_PER_S, due_ns;

    if (timeout == 0 || member == NULL)
        return MOMENT_NEVER_NS;
    due_ns = member->heard_ns + timeout;
    if (!warned)
        return due_ns - warning_ns(room);
    /*
     * After a reload with a shorter timeout, or after the machine slept, the warning comes late;
     * the time that it announces still holds.
     */
    return due_ns > registry_leaves_ns(member) ? due_ns : registry_leaves_ns(member);
}

int64_t idle_next_tick(const struct room *room)
{
    int64_t removal = due(room, true);
    int64_t warning = due(room, false);

    return removal < warning ? removal : warning;
}

static void warn_idle(struct room *room, const struct moment *now, struct member *member)
{
    registry_warned(room->registry, member);
    member->leaves_ds = registry_tenths_until(now->mono_ns + warning_ns(room));
    /* Send this line even if another was sent recently. */
    registry_plain(member)->quiet_until_ds = 0;
    plain_reply_tell(room, now, member, DIALECT_IDLE, NULL,
                     (uint64_t)(warning_ns(room) / MOMENT_NS_PER_S));
}

void idle_tick(struct room *room, const struct moment *now)
{
    for (uint32_t handled = 0; handled < IDLE_TICK_MAX && idle_next_tick(room) <= now->mono_ns;
         handled++) {
        if (due(room, true) <= now->mono_ns) {
            struct member *member = registry_oldest_heard(room->registry, false, true);

            record_begin(room->records, now);
            plain_reply_bye(room, now, member);
            apply_exit(room, now, member, EXIT_IDLE);
            record_end(room->records);
        } else {
            warn_idle(room, now, registry_oldest_heard(room->registry, false, false));
        }
    }
}
