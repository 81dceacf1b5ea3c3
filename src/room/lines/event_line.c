/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Formats events as lines. */
#include "room/lines/event_line.h"

#include "base/escape.h"
#include "base/timestamp.h"
#include "core/model/event_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static size_t end_line(char line[EVENT_LINE_BYTES], size_t length)
{
    if (length > EVENT_LINE_BYTES - 2)
        length = EVENT_LINE_BYTES - 2;
    line[length] = '\n';
    line[length + 1] = '\0';
    return length + 1;
}

/* An object that does not fit should not happen; half of one would confuse the reader. */
static size_t end_object(struct json *json, char line[EVENT_LINE_BYTES])
{
    const char *object = json_end(json);

    return object != NULL ? end_line(line, strlen(object)) : 0;
}

static size_t in_json(const struct event *event, char line[EVENT_LINE_BYTES])
{
    struct json json;

    json_begin(&json, line, EVENT_LINE_BYTES - 1);
    event_json(&json, event);
    return end_object(&json, line);
}

/* Adds the escaped form of any bytes, NUL among them, as far as there is space. */
static void add(char line[EVENT_LINE_BYTES], size_t *used, const char *bytes, size_t length)
{
    size_t left = EVENT_LINE_BYTES - 1 - *used;

    if (left > ESCAPE_BYTES)
        *used += escape_text(bytes, length, line + *used, left);
}

static void add_words(char line[EVENT_LINE_BYTES], size_t *used, const char *words)
{
    add(line, used, words, strlen(words));
}

size_t event_line_of(const struct event *event, bool json, char ret_line[EVENT_LINE_BYTES])
{
    size_t used = 0;

    if (json)
        return in_json(event, ret_line);
    if (event->forgotten) {
        add_words(ret_line, &used, "(deleted by the administrator)");
        return end_line(ret_line, used);
    }
    add(ret_line, &used, event->name, event->name_len);
    switch ((enum event_kind)event->kind) {
    case EVENT_JOIN:
        add_words(ret_line, &used, " joined");
        break;
    case EVENT_CHAT:
        add_words(ret_line, &used, ": ");
        break;
    case EVENT_EXIT:
        add_words(ret_line, &used, " left");
        break;
    case EVENT_NOTICE: /* it has no name */
        add_words(ret_line, &used, "Notice: ");
        break;
    }
    add(ret_line, &used, event->text, event->text_len);
    return end_line(ret_line, used);
}

size_t event_line_text(const char *text, size_t length, const struct moment *now, bool json,
                       char ret_line[EVENT_LINE_BYTES])
{
    struct json object;
    char time[TIMESTAMP_TEXT_BYTES];

    if (!json)
        return end_line(ret_line, escape_text(text, length, ret_line, EVENT_LINE_BYTES - 1));
    json_begin(&object, ret_line, EVENT_LINE_BYTES - 1);
    json_null(&object, "seq");
    json_text(&object, "time", timestamp_format(now->wall_ns, now->utc_offset_s, time));
    json_text(&object, "kind", "line");
    json_text(&object, "name", "");
    json_string(&object, "text", text, length);
    return end_object(&object, ret_line);
}

size_t event_line_missed(uint64_t count, bool json, char ret_line[EVENT_LINE_BYTES])
{
    struct json object;

    if (!json && count == CLIENT_MISSED_UNKNOWN)
        return end_line(ret_line,
                        (size_t)snprintf(ret_line, EVENT_LINE_BYTES - 1,
                                         "(events were missed: the room has begun anew)"));
    if (!json)
        return end_line(
            ret_line, (size_t)snprintf(
                          ret_line, EVENT_LINE_BYTES - 1,
                          "(%" PRIu64 " events were missed: the room sends them no more)", count));
    json_begin(&object, ret_line, EVENT_LINE_BYTES - 1);
    json_text(&object, "kind", "missed");
    if (count == CLIENT_MISSED_UNKNOWN)
        json_null(&object, "count");
    else
        json_count(&object, "count", count);
    return end_object(&object, ret_line);
}
