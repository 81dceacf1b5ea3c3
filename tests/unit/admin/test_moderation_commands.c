/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "admin/admin.h"
#include "support/admin_answer.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002

static struct stage stage;
static struct admin admin;
static char said[65536]; /* all lines of the answer, each with a newline */

static void on_line(void *ctx, bool is_error, const char *text)
{
    size_t used = strlen(said);

    (void)ctx;
    (void)is_error;
    snprintf(said + used, sizeof(said) - used, "%s\n", text);
}

static const struct admin_reply reply = {.line = on_line};

static void join_from(const char *address, uint16_t port, const char *name)
{
    struct path path = stage_path(port, 0);
    char text[128];

    snprintf(text, sizeof(text), "%s:%u", address, (unsigned)port);
    cr_assert_eq(endpoint_parse(text, &path.peer), 0);
    snprintf(text, sizeof(text), "L %s", name);
    stage_send_bytes(&stage, &path, text, strlen(text));
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
}

static void open_all(void)
{
    stage_new(&stage);
    admin = (struct admin){.room = stage.room};
    join_from("192.0.2.1", ALICE, "Alice");
    join_from("192.0.2.2", BOB, "bob");
    said[0] = '\0';
}

static void close_all(void)
{
    stage_done(&stage);
}

TestSuite(moderation_commands, .init = open_all, .fini = close_all);

static void expect(const char *line, const char *answer)
{
    said[0] = '\0';
    admin_answer_line(&admin, &stage.now, ADMIN_COMMANDS, line, strlen(line), &reply);
    stage_sweep(&stage);
    cr_expect_str_eq(said, answer, "%s: %s", line, said);
}

static void later(int64_t seconds)
{
    stage.now.mono_ns += seconds * MOMENT_NS_PER_S;
}

Test(moderation_commands, the_answer_to_a_ban_says_what_was_banned)
{
    join_from("192.0.2.3", BOB + 1, "carol");
    join_from("192.0.2.3", BOB + 2, "dave");
    join_from("127.0.0.1", BOB + 3, "eve");
    expect("/ban bob 10m",
           "bob was removed, and is banned for 10m, and so is the address 192.0.2.2\n");
    expect(
        "/ban Carol",
        "Carol was removed, and is banned until the program ends; the address 192.0.2.3 is not: 1 "
        "other member has it\n");
    expect(
        "/ban eve 2h  ",
        "eve was removed, and is banned for 2h; the address 127.0.0.1 is not: it is that of this "
        "machine itself\n");
    expect("/ban frank 7d", "frank is banned for 7d; nobody here has that name now\n");
    expect("/ban 192.0.2.0/24 90s", "192.0.2.0/24 is banned for 1m 30s; 2 members were removed\n");
    expect("/ban ::ffff:198.51.100.7",
           "198.51.100.7 is banned until the program ends; 0 members were removed\n");
    cr_expect_eq(room_members(stage.room), 0);
}

Test(moderation_commands, a_ban_that_is_not_understood_bans_nobody)
{
    expect("/ban", "whom? /ban NAME|CIDR [TIME]\n");
    expect("/ban  ", "whom? /ban NAME|CIDR [TIME]\n");
    expect("/ban bob soon",
           "nothing was done: 'soon' is no time from 1s to 3650d: write 30s, 10m, 2h or 7d\n");
    expect("/ban bob 10",
           "nothing was done: '10' is no time from 1s to 3650d: write 30s, 10m, 2h or 7d\n");
    expect("/ban bob 10m too loud",
           "nothing was done: there is something after the time. /ban NAME|CIDR [TIME]\n");
    expect("/ban 192.0.2.7/24", "nothing was done: '192.0.2.7/24' has bits set beyond its prefix; "
                                "did you mean 192.0.2.0/24?\n");
    expect("/ban 192.0.2.1/33",
           "nothing was done: '192.0.2.1/33' has no prefix length from 0 to 32\n");
    expect("/ban 192.0.2.300",
           "nothing was done: '192.0.2.300' is no network: write for example 192.0.2.0/24, "
           "2001:db8::/32 or a single address\n");
    expect("/ban 192.0.2.1:1001",
           "nothing was done: '192.0.2.1:1001' has a port: write the address alone\n");
    expect("/ban 0.0.0.0/0", "nothing was done: 0.0.0.0/0 is everybody; access.plain_from says who "
                             "may come, a reload takes it\n");
    expect("/ban ::/0", "nothing was done: ::/0 is everybody; access.plain_from says who may come, "
                        "a reload takes it\n");
    expect("/ban admin", "nothing was done: 'admin' is a name that nobody can have\n");
    expect("/bans", "nobody is banned or muted\n");
    cr_expect_eq(room_members(stage.room), 2);
}

Test(moderation_commands, a_member_whose_name_only_looks_like_a_network_can_be_banned)
{
    join_from("192.0.2.3", BOB + 1, "1.2.3");
    join_from("192.0.2.4", BOB + 2, "and/or");
    expect("/ban 1.2.3", "1.2.3 was removed, and is banned until the program ends, and so is the "
                         "address 192.0.2.3\n");
    expect("/ban and/or", "and/or was removed, and is banned until the program ends, and so is the "
                          "address 192.0.2.4\n");
    expect("/unban and/or", "and/or, 192.0.2.4: no longer banned\n");
}

Test(moderation_commands, bans_and_mutes_are_listed_with_the_time_that_is_left)
{
    expect("/bans", "nobody is banned or muted\n");
    expect("/mute alice 5m", "alice is muted for 5m\n");
    expect("/bans", "muted:\n  alice  5m left\n");
    expect("/ban bob 10m",
           "bob was removed, and is banned for 10m, and so is the address 192.0.2.2\n");
    expect("/ban 2001:db8::/32",
           "2001:db8::/32 is banned until the program ends; 0 members were removed\n");
    later(2);
    expect("/bans",
           "banned:\n  bob, 192.0.2.2  9m 58s left\n  2001:db8::/32  until the program ends\n"
           "muted:\n  alice  4m 58s left\n");
    later(298);
    expect("/bans",
           "banned:\n  bob, 192.0.2.2  5m left\n  2001:db8::/32  until the program ends\n");
}

Test(moderation_commands, the_answer_to_unban_says_what_is_still_banned)
{
    expect("/unban", "whom? /unban NAME|CIDR\n");
    expect("/unban bob alice", "nothing was done: one at a time. /unban NAME|CIDR\n");
    expect("/unban bob", "bob is not banned: /bans lists who is\n");
    expect("/unban 192.0.2.2", "192.0.2.2 is not banned: /bans lists what is\n");
    expect("/unban 192.0.2.2/33",
           "nothing was done: '192.0.2.2/33' has no prefix length from 0 to 32\n");
    expect(
        "/ban bob",
        "bob was removed, and is banned until the program ends, and so is the address 192.0.2.2\n");
    expect("/ban 192.0.2.2",
           "192.0.2.2 is banned until the program ends; 0 members were removed\n");
    expect("/ban 192.0.2.0/29",
           "192.0.2.0/29 is banned until the program ends; 1 member was removed\n");
    expect("/unban 192.0.2.2", "bob, 192.0.2.2: no longer banned\n192.0.2.2: no longer banned\n"
                               "192.0.2.2 is banned as a part of 192.0.2.0/29: /unban that\n");
    expect("/unban 192.0.2.2", "192.0.2.2 is banned as a part of 192.0.2.0/29: /unban that\n");
    expect("/unban ::ffff:192.0.2.0/125", "192.0.2.0/29: no longer banned\n");
    expect("/bans", "nobody is banned or muted\n");
}

Test(moderation_commands, mutes_are_answered)
{
    expect("/mute", "whom? /mute NAME [TIME]\n");
    expect("/mute nobody", "nobody here has that name: /members lists them\n");
    expect("/mute bob 0s",
           "nothing was done: '0s' is no time from 1s to 3650d: write 30s, 10m, 2h or 7d\n");
    expect("/mute bob", "bob is muted until the program ends\n");
    later(3);
    expect("/members", "2 members\n"
                       "  name              endpoint               door            protocol   "
                       "since                      idle s  "
                       "delivered  dropped  owed  undelivered\n"
                       "  Alice             192.0.2.1:1001         0.0.0.0:8888    plain      "
                       "2023-11-14T22:13:20+00:00       3  "
                       "        1        0     0            0\n"
                       "  bob               192.0.2.2:1002         0.0.0.0:8888    plain      "
                       "2023-11-14T22:13:20+00:00       3  "
                       "        0        0     0            0  muted\n");
    expect("/unmute", "whom? /unmute NAME\n");
    expect("/unmute alice bob", "nothing was done: one at a time. /unmute NAME\n");
    expect("/unmute alice", "alice is not muted: /bans lists who is\n");
    expect("/unmute BOB", "BOB may speak again\n");
    expect("/unmute bob", "bob is not muted: /bans lists who is\n");
}

Test(moderation_commands, a_full_table_of_bans_is_reported)
{
    char line[64];

    for (int i = 0; i < ROOM_BANS_MAX; i++) {
        snprintf(line, sizeof(line), "/ban m%d", i);
        admin_answer_line(&admin, &stage.now, ADMIN_COMMANDS, line, strlen(line), &reply);
        said[0] = '\0';
    }
    expect(
        "/ban bob",
        "nothing was done: 1024 bans and mutes are held already, and there is place for no more; "
        "/bans lists them\n");
    expect("/ban 10.0.0.0/8",
           "nothing was done: 1024 bans and mutes are held already, and there is place for no "
           "more; /bans lists them\n");
    expect(
        "/mute bob",
        "nothing was done: 1024 bans and mutes are held already, and there is place for no more; "
        "/bans lists them\n");
    cr_expect_eq(room_members(stage.room), 2);
}

Test(moderation_commands, without_the_right_to_commands_they_are_refused)
{
    static const char *const lines[] = {"/ban bob", "/unban bob", "/bans", "/mute bob",
                                        "/unmute bob"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        said[0] = '\0';
        admin_answer_line(&admin, &stage.now, ADMIN_NOTICES, lines[i], strlen(lines[i]), &reply);
        cr_expect(strstr(said, "admin.fifo_commands") != NULL, "%s", said);
    }
    cr_expect_eq(room_members(stage.room), 2);
    expect("/bans", "nobody is banned or muted\n");
}

Test(moderation_commands, for_a_mistyped_command_the_nearest_is_suggested)
{
    expect("/bann bob", "there is no command '/bann'; did you mean '/ban'?\n");
    expect("/unmutte bob", "there is no command '/unmutte'; did you mean '/unmute'?\n");
    cr_expect_eq(room_members(stage.room), 2);
}
