/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Answers in sentences, or in JSON. */
#include "admin/admin.h"
#include "base/json.h"
#include <stdarg.h>
#include <stdio.h>

#define SENTENCE_MAX_BYTES 2048

/* What somebody wrote by mistake is repeated to him; his terminal is not to obey it. */
static void mask_controls(char *line)
{
    for (; *line != '\0'; line++) {
        if ((unsigned char)*line < 0x20 || *line == 0x7f)
            *line = '?';
    }
}

__attribute__((format(printf, 3, 0))) static void say(const struct admin_reply *reply, enum admin_tone tone,
                                                      const char *format, va_list arguments)
{
    char sentence[SENTENCE_MAX_BYTES], object[ADMIN_ANSWER_MAX_BYTES];
    const char *line = sentence;
    struct json json;

    vsnprintf(sentence, sizeof(sentence), format, arguments);
    mask_controls(sentence);
    if (reply->json) {
        json_begin(&json, object, sizeof(object));
        json_bool(&json, "ok", tone == ADMIN_SAYS);
        json_text(&json, "message", sentence);
        line = json_end(&json);
    }
    if (line != NULL)
        reply->line(reply->ctx, tone, line);
}

void admin_say(const struct admin_reply *reply, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(reply, ADMIN_SAYS, format, arguments);
    va_end(arguments);
}

enum admin_result admin_fail(const struct admin_reply *reply, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(reply, ADMIN_COMPLAINS, format, arguments);
    va_end(arguments);
    return ADMIN_FAILED;
}

enum admin_result admin_misuse(const struct admin_reply *reply, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(reply, ADMIN_COMPLAINS, format, arguments);
    va_end(arguments);
    return ADMIN_USAGE;
}

const char *admin_prefix(const struct admin_reply *reply)
{
    return reply->roomctl ? "roomctl " : "/";
}
