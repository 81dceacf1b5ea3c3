/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Forgets what somebody has said: in the transcript, and where it was rendered. */
#include "core/model/text.h"
#include "core/room/room_ops.h"
#include "core/sequenced_server/session_history.h"

#include <roomd/room_admin.h>
#include <string.h>

static bool is_by(const struct event *event, const char *folded, size_t length)
{
    char name[ROOM_NAME_MAX_BYTES];
    int name_len;

    if (event->name_len == 0)
        return false;
    name_len = text_fold(event->name, event->name_len, name, sizeof(name));
    return name_len >= 0 && (size_t)name_len == length && memcmp(name, folded, length) == 0;
}

uint64_t room_forget(struct room *room, const char *folded, size_t length, uint64_t from,
                     uint64_t *count)
{
    uint64_t committed = transcript_committed(room->transcript), before = *count;
    uint64_t oldest = transcript_oldest(room->transcript);
    uint64_t seq = from > oldest ? from : oldest;
    struct event event;

    for (unsigned n = 0; n < ROOM_FORGET_EVENTS && seq <= committed; n++, seq++) {
        if (!transcript_get(room->transcript, seq, &event) || !is_by(&event, folded, length))
            continue;
        transcript_forget(room->transcript, seq);
        (*count)++;
    }
    if (*count > before)
        delivery_forget(room->delivery);
    /* Pages that were made hold it, too; members ask again. */
    session_histories_forget(room->histories);
    return seq <= committed ? seq : 0;
}
