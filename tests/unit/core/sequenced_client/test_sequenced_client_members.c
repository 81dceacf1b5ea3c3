/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The list of members, from pages and events in any order. */
#include "core/client/member_list.h"
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct client_stage stage;

/* The client is in, and has no page yet. */
static void open_stage(void)
{
    client_stage_new(&stage);
    client_stage_hello(&stage);
    client_stage_challenge(&stage);
    client_stage_next(&stage);
    client_stage_welcome(&stage, false);
}

static void close_stage(void)
{
    client_stage_done(&stage);
}

TestSuite(sequenced_client_members, .init = open_stage, .fini = close_stage);

/* A chat of this member, with its name, as the only event of a datagram. */
static void chat_with_name(uint8_t seq, uint8_t member, const char *name, const char *text)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));

    octets_write_u8(&writer, SEQUENCED_FIRST_EVENTS);
    octets_write_u8(&writer, SEQUENCED_VERSION);
    octets_write_u8(&writer, SEQUENCED_KEY_NONE);
    octets_write_u64(&writer, CLIENT_STAGE_EPOCH);
    octets_write_u8(&writer, 0);
    octets_write_varint(&writer, seq);
    octets_write_u48(&writer, 0);
    octets_write_u8(&writer, 7);
    octets_write_varint(&writer, member);
    octets_write_u16(&writer, 0);
    octets_write_u8(&writer, (uint8_t)strlen(name));
    octets_write_slice(&writer, (struct octets_slice){name, strlen(name)});
    octets_write_varint(&writer, strlen(text));
    octets_write_slice(&writer, (struct octets_slice){text, strlen(text)});
    client_stage_receive(&stage, bytes, writer.length);
}

Test(sequenced_client_members, pages_are_requested_one_after_the_other)
{
    struct sequenced_up_frame frame;

    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame));
    cr_expect_eq(frame.after, 0);
    client_stage_page(&stage, 10, 0, 4, true, "1 bob, 3 carol");
    client_stage_pass_ms(&stage, 9);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame),
              "a server sends no other so soon");
    client_stage_pass_ms(&stage, 1);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame));
    cr_expect_eq(frame.after, 4);
    client_stage_pass_ms(&stage, 200);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame), "the page was lost");
    cr_expect_eq(frame.after, 4);
    client_stage_page(&stage, 10, 4, 7, false, "7 alice");
    cr_expect_eq(client_members(stage.client), 3);
    cr_expect_str_eq(stage.members, "+1 bob +3 carol +7 alice");
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 15000);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame));
}

Test(sequenced_client_members, a_page_that_arrives_twice_changes_nothing)
{
    client_stage_page(&stage, 10, 0, 4, true, "1 bob, 3 carol");
    client_stage_page(&stage, 10, 0, 4, true, "1 bob, 3 carol");
    client_stage_page(&stage, 10, 4, 7, false, "7 alice");
    client_stage_page(&stage, 10, 0, 4, true, "1 bob, 3 carol");
    cr_expect_str_eq(stage.members, "+1 bob +3 carol +7 alice");
}

Test(sequenced_client_members, events_that_a_page_knows_already_do_not_count_twice)
{
    client_stage_page(&stage, 13, 0, 8, false, "7 alice, 8 dave");
    client_stage_joined(&stage, 10, 7, 0, "alice");
    client_stage_left(&stage, 11, 3, 0, EXIT_LEFT);
    client_stage_joined(&stage, 12, 8, 0, "dave");
    cr_expect_str_eq(stage.members, "+7 alice +8 dave");
    cr_expect_eq(stage.event_count, 3, "as events they are told all the same");
    client_stage_left(&stage, 13, 9, 0, EXIT_LEFT);
    client_stage_left(&stage, 14, 8, 0, EXIT_LEFT);
    cr_expect_str_eq(stage.members, "+7 alice +8 dave -8 dave");
}

Test(sequenced_client_members, events_after_a_page_count_though_the_page_arrives_late)
{
    client_stage_joined(&stage, 10, 7, 0, "alice");
    client_stage_joined(&stage, 11, 8, 0, "dave");
    client_stage_page(&stage, 9, 0, 3, false, "3 carol");
    cr_expect_str_eq(stage.members, "+7 alice +8 dave +3 carol");
    cr_expect_eq(client_members(stage.client), 3);
}

Test(sequenced_client_members, former_members_give_their_names_to_what_they_said)
{
    client_stage_joined(&stage, 10, 7, 0, "alice");
    client_stage_chat(&stage, 11, 3, 0, "bye");
    client_stage_left(&stage, 12, 3, 0, EXIT_LEFT);
    cr_expect_eq(stage.event_count, 1, "who that is is not known yet");
    client_stage_page(&stage, 12, 0, 7, false, "3 -carol, 7 alice");
    cr_expect_eq(stage.event_count, 3);
    cr_expect_str_eq(stage.events[1].name, "carol");
    cr_expect_str_eq(stage.events[2].name, "carol");
    cr_expect_str_eq(stage.members, "+7 alice");
    cr_expect_eq(client_members(stage.client), 1);
}

Test(sequenced_client_members, a_page_for_the_number_is_enough_for_its_name)
{
    client_stage_joined(&stage, 10, 7, 0, "alice");
    client_stage_chat(&stage, 11, 3, 0, "x");
    client_stage_chat(&stage, 12, 5, 0, "x");
    client_stage_page(&stage, 12, 0, 4, true, "3 carol");
    cr_expect_str_eq(client_stage_delivered(&stage), "11");
}

Test(sequenced_client_members, a_rename_is_one_member_all_the_time)
{
    client_stage_page(&stage, 10, 0, 7, false, "3 carol, 7 alice");
    client_stage_joined(&stage, 10, 7, 0, "alice");
    client_stage_left(&stage, 11, 3, 0, EXIT_RENAMED);
    client_stage_joined(&stage, 12, 3, 0, "caro");
    client_stage_chat(&stage, 13, 3, 0, "x");
    cr_expect_str_eq(stage.members, "+3 carol +7 alice -3 carol +3 caro");
    cr_expect_str_eq(stage.events[1].name, "carol");
    cr_expect_str_eq(stage.events[3].name, "caro");
}

Test(sequenced_client_members, a_member_on_no_page_after_a_gap_is_gone)
{
    struct sequenced_down_frame gap = {.kind = SEQUENCED_DOWN_GAP, .oldest = 50};

    client_stage_page(&stage, 10, 0, 7, false, "3 carol, 4 erin, 7 alice");
    client_stage_down(&stage, &gap);
    client_stage_page(&stage, 40, 0, 7, false, "3 carol, 4 erin, 7 alice");
    client_stage_page(&stage, 49, 0, 9, false, "4 erika, 7 alice, 9 gus");
    cr_expect_str_eq(stage.members, "+3 carol +4 erin +7 alice -3 carol -4 erin +4 erika +9 gus");
}

Test(sequenced_client_members, a_page_requested_for_the_list_before_the_gap_removes_nobody)
{
    struct sequenced_down_frame gap = {.kind = SEQUENCED_DOWN_GAP, .oldest = 50};

    client_stage_page(&stage, 10, 0, 4, true, "3 carol, 4 erin");
    client_stage_down(&stage, &gap);
    /* It was requested before the gap, and made after it. */
    client_stage_page(&stage, 50, 4, 9, false, "7 alice, 9 gus");
    cr_expect_str_eq(stage.members, "+3 carol +4 erin");
    client_stage_page(&stage, 50, 0, 9, false, "3 carol, 7 alice, 9 gus");
    cr_expect_str_eq(stage.members, "+3 carol +4 erin -4 erin +7 alice +9 gus");
}

Test(sequenced_client_members, a_page_does_not_undo_later_events)
{
    struct sequenced_down_frame gap = {.kind = SEQUENCED_DOWN_GAP, .oldest = 12};

    client_stage_page(&stage, 10, 0, 7, false, "3 carol, 7 alice");
    client_stage_down(&stage, &gap);
    client_stage_joined(&stage, 12, 3, 0, "caro");
    client_stage_page(&stage, 11, 0, 7, false, "3 carol, 7 alice");
    cr_expect_str_eq(stage.members, "+3 carol +7 alice -3 carol +3 caro");
}

Test(sequenced_client_members, a_page_that_was_made_before_somebody_left_does_not_bring_it_back)
{
    client_stage_joined(&stage, 10, 7, 0, "alice");
    client_stage_joined(&stage, 11, 9, 0, "gus");
    client_stage_left(&stage, 12, 9, 0, EXIT_LEFT);
    client_stage_page(&stage, 11, 0, 9, false, "7 alice, 9 gus");
    cr_expect_str_eq(stage.members, "+7 alice +9 gus -9 gus");
    cr_expect_eq(client_members(stage.client), 1);
}

/* ---- random histories ---- */

#define EVENTS  60U
#define NUMBERS 12U

struct history {
    struct {
        uint32_t member;
        bool join;
    } events[EVENTS + 2]; /* index: sequence number - 9 */
};

static bool is_here(const struct history *history, uint32_t member, uint64_t head)
{
    bool here = member <= 4; /* they were in before */

    for (uint64_t seq = 10; seq <= head; seq++) {
        if (history->events[seq - 9].member == member)
            here = history->events[seq - 9].join;
    }
    return here;
}

static void make_history(struct history *history)
{
    uint32_t next = CLIENT_STAGE_MEMBER;
    bool here[NUMBERS + EVENTS] = {false, true, true, true, true};

    for (uint64_t seq = 10; seq < 10 + EVENTS; seq++) {
        uint32_t leaver = 1 + (uint32_t)rand() % NUMBERS;

        if (seq > 10 && here[leaver] && leaver != CLIENT_STAGE_MEMBER && rand() % 2 == 0) {
            history->events[seq - 9].member = leaver;
            history->events[seq - 9].join = false;
            here[leaver] = false;
        } else {
            history->events[seq - 9].member = next;
            history->events[seq - 9].join = true;
            here[next++] = true;
        }
    }
}

static void send_page(const struct history *history, uint64_t head, uint32_t after)
{
    char page[1024] = "";
    uint32_t last = after + 1 + (uint32_t)rand() % 6;
    bool more = last < NUMBERS + EVENTS;

    for (uint32_t member = after + 1; member <= last; member++) {
        if (is_here(history, member, head))
            snprintf(page + strlen(page), sizeof(page) - strlen(page), "%s%u m%u",
                     page[0] != '\0' ? ", " : "", member, member);
    }
    client_stage_page(&stage, head, after, last, more, page);
}

static void send_history(const struct history *history, uint64_t seq)
{
    uint32_t member = history->events[seq - 9].member;
    char name[16];

    snprintf(name, sizeof(name), "m%u", member);
    if (history->events[seq - 9].join)
        client_stage_joined(&stage, seq, member, 0, name);
    else
        client_stage_left(&stage, seq, member, 0, EXIT_LEFT);
}

/* A tenth of a second: a heartbeat is answered, and with `page` the next page is sent. */
static void advance(const struct history *history, uint64_t head, bool page)
{
    struct sequenced_down_frame answer = {.kind = SEQUENCED_DOWN_HEARTBEAT};
    struct sequenced_up_frame frame;
    size_t read = stage.read;

    if (client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame)) {
        answer.heartbeat.echo = frame.echo;
        client_stage_down(&stage, &answer);
    }
    stage.read = read;
    /* A page that was some time on its way. */
    if (client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame) && page)
        send_page(history, head - (uint64_t)rand() % (head - 9), frame.after);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 100);
}

static void play_history(const struct history *history)
{
    uint64_t head = 10, end = 9 + EVENTS;

    for (int turn = 0; turn < 200; turn++) {
        head += head < end && rand() % 2 == 0 ? 1 : 0;
        if (rand() % 4 != 0)
            send_history(history, 10 + (uint64_t)rand() % (head - 9));
        /* A late answer to the first request. */
        if (rand() % 8 == 0)
            send_page(history, head, 0);
        advance(history, head, rand() % 2 == 0);
    }
    for (uint64_t seq = 10; seq <= end; seq++)
        send_history(history, seq);
    for (int i = 0; i < 400; i++)
        advance(history, end, true);
}

Test(sequenced_client_members, any_order_of_pages_and_events_gives_the_same_list)
{
    for (unsigned seed = 1; seed <= 200; seed++) {
        struct history history = {0};
        uint32_t expected = 0;

        srand(seed);
        make_history(&history);
        close_stage();
        open_stage();
        play_history(&history);
        for (uint32_t member = 1; member < NUMBERS + EVENTS; member++)
            expected += is_here(&history, member, 9 + EVENTS) ? 1U : 0U;
        cr_assert_eq(client_state(stage.client), CLIENT_IN, "seed %u", seed);
        cr_assert_eq(stage.event_count, EVENTS, "seed %u", seed);
        cr_assert_eq(client_members(stage.client), expected, "seed %u", seed);
    }
}

Test(sequenced_client_members, members_are_listed_one_by_one_by_rising_numbers)
{
    char told[64] = "";
    const char *name;
    size_t name_len;
    uint64_t number = 0;

    cr_expect(!client_next_member(stage.client, 0, &number, &name, &name_len),
              "nobody is known yet");
    client_stage_page(&stage, 10, 0, 8, false, "3 carol, 5 -eve, 7 alice, 8 dave");
    while (client_next_member(stage.client, number, &number, &name, &name_len))
        sprintf(told + strlen(told), "%u %.*s ", (unsigned)number, (int)name_len, name);
    cr_expect_str_eq(told, "3 carol 7 alice 8 dave ");
    client_stage_joined(&stage, 10, 8, 0, "dave");
    client_stage_left(&stage, 11, 7, 0, EXIT_LEFT);
    cr_assert(client_next_member(stage.client, 3, &number, &name, &name_len));
    cr_expect_eq(number, 8, "who has left is not told");
    cr_expect(!client_next_member(stage.client, UINT64_MAX, &number, &name, &name_len));
}

/* ---- the array itself ---- */

Test(sequenced_client_members, the_array_stays_in_order_whatever_is_inserted_and_removed)
{
    struct member_list list = {0};
    bool in[500] = {false};

    srand(7);
    for (int step = 0; step < 20000; step++) {
        uint32_t number = (uint32_t)rand() % 500;
        struct listed_member *listed = member_list_find(&list, number);

        cr_assert_eq(listed != NULL, in[number]);
        if (listed != NULL)
            member_list_remove(&list, listed);
        else
            member_list_set_here(&list, member_list_insert(&list, number), true);
        in[number] = !in[number];
        member_list_clean(&list);
        cr_assert_leq(list.count, 500);
    }
    for (size_t i = 1; i < list.count; i++)
        cr_assert_lt(list.row[i - 1].number, list.row[i].number);
    for (const struct listed_member *next = member_list_next(&list, 0); next != NULL;
         next = member_list_next(&list, next->number)) {
        cr_assert(in[next->number]);
        in[next->number] = false;
    }
    for (uint32_t number = 1; number < 500; number++)
        cr_expect(!in[number], "%u was passed over", (unsigned)number);
    cr_expect_null(member_list_next(&list, UINT64_MAX));
    member_list_done(&list);
}

Test(sequenced_client_members, more_than_the_maximum_are_not_listed)
{
    struct member_list list = {0};

    for (uint32_t number = 1; number <= CLIENT_MEMBERS_MAX; number++)
        cr_assert_not_null(member_list_insert(&list, number));
    cr_expect_null(member_list_insert(&list, CLIENT_MEMBERS_MAX + 1));
    cr_expect_not_null(member_list_insert(&list, 5), "who is in is found");
    member_list_remove(&list, member_list_find(&list, 5));
    cr_expect_not_null(member_list_insert(&list, CLIENT_MEMBERS_MAX + 1), "a place was given back");
    cr_expect_null(member_list_insert(&list, 5), "and is taken again");
    member_list_done(&list);
}

Test(sequenced_client_members, a_page_that_does_not_arrive_is_requested_again_and_again)
{
    struct sequenced_up_frame frame;
    unsigned asked = 0;

    client_stage_pass_ms(&stage, 3100);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 9000);
    while (client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame))
        asked++;
    cr_expect_eq(asked, 5, "%u", asked);
}

Test(sequenced_client_members, a_page_is_requested_without_a_longer_wait_if_the_server_is_heard)
{
    struct sequenced_up_frame frame;

    client_stage_pass_ms(&stage, 1000);
    client_stage_lose(&stage);
    client_stage_chat(&stage, 11, 3, 0, "hello");
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame));
    client_stage_pass_ms(&stage, 9);
    cr_expect_not(client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame));
    client_stage_pass_ms(&stage, 1);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame));
}

Test(sequenced_client_members, a_chat_with_the_name_of_its_author_waits_for_no_page)
{
    client_stage_joined(&stage, 10, CLIENT_STAGE_MEMBER, 0, "alice");
    chat_with_name(11, 3, "carol", "hello");
    client_stage_chat(&stage, 12, 3, 0, "again");
    cr_assert_str_eq(client_stage_delivered(&stage), "11 12");
    cr_expect_str_eq(stage.events[1].name, "carol");
    cr_expect_str_eq(stage.events[2].name, "carol", "as after a join");
    client_stage_page(&stage, 12, 0, 7, false, "3 carol, 7 alice");
    chat_with_name(13, 3, "dora", "a name that was missed");
    client_stage_chat(&stage, 14, 3, 0, "and stays");
    cr_expect_str_eq(stage.events[4].name, "dora");
}
