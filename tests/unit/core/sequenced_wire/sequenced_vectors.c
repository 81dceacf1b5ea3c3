/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reads the file, and describes bytes as lines like those in it. sequenced_vectors_write.c writes.
 */
#include "unit/core/sequenced_wire/sequenced_vectors.h"

#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"

#include <criterion/criterion.h>
#include <ini.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE_BYTES (512 * 1024)

static struct vector all[VECTORS_MAX];
static size_t count;
static char store[STORE_BYTES];
static size_t stored;

/* ---- the file ---- */

static const char *keep(const char *text)
{
    size_t size = strlen(text) + 1;
    char *kept = store + stored;

    cr_assert(stored + size <= sizeof(store));
    memcpy(kept, text, size);
    stored += size;
    return kept;
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, c);

    cr_assert_not_null(found, "not a hexadecimal digit: %c", c);
    return (int)(found - digits);
}

static void take_bytes(struct vector *vector, const char *hex)
{
    for (; *hex != '\0'; hex += 2) {
        cr_assert(vector->length < VECTOR_BYTES_MAX, "%s", vector->name);
        vector->bytes[vector->length++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
    }
}

static int on_field(void *ctx, const char *section, const char *key, const char *value)
{
    struct vector *vector = count > 0 ? &all[count - 1] : NULL;

    (void)ctx;
    if (vector == NULL || strcmp(vector->name, section) != 0) {
        cr_assert(count < VECTORS_MAX && strlen(section) < sizeof(vector->name));
        vector = &all[count++];
        snprintf(vector->name, sizeof(vector->name), "%s", section);
    }
    if (strcmp(key, "bytes") == 0) {
        take_bytes(vector, value);
        return 1;
    }
    cr_assert(vector->count < VECTOR_FIELDS_MAX && vector_get(vector, key) == NULL, "%s: %s",
              section, key);
    vector->keys[vector->count] = keep(key);
    vector->values[vector->count++] = keep(value);
    return 1;
}

const struct vector *vectors(size_t *ret_count)
{
    if (count == 0)
        cr_assert_eq(ini_parse(ROOMD_SOURCE_DIR "/doc/vectors/sequenced.ini", on_field, NULL), 0);
    *ret_count = count;
    return all;
}

const char *vector_get(const struct vector *vector, const char *key)
{
    for (size_t i = 0; i < vector->count; i++) {
        if (strcmp(vector->keys[i], key) == 0)
            return vector->values[i];
    }
    return NULL;
}

bool vector_is_invalid(const struct vector *vector)
{
    return strncmp(vector->name, "invalid ", strlen("invalid ")) == 0;
}

bool vector_is_written(const struct vector *vector)
{
    return !vector_is_invalid(vector) && vector_get(vector, "way") == NULL;
}

static void say(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    int written;

    va_start(arguments, format);
    written = vsnprintf(text + length, VECTOR_TEXT_BYTES - length, format, arguments);
    va_end(arguments);
    cr_assert(written >= 0 && (size_t)written < VECTOR_TEXT_BYTES - length);
}

static size_t times(const struct vector *vector, const char *key)
{
    char name[64];
    const char *value;

    snprintf(name, sizeof(name), "%s_times", key);
    value = vector_get(vector, name);
    return value == NULL ? 1 : strtoul(value, NULL, 10);
}

/* Keys that are not fields. */
static bool is_remark(const char *key)
{
    size_t length = strlen(key);

    return strcmp(key, "way") == 0 || strcmp(key, "padded_to") == 0 || strcmp(key, "reason") == 0 ||
           (length > 6 && strcmp(key + length - 6, "_times") == 0);
}

void vector_fields(const struct vector *vector, char text[VECTOR_TEXT_BYTES])
{
    text[0] = '\0';
    for (size_t i = 0; i < vector->count; i++) {
        if (is_remark(vector->keys[i]))
            continue;
        say(text, "%s = ", vector->keys[i]);
        for (size_t left = times(vector, vector->keys[i]); left > 0; left--)
            say(text, "%s", vector->values[i]);
        say(text, "\n");
    }
}

/* ---- bytes as lines ---- */

/* A plain number; hexadecimal for a random value. */
#define NUMBER(key, value) say(text, key " = %" PRIu64 "\n", (uint64_t)(value))
#define DRAWN(key, value)  say(text, key " = %016" PRIx64 "\n", (value))
#define TEXT(key, slice)   say(text, key " = %.*s\n", (int)(slice).length, (slice).bytes)
#define YES(key, value)    say(text, key " = %s\n", (value) ? "yes" : "no")

/* The same in the n-th frame or event. */
#define NUMBER_OF(key, value) say(text, "%zu." key " = %" PRIu64 "\n", n, (uint64_t)(value))
#define DRAWN_OF(key, value)  say(text, "%zu." key " = %016" PRIx64 "\n", n, (value))
#define BITS_OF(key, value)   say(text, "%zu." key " = %08" PRIx32 "\n", n, (value))
#define TEXT_OF(key, slice)   say(text, "%zu." key " = %.*s\n", n, (int)(slice).length, (slice).bytes)

static void say_cookie(char *text, struct octets_slice cookie)
{
    say(text, "cookie = ");
    for (size_t i = 0; i < cookie.length; i++)
        say(text, "%02x", (unsigned)(uint8_t)cookie.bytes[i]);
    say(text, "\n");
}

static int say_hello(const void *bytes, size_t length, char *text)
{
    struct sequenced_hello hello;
    int status = sequenced_handshake_read_hello(bytes, length, &hello);

    if (status != 0)
        return status;
    NUMBER("version", hello.version);
    DRAWN("nonce", hello.nonce);
    return 0;
}

static int say_challenge(const void *bytes, size_t length, char *text)
{
    struct sequenced_challenge challenge;
    int status = sequenced_handshake_read_challenge(bytes, length, &challenge);

    if (status != 0)
        return status;
    DRAWN("nonce", challenge.nonce);
    say_cookie(text, challenge.cookie);
    return 0;
}

static int say_join(const void *bytes, size_t length, char *text)
{
    struct sequenced_join join;
    int status = sequenced_handshake_read_join(bytes, length, &join);

    if (status != 0)
        return status;
    YES("resume", join.resume);
    DRAWN("nonce", join.nonce);
    say_cookie(text, join.cookie);
    TEXT("name", join.name);
    if (!join.resume)
        return 0;
    DRAWN("epoch", join.epoch);
    DRAWN("token", join.token);
    NUMBER("position", join.position);
    return 0;
}

static int say_welcome(const void *bytes, size_t length, char *text)
{
    struct sequenced_welcome welcome;
    int status = sequenced_handshake_read_welcome(bytes, length, &welcome);

    if (status != 0)
        return status;
    YES("resumed", welcome.resumed);
    DRAWN("nonce", welcome.nonce);
    DRAWN("epoch", welcome.epoch);
    DRAWN("token", welcome.token);
    NUMBER("run", welcome.run);
    NUMBER("member", welcome.member);
    NUMBER("position", welcome.position);
    NUMBER("max_text", welcome.max_text_bytes);
    NUMBER("timeout", welcome.timeout_s);
    TEXT("name", welcome.name);
    TEXT("room", welcome.room);
    if (welcome.history == 0)
        return 0;
    NUMBER("history", welcome.history);
    NUMBER("keep", welcome.keep_s);
    return 0;
}

static int say_refusal(const void *bytes, size_t length, char *text)
{
    struct sequenced_refusal refusal;
    int status = sequenced_handshake_read_refusal(bytes, length, &refusal);

    if (status != 0)
        return status;
    NUMBER("version", refusal.version);
    NUMBER("code", refusal.code);
    DRAWN("nonce", refusal.nonce);
    NUMBER("wait", refusal.wait);
    return 0;
}

static int say_stranger(const void *bytes, size_t length, char *text)
{
    struct sequenced_stranger stranger;
    int status = sequenced_handshake_read_stranger(bytes, length, &stranger);

    if (status == 0)
        DRAWN("token", stranger.token);
    return status;
}

static void say_missing(char *text, size_t n, uint64_t position,
                        const struct sequenced_up_frame *frame)
{
    say(text, "%zu.ranges =", n);
    for (size_t i = 0; i < SEQUENCED_MISSING_MAX; i++) {
        size_t length = 0;

        while (sequenced_up_asks(frame, i + length))
            length++;
        if (length > 0)
            say(text, " %" PRIu64 "+%zu", position + 1 + i, length);
        i += length;
    }
    say(text, "\n");
}

static void say_up_frame(char *text, size_t n, uint64_t position,
                         const struct sequenced_up_frame *frame)
{
    static const char *const names[] = {"",      "message", "missing", "heartbeat",
                                        "leave", "members", "path"};

    say(text, "%zu.frame = %s\n", n,
        frame->kind == SEQUENCED_UP_HISTORY ? "history" : names[frame->kind]);
    switch (frame->kind) {
    case SEQUENCED_UP_MESSAGE:
        NUMBER_OF("number", frame->message.number);
        NUMBER_OF("what", frame->message.what);
        TEXT_OF("text", frame->message.text);
        break;
    case SEQUENCED_UP_MISSING:
        say_missing(text, n, position, frame);
        break;
    case SEQUENCED_UP_HEARTBEAT:
        NUMBER_OF("echo", frame->echo);
        break;
    case SEQUENCED_UP_LEAVE:
        break;
    case SEQUENCED_UP_MEMBERS:
        NUMBER_OF("after", frame->after);
        break;
    case SEQUENCED_UP_PATH:
        DRAWN_OF("challenge", frame->challenge);
        break;
    case SEQUENCED_UP_HISTORY:
        NUMBER_OF("id", frame->ask.id);
        NUMBER_OF("flags", frame->ask.flags);
        NUMBER_OF("pages", frame->ask.pages);
        NUMBER_OF("low", frame->ask.low);
        NUMBER_OF("high", frame->ask.high);
        NUMBER_OF("since", frame->ask.since_ms);
        TEXT_OF("words", frame->ask.words);
        break;
    }
}

static int say_up(const void *bytes, size_t length, char *text)
{
    struct sequenced_up_reader reader;
    struct sequenced_up_frame frame;
    struct sequenced_up up;
    int status = sequenced_up_open(bytes, length, &up, &reader);

    if (status != 0)
        return status;
    DRAWN("token", up.token);
    NUMBER("run", up.run);
    NUMBER("packet", up.packet);
    NUMBER("position", up.position);
    NUMBER("ahead", up.ahead);
    NUMBER("received", up.received);
    NUMBER("lost", up.lost);
    NUMBER("delay", up.delay);
    for (size_t n = 1; (status = sequenced_up_next(&reader, &frame)) == 1; n++)
        say_up_frame(text, n, up.position, &frame);
    if (status < 0)
        say(text, "rest = dropped\n");
    cr_assert_eq(sequenced_up_next(&reader, &frame), 0);
    return 0;
}

static void say_page(char *text, size_t n, const struct sequenced_down_frame *frame)
{
    struct octets_slice entries = frame->members.entries;
    struct sequenced_entry entry;
    const char *between = "";

    NUMBER_OF("head", frame->members.head);
    NUMBER_OF("here", frame->members.here);
    NUMBER_OF("after", frame->members.after);
    NUMBER_OF("last", frame->members.last);
    say(text, "%zu.more = %s\n%zu.entries = ", n, frame->members.more ? "yes" : "no", n);
    for (; sequenced_down_next_entry(&entries, &entry); between = ", ")
        say(text, "%s%" PRIu32 " %s %.*s", between, entry.member, entry.gone ? "gone" : "here",
            (int)entry.name.length, entry.name.bytes);
    say(text, "\n");
}

static const char *event_name(enum sequenced_event_kind kind)
{
    static const char *const names[] = {"", "join", "chat", "exit", "notice"};

    return kind == SEQUENCED_EVENT_FORGOTTEN ? "forgotten"
           : kind == SEQUENCED_EVENT_UNKNOWN ? "unknown"
                                             : names[kind];
}

/* "NUMBER TIME KIND MEMBER REASON NAME: TEXT", one after the other, as far as they have them. */
static void say_past(char *text, size_t n, const struct sequenced_page *page)
{
    struct sequenced_events events;
    struct sequenced_event event;
    const char *between = "";

    NUMBER_OF("id", page->id);
    NUMBER_OF("flags", page->flags);
    NUMBER_OF("page", page->page);
    NUMBER_OF("low", page->low);
    NUMBER_OF("high", page->high);
    if (sequenced_events_open_past(page->events, page->low, page->high, &events) != 0) {
        say(text, "%zu.events = dropped\n", n);
        return;
    }
    say(text, "%zu.events = ", n);
    for (; sequenced_events_next(&events, &event); between = " | ")
        say(text, "%s%" PRIu64 " %" PRIu64 " %s %u %u %.*s:%.*s", between, event.seq, event.time_ms,
            event_name(event.kind), (unsigned)event.member, (unsigned)event.reason,
            (int)event.name.length, event.name.bytes, (int)event.text.length, event.text.bytes);
    say(text, "\n");
}

static void say_down_frame(char *text, size_t n, const struct sequenced_down_frame *frame)
{
    static const char *const names[] = {"",        "taken", "not_taken", "head",   "heartbeat",
                                        "members", "gap",   "path",      "closed", "report"};

    say(text, "%zu.frame = %s\n", n,
        frame->kind == SEQUENCED_DOWN_HISTORY ? "history" : names[frame->kind]);
    switch (frame->kind) {
    case SEQUENCED_DOWN_TAKEN:
        NUMBER_OF("upto", frame->taken.upto);
        BITS_OF("refused", frame->taken.refused);
        BITS_OF("kept", frame->taken.kept);
        break;
    case SEQUENCED_DOWN_NOT_TAKEN:
        NUMBER_OF("number", frame->not_taken.number);
        NUMBER_OF("why", frame->not_taken.why);
        NUMBER_OF("wait", frame->not_taken.wait_cs);
        break;
    case SEQUENCED_DOWN_HEAD:
        NUMBER_OF("head", frame->head);
        break;
    case SEQUENCED_DOWN_HEARTBEAT:
        NUMBER_OF("echo", frame->heartbeat.echo);
        NUMBER_OF("head", frame->heartbeat.head);
        break;
    case SEQUENCED_DOWN_MEMBERS:
        say_page(text, n, frame);
        break;
    case SEQUENCED_DOWN_GAP:
        NUMBER_OF("oldest", frame->oldest);
        break;
    case SEQUENCED_DOWN_PATH:
        DRAWN_OF("challenge", frame->challenge);
        break;
    case SEQUENCED_DOWN_CLOSED:
        NUMBER_OF("reason", frame->closed.reason);
        TEXT_OF("text", frame->closed.text);
        break;
    case SEQUENCED_DOWN_REPORT:
        NUMBER_OF("packet", frame->report.packet);
        NUMBER_OF("received", frame->report.received);
        break;
    case SEQUENCED_DOWN_HISTORY:
        say_past(text, n, &frame->past);
        break;
    }
}

static int say_down(const void *bytes, size_t length, char *text)
{
    struct sequenced_down_frame frame;
    struct octets_reader reader;
    struct sequenced_down down;
    int status = sequenced_down_open(bytes, length, &down, &reader);

    if (status != 0)
        return status;
    DRAWN("token", down.token);
    NUMBER("run", down.run);
    for (size_t n = 1; (status = sequenced_down_next(&reader, &frame)) == 1; n++)
        say_down_frame(text, n, &frame);
    if (status < 0)
        say(text, "rest = dropped\n");
    cr_assert_eq(sequenced_down_next(&reader, &frame), 0);
    return 0;
}

static void say_event(char *text, size_t n, const struct sequenced_event *event)
{
    say(text, "%zu.event = %s\n", n, event_name(event->kind));
    NUMBER_OF("number", event->seq);
    NUMBER_OF("time", event->time_ms);
    if (event->kind == SEQUENCED_EVENT_JOIN || event->kind == SEQUENCED_EVENT_CHAT ||
        event->kind == SEQUENCED_EVENT_EXIT) {
        NUMBER_OF("member", event->member);
        NUMBER_OF("said", event->said);
    }
    if (event->name.length > 0)
        TEXT_OF("name", event->name);
    if (event->kind == SEQUENCED_EVENT_EXIT)
        NUMBER_OF("reason", event->reason);
    if (event->kind == SEQUENCED_EVENT_CHAT || event->kind == SEQUENCED_EVENT_NOTICE)
        TEXT_OF("text", event->text);
}

static int say_events(const void *bytes, size_t length, char *text)
{
    struct sequenced_events events;
    struct sequenced_event event;
    int status = sequenced_events_open(bytes, length, &events);
    uint64_t read = 0;

    if (status != 0)
        return status;
    DRAWN("epoch", events.epoch);
    NUMBER("repeats", events.repeats);
    NUMBER("first", events.first);
    while (sequenced_events_next(&events, &event))
        say_event(text, ++read, &event);
    cr_assert_eq(read, events.count);
    cr_assert_not(sequenced_events_next(&events, &event));
    return 0;
}

bool vector_read(const void *bytes, size_t length, char text[VECTOR_TEXT_BYTES])
{
    static const struct {
        const char *name;
        int (*say)(const void *bytes, size_t length, char *text);
    } kinds[] = {
        [SEQUENCED_HELLO] = {"hello", say_hello},
        [SEQUENCED_JOIN] = {"join", say_join},
        [SEQUENCED_CHALLENGE] = {"challenge", say_challenge},
        [SEQUENCED_WELCOME] = {"welcome", say_welcome},
        [SEQUENCED_REFUSAL] = {"refusal", say_refusal},
        [SEQUENCED_STRANGER] = {"stranger", say_stranger},
        [SEQUENCED_UP] = {"up", say_up},
        [SEQUENCED_DOWN] = {"down", say_down},
        [SEQUENCED_EVENTS] = {"events", say_events},
    };
    enum sequenced_datagram kind;

    text[0] = '\0';
    if (sequenced_identify(bytes, length, &kind) != 0) {
        say(text, "datagram = none\n");
        return false;
    }
    say(text, "datagram = %s\n", kinds[kind].name);
    return kinds[kind].say(bytes, length, text) == 0;
}
