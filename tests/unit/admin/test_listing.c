/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "admin/admin.h"
#include "support/hand.h"

#include "core/model/transcript.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002

static struct stage stage;
static struct admin admin;
static struct admin_listing listing;
static char said[1 << 20]; /* all lines of the answer, each with a newline */
static unsigned lines;

static void on_line(void *ctx, bool is_error, const char *text)
{
    size_t used = strlen(said);

    (void)ctx;
    cr_expect_not(is_error);
    cr_expect(strlen(text) < ADMIN_ANSWER_MAX_BYTES);
    snprintf(said + used, sizeof(said) - used, "%s\n", text);
    lines++;
}

static struct admin_reply reply = {.line = on_line, .roomctl = true};

static void open_all(void)
{
    stage_open(&stage);
    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    cr_assert_eq(stage_start(&stage), 0);
    admin = (struct admin){.room = stage.room};
}

static void close_all(void)
{
    stage_done(&stage);
}

TestSuite(listing, .init = open_all, .fini = close_all);

static void begin(const char *line)
{
    said[0] = '\0';
    lines = 0;
    cr_assert_eq(admin_request(&admin, &stage.now, line, strlen(line), &reply, &listing),
                 ADMIN_MORE);
    cr_expect_eq(lines, 0);
}

static enum admin_result next(void)
{
    return admin_next(&admin, &stage.now, &listing, &reply);
}

/* Produces items to the end, or until it waits. */
static const char *all(const char *line)
{
    begin(line);
    while (next() == ADMIN_MORE)
        ;
    return said;
}

static unsigned count(const char *word)
{
    unsigned found = 0;

    for (const char *at = strstr(said, word); at != NULL; at = strstr(at + 1, word))
        found++;
    return found;
}

static void join(unsigned number)
{
    char name[16];

    snprintf(name, sizeof(name), "m%u.", number);
    stage_join(&stage, (uint16_t)(2000 + number), name);
}

static void leave(unsigned number)
{
    char request[16];

    snprintf(request, sizeof(request), "E m%u.", number);
    stage_send(&stage, (uint16_t)(2000 + number), request);
    stage_sweep(&stage);
}

/* ---- members ---- */

Test(listing, an_empty_room_has_no_members)
{
    cr_expect_str_eq(all("members"), "0 members\n");
    reply.json = true;
    cr_expect_str_eq(all("members"), "");
}

Test(listing, a_member_in_json)
{
    stage_join(&stage, ALICE, "李\"雷");
    stage.now.mono_ns += 65 * MOMENT_NS_PER_S;
    stage.now.utc_offset_s = 3600;
    reply.json = true;
    cr_expect_str_eq(
        all("members"),
        "{\"name\":\"李\\\"雷\",\"endpoint\":\"192.0.2.1:1001\",\"door\":\"0.0.0.0:8888\","
        "\"protocol\":\"plain\",\"since\":\"2023-11-14T23:13:20+01:00\",\"idle\":65,"
        "\"delivered\":0,\"dropped\":0,\"owed\":0,"
        "\"undelivered\":0,\"muted\":false,\"away\":false}\n");
}

Test(listing, both_protocols_are_distinguished_and_away_members_are_marked)
{
    struct hand bob;

    stage_join(&stage, ALICE, "Alice");
    hand_init(&bob, &stage, BOB);
    cr_assert(hand_enter(&bob, 7, "bob"));
    cr_assert_null(strstr(all("members"), "away"), "%s", said);
    cr_expect(
        strstr(said,
               "\n  Alice             192.0.2.1:1001         0.0.0.0:8888    plain      20") !=
            NULL,
        "%s", said);
    cr_expect(
        strstr(said,
               "\n  bob               192.0.2.1:1002         0.0.0.0:8888    sequenced  20") !=
            NULL,
        "%s", said);
    stage.now.mono_ns += 100 * MOMENT_NS_PER_S;
    room_tick(stage.room, &stage.now);
    all("members");
    cr_expect_eq(count("away"), 1, "%s", said);
    cr_expect_eq(count("  away\n"), 1, "%s", said);
    reply.json = true;
    all("members");
    cr_expect_eq(count("\"protocol\":\"plain\""), 1, "%s", said);
    cr_expect_eq(count("\"protocol\":\"sequenced\""), 1, "%s", said);
    cr_expect_eq(count("\"away\":true"), 1, "%s", said);
    cr_expect(strstr(strstr(said, "\"bob\""), "\"away\":true") != NULL, "%s", said);
    hand_report(&bob, 1);
    all("members");
    cr_expect_eq(count("\"away\":false"), 2, "%s", said);
}

Test(listing, columns_are_aligned_whatever_the_script_of_a_name)
{
    stage_join(&stage, ALICE, "李雷");
    stage_join(&stage, BOB, "bob");
    all("members");
    cr_expect(strstr(said, "\n  李雷              192.0.2.1:1001  ") != NULL, "%s", said);
    cr_expect(strstr(said, "\n  bob               192.0.2.1:1002  ") != NULL, "%s", said);
}

Test(listing, members_that_stay_are_listed_once_while_others_come_and_go)
{
    char name[24];

    for (unsigned i = 0; i < 100; i++)
        join(i);
    reply.json = true;
    begin("members");
    for (unsigned step = 0; next() == ADMIN_MORE; step++) {
        cr_expect(lines <= step + 1);
        if (step < 50) {
            leave(2 * step);   /* members with even numbers leave, listed already or not */
            join(1000 + step); /* others take their seats */
            join(2 * (step > 0 ? step - 1 : 0)); /* and some join again */
        }
    }
    for (unsigned i = 0; i < 1050; i++) {
        snprintf(name, sizeof(name), "\"m%u.\"", i);
        cr_expect(count(name) <= 1, "%s", name);
        cr_expect(i >= 100 || i % 2 == 0 || count(name) == 1, "%s", name);
    }
}

Test(listing, empty_seats_are_skipped_a_bounded_number_at_a_time)
{
    unsigned calls = 0;

    for (unsigned i = 0; i < 2000; i++)
        join(i);
    for (unsigned i = 0; i < 1999; i++)
        leave(i);
    reply.json = true;
    begin("members");
    while (next() == ADMIN_MORE)
        calls++;
    cr_expect_eq(lines, 1);
    cr_expect(room_seats(stage.room) < 300 || (calls >= 5 && calls <= 20), "%u", calls);
}

/* ---- bans ---- */

static void order(const char *line)
{
    struct admin_listing none;

    cr_assert_eq(admin_request(&admin, &stage.now, line, strlen(line), &reply, &none), ADMIN_DONE,
                 "%s", line);
}

Test(listing, bans_in_json)
{
    stage_join(&stage, ALICE, "Alice");
    reply.json = true;
    cr_expect_str_eq(all("bans"), "");
    order("mute Alice 10m");
    order("ban bob");
    order("ban 192.0.2.128/25 2h");
    cr_expect_str_eq(all("bans"),
                     "{\"kind\":\"ban\",\"name\":\"bob\",\"network\":null,\"until\":null}\n"
                     "{\"kind\":\"ban\",\"name\":null,\"network\":\"192.0.2.128/"
                     "25\",\"until\":\"2023-11-15T00:13:20+00:00\"}\n"
                     "{\"kind\":\"mute\",\"name\":\"alice\",\"network\":null,\"until\":\"2023-11-"
                     "14T22:23:20+00:00\"}\n");
}

Test(listing, bans_that_stay_are_listed_once_while_others_come_and_go)
{
    char line[32];

    reply.json = true;
    for (unsigned i = 0; i < 20; i++) {
        snprintf(line, sizeof(line), "ban b%u.", i);
        order(line);
    }
    begin("bans");
    for (unsigned i = 0; next() == ADMIN_MORE; i++) {
        if (i >= 20 || i % 2 != 0)
            continue;
        snprintf(line, sizeof(line), "unban b%u.", i);
        order(line);
    }
    for (unsigned i = 1; i < 20; i += 2) {
        snprintf(line, sizeof(line), "\"name\":\"b%u.\"", i);
        cr_expect_eq(count(line), 1, "%s", line);
    }
}

/* ---- events ---- */

Test(listing, a_watcher_gets_the_events_from_now_on)
{
    uint32_t members;

    stage_join(&stage, ALICE, "Alice");
    reply.json = true;
    cr_expect_str_eq(all("watch"), "");
    cr_expect_eq(next(), ADMIN_WAIT);
    stage_join(&stage, BOB, "bob");
    stage_send(&stage, BOB, "C bob say \"hi\"");
    room_notice(stage.room, &stage.now, "tea", 3, &members);
    room_kick(stage.room, &stage.now, "bob", NULL);
    while (next() == ADMIN_MORE)
        ;
    cr_expect_str_eq(said, "{\"seq\":2,\"time\":\"2023-11-14T22:13:20+00:00\",\"kind\":\"join\","
                           "\"name\":\"bob\",\"text\":\"\"}\n"
                           "{\"seq\":3,\"time\":\"2023-11-14T22:13:20+00:00\",\"kind\":\"chat\","
                           "\"name\":\"bob\",\"text\":\"say "
                           "\\\"hi\\\"\"}\n"
                           "{\"seq\":4,\"time\":\"2023-11-14T22:13:20+00:00\",\"kind\":\"notice\","
                           "\"name\":\"\",\"text\":\"tea\"}\n"
                           "{\"seq\":5,\"time\":\"2023-11-14T22:13:20+00:00\",\"kind\":\"exit\","
                           "\"name\":\"bob\",\"text\":\"\","
                           "\"reason\":\"kicked\"}\n");
}

Test(listing, a_watcher_gets_events_as_text)
{
    uint32_t members;

    all("watch");
    stage_join(&stage, BOB, "bob");
    stage_send(&stage, BOB, "C bob hi");
    room_notice(stage.room, &stage.now, "tea", 3, &members);
    stage_send(&stage, BOB, "E bob");
    while (next() == ADMIN_MORE)
        ;
    cr_expect_str_eq(
        said,
        "2023-11-14T22:13:20+00:00 bob joined\n2023-11-14T22:13:20+00:00 bob: hi\n"
        "2023-11-14T22:13:20+00:00 (notice) tea\n2023-11-14T22:13:20+00:00 bob left (left)\n");
}

Test(listing, a_watcher_that_is_too_slow_is_told_how_many_events_it_missed)
{
    uint64_t oldest, released;
    char expected[64];

    stage_join(&stage, ALICE, "Alice");
    reply.json = true;
    all("watch");
    do {
        stage_send(&stage, ALICE,
                   "C Alice a line to fill the ring with, which forgets what came first");
        room_events(stage.room, &oldest, &released);
    } while (oldest < 12);
    cr_expect_eq(next(), ADMIN_MORE);
    snprintf(expected, sizeof(expected), "{\"kind\":\"missed\",\"count\":%u}\n",
             (unsigned)oldest - 2);
    cr_expect_str_eq(said, expected, "%s", said);
    said[0] = '\0';
    while (next() == ADMIN_MORE)
        ;
    snprintf(expected, sizeof(expected), "{\"seq\":%u,", (unsigned)oldest);
    cr_expect_eq(strncmp(said, expected, strlen(expected)), 0);
    cr_expect_eq(count("\n"), released - oldest + 1);
}

Test(listing, the_longest_message_fits_an_answer_in_json)
{
    char text[1000];
    uint32_t members;
    struct room_limits limits;

    limits = stage.config.limits;
    limits.max_text_bytes = sizeof(text);
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    memset(text, '"', sizeof(text));
    reply.json = true;
    all("watch");
    cr_assert_eq(room_notice(stage.room, &stage.now, text, sizeof(text), &members), 0);
    cr_expect_eq(next(), ADMIN_WAIT);
    cr_expect_eq(count("\\\""), 1000);
}

/* ---- sentences ---- */

Test(listing, a_sentence_in_json_says_whether_it_was_done)
{
    struct admin_listing none;

    reply.json = true;
    order("ban bob 1h");
    cr_expect_str_eq(
        said,
        "{\"ok\":true,\"message\":\"bob is banned for 1h; nobody here has that name now\"}\n");
    said[0] = '\0';
    cr_expect_eq(admin_request(&admin, &stage.now, "notice \xe6\x9d\x8e", 10, &reply, &none),
                 ADMIN_DONE);
    cr_expect_str_eq(said, "{\"ok\":true,\"message\":\"announced to 0 members\"}\n");
}
