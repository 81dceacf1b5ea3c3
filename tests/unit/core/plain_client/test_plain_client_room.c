/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Plain clients in a real room: both ends, with an array in place of the network. */
#include "support/plain_stage.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define CLIENTS 2U

/* A client at a port. `stage` must be first, since it is the context of the sink. */
struct room_client {
    struct plain_stage stage;
    uint16_t port;
    uint16_t door;
    size_t read;
};

static struct stage room;
static struct room_client clients[CLIENTS];
static struct plain_stage *const alice = &clients[0].stage, *const bob = &clients[1].stage;

static void on_send(void *ctx, const void *bytes, size_t length)
{
    const struct room_client *client = ctx;
    struct path path = stage_path(client->port, client->door);

    stage_send_bytes(&room, &path, bytes, length);
}

/* Runs until neither end has anything for the other. */
static void settle(void)
{
    bool again = true;

    while (again) {
        again = false;
        for (size_t i = 0; i < CLIENTS && clients[i].stage.client != NULL; i++) {
            const struct fake_datagram *datagram;

            plain_stage_tick(&clients[i].stage);
            stage_sweep(&room);
            while ((datagram = fake_outbox_to(&room.outbox, clients[i].port, clients[i].read)) !=
                   NULL) {
                struct fake_datagram copy = *datagram;

                clients[i].read++;
                plain_stage_receive_bytes(&clients[i].stage, copy.bytes, copy.length);
                again = true;
            }
        }
    }
}

static void enter(uint16_t door)
{
    static const char *const names[CLIENTS] = {"alice", "bob"};

    stage_new(&room);
    for (size_t i = 0; i < CLIENTS; i++) {
        struct room_client *client = &clients[i];

        memset(client, 0, sizeof(*client));
        plain_stage_open(&client->stage);
        client->port = (uint16_t)(1000 + i);
        client->door = door;
        client->stage.dialect = room.dialects[door];
        client->stage.setup.name = names[i];
        client->stage.setup.carrier.send = on_send;
        plain_stage_start(&client->stage);
        settle();
    }
}

static void close_stage(void)
{
    for (size_t i = 0; i < CLIENTS; i++)
        plain_stage_done(&clients[i].stage);
    stage_done(&room);
}

TestSuite(plain_client_room, .fini = close_stage);

static void expect_told(struct plain_stage *stage, const char *expected)
{
    const char *told = plain_stage_told(stage);

    cr_expect_str_eq(told, expected, "told '%s', not '%s'", told, expected);
}

/* It is told of a name claim, in a line with a code, and then `expected`. */
static void expect_asked(struct plain_stage *stage, const char *expected)
{
    const char *told = plain_stage_told(stage);
    const char *code = strchr(told, '(');

    cr_assert(strncmp(told, "line ", 5) == 0 && code != NULL, "%s", told);
    cr_expect_eq(strspn(code + 1, "0123456789abcdef"), 8, "%s", told);
    cr_expect_eq(code[9], ')', "%s", told);
    cr_expect_str_eq(code + 10, expected);
}

static void talk(uint16_t door)
{
    uint32_t number;

    enter(door);
    expect_told(alice, "in|+bob");
    expect_told(bob, "in");
    cr_assert_eq(client_say(alice->client, &alice->now, "hi  there", 9, &number), 0);
    settle();
    expect_told(alice, "1 sent");
    expect_told(bob, "<alice> hi  there");
    cr_assert_eq(client_rename(alice->client, &alice->now, "carol", &number), 0);
    settle();
    expect_told(alice, "joining 0 0|in|2 taken");
    expect_told(bob, "-alice|+carol");
    cr_assert_eq(client_rename(alice->client, &alice->now, "BOB", &number), 0);
    settle();
    /* The member of that name at the same address might be gone, so it is asked first. */
    room.now.mono_ns += 300 * MOMENT_NS_PER_MS;
    room_tick(room.room, &room.now);
    settle();
    expect_told(alice, "joining 0 0|3 refused 5|in");
    expect_asked(bob, "|-carol|+carol");
    client_leave(alice->client, &alice->now, false);
    settle();
    cr_expect_eq(client_why(alice->client), CLIENT_LEFT);
    expect_told(bob, "-carol");
    cr_expect_eq(room_members(room.room), 1);
}

Test(plain_client_room, course_is_spoken_by_both)
{
    talk(0);
    cr_expect(client_was_heard(alice->client));
}

Test(plain_client_room, yn_is_spoken_by_both)
{
    talk(1);
    cr_expect(client_was_heard(alice->client), "there is no bye to wait for");
}

Test(plain_client_room, a_kicked_client_is_told_why_and_may_not_come_back_at_once)
{
    enter(0);
    plain_stage_told(bob);
    cr_assert_eq(room_kick(room.room, &room.now, "bob", "too loud"), 0);
    settle();
    expect_told(bob, "line 您已被管理员移出聊天室。too loud|out kicked");
    cr_expect_str_eq(client_close_text(bob->client), "too loud");
    plain_stage_done(bob);
    plain_stage_start(bob);
    settle();
    expect_told(bob, "out banned");
}

Test(plain_client_room, a_room_that_has_forgotten_everybody_has_them_back)
{
    struct stage old;
    uint32_t number;

    enter(0);
    plain_stage_told(alice);
    plain_stage_told(bob);
    old = room;
    stage_new(&room);
    clients[0].read = clients[1].read = 0;
    room.now.mono_ns += 10 * MOMENT_NS_PER_S;
    alice->now.mono_ns += 10 * MOMENT_NS_PER_S;
    bob->now.mono_ns += 10 * MOMENT_NS_PER_S;
    cr_assert_eq(client_say(alice->client, &alice->now, "lost", 4, &number), 0);
    settle();
    expect_told(alice, "1 sent|joining 0 0|in");
    cr_assert_eq(client_say(bob->client, &bob->now, "lost too", 8, &number), 0);
    settle();
    /* Strangers of one address get an answer once in five seconds. */
    room.now.mono_ns += 10 * MOMENT_NS_PER_S;
    cr_assert_eq(client_say(bob->client, &bob->now, "lost again", 10, &number), 0);
    settle();
    cr_expect_eq(room_members(room.room), 2);
    cr_assert_eq(client_say(alice->client, &alice->now, "here", 4, &number), 0);
    settle();
    expect_told(bob, "1 sent|2 sent|joining 0 0|in|<alice> here");
    stage_done(&old);
}

Test(plain_client_room, a_join_that_is_repeated_is_announced_to_nobody)
{
    enter(0);
    plain_stage_told(alice);
    plain_stage_told(bob);
    bob->now.mono_ns += 10 * MOMENT_NS_PER_S;
    client_moved(bob->client, &bob->now);
    settle();
    expect_told(bob, "joining 0 0|in");
    expect_told(alice, "");
}
