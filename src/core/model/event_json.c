/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Scripts rely on the names of these fields. */
#include "core/model/event_json.h"

#include "base/timestamp.h"

void event_json(struct json *json, const struct event *event)
{
    static const char *const kinds[] = {[EVENT_JOIN] = "join",
                                        [EVENT_CHAT] = "chat",
                                        [EVENT_EXIT] = "exit",
                                        [EVENT_NOTICE] = "notice"};
    char time[TIMESTAMP_TEXT_BYTES];

    if (event->seq != 0)
        json_count(json, "seq", event->seq);
    else
        json_null(json, "seq");
    json_text(json, "time", timestamp_format(event->wall_ns, event->utc_offset_s, time));
    if (event->forgotten) {
        json_text(json, "kind", "forgotten");
        return;
    }
    json_text(json, "kind", kinds[event->kind]);
    json_string(json, "name", event->name, event->name_len);
    json_string(json, "text", event->text, event->text_len);
    if (event->kind == EVENT_EXIT)
        json_text(json, "reason", exit_reason_text((enum exit_reason)event->reason));
}
