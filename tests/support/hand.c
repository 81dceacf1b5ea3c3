/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/hand.h"

#include <stdio.h>
#include <string.h>

void hand_init(struct hand *hand, struct stage *stage, uint16_t port)
{
    *hand = (struct hand){.stage = stage, .path = stage_path(port, 0)};
}

const struct fake_datagram *hand_next(struct hand *hand)
{
    const struct fake_datagram *datagram =
        fake_outbox_to(&hand->stage->outbox, hand->path.peer.port, hand->read);

    hand->read += datagram != NULL ? 1 : 0;
    return datagram;
}

/* Datagrams from before a request are no answer to it. */
static void skip_old(struct hand *hand)
{
    hand->read = fake_outbox_count_to(&hand->stage->outbox, hand->path.peer.port);
}

bool hand_hello(struct hand *hand, uint64_t nonce)
{
    const struct sequenced_hello hello = {.version = SEQUENCED_VERSION, .nonce = nonce};
    uint8_t bytes[SEQUENCED_HELLO_MIN_BYTES];
    int length = sequenced_handshake_write_hello(bytes, sizeof(bytes), &hello);
    struct sequenced_challenge challenge;
    const struct fake_datagram *datagram;

    hand->nonce = nonce;
    hand->refusal.code = 0;
    skip_old(hand);
    stage_send_bytes(hand->stage, &hand->path, bytes, (size_t)length);
    datagram = hand_next(hand);
    if (datagram == NULL)
        return false;
    if (sequenced_handshake_read_challenge(datagram->bytes, datagram->length, &challenge) != 0) {
        sequenced_handshake_read_refusal(datagram->bytes, datagram->length, &hand->refusal);
        return false;
    }
    memcpy(hand->cookie, challenge.cookie.bytes, challenge.cookie.length);
    hand->cookie_length = challenge.cookie.length;
    return challenge.nonce == nonce;
}

static bool read_welcome(struct hand *hand)
{
    const struct fake_datagram *datagram;

    while ((datagram = hand_next(hand)) != NULL) {
        if (sequenced_handshake_read_refusal(datagram->bytes, datagram->length, &hand->refusal) ==
            0)
            return false;
        if (sequenced_handshake_read_welcome(datagram->bytes, datagram->length, &hand->welcome) !=
            0)
            continue;
        hand->epoch = hand->welcome.epoch;
        hand->token = hand->welcome.token;
        hand->run = hand->welcome.run;
        hand->member = hand->welcome.member;
        hand->position = hand->welcome.position;
        return hand->welcome.nonce == hand->nonce;
    }
    return false;
}

bool hand_join(struct hand *hand, const char *name, bool resume)
{
    const struct sequenced_join join = {.resume = resume,
                                        .nonce = hand->nonce,
                                        .cookie = {(const char *)hand->cookie, hand->cookie_length},
                                        .name = {name, strlen(name)},
                                        .epoch = resume ? hand->epoch : 0,
                                        .token = resume ? hand->token : 0,
                                        .position = resume ? hand->position : 0};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    int length = sequenced_handshake_write_join(bytes, sizeof(bytes), &join);

    hand->refusal.code = 0;
    skip_old(hand);
    stage_send_bytes(hand->stage, &hand->path, bytes, (size_t)length);
    if (!read_welcome(hand))
        return false;
    hand->packet = 0;
    return true;
}

bool hand_enter(struct hand *hand, uint64_t nonce, const char *name)
{
    bool entered = hand_hello(hand, nonce) && hand_join(hand, name, false);

    stage_sweep(hand->stage);
    return entered;
}

void hand_up(struct hand *hand, const struct sequenced_up_frame *frames, size_t count)
{
    const struct sequenced_up up = {.token = hand->token,
                                    .run = hand->run,
                                    .packet = ++hand->packet,
                                    .position = hand->position,
                                    .ahead = hand->ahead,
                                    .received = hand->received,
                                    .lost = hand->lost,
                                    .delay = hand->delay};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));

    sequenced_up_begin(&writer, &up);
    for (size_t i = 0; i < count; i++)
        sequenced_up_add(&writer, &frames[i]);
    stage_send_bytes(hand->stage, &hand->path, bytes, writer.length);
}

void hand_say(struct hand *hand, uint32_t number, const char *text)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MESSAGE};

    frame.message.number = number;
    frame.message.text = (struct octets_slice){text, strlen(text)};
    hand_up(hand, &frame, 1);
}

void hand_rename(struct hand *hand, uint32_t number, const char *name)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MESSAGE};

    frame.message.number = number;
    frame.message.what = SEQUENCED_WHAT_NAME;
    frame.message.text = (struct octets_slice){name, strlen(name)};
    hand_up(hand, &frame, 1);
}

void hand_report(struct hand *hand, uint64_t position)
{
    hand->position = position;
    hand_up(hand, NULL, 0);
}

void hand_missing(struct hand *hand, uint64_t first, uint64_t length)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MISSING};

    for (uint64_t n = first - hand->position - 1; length > 0 && n < SEQUENCED_MISSING_MAX;
         n++, length--)
        sequenced_up_ask(&frame, n);
    hand_up(hand, &frame, 1);
}

bool hand_told(struct hand *hand, enum sequenced_down_kind kind,
               struct sequenced_down_frame *ret_frame)
{
    const struct fake_datagram *datagram;
    bool told = false;

    while ((datagram = hand_next(hand)) != NULL) {
        struct sequenced_down_frame frame;
        struct octets_reader reader;
        struct sequenced_down down;

        if (sequenced_down_open(datagram->bytes, datagram->length, &down, &reader) != 0 ||
            down.token != hand->token)
            continue;
        while (sequenced_down_next(&reader, &frame) == 1) {
            if (!told && frame.kind == kind)
                *ret_frame = frame;
            told = told || frame.kind == kind;
        }
    }
    return told;
}

bool hand_events(struct hand *hand, struct sequenced_events *ret_events)
{
    const struct fake_datagram *datagram;

    while ((datagram = hand_next(hand)) != NULL) {
        if (sequenced_events_open(datagram->bytes, datagram->length, ret_events) == 0 &&
            ret_events->epoch == hand->epoch)
            return true;
    }
    return false;
}

static int write_event(char *text, size_t size, const struct sequenced_event *event)
{
    switch (event->kind) {
    case SEQUENCED_EVENT_JOIN:
        return snprintf(text, size, "+%.*s", (int)event->name.length, event->name.bytes);
    case SEQUENCED_EVENT_CHAT:
        return snprintf(text, size, "%u:%.*s", event->member, (int)event->text.length,
                        event->text.bytes);
    case SEQUENCED_EVENT_EXIT:
        return snprintf(text, size, "-%u/%u", event->member, event->reason);
    default:
        return snprintf(text, size, "!%.*s", (int)event->text.length, event->text.bytes);
    }
}

const char *hand_heard(struct hand *hand, char *text, size_t size)
{
    struct sequenced_events events;
    struct sequenced_event event;
    size_t used = 0;

    text[0] = '\0';
    while (hand_events(hand, &events)) {
        while (sequenced_events_next(&events, &event) && used + 1 < size) {
            used += (size_t)snprintf(text + used, size - used, "%s", used > 0 ? " " : "");
            used += (size_t)write_event(text + used, size - used, &event);
        }
    }
    return text;
}

size_t hand_count_events(struct hand *hand)
{
    struct sequenced_events events;
    size_t count = 0;

    while (hand_events(hand, &events))
        count++;
    return count;
}
