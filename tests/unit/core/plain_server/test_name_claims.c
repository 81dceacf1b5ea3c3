/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/plain_server/name_claims.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define AGAIN 1003 /* alice's program, restarted on the same machine */

#define TAKEN     "该用户已存在"
#define ASKED     "同一地址上有人要用您的名字 ("
#define ASKED_END ")"

static struct stage stage;

static void open_stage(void)
{
    stage_new(&stage);
    stage_join(&stage, BOB, "bob");
    stage_join(&stage, ALICE, "alice");
    fake_outbox_clear(&stage.outbox);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(name_claims, .init = open_stage, .fini = close_stage);

static void later_ms(int64_t milliseconds)
{
    stage.now.mono_ns += milliseconds * MOMENT_NS_PER_MS;
    stage.now.wall_ns += milliseconds * MOMENT_NS_PER_MS;
    room_tick(stage.room, &stage.now);
    stage_sweep(&stage);
}

static void claim(uint16_t port, const char *name)
{
    char request[64];

    snprintf(request, sizeof(request), "L %s", name);
    stage_send(&stage, port, request);
    stage_sweep(&stage);
}

/* The n-th datagram to that port, as a string. */
static const char *heard(uint16_t port, size_t n)
{
    static char text[PLAIN_LINE_MAX_BYTES + 1];
    const struct fake_datagram *datagram = fake_outbox_to(&stage.outbox, port, n);

    cr_assert(datagram != NULL);
    memcpy(text, datagram->bytes, datagram->length);
    text[datagram->length] = '\0';
    return text;
}

static void refused(uint16_t port, const char *quoted)
{
    struct path path = stage_path(port, 0);

    stage_unreachable(&stage, &path, quoted);
    stage_sweep(&stage);
}

static void expect_asked(const char *line, const char *begin, const char *end)
{
    cr_expect_eq(strncmp(line, begin, strlen(begin)), 0, "%s", line);
    cr_expect_eq(strspn(line + strlen(begin), "0123456789abcdef"), 8, "%s", line);
    cr_expect_str_eq(line + strlen(begin) + 8, end);
}

/* ---- the holder ---- */

Test(name_claims, a_name_whose_holder_is_gone_goes_to_a_newcomer_at_the_same_address)
{
    stage_send(&stage, AGAIN, "L alice\n");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, AGAIN), 0, "no answer yet");
    expect_asked(heard(ALICE, 0), ASKED, ASKED_END);
    refused(ALICE, heard(ALICE, 0));
    cr_expect(stage_heard(&stage, AGAIN, 0, "OK\n"));
    cr_expect(stage_heard(&stage, BOB, 0, "alice 退出了聊天室"));
    cr_expect(stage_heard(&stage, BOB, 1, "alice 进入了聊天室"));
    later_ms(1000);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, AGAIN), 1);
    claim(ALICE, "alice");
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, AGAIN), 2, "a new holder has its own minute");
}

Test(name_claims, a_live_holder_is_told_and_keeps_its_name)
{
    claim(AGAIN, "ALICE");
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + 200 * MOMENT_NS_PER_MS);
    later_ms(199);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, AGAIN), 0);
    later_ms(1);
    cr_expect(stage_heard(&stage, AGAIN, 0, TAKEN));
    expect_asked(heard(ALICE, 0), ASKED, ASKED_END);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 0);
    refused(ALICE, heard(ALICE, 0));
    cr_expect_eq(stage.happened[EVENT_EXIT], 0, "too late");
}

Test(name_claims, a_forged_error_without_the_code_never_frees_the_name)
{
    char line[PLAIN_LINE_MAX_BYTES + 1];
    size_t digit = strlen(ASKED);

    claim(AGAIN, "alice");
    snprintf(line, sizeof(line), "%s", heard(ALICE, 0));
    line[digit] = line[digit] == '0' ? '1' : '0';
    refused(ALICE, line);
    refused(ALICE, "");
    refused(ALICE, "OK");
    refused(ALICE, ASKED);
    snprintf(line, sizeof(line), "%s ", heard(ALICE, 0));
    refused(ALICE, line);
    line[strlen(line) - 2] = '\0';
    refused(ALICE, line);
    stage_send(&stage, BOB, "C bob hi");
    stage_sweep(&stage);
    refused(ALICE, "bob ： hi");
    later_ms(200);
    cr_expect(stage_heard(&stage, AGAIN, 0, TAKEN));
    cr_expect_eq(stage.happened[EVENT_EXIT], 0);
}

Test(name_claims, an_error_from_another_host_or_by_another_door_never_frees_the_name)
{
    struct path path = stage_path(ALICE, 0), other_door = stage_path(ALICE, 1);
    struct unreachable error = {.peer = &path.peer};

    claim(AGAIN, "alice");
    error.quoted = heard(ALICE, 0);
    error.length = strlen(error.quoted);
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 254}, error.offender);
    room_unreachable(stage.room, &stage.now, &error);
    stage_unreachable(&stage, &other_door, heard(ALICE, 0));
    later_ms(200);
    cr_expect(stage_heard(&stage, AGAIN, 0, TAKEN));
    cr_expect_eq(stage.happened[EVENT_EXIT], 0);
}

Test(name_claims, a_holder_that_is_heard_keeps_its_name_whatever_error_comes)
{
    static const char *const datagrams[] = {"C alice hm", "L alice", "?", ""};

    for (size_t i = 0; i < sizeof(datagrams) / sizeof(datagrams[0]); i++) {
        fake_outbox_clear(&stage.outbox);
        claim(AGAIN, "alice");
        stage_send(&stage, ALICE, datagrams[i]);
        refused(ALICE, heard(ALICE, 0));
        cr_expect_eq(stage.happened[EVENT_EXIT], 0);
        later_ms(200);
        cr_expect(stage_heard(&stage, AGAIN, 0, TAKEN));
        later_ms(60000);
    }
}

Test(name_claims, a_holder_is_told_once_a_minute_however_many_ask)
{
    char line[PLAIN_LINE_MAX_BYTES + 1];

    claim(AGAIN, "alice");
    snprintf(line, sizeof(line), "%s", heard(ALICE, 0));
    for (uint16_t i = 1; i <= 100; i++) {
        claim((uint16_t)(AGAIN + i), "alice");
        cr_expect(stage_heard(&stage, (uint16_t)(AGAIN + i), 0, TAKEN), "at once");
    }
    later_ms(59999);
    claim(3000, "alice");
    cr_expect(stage_heard(&stage, 3000, 0, TAKEN), "at once");
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    later_ms(1);
    claim(3001, "alice");
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 3001), 0);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 2);
    expect_asked(heard(ALICE, 1), ASKED, ASKED_END);
    cr_expect_str_neq(heard(ALICE, 1), line, "each line has its own code");
    refused(ALICE, line);
    cr_expect_eq(stage.happened[EVENT_EXIT], 0, "the code of another line");
    refused(ALICE, heard(ALICE, 1));
    cr_expect_eq(stage.happened[EVENT_EXIT], 1);
}

Test(name_claims, the_line_speaks_the_dialect_of_its_door_and_ends_as_the_join_did)
{
    struct path path = stage_path(ALICE, 1);
    char why[DIALECT_WHY_BYTES];

    stage.now.wall_ns = 0;
    stage.dialects[1].prefix = (struct dialect_prefix){.bytes = "> ", .length = 2};
    cr_assert_eq(dialect_set(&stage.dialects[1], DIALECT_ASKED, "{time} {code}?", why), 0);
    stage_reconfigure(&stage);
    stage_send(&stage, ALICE, "E alice");
    stage_send_bytes(&stage, &path, "L alice\n", 8);
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    claim(AGAIN, "alice");
    expect_asked(heard(ALICE, 0), "> 00:00 ", "?\n");
    later_ms(100);
    stage_unreachable(&stage, &path, heard(ALICE, 0));
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, AGAIN, 0, "OK"));
}

Test(name_claims, a_holder_whose_accept_is_owed_is_sent_it_first)
{
    stage.outbox.full_doors = 1;
    claim(2000, "carol");
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    stage_send(&stage, AGAIN, "L carol");
    cr_expect(stage_heard(&stage, 2000, 0, "OK"));
    expect_asked(heard(2000, 1), ASKED, ASKED_END);
}

Test(name_claims, while_the_holder_cannot_be_told_the_answer_comes_at_once)
{
    stage.outbox.full_doors = 1;
    stage_send(&stage, AGAIN, "L alice");
    later_ms(1000);
    cr_expect_eq(stage.refused[REFUSED_NAME_TAKEN], 1);
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    claim(AGAIN, "alice");
    expect_asked(heard(ALICE, 0), ASKED, ASKED_END);
}

/* ---- the newcomer ---- */

Test(name_claims, asking_again_before_the_answer_is_answered_once)
{
    for (int i = 0; i < 5; i++)
        claim(AGAIN, "alice");
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    later_ms(200);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, AGAIN), 1);
}

Test(name_claims, nothing_that_the_newcomer_says_is_answered_before_its_join)
{
    claim(AGAIN, "alice");
    stage_send(&stage, AGAIN, "C alice hello");
    stage_send(&stage, AGAIN, "C nobody hello");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, AGAIN), 0);
    cr_expect_eq(stage.refused[REFUSED_STRANGER], 2);
    later_ms(200);
    cr_expect(stage_heard(&stage, AGAIN, 0, TAKEN));
}

Test(name_claims, a_newcomer_that_leaves_before_the_answer_is_not_let_in)
{
    claim(AGAIN, "alice");
    stage_send(&stage, AGAIN, "E alice");
    cr_expect(stage_heard(&stage, AGAIN, 0, "EXIT"));
    refused(ALICE, heard(ALICE, 0));
    later_ms(1000);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, AGAIN), 1);
    cr_expect_eq(stage.happened[EVENT_JOIN], 2);
    cr_expect_eq(stage.happened[EVENT_EXIT], 0);
}

Test(name_claims, of_two_joins_of_a_newcomer_the_later_one_counts)
{
    claim(AGAIN, "alice");
    claim(AGAIN, "carol");
    cr_expect(stage_heard(&stage, AGAIN, 0, "OK"));
    refused(ALICE, heard(ALICE, 0));
    later_ms(1000);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, AGAIN), 1);
    cr_expect_eq(stage.happened[EVENT_EXIT], 0);

    claim(2000, "bob");
    claim(2000, "alice");
    cr_expect(stage_heard(&stage, 2000, 0, TAKEN), "she was asked less than a minute ago");
    later_ms(1000);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 2000), 1);
}

Test(name_claims, before_the_program_ends_each_newcomer_has_its_answer)
{
    claim(AGAIN, "alice");
    claim(2000, "bob");
    stage_send(&stage, ALICE, "E alice");
    room_release(stage.room, &stage.now);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, AGAIN, 0, "OK"));
    cr_expect(stage_heard(&stage, 2000, 0, TAKEN));
    later_ms(1000);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 2000), 1);
}

Test(name_claims, from_another_address_the_answer_comes_at_once)
{
    struct path path = stage_path(AGAIN, 0);

    path.peer.address[15] = 99;
    stage_send_bytes(&stage, &path, "L alice", 7);
    cr_expect(stage_heard(&stage, AGAIN, 0, TAKEN));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
}

Test(name_claims, a_holder_that_leaves_meanwhile_frees_the_name)
{
    claim(AGAIN, "alice");
    stage_send(&stage, ALICE, "E alice");
    later_ms(200);
    cr_expect(stage_heard(&stage, AGAIN, 0, "OK"));
}

Test(name_claims, programs_that_were_killed_together_have_their_names_back_together)
{
    /* More than a turn reads, so that the errors come after the joins. */
    enum { PROGRAMS = 200 };

    for (uint16_t i = 0; i < PROGRAMS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        stage_join(&stage, (uint16_t)(2000 + i), name);
    }
    for (uint16_t i = 0; i < PROGRAMS; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        claim((uint16_t)(3000 + i), name);
    }
    for (uint16_t i = 0; i < PROGRAMS; i++)
        refused((uint16_t)(2000 + i), heard((uint16_t)(2000 + i), 0));
    for (uint16_t i = 0; i < PROGRAMS; i++)
        cr_expect(stage_heard(&stage, (uint16_t)(3000 + i), 0, "OK"), "%u", i);
}

Test(name_claims, claims_beyond_the_table_are_answered_at_once)
{
    for (uint16_t i = 0; i <= NAME_CLAIMS_MAX; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        stage_join(&stage, (uint16_t)(2000 + i), name);
    }
    later_ms(1000); /* the room is large: joins are held back to be folded */
    fake_outbox_clear(&stage.outbox);
    for (uint16_t i = 0; i <= NAME_CLAIMS_MAX; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        claim((uint16_t)(3000 + i), name);
    }
    cr_expect(stage_heard(&stage, 3000 + NAME_CLAIMS_MAX, 0, TAKEN));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 2000 + NAME_CLAIMS_MAX), 0, "it is not told");
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 3000), 0);
    later_ms(200);
    cr_expect(stage_heard(&stage, 3000, 0, TAKEN));
}
