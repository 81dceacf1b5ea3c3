/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* All that happens becomes text. The test aborts when a limit of the stage is exceeded. */
#include "support/plain_stage.h"

#include "core/model/text.h"
#include "core/plain_wire/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEED(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

__attribute__((format(printf, 2, 3))) static void tell(struct plain_stage *stage,
                                                       const char *format, ...)
{
    size_t left = sizeof(stage->told) - stage->told_length;
    va_list arguments;
    int length;

    if (stage->told_length > 0)
        stage->told[stage->told_length++] = '|';
    va_start(arguments, format);
    length = vsnprintf(stage->told + stage->told_length, left - 1, format, arguments);
    va_end(arguments);
    NEED(length >= 0 && (size_t)length < left - 1);
    stage->told_length += (size_t)length;
}

/* ---- what the client calls ---- */

static void on_send(void *ctx, const void *bytes, size_t length)
{
    struct plain_stage *stage = ctx;

    NEED(length > 0 && length <= PLAIN_CLIENT_REQUEST_MAX_BYTES && text_is_utf8(bytes, length));
    NEED(stage->sent_length + length + 2 < sizeof(stage->sent));
    if (stage->sent_length > 0)
        stage->sent[stage->sent_length++] = '|';
    memcpy(stage->sent + stage->sent_length, bytes, length);
    stage->sent_length += length;
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    struct plain_stage *stage = ctx;

    NEED(event->seq == 0 && event->wall_ns == stage->now.wall_ns &&
         event->utc_offset_s == stage->now.utc_offset_s);
    NEED(text_is_utf8(event->name, event->name_len) && text_is_utf8(event->text, event->text_len));
    NEED(event->name_len <= ROOM_NAME_MAX_BYTES && event->text_len <= PLAIN_CLIENT_LINE_MAX_BYTES);
    stage->event = *event;
    switch ((enum event_kind)event->kind) {
    case EVENT_JOIN:
        tell(stage, "+%.*s", (int)event->name_len, event->name);
        break;
    case EVENT_EXIT:
        tell(stage, "-%.*s", (int)event->name_len, event->name);
        break;
    case EVENT_NOTICE:
        tell(stage, "* %.*s", (int)event->text_len, event->text);
        break;
    case EVENT_CHAT:
        if (own != 0)
            tell(stage, "<%.*s #%u> %.*s", (int)event->name_len, event->name, (unsigned)own,
                 (int)event->text_len, event->text);
        else
            tell(stage, "<%.*s> %.*s", (int)event->name_len, event->name, (int)event->text_len,
                 event->text);
        break;
    }
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    static const char *const outcomes[] = {[CLIENT_TAKEN] = "taken",
                                           [CLIENT_REFUSED] = "refused",
                                           [CLIENT_UNKNOWN] = "unknown",
                                           [CLIENT_SENT] = "sent"};
    struct plain_stage *stage = ctx;
    const char *reply = stage->reply;

    if (why != 0)
        tell(stage, "%u %s %u", (unsigned)number, outcomes[outcome], (unsigned)why);
    else
        tell(stage, "%u %s", (unsigned)number, outcomes[outcome]);
    stage->reply = NULL;
    if (reply != NULL)
        NEED(client_say(stage->client, &stage->now, reply, strlen(reply), &number) == 0);
}

static void on_missed(void *ctx, uint64_t count)
{
    tell(ctx, "missed %llu", (unsigned long long)count);
}

static const char *reason_text(enum client_reason reason)
{
    switch (reason) {
    case CLIENT_LEFT:
        return "left";
    case CLIENT_KICKED:
        return "kicked";
    case CLIENT_TIMEOUT:
        return "timeout";
    case CLIENT_DISPLACED:
        return "displaced";
    case CLIENT_REFUSED_BANNED:
        return "banned";
    default:
        return "?";
    }
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct plain_stage *stage = ctx;

    NEED(stage->client == NULL ||
         (client_state(stage->client) == state && client_why(stage->client) == reason));
    switch (state) {
    case CLIENT_JOINING:
        tell(stage, "joining %d %u", (int)reason, (unsigned)wait_s);
        break;
    case CLIENT_IN:
        tell(stage, "in");
        break;
    case CLIENT_LEAVING:
        tell(stage, "leaving");
        break;
    case CLIENT_OUT:
        tell(stage, "out %s", reason_text(reason));
        break;
    }
}

static void on_member(void *ctx, uint64_t number, const char *name, size_t name_len, bool here)
{
    struct plain_stage *stage = ctx;

    if (stage->tells_members)
        tell(stage, "@%c%llu %.*s", here ? '+' : '-', (unsigned long long)number, (int)name_len,
             name);
}

static void on_line(void *ctx, const char *text, size_t length)
{
    NEED(length > 0 && length <= PLAIN_CLIENT_LINE_MAX_BYTES && text_is_utf8(text, length));
    NEED(memchr(text, '\n', length) == NULL && memchr(text, '\0', length) == NULL);
    tell(ctx, "line %.*s", (int)length, text);
}

/* ---- the stage ---- */

void plain_stage_open(struct plain_stage *stage)
{
    memset(stage, 0, sizeof(*stage));
    NEED(dialect_init(&stage->dialect, "course", DIALECT_ZH) == 0);
    stage->now = (struct moment){.mono_ns = 1000 * MOMENT_NS_PER_S,
                                 .wall_ns = 1800000000 * MOMENT_NS_PER_S,
                                 .utc_offset_s = 3600};
    stage->setup = (struct client_setup){.seed = {1, 2, 3},
                                         .name = "alice",
                                         .carrier = {.send = on_send, .ctx = stage},
                                         .sink = {.event = on_event,
                                                  .outcome = on_outcome,
                                                  .missed = on_missed,
                                                  .state = on_state,
                                                  .member = on_member,
                                                  .line = on_line,
                                                  .ctx = stage}};
}

void plain_stage_start(struct plain_stage *stage)
{
    NEED(plain_client_new(&stage->setup, &stage->dialect, stage->keepalive_ns, &stage->client) ==
         0);
    plain_stage_tick(stage);
}

void plain_stage_enter(struct plain_stage *stage)
{
    struct reply filled;
    const struct reply *accept = reply_fill(dialect_reply(&stage->dialect, DIALECT_ACCEPT),
                                            stage->setup.name, strlen(stage->setup.name), &filled);

    plain_stage_start(stage);
    plain_stage_receive_bytes(stage, accept->bytes, accept->length);
    NEED(client_state(stage->client) == CLIENT_IN);
    plain_stage_sent(stage);
    plain_stage_told(stage);
}

void plain_stage_done(struct plain_stage *stage)
{
    client_free(stage->client);
    stage->client = NULL;
}

void plain_stage_set(struct plain_stage *stage, enum dialect_key key, const char *text)
{
    char why[DIALECT_WHY_BYTES];

    NEED(dialect_set(&stage->dialect, key, text, why) == 0);
}

void plain_stage_tick(struct plain_stage *stage)
{
    stage->next_ns = client_tick(stage->client, &stage->now);
    NEED(stage->next_ns == client_next_tick(stage->client));
    NEED(stage->next_ns > stage->now.mono_ns || client_pending(stage->client) > 0);
}

void plain_stage_pass_ms(struct plain_stage *stage, int64_t ms)
{
    int64_t end_ns = stage->now.mono_ns + ms * MOMENT_NS_PER_MS;

    while (client_next_tick(stage->client) <= end_ns) {
        int64_t next_ns = client_next_tick(stage->client);

        if (next_ns > stage->now.mono_ns)
            stage->now.mono_ns = next_ns;
        plain_stage_tick(stage);
    }
    stage->now.mono_ns = end_ns;
    plain_stage_tick(stage);
}

void plain_stage_receive(struct plain_stage *stage, const char *text)
{
    plain_stage_receive_bytes(stage, text, strlen(text));
}

void plain_stage_receive_bytes(struct plain_stage *stage, const void *bytes, size_t length)
{
    /* Exactly as long as the datagram, so that the sanitizer sees a read beyond its end. */
    char *copy = malloc(length > 0 ? length : 1);

    NEED(copy != NULL);
    memcpy(copy, bytes, length);
    client_receive(stage->client, &stage->now, copy, length);
    free(copy);
    plain_stage_tick(stage);
}

uint32_t plain_stage_say(struct plain_stage *stage, const char *text)
{
    uint32_t number = 0;

    NEED(client_say(stage->client, &stage->now, text, strlen(text), &number) == 0);
    plain_stage_tick(stage);
    return number;
}

void plain_stage_leave(struct plain_stage *stage, bool at_once)
{
    client_leave(stage->client, &stage->now, at_once);
    plain_stage_tick(stage);
}

void plain_stage_moved(struct plain_stage *stage)
{
    client_moved(stage->client, &stage->now);
    plain_stage_tick(stage);
}

/* ---- results ---- */

static const char *take(struct plain_stage *stage, const char *text, size_t *length)
{
    memcpy(stage->answer, text, *length);
    stage->answer[*length] = '\0';
    *length = 0;
    return stage->answer;
}

const char *plain_stage_sent(struct plain_stage *stage)
{
    return take(stage, stage->sent, &stage->sent_length);
}

const char *plain_stage_told(struct plain_stage *stage)
{
    return take(stage, stage->told, &stage->told_length);
}
