/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The wording of each kind of event. */
#include "admin/answer_event.h"

#include "base/json.h"
#include "base/timestamp.h"
#include "core/model/event_json.h"

#include <inttypes.h>
#include <stdio.h>

static void say_in_json(const struct event *event, const struct admin_reply *reply)
{
    char object[ADMIN_ANSWER_MAX_BYTES];
    struct json json;

    json_begin(&json, object, sizeof(object));
    event_json(&json, event);
    admin_say_json(reply, &json);
}

void answer_event_say(const struct event *event, bool numbered, const struct admin_reply *reply)
{
    char time[TIMESTAMP_TEXT_BYTES], front[TIMESTAMP_TEXT_BYTES + 24];
    int name_len = event->name_len, text_len = event->text_len;

    if (reply->json) {
        say_in_json(event, reply);
        return;
    }
    timestamp_format(event->wall_ns, event->utc_offset_s, time);
    if (numbered)
        snprintf(front, sizeof(front), "%8" PRIu64 "  %s", event->seq, time);
    else
        snprintf(front, sizeof(front), "%s", time);
    if (event->forgotten) {
        admin_say(reply, ADMIN_DONE, "%s (forgotten)", front);
        return;
    }
    switch ((enum event_kind)event->kind) {
    case EVENT_JOIN:
        admin_say(reply, ADMIN_DONE, "%s %.*s joined", front, name_len, event->name);
        break;
    case EVENT_CHAT:
        admin_say(reply, ADMIN_DONE, "%s %.*s: %.*s", front, name_len, event->name, text_len,
                  event->text);
        break;
    case EVENT_EXIT:
        admin_say(reply, ADMIN_DONE, "%s %.*s left (%s)", front, name_len, event->name,
                  exit_reason_text((enum exit_reason)event->reason));
        break;
    case EVENT_NOTICE: /* no name has a colon or a space in it */
        admin_say(reply, ADMIN_DONE, "%s (notice) %.*s", front, text_len, event->text);
        break;
    }
}
