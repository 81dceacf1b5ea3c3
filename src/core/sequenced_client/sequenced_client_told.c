/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* From an event on the wire to one that a program is told. */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

#define TIME_MAX_MS ((uint64_t)(INT64_MAX / MOMENT_NS_PER_MS))

static uint8_t kind_of(const struct sequenced_event *from)
{
    return from->kind == SEQUENCED_EVENT_FORGOTTEN
               ? EVENT_CHAT
               : (uint8_t)(from->kind - SEQUENCED_EVENT_JOIN + EVENT_JOIN);
}

struct event sequenced_client_told(const struct sequenced_event *from, const struct moment *now)
{
    uint64_t time_ms = from->time_ms < TIME_MAX_MS ? from->time_ms : TIME_MAX_MS;

    return (struct event){.seq = from->seq,
                          .author = from->member,
                          .wall_ns = (int64_t)time_ms * MOMENT_NS_PER_MS,
                          .utc_offset_s = now->utc_offset_s,
                          .kind = kind_of(from),
                          .forgotten = from->kind == SEQUENCED_EVENT_FORGOTTEN,
                          .reason = from->reason,
                          .name_len = (uint16_t)from->name.length,
                          .text_len = (uint16_t)from->text.length,
                          .name = from->name.bytes,
                          .text = from->text.bytes};
}

_Static_assert(SEQUENCED_EVENT_CHAT - SEQUENCED_EVENT_JOIN == EVENT_CHAT - EVENT_JOIN &&
                   SEQUENCED_EVENT_EXIT - SEQUENCED_EVENT_JOIN == EVENT_EXIT - EVENT_JOIN &&
                   SEQUENCED_EVENT_NOTICE - SEQUENCED_EVENT_JOIN == EVENT_NOTICE - EVENT_JOIN,
               "kinds are in the same order on the wire");
