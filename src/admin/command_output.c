/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Answers as sentences or JSON. */
#include "admin/admin.h"
#include "admin/command.h"
#include "base/escape.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_MAX_BYTES 2048

void admin_say_json(const struct admin_reply *reply, struct json *object)
{
    const char *line = json_end(object);

    if (line != NULL) /* an object that does not fit would be a bug */
        reply->line(reply->ctx, false, line);
}

enum admin_result admin_say(const struct admin_reply *reply, enum admin_result result,
                            const char *format, ...)
{
    char raw[SENTENCE_MAX_BYTES], sentence[SENTENCE_MAX_BYTES], object[ADMIN_ANSWER_MAX_BYTES];
    bool is_error = result == ADMIN_FAILED || result == ADMIN_USAGE;
    const char *line = sentence;
    va_list arguments;
    struct json json;

    va_start(arguments, format);
    vsnprintf(raw, sizeof(raw), format, arguments);
    va_end(arguments);
    /* The answer may quote the administrator's line. */
    escape_text(raw, strlen(raw), sentence, sizeof(sentence));
    if (reply->json) {
        json_begin(&json, object, sizeof(object));
        json_bool(&json, "ok", !is_error);
        json_text(&json, "message", sentence);
        line = json_end(&json);
    }
    if (line != NULL)
        reply->line(reply->ctx, is_error, line);
    return result;
}

const char *admin_forever(const struct admin *admin)
{
    return admin->store.read != NULL ? "until it is lifted" : "until the program ends";
}

const char *admin_prefix(const struct admin_reply *reply)
{
    return reply->roomctl ? "roomctl " : "/";
}

enum admin_result command_output_usage(const struct command_call *call, const char *wrong)
{
    return admin_say(call->reply, ADMIN_USAGE, "%s %s%s %s", wrong, admin_prefix(call->reply),
                     call->row->name, call->row->arguments);
}

enum admin_result command_output_nobody(const struct command_call *call)
{
    return admin_say(call->reply, ADMIN_FAILED, "nobody here has that name: %smembers lists them",
                     admin_prefix(call->reply));
}
