/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Encodes the fields of a vector with the writers under test. */
#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"
#include "unit/core/sequenced_wire/sequenced_vectors.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <roomd/moment.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 16

/* The value of `key`, or of "n.key" if n is not 0. A vector without it is a mistake in the file. */
static const char *value_of(const struct vector *vector, size_t n, const char *key)
{
    char name[64];
    const char *value;

    snprintf(name, sizeof(name), n == 0 ? "%.0zu%s" : "%zu.%s", n, key);
    value = vector_get(vector, name);
    cr_assert_not_null(value, "%s: no %s", vector->name, name);
    return value;
}

static uint64_t number(const struct vector *vector, size_t n, const char *key)
{
    return strtoull(value_of(vector, n, key), NULL, 10);
}

static uint64_t drawn(const struct vector *vector, size_t n, const char *key)
{
    return strtoull(value_of(vector, n, key), NULL, 16);
}

static bool yes(const struct vector *vector, size_t n, const char *key)
{
    return strcmp(value_of(vector, n, key), "yes") == 0;
}

static bool is_kind(const struct vector *vector, size_t n, const char *key, const char *name)
{
    return strcmp(value_of(vector, n, key), name) == 0;
}

/* Texts live until the datagram is written; there are no more of them than frames. */
static struct octets_slice text_of(const struct vector *vector, size_t n, const char *key)
{
    static char texts[FRAMES_MAX + 2][VECTOR_BYTES_MAX];
    static size_t next;
    char name[64], *text = texts[next++ % (FRAMES_MAX + 2)];
    const char *value = value_of(vector, n, key), *repeated;
    size_t length = strlen(value), times = 1, written = 0;

    snprintf(name, sizeof(name), n == 0 ? "%.0zu%s_times" : "%zu.%s_times", n, key);
    repeated = vector_get(vector, name);
    if (repeated != NULL)
        times = strtoul(repeated, NULL, 10);
    for (; times > 0; times--, written += length)
        memcpy(text + written, value, length);
    return (struct octets_slice){text, written};
}

static struct octets_slice cookie_of(const struct vector *vector, char cookie[VECTOR_BYTES_MAX])
{
    const char *hex = value_of(vector, 0, "cookie");
    size_t length = strlen(hex) / 2;

    for (size_t i = 0; i < length; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

        cookie[i] = (char)strtoul(pair, NULL, 16);
    }
    return (struct octets_slice){cookie, length};
}

/* ---- handshakes ---- */

static int write_join(const struct vector *vector, void *bytes, size_t size)
{
    char cookie[VECTOR_BYTES_MAX];
    struct sequenced_join join = {.resume = yes(vector, 0, "resume"),
                                  .nonce = drawn(vector, 0, "nonce"),
                                  .cookie = cookie_of(vector, cookie),
                                  .name = text_of(vector, 0, "name")};

    if (join.resume) {
        join.epoch = drawn(vector, 0, "epoch");
        join.token = drawn(vector, 0, "token");
        join.position = number(vector, 0, "position");
    }
    return sequenced_handshake_write_join(bytes, size, &join);
}

static int write_welcome(const struct vector *vector, void *bytes, size_t size)
{
    struct sequenced_welcome welcome = {
        .resumed = yes(vector, 0, "resumed"),
        .nonce = drawn(vector, 0, "nonce"),
        .epoch = drawn(vector, 0, "epoch"),
        .token = drawn(vector, 0, "token"),
        .run = (uint16_t)number(vector, 0, "run"),
        .member = (uint32_t)number(vector, 0, "member"),
        .position = number(vector, 0, "position"),
        .max_text_bytes = (uint16_t)number(vector, 0, "max_text"),
        .timeout_s = (uint32_t)number(vector, 0, "timeout"),
        .name = text_of(vector, 0, "name"),
        .room = text_of(vector, 0, "room"),
    };

    if (vector_get(vector, "history") != NULL) {
        welcome.history = (uint16_t)number(vector, 0, "history");
        welcome.keep_s = (uint32_t)number(vector, 0, "keep");
    }
    return sequenced_handshake_write_welcome(bytes, size, &welcome);
}

static int write_handshake(const struct vector *vector, void *bytes, size_t size)
{
    char cookie[VECTOR_BYTES_MAX];

    if (is_kind(vector, 0, "datagram", "hello")) {
        struct sequenced_hello hello = {.version = (uint8_t)number(vector, 0, "version"),
                                        .nonce = drawn(vector, 0, "nonce")};

        return sequenced_handshake_write_hello(bytes, size, &hello);
    }
    if (is_kind(vector, 0, "datagram", "challenge")) {
        struct sequenced_challenge challenge = {.nonce = drawn(vector, 0, "nonce"),
                                                .cookie = cookie_of(vector, cookie)};

        return sequenced_handshake_write_challenge(bytes, size, &challenge);
    }
    if (is_kind(vector, 0, "datagram", "refusal")) {
        struct sequenced_refusal refusal = {.version = (uint8_t)number(vector, 0, "version"),
                                            .code = (uint8_t)number(vector, 0, "code"),
                                            .nonce = drawn(vector, 0, "nonce"),
                                            .wait = (uint16_t)number(vector, 0, "wait")};

        return sequenced_handshake_write_refusal(bytes, size, &refusal);
    }
    if (is_kind(vector, 0, "datagram", "stranger")) {
        struct sequenced_stranger stranger = {.token = drawn(vector, 0, "token")};

        return sequenced_handshake_write_stranger(bytes, size, &stranger);
    }
    return is_kind(vector, 0, "datagram", "join") ? write_join(vector, bytes, size)
                                                  : write_welcome(vector, bytes, size);
}

/* ---- frames ---- */

static bool has(const struct vector *vector, size_t n, const char *key)
{
    char name[64];

    snprintf(name, sizeof(name), "%zu.%s", n, key);
    return vector_get(vector, name) != NULL;
}

static void take_ranges(const struct vector *vector, size_t n, struct sequenced_up_frame *frame)
{
    const char *at = value_of(vector, n, "ranges");
    uint64_t position = number(vector, 0, "position");

    while (*at != '\0') {
        char *end;
        uint64_t first = strtoull(at, &end, 10);

        for (uint64_t length = strtoull(end + 1, &end, 10); length > 0; length--, first++)
            sequenced_up_ask(frame, first - position - 1);
        at = *end == ' ' ? end + 1 : end;
    }
}

static struct sequenced_ask ask_of(const struct vector *vector, size_t n)
{
    return (struct sequenced_ask){.id = (uint16_t)number(vector, n, "id"),
                                  .flags = (uint8_t)number(vector, n, "flags"),
                                  .pages = (uint8_t)number(vector, n, "pages"),
                                  .low = number(vector, n, "low"),
                                  .high = number(vector, n, "high"),
                                  .since_ms = number(vector, n, "since"),
                                  .words = text_of(vector, n, "words")};
}

static struct sequenced_up_frame up_frame(const struct vector *vector, size_t n)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_LEAVE};

    if (is_kind(vector, n, "frame", "message")) {
        frame.kind = SEQUENCED_UP_MESSAGE;
        frame.message.number = (uint32_t)number(vector, n, "number");
        frame.message.what = (uint8_t)number(vector, n, "what");
        frame.message.text = text_of(vector, n, "text");
    } else if (is_kind(vector, n, "frame", "missing")) {
        frame.kind = SEQUENCED_UP_MISSING;
        take_ranges(vector, n, &frame);
    } else if (is_kind(vector, n, "frame", "heartbeat")) {
        frame.kind = SEQUENCED_UP_HEARTBEAT;
        frame.echo = (uint32_t)number(vector, n, "echo");
    } else if (is_kind(vector, n, "frame", "members")) {
        frame.kind = SEQUENCED_UP_MEMBERS;
        frame.after = (uint32_t)number(vector, n, "after");
    } else if (is_kind(vector, n, "frame", "path")) {
        frame.kind = SEQUENCED_UP_PATH;
        frame.challenge = drawn(vector, n, "challenge");
    } else if (is_kind(vector, n, "frame", "history")) {
        frame.kind = SEQUENCED_UP_HISTORY;
        frame.ask = ask_of(vector, n);
    } else {
        cr_assert(is_kind(vector, n, "frame", "leave"), "%s", vector->name);
    }
    return frame;
}

static int write_up(const struct vector *vector, struct octets_writer *writer)
{
    struct sequenced_up up = {.token = drawn(vector, 0, "token"),
                              .run = (uint16_t)number(vector, 0, "run"),
                              .packet = (uint32_t)number(vector, 0, "packet"),
                              .position = number(vector, 0, "position"),
                              .ahead = number(vector, 0, "ahead"),
                              .received = (uint16_t)number(vector, 0, "received"),
                              .lost = (uint16_t)number(vector, 0, "lost"),
                              .delay = (uint16_t)number(vector, 0, "delay")};
    int status = sequenced_up_begin(writer, &up);

    for (size_t n = 1; status == 0 && has(vector, n, "frame"); n++) {
        struct sequenced_up_frame frame = up_frame(vector, n);

        status = sequenced_up_add(writer, &frame);
    }
    return status;
}

static struct octets_slice entries_of(const struct vector *vector, size_t n,
                                      uint8_t page[VECTOR_BYTES_MAX])
{
    struct octets_writer writer = octets_write(page, VECTOR_BYTES_MAX);
    const char *at = value_of(vector, n, "entries");

    while (*at != '\0') {
        char how[8], name[ROOM_NAME_MAX_BYTES + 1];
        struct sequenced_entry entry;
        int used = 0;

        cr_assert_eq(sscanf(at, "%" SCNu32 " %7s %64[^,]%n", &entry.member, how, name, &used), 3,
                     "%s", vector->name);
        entry.gone = strcmp(how, "gone") == 0;
        entry.name = (struct octets_slice){name, strlen(name)};
        cr_assert_eq(sequenced_down_add_entry(&writer, &entry), 0);
        at += used;
        at += strspn(at, ", ");
    }
    return (struct octets_slice){(char *)page, writer.length};
}

static uint8_t past_kind(const char *name)
{
    return strcmp(name, "join") == 0     ? EVENT_JOIN
           : strcmp(name, "exit") == 0   ? EVENT_EXIT
           : strcmp(name, "notice") == 0 ? EVENT_NOTICE
                                         : EVENT_CHAT;
}

static struct sequenced_page past_of(const struct vector *vector, size_t n,
                                     uint8_t bytes[VECTOR_BYTES_MAX])
{
    struct sequenced_page page = {.id = (uint16_t)number(vector, n, "id"),
                                  .flags = (uint8_t)number(vector, n, "flags"),
                                  .page = (uint8_t)number(vector, n, "page"),
                                  .low = number(vector, n, "low"),
                                  .high = number(vector, n, "high")};
    uint64_t low = has(vector, n, "falling") ? 0 : page.low;
    const char *at = value_of(vector, n, "events");
    struct sequenced_bundle bundle;

    sequenced_events_begin_past(&bundle, bytes, VECTOR_BYTES_MAX);
    while (*at != '\0') {
        char kind[16], name[ROOM_NAME_MAX_BYTES + 1] = "", text[VECTOR_BYTES_MAX] = "";
        uint64_t time_ms;
        unsigned member, reason;
        struct event event = {.name = name, .text = text};
        int used = 0;

        cr_assert_geq(sscanf(at, "%" SCNu64 " %" SCNu64 " %15s %u %u %n", &event.seq, &time_ms,
                             kind, &member, &reason, &used),
                      5, "%s", vector->name);
        at += used;
        at += sscanf(at, "%64[^:]%n", name, &used) == 1 ? used + 1 : 1;
        at += sscanf(at, "%1000[^|]%n", text, &used) == 1 ? used : 0;
        event.text_len = (uint16_t)strlen(text);
        if (*at == '|') {
            at += 2;
            event.text_len -= 1; /* the space before it */
        }
        event.kind = past_kind(kind);
        event.forgotten = strcmp(kind, "forgotten") == 0;
        event.wall_ns = (int64_t)time_ms * (MOMENT_NS_PER_S / 1000);
        event.author = member;
        event.reason = (uint8_t)reason;
        event.name_len = (uint16_t)strlen(name);
        cr_assert_eq(sequenced_events_add_past(&bundle, low, &event), 0, "%s", vector->name);
    }
    page.events = (struct octets_slice){(char *)bytes, bundle.writer.length};
    return page;
}

static void take_other(const struct vector *vector, size_t n, struct sequenced_down_frame *frame)
{
    if (is_kind(vector, n, "frame", "gap")) {
        frame->kind = SEQUENCED_DOWN_GAP;
        frame->oldest = number(vector, n, "oldest");
    } else if (is_kind(vector, n, "frame", "path")) {
        frame->kind = SEQUENCED_DOWN_PATH;
        frame->challenge = drawn(vector, n, "challenge");
    } else if (is_kind(vector, n, "frame", "report")) {
        frame->kind = SEQUENCED_DOWN_REPORT;
        frame->report.packet = (uint32_t)number(vector, n, "packet");
        frame->report.received = (uint16_t)number(vector, n, "received");
    } else {
        cr_assert(is_kind(vector, n, "frame", "closed"), "%s", vector->name);
        frame->kind = SEQUENCED_DOWN_CLOSED;
        frame->closed.reason = (uint8_t)number(vector, n, "reason");
        frame->closed.text = text_of(vector, n, "text");
    }
}

static struct sequenced_down_frame down_frame(const struct vector *vector, size_t n,
                                              uint8_t page[VECTOR_BYTES_MAX])
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};

    if (is_kind(vector, n, "frame", "taken")) {
        frame.kind = SEQUENCED_DOWN_TAKEN;
        frame.taken.upto = (uint32_t)number(vector, n, "upto");
        frame.taken.refused = (uint32_t)drawn(vector, n, "refused");
        frame.taken.kept = (uint32_t)drawn(vector, n, "kept");
    } else if (is_kind(vector, n, "frame", "not_taken")) {
        frame.kind = SEQUENCED_DOWN_NOT_TAKEN;
        frame.not_taken.number = (uint32_t)number(vector, n, "number");
        frame.not_taken.why = (uint8_t)number(vector, n, "why");
        frame.not_taken.wait_cs = (uint16_t)number(vector, n, "wait");
    } else if (is_kind(vector, n, "frame", "head")) {
        frame.head = number(vector, n, "head");
    } else if (is_kind(vector, n, "frame", "heartbeat")) {
        frame.kind = SEQUENCED_DOWN_HEARTBEAT;
        frame.heartbeat.echo = (uint32_t)number(vector, n, "echo");
        frame.heartbeat.head = number(vector, n, "head");
    } else if (is_kind(vector, n, "frame", "members")) {
        frame.kind = SEQUENCED_DOWN_MEMBERS;
        frame.members.head = number(vector, n, "head");
        frame.members.here = (uint32_t)number(vector, n, "here");
        frame.members.after = (uint32_t)number(vector, n, "after");
        frame.members.last = (uint32_t)number(vector, n, "last");
        frame.members.more = yes(vector, n, "more");
        frame.members.entries = entries_of(vector, n, page);
    } else if (is_kind(vector, n, "frame", "history")) {
        frame.kind = SEQUENCED_DOWN_HISTORY;
        frame.past = past_of(vector, n, page);
    } else {
        take_other(vector, n, &frame);
    }
    return frame;
}

static int write_down(const struct vector *vector, struct octets_writer *writer)
{
    struct sequenced_down down = {.token = drawn(vector, 0, "token"),
                                  .run = (uint16_t)number(vector, 0, "run")};
    int status = sequenced_down_begin(writer, &down);
    uint8_t page[VECTOR_BYTES_MAX];

    for (size_t n = 1; status == 0 && has(vector, n, "frame"); n++) {
        struct sequenced_down_frame frame = down_frame(vector, n, page);

        status = sequenced_down_add(writer, &frame);
    }
    return status;
}

/* ---- events ---- */

static struct event event_of(const struct vector *vector, size_t n)
{
    struct event event = {.seq = number(vector, n, "number"),
                          .wall_ns = (int64_t)number(vector, n, "time") * (MOMENT_NS_PER_S / 1000),
                          .kind = EVENT_NOTICE,
                          .name = "",
                          .text = ""};
    struct octets_slice slice = {"", 0};

    if (has(vector, n, "member"))
        event.author = number(vector, n, "member");
    if (has(vector, n, "name"))
        slice = text_of(vector, n, "name");
    event.name = slice.bytes;
    event.name_len = (uint16_t)slice.length;
    if (is_kind(vector, n, "event", "join"))
        event.kind = EVENT_JOIN;
    else if (is_kind(vector, n, "event", "exit"))
        event.kind = EVENT_EXIT;
    else if (is_kind(vector, n, "event", "chat"))
        event.kind = EVENT_CHAT;
    if (event.kind == EVENT_EXIT)
        event.reason = (uint8_t)number(vector, n, "reason");
    event.introduces = event.kind != EVENT_JOIN && has(vector, n, "name");
    if (has(vector, n, "text")) {
        slice = text_of(vector, n, "text");
        event.text = slice.bytes;
        event.text_len = (uint16_t)slice.length;
    }
    return event;
}

static int write_events(const struct vector *vector, struct sequenced_bundle *bundle)
{
    int status = 0;

    for (size_t n = 1; status == 0 && has(vector, n, "event"); n++) {
        struct event event = event_of(vector, n);
        uint64_t said = has(vector, n, "said") ? number(vector, n, "said") : 0;

        status = sequenced_events_add(bundle, &event, (uint16_t)said);
    }
    return status;
}

/* ---- all ---- */

int vector_write(const struct vector *vector, void *bytes, size_t size)
{
    struct octets_writer writer = sequenced_write(bytes, size);
    struct sequenced_bundle bundle;
    int status;

    if (is_kind(vector, 0, "datagram", "up")) {
        status = write_up(vector, &writer);
    } else if (is_kind(vector, 0, "datagram", "down")) {
        status = write_down(vector, &writer);
    } else if (is_kind(vector, 0, "datagram", "events")) {
        sequenced_events_begin(&bundle, bytes, size, drawn(vector, 0, "epoch"));
        sequenced_events_repeat(&bundle, (uint8_t)number(vector, 0, "repeats"));
        status = write_events(vector, &bundle);
        writer = bundle.writer;
    } else {
        status = write_handshake(vector, bytes, size);
        writer.length = status > 0 ? (size_t)status : 0;
    }
    if (status < 0)
        return status;
    return sequenced_pad(&writer, vector_get(vector, "padded_to") == NULL
                                      ? 0
                                      : (size_t)number(vector, 0, "padded_to"));
}
