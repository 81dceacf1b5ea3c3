/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Tells notices from commands, and answers in sentences. */
#include "admin/admin.h"

#include "admin/command.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_MAX_BYTES 2048

/* ---- answers ---- */

/* What somebody wrote by mistake is repeated to him; his terminal is not to obey it. */
static void disarm(char *line)
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
    disarm(sentence);
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

/* ---- lines ---- */

/* The commands work on terminated text. */
static enum admin_result run(const struct admin *admin, const struct moment *now, const char *bytes, size_t length,
                             const struct admin_reply *reply, struct admin_listing *listing)
{
    char line[ADMIN_LINE_MAX_BYTES + 1];

    if (length > ADMIN_LINE_MAX_BYTES || memchr(bytes, '\0', length) != NULL) {
        admin_misuse(reply, "this is no command: it is too long, or holds a NUL byte");
        return ADMIN_USAGE;
    }
    memcpy(line, bytes, length);
    line[length] = '\0';
    return command_run(admin, now, line, reply, listing);
}

enum admin_result admin_line(const struct admin *admin, const struct moment *now, enum admin_rights rights,
                             const char *bytes, size_t length, const struct admin_reply *reply)
{
    struct admin_listing listing;
    enum admin_result result;

    if (length == 0)
        return ADMIN_DONE;
    if (bytes[0] != '/')
        return command_notice(admin, now, bytes, length, reply);
    if (length > 1 && bytes[1] == '/')
        return command_notice(admin, now, bytes + 1, length - 1, reply);
    if (rights != ADMIN_COMMANDS)
        return admin_fail(
            reply,
            "commands are not taken here: set admin.fifo_commands = yes, or begin a notice with '//' to say a slash");
    result = run(admin, now, bytes + 1, length - 1, reply, &listing);
    while (result == ADMIN_MORE)
        result = admin_next(admin, now, &listing, reply);
    return result;
}

void admin_line_too_long(const struct admin_reply *reply)
{
    admin_fail(reply, "not announced: the line is longer than %d bytes, and was dropped", ADMIN_LINE_MAX_BYTES);
}

enum admin_result admin_request(const struct admin *admin, const struct moment *now, const char *bytes, size_t length,
                                const struct admin_reply *reply, struct admin_listing *ret_listing)
{
    return run(admin, now, bytes, length, reply, ret_listing);
}

enum admin_result admin_next(const struct admin *admin, const struct moment *now, struct admin_listing *listing,
                             const struct admin_reply *reply)
{
    return listing->next(admin, now, listing, reply);
}
