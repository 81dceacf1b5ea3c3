/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The server's end, written with the codec. The test aborts when a limit of the stage is exceeded.
 */
#include "support/client_stage.h"

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

/* ---- what the client calls ---- */

static void on_send(void *ctx, const void *bytes, size_t length)
{
    struct client_stage *stage = ctx;
    struct client_stage_datagram *datagram = &stage->sent[stage->sent_count++];

    NEED(stage->sent_count <= CLIENT_STAGE_SENT_MAX);
    NEED(length > 0 && length <= sizeof(datagram->bytes));
    datagram->length = length;
    memcpy(datagram->bytes, bytes, length);
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    struct client_stage *stage = ctx;
    struct client_stage_event *kept = &stage->events[stage->event_count++];

    NEED(stage->event_count <= CLIENT_STAGE_EVENTS_MAX);
    kept->event = *event;
    kept->own = own;
    snprintf(kept->name, sizeof(kept->name), "%.*s", (int)event->name_len, event->name);
    snprintf(kept->text, sizeof(kept->text), "%.*s", (int)event->text_len, event->text);
    kept->event.name = kept->name;
    kept->event.text = kept->text;
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    struct client_stage *stage = ctx;

    NEED(stage->outcome_count < CLIENT_STAGE_SENT_MAX);
    stage->outcomes[stage->outcome_count].number = number;
    stage->outcomes[stage->outcome_count].outcome = outcome;
    stage->outcomes[stage->outcome_count++].why = why;
}

static void on_missed(void *ctx, uint64_t count)
{
    struct client_stage *stage = ctx;

    stage->missed += count;
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct client_stage *stage = ctx;

    NEED(stage->client == NULL || client_state(stage->client) == state);
    stage->states++;
    stage->reason = reason;
    stage->wait_s = wait_s;
}

static void on_member(void *ctx, uint64_t number, const char *name, size_t name_len, bool here)
{
    struct client_stage *stage = ctx;
    size_t used = strlen(stage->members);

    snprintf(stage->members + used, sizeof(stage->members) - used, "%s%c%llu %.*s",
             used > 0 ? " " : "", here ? '+' : '-', (unsigned long long)number, (int)name_len,
             name);
}

/* ---- the stage ---- */

void client_stage_open(struct client_stage *stage)
{
    memset(stage, 0, sizeof(*stage));
    stage->events = calloc(CLIENT_STAGE_EVENTS_MAX, sizeof(*stage->events));
    NEED(stage->events != NULL);
    stage->now = (struct moment){.mono_ns = 1000 * MOMENT_NS_PER_S, .utc_offset_s = 3600};
    stage->setup = (struct client_setup){.seed = {1, 2, 3},
                                         .name = "alice",
                                         .carrier = {.send = on_send, .ctx = stage},
                                         .sink = {.event = on_event,
                                                  .outcome = on_outcome,
                                                  .missed = on_missed,
                                                  .state = on_state,
                                                  .member = on_member,
                                                  .ctx = stage}};
    stage->run = 1;
    stage->epoch = CLIENT_STAGE_EPOCH;
    stage->position = 9;
    stage->head = 10;
}

void client_stage_start(struct client_stage *stage)
{
    NEED(sequenced_client_new(&stage->setup, stage->resume, SEQUENCED_CLIENT_REORDER_MIN_BYTES,
                              &stage->client) == 0);
    client_stage_tick(stage);
}

void client_stage_new(struct client_stage *stage)
{
    client_stage_open(stage);
    client_stage_start(stage);
}

void client_stage_done(struct client_stage *stage)
{
    client_free(stage->client);
    free(stage->events);
}

void client_stage_tick(struct client_stage *stage)
{
    stage->next_ns = client_tick(stage->client, &stage->now);
    NEED(stage->next_ns > stage->now.mono_ns && stage->next_ns == client_next_tick(stage->client));
}

void client_stage_pass_ms(struct client_stage *stage, int64_t ms)
{
    int64_t end_ns = stage->now.mono_ns + ms * MOMENT_NS_PER_MS;

    while (client_next_tick(stage->client) <= end_ns) {
        stage->now.mono_ns = client_next_tick(stage->client);
        client_stage_tick(stage);
    }
    stage->now.mono_ns = end_ns;
    client_stage_tick(stage);
}

/* ---- what the server reads ---- */

const struct client_stage_datagram *client_stage_next(struct client_stage *stage)
{
    return stage->read < stage->sent_count ? &stage->sent[stage->read++] : NULL;
}

void client_stage_lose(struct client_stage *stage)
{
    stage->sent_count = 0;
    stage->read = 0;
}

bool client_stage_hello(struct client_stage *stage)
{
    const struct client_stage_datagram *datagram = client_stage_next(stage);
    struct sequenced_hello hello;

    if (datagram == NULL ||
        sequenced_handshake_read_hello(datagram->bytes, datagram->length, &hello) != 0)
        return false;
    stage->nonce = hello.nonce;
    return true;
}

bool client_stage_join(struct client_stage *stage, struct sequenced_join *ret_join)
{
    const struct client_stage_datagram *datagram = client_stage_next(stage);

    if (datagram == NULL ||
        sequenced_handshake_read_join(datagram->bytes, datagram->length, ret_join) != 0)
        return false;
    stage->nonce = ret_join->nonce;
    return true;
}

bool client_stage_frame(struct client_stage *stage, enum sequenced_up_kind kind,
                        struct sequenced_up_frame *ret_frame)
{
    const struct client_stage_datagram *datagram;
    struct sequenced_up_reader reader;
    struct sequenced_up up;

    while ((datagram = client_stage_next(stage)) != NULL) {
        if (sequenced_up_open(datagram->bytes, datagram->length, &up, &reader) != 0)
            continue;
        while (sequenced_up_next(&reader, ret_frame) == 1) {
            if (ret_frame->kind == kind)
                return true;
        }
    }
    return false;
}

uint64_t client_stage_reported(struct client_stage *stage, size_t *ret_ups)
{
    const struct client_stage_datagram *datagram;
    struct sequenced_up_reader reader;
    struct sequenced_up up = {0};
    size_t ups = 0;

    while ((datagram = client_stage_next(stage)) != NULL)
        ups += sequenced_up_open(datagram->bytes, datagram->length, &up, &reader) == 0 ? 1 : 0;
    if (ret_ups != NULL)
        *ret_ups = ups;
    return up.position;
}

/* ---- what the server sends ---- */

void client_stage_receive(struct client_stage *stage, const void *bytes, size_t length)
{
    client_receive(stage->client, &stage->now, bytes, length);
    client_stage_tick(stage);
}

void client_stage_challenge(struct client_stage *stage)
{
    struct sequenced_challenge challenge = {.nonce = stage->nonce, .cookie = {"a cookie", 8}};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    int length = sequenced_handshake_write_challenge(bytes, sizeof(bytes), &challenge);

    NEED(length > 0);
    client_stage_receive(stage, bytes, (size_t)length);
}

void client_stage_welcome(struct client_stage *stage, bool resumed)
{
    struct sequenced_welcome welcome = {.resumed = resumed,
                                        .nonce = stage->nonce,
                                        .epoch = stage->epoch,
                                        .token = CLIENT_STAGE_TOKEN,
                                        .run = stage->run,
                                        .member = CLIENT_STAGE_MEMBER,
                                        .position = stage->position,
                                        .max_text_bytes = 900,
                                        .timeout_s = 600,
                                        .name = {"alice", 5},
                                        .room = {"lobby", 5}};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    int length = sequenced_handshake_write_welcome(bytes, sizeof(bytes), &welcome);

    NEED(length > 0);
    client_stage_receive(stage, bytes, (size_t)length);
    if (resumed && !stage->silent)
        client_stage_taken(stage, stage->said, 0, 0);
}

void client_stage_refuse(struct client_stage *stage, uint8_t code, uint16_t wait)
{
    struct sequenced_refusal refusal = {
        .version = SEQUENCED_VERSION, .code = code, .nonce = stage->nonce, .wait = wait};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    int length = sequenced_handshake_write_refusal(bytes, sizeof(bytes), &refusal);

    NEED(length > 0);
    client_stage_receive(stage, bytes, (size_t)length);
}

void client_stage_stranger(struct client_stage *stage, uint64_t token)
{
    struct sequenced_stranger stranger = {.token = token};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    int length = sequenced_handshake_write_stranger(bytes, sizeof(bytes), &stranger);

    NEED(length > 0);
    client_stage_receive(stage, bytes, (size_t)length);
}

void client_stage_down(struct client_stage *stage, const struct sequenced_down_frame *frame)
{
    struct sequenced_down down = {.token = CLIENT_STAGE_TOKEN, .run = stage->run};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));

    NEED(sequenced_down_begin(&writer, &down) == 0 && sequenced_down_add(&writer, frame) == 0);
    client_stage_receive(stage, bytes, writer.length);
}

void client_stage_taken(struct client_stage *stage, uint32_t upto, uint32_t refused, uint32_t kept)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_TAKEN,
                                         .taken = {.upto = upto, .refused = refused, .kept = kept}};

    client_stage_down(stage, &frame);
}

void client_stage_head(struct client_stage *stage, uint64_t head)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD, .head = head};

    client_stage_down(stage, &frame);
}

void client_stage_page(struct client_stage *stage, uint64_t head, uint32_t after, uint32_t last,
                       bool more, const char *members)
{
    uint8_t bytes[SEQUENCED_PAGE_MAX_BYTES];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_MEMBERS};

    while (*members != '\0') {
        struct sequenced_entry entry = {0};
        char name[ROOM_NAME_MAX_BYTES + 1];
        int used = 0;

        NEED(sscanf(members, "%u %64[^,]%n", &entry.member, name, &used) == 2);
        entry.gone = name[0] == '-';
        entry.name =
            (struct octets_slice){name + (entry.gone ? 1 : 0), strlen(name) - (entry.gone ? 1 : 0)};
        NEED(sequenced_down_add_entry(&writer, &entry) == 0);
        members += used;
        members += strspn(members, ", ");
    }
    frame.members.head = head;
    frame.members.here = CLIENT_STAGE_HERE;
    frame.members.after = after;
    frame.members.last = last;
    frame.members.more = more;
    frame.members.entries = (struct octets_slice){(const char *)bytes, writer.length};
    client_stage_down(stage, &frame);
}

static void send_event(struct client_stage *stage, const struct event *event, uint16_t said)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct sequenced_bundle bundle;

    sequenced_events_begin(&bundle, bytes, sizeof(bytes), CLIENT_STAGE_EPOCH);
    NEED(sequenced_events_add(&bundle, event, said) == 0);
    client_stage_receive(stage, bytes, sequenced_events_length(&bundle));
}

void client_stage_chat(struct client_stage *stage, uint64_t seq, uint32_t member, uint16_t said,
                       const char *text)
{
    struct event event = {.seq = seq,
                          .author = member,
                          .wall_ns = (int64_t)seq * MOMENT_NS_PER_S,
                          .kind = EVENT_CHAT,
                          .text = text,
                          .text_len = (uint16_t)strlen(text)};

    send_event(stage, &event, said);
}

void client_stage_joined(struct client_stage *stage, uint64_t seq, uint32_t member, uint16_t said,
                         const char *name)
{
    struct event event = {.seq = seq,
                          .author = member,
                          .kind = EVENT_JOIN,
                          .name = name,
                          .name_len = (uint16_t)strlen(name)};

    send_event(stage, &event, said);
}

void client_stage_left(struct client_stage *stage, uint64_t seq, uint32_t member, uint16_t said,
                       uint8_t reason)
{
    struct event event = {.seq = seq, .author = member, .kind = EVENT_EXIT, .reason = reason};

    send_event(stage, &event, said);
}

void client_stage_enter(struct client_stage *stage)
{
    struct sequenced_join join;

    NEED(client_stage_hello(stage));
    stage->now.mono_ns += stage->round_trip_ms * MOMENT_NS_PER_MS;
    client_stage_challenge(stage);
    NEED(client_stage_join(stage, &join));
    stage->now.mono_ns += stage->round_trip_ms * MOMENT_NS_PER_MS;
    client_stage_welcome(stage, false);
    client_stage_joined(stage, stage->head, CLIENT_STAGE_MEMBER, 0, "alice");
    client_stage_page(stage, stage->head, 0, CLIENT_STAGE_MEMBER, false, "3 carol, 7 alice");
    client_stage_pass_ms(stage, 100);
    client_stage_lose(stage);
    NEED(client_state(stage->client) == CLIENT_IN);
}

/* ---- results ---- */

const char *client_stage_delivered(const struct client_stage *stage)
{
    static char text[512];
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < stage->event_count && used < sizeof(text); i++) {
        if (stage->events[i].event.kind == EVENT_CHAT)
            used +=
                (size_t)snprintf(text + used, sizeof(text) - used, "%s%llu", used > 0 ? " " : "",
                                 (unsigned long long)stage->events[i].event.seq);
    }
    return text;
}

bool client_stage_outcome(const struct client_stage *stage, uint32_t number,
                          enum client_outcome outcome, uint8_t why)
{
    unsigned told = 0;
    bool same = false;

    for (size_t i = 0; i < stage->outcome_count; i++) {
        if (stage->outcomes[i].number != number)
            continue;
        told++;
        same = stage->outcomes[i].outcome == outcome && stage->outcomes[i].why == why;
    }
    return told == 1 && same;
}

/* ---- messages, and what is asked for ---- */

uint32_t client_stage_say(struct client_stage *stage, const char *text)
{
    uint32_t number = 0;

    NEED(client_say(stage->client, &stage->now, text, strlen(text), &number) == 0);
    client_stage_tick(stage);
    return number;
}

const char *client_stage_messages(struct client_stage *stage)
{
    static char text[512];
    struct sequenced_up_frame frame;
    const struct client_stage_datagram *datagram;
    size_t used = 0;

    text[0] = '\0';
    while ((datagram = client_stage_next(stage)) != NULL) {
        struct sequenced_up_reader reader;
        struct sequenced_up up;

        NEED(sequenced_up_open(datagram->bytes, datagram->length, &up, &reader) == 0);
        while (sequenced_up_next(&reader, &frame) == 1) {
            if (frame.kind == SEQUENCED_UP_MESSAGE)
                used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u",
                                         used > 0 ? " " : "", frame.message.number);
        }
    }
    return text;
}

void client_stage_not_taken(struct client_stage *stage, uint32_t number, uint8_t why,
                            uint16_t wait_cs)
{
    struct sequenced_down_frame frame = {
        .kind = SEQUENCED_DOWN_NOT_TAKEN,
        .not_taken = {.number = number, .why = why, .wait_cs = wait_cs}};

    client_stage_down(stage, &frame);
}

const char *client_stage_missing(const struct sequenced_up_frame *frame, uint64_t position)
{
    static char text[2048];
    size_t used = 0;

    text[0] = '\0';
    for (size_t n = 0; n < SEQUENCED_MISSING_MAX; n++) {
        if (sequenced_up_asks(frame, n))
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%llu",
                                     used > 0 ? " " : "", (unsigned long long)(position + 1 + n));
    }
    return text;
}
