/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The budget of what is sent again, and how members share it. */
#include "support/hand.h"

#include "core/model/session.h"
#include "core/room/room_state.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define GREEDY  150U
#define PATIENT 5000
#define FIRST   1001
#define CAROL   6000 /* says everything, by the plain protocol */
#define LINES   10U

static struct stage stage;
static struct hand greedy[GREEDY], patient;

/* Each is at an address of its own, so that no window is shared. */
static void enter(struct hand *hand, uint16_t port, uint8_t number)
{
    char name[16];

    hand_init(hand, &stage, port);
    hand->path.peer.address[ENDPOINT_ADDRESS_BYTES - 1] = number;
    snprintf(name, sizeof(name), "m%u", number);
    cr_assert(hand_enter(hand, number + 1U, name));
}

static void say(unsigned count)
{
    stage_say_long(&stage, CAROL, "carol", count, true);
}

static void open_stage(void)
{
    stage_new(&stage);
    stage_join(&stage, CAROL, "carol");
    for (unsigned i = 0; i < GREEDY; i++)
        enter(&greedy[i], (uint16_t)(FIRST + i), (uint8_t)i);
    enter(&patient, PATIENT, GREEDY);
    for (unsigned i = 0; i < GREEDY; i++)
        hand_report(&greedy[i], transcript_released(stage.room->transcript));
    hand_report(&patient, transcript_released(stage.room->transcript));
    say(LINES);
    fake_outbox_clear(&stage.outbox);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_repairs, .init = open_stage, .fini = close_stage);

static void ask_for_all(struct hand *hand)
{
    hand_missing(hand, hand->position + 1, LINES);
}

/* The patient one asks for one event, now and then, and again when that has come. */
Test(session_repairs, a_repair_waits_for_30_ms_at_most_while_150_others_ask_for_all)
{
    int64_t waited_ms = 0, longest_ms = 0;
    bool waits = false;

    for (unsigned ms = 0; ms < 1200; ms++) {
        if (!waits && ms % 10 == 0)
            hand_missing(&patient, patient.position + 1, 1);
        waits = waits || ms % 10 == 0;
        for (unsigned i = 0; i < GREEDY; i++)
            ask_for_all(&greedy[i]);
        stage_pass_ms(&stage, 1);
        waits = waits && fake_outbox_count_to(&stage.outbox, PATIENT) == 0;
        waited_ms = waits ? waited_ms + 1 : 0;
        longest_ms = waited_ms > longest_ms ? waited_ms : longest_ms;
        fake_outbox_clear(&stage.outbox);
    }
    cr_expect_leq(longest_ms, 30, "%ld ms", (long)longest_ms);
}

Test(session_repairs, repairs_to_all_are_at_most_16384_in_a_second_and_all_have_a_part_of_it)
{
    uint64_t before = stage.room->stats.repairs;
    size_t least = SIZE_MAX;

    for (unsigned ms = 0; ms < 100; ms++) {
        for (unsigned i = 0; i < GREEDY; i++)
            ask_for_all(&greedy[i]);
        stage_pass_ms(&stage, 1);
    }
    cr_expect_leq(stage.room->stats.repairs - before, SESSION_ALL_REPAIRS_MAX * 12 / 100 + 64);
    cr_expect_geq(stage.room->stats.repairs - before, SESSION_ALL_REPAIRS_MAX / 10);
    for (unsigned i = 0; i < GREEDY; i++) {
        size_t count = fake_outbox_count_to(&stage.outbox, (uint16_t)(FIRST + i));

        least = count < least ? count : least;
    }
    cr_expect_geq(least, 5, "of eleven on average: %zu", least);
}
