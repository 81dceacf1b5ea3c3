/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Fifty members of each protocol in one room: each hears each of the others once. */
#include "support/hand.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MEMBERS 100U

#define FIRST_PORT 2000U

/* The events that a member was sent, by the member that they are about. */
struct inbox {
    unsigned joins[MEMBERS], chats[MEMBERS], exits[MEMBERS];
    unsigned notices;
};

static struct stage stage;
static struct hand hands[MEMBERS]; /* the odd ones are sequenced, the even ones plain */
static struct inbox inboxes[MEMBERS];

static bool is_sequenced(unsigned id)
{
    return id % 2 == 1;
}

static uint16_t port_of(unsigned id)
{
    return (uint16_t)(FIRST_PORT + id);
}

static void open_stage(void)
{
    stage_new(&stage);
    memset(inboxes, 0, sizeof(inboxes));
    for (unsigned id = 0; id < MEMBERS; id++)
        hand_init(&hands[id], &stage, port_of(id));
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(mixed, .init = open_stage, .fini = close_stage);

/* ---- receiving ---- */

static void hear_line(struct inbox *inbox, const struct fake_datagram *datagram)
{
    char line[sizeof(datagram->bytes) + 1];
    unsigned id;

    memcpy(line, datagram->bytes, datagram->length);
    line[datagram->length] = '\0';
    if (strcmp(line, "管理员消息: tea") == 0) {
        inbox->notices++;
    } else if (sscanf(line, "m%u.", &id) == 1 && id < MEMBERS) {
        inbox->joins[id] += strstr(line, ". 进入了聊天室") != NULL ? 1U : 0U;
        inbox->chats[id] += strstr(line, ". ： hello") != NULL ? 1U : 0U;
        inbox->exits[id] += strstr(line, ". 退出了聊天室") != NULL ? 1U : 0U;
    } else {
        cr_expect(strcmp(line, "OK") == 0 || strcmp(line, "EXIT") == 0, "%s", line);
    }
}

static void hear_event(struct inbox *inbox, const struct sequenced_event *event)
{
    unsigned id = event->member - 1; /* they join in the order of their numbers */

    if (event->kind == SEQUENCED_EVENT_NOTICE) {
        inbox->notices++;
        return;
    }
    cr_assert_lt(id, MEMBERS);
    inbox->joins[id] += event->kind == SEQUENCED_EVENT_JOIN ? 1U : 0U;
    inbox->chats[id] += event->kind == SEQUENCED_EVENT_CHAT ? 1U : 0U;
    inbox->exits[id] += event->kind == SEQUENCED_EVENT_EXIT ? 1U : 0U;
}

static void listen_sequenced(unsigned id)
{
    struct sequenced_events events;
    struct sequenced_event event;
    uint64_t position = hands[id].position;

    while (hand_events(&hands[id], &events)) {
        while (sequenced_events_next(&events, &event)) {
            cr_expect_eq(event.seq, position + 1);
            position = event.seq;
            hear_event(&inboxes[id], &event);
        }
    }
    if (position > hands[id].position)
        hand_report(&hands[id], position);
}

/* Until everything is sent, heard and reported. */
static void settle(void)
{
    stage_sweep(&stage);
    for (unsigned id = 0; id < MEMBERS; id++) {
        if (is_sequenced(id)) {
            listen_sequenced(id);
            continue;
        }
        for (size_t n = 0; n < fake_outbox_count_to(&stage.outbox, port_of(id)); n++)
            hear_line(&inboxes[id], fake_outbox_to(&stage.outbox, port_of(id), n));
    }
    fake_outbox_clear(&stage.outbox);
    for (unsigned id = 0; id < MEMBERS; id++)
        hands[id].read = 0;
    stage.now.mono_ns += MOMENT_NS_PER_S;
    stage.now.wall_ns += MOMENT_NS_PER_S;
}

/* ---- actions ---- */

static void join(unsigned id)
{
    char text[32];

    snprintf(text, sizeof(text), "L m%u.", id);
    if (is_sequenced(id)) {
        cr_assert(hand_hello(&hands[id], id) && hand_join(&hands[id], text + 2, false), "%u", id);
        cr_assert_eq(hands[id].member, id + 1);
    } else {
        stage_send(&stage, port_of(id), text);
    }
    settle();
}

static void say(unsigned id)
{
    char text[32];

    snprintf(text, sizeof(text), "C m%u. hello", id);
    if (is_sequenced(id))
        hand_say(&hands[id], 1, "hello");
    else
        stage_send(&stage, port_of(id), text);
}

static void leave(unsigned id)
{
    char text[32];

    snprintf(text, sizeof(text), "E m%u.", id);
    if (is_sequenced(id))
        hand_up(&hands[id], &(const struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    else
        stage_send(&stage, port_of(id), text);
    settle();
}

/*
 * Joins and exits are in the order of the numbers. Only a sequenced member is told of itself, which
 * is its acknowledgement.
 */
static void expect_heard(unsigned id, unsigned other)
{
    const struct inbox *inbox = &inboxes[id];
    unsigned own = is_sequenced(id) ? 1 : 0;

    cr_expect_eq(inbox->joins[other],
                 other > id    ? 1
                 : other == id ? own
                               : 0,
                 "%u: join of %u", id, other);
    cr_expect_eq(inbox->chats[other], other == id ? own : 1, "%u: message of %u", id, other);
    cr_expect_eq(inbox->exits[other], other < id ? 1 : 0, "%u: exit of %u", id, other);
}

Test(mixed, members_of_both_protocols_hear_each_others_joins_messages_and_exits_and_the_notices)
{
    uint32_t told;

    for (unsigned id = 0; id < MEMBERS; id++)
        join(id);
    for (unsigned id = 0; id < MEMBERS; id++) {
        say(id);
        if (id % 7 == 0) /* some events share datagrams */
            settle();
    }
    cr_assert_eq(room_notice(stage.room, &stage.now, "tea", 3, &told), 0);
    cr_expect_eq(told, MEMBERS);
    settle();
    for (unsigned id = 0; id < MEMBERS; id++)
        leave(id);
    for (unsigned id = 0; id < MEMBERS; id++) {
        for (unsigned other = 0; other < MEMBERS; other++)
            expect_heard(id, other);
        cr_expect_eq(inboxes[id].notices, 1, "%u", id);
    }
    cr_expect_eq(room_members(stage.room), 0);
}
