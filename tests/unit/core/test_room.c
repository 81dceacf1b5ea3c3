/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

static struct stage stage;

static void open_stage(void)
{
    stage_new(&stage);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(room, .init = open_stage, .fini = close_stage);

static void later(int64_t seconds)
{
    stage.now.mono_ns += seconds * MOMENT_NS_PER_S;
    stage.now.wall_ns += seconds * MOMENT_NS_PER_S;
}

/* Exactly these datagrams were sent to that port; NULL ends the list. Clears them. */
static void expect_heard(uint16_t port, const char *const *texts)
{
    size_t n = 0;

    stage_sweep(&stage);
    for (; texts[n] != NULL; n++)
        cr_expect(stage_heard(&stage, port, n, texts[n]), "datagram %zu to %u is '%.*s', not '%s'",
                  n, (unsigned)port,
                  fake_outbox_to(&stage.outbox, port, n) != NULL
                      ? (int)fake_outbox_to(&stage.outbox, port, n)->length
                      : 4,
                  fake_outbox_to(&stage.outbox, port, n) != NULL
                      ? fake_outbox_to(&stage.outbox, port, n)->bytes
                      : "none",
                  texts[n]);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, port), n, "%u was sent %zu datagrams",
                 (unsigned)port, fake_outbox_count_to(&stage.outbox, port));
}

#define HEARD(port, ...) expect_heard(port, (const char *const[]){__VA_ARGS__, NULL})
#define SILENT(port)     expect_heard(port, (const char *const[]){NULL})

Test(room, a_join_is_answered_and_told_to_the_others)
{
    stage_join(&stage, ALICE, "alice");
    stage_send(&stage, BOB, "L bob");
    HEARD(BOB, "OK");
    HEARD(ALICE, "bob 进入了聊天室");
}

Test(room, a_message_reaches_everybody_but_its_author)
{
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    stage_join(&stage, CAROL, "carol");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE, "C alice hello  there ");
    HEARD(BOB, "alice ： hello  there ");
    HEARD(CAROL, "alice ： hello  there ");
    SILENT(ALICE);
}

Test(room, a_member_that_leaves_gets_the_bye_of_its_verb_and_the_others_are_told)
{
    const struct {
        const char *request, *bye;
    } cases[] = {{"E alice", "EXIT"},
                 {"Q alice", "EXIT"},
                 {"EXIT alice ##", "EXIT"},
                 {"QUIT alice", "QUIT"}};

    stage_join(&stage, BOB, "bob");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        stage_join(&stage, ALICE, "alice");
        stage_send(&stage, ALICE, cases[i].request);
        HEARD(ALICE, cases[i].bye);
        HEARD(BOB, "alice 退出了聊天室");
        fake_outbox_clear(&stage.outbox);
        cr_expect_eq(room_members(stage.room), 1);
    }
}

/* ---- requests by the sender's state ---- */

enum state {
    STRANGER,
    MEMBER,     /* alice, from her endpoint */
    NAMESAKE,   /* a stranger; alice has joined from elsewhere */
    OTHER,      /* bob, from his endpoint; alice has joined from elsewhere */
    FULL_HOUSE, /* a stranger; the room is full */
    STATES
};

static const char *const state_names[] = {"stranger", "member", "namesake", "other member",
                                          "full house"};

/* The answer to the sender; NULL = none. `members`: their number afterwards. */
struct outcome {
    const char *answer;
    uint32_t members;
};

struct row {
    const char *request;
    struct outcome outcomes[STATES];
};

#define NOTHING(members) {NULL, members}
#define BAD              "姓名不可用 (UTF-8): "

static const struct row rows[] = {
    /* request      stranger                   member                     namesake other full */
    {"L alice",
     {{"OK", 1}, {"OK", 1}, {"该用户已存在", 1}, {"该用户已存在", 2}, {"该用户已存在", 1}}},
    {"L ALICE",
     {{"OK", 1}, {"OK", 1}, {"该用户已存在", 1}, {"该用户已存在", 2}, {"该用户已存在", 1}}},
    {"L carol", {{"OK", 1}, {"OK", 1}, {"OK", 2}, {"OK", 2}, {"聊天室已满", 1}}},
    {"L a b",
     {{BAD "含有空格", 0},
      {BAD "含有空格", 1},
      {BAD "含有空格", 1},
      {BAD "含有空格", 2},
      {BAD "含有空格", 1}}},
    {"L ",
     {{BAD "名字是空的", 0},
      {BAD "名字是空的", 1},
      {BAD "名字是空的", 1},
      {BAD "名字是空的", 2},
      {BAD "名字是空的", 1}}},
    {"L \xc4\xe3",
     {{BAD "不是 UTF-8 编码", 0},
      {BAD "不是 UTF-8 编码", 1},
      {BAD "不是 UTF-8 编码", 1},
      {BAD "不是 UTF-8 编码", 2},
      {BAD "不是 UTF-8 编码", 1}}},
    {"L", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"C alice hi",
     {{"请先进入聊天室", 0},
      NOTHING(1),
      {"请先进入聊天室", 1},
      {"请先进入聊天室", 2},
      {"请先进入聊天室", 1}}},
    {"C alice ",
     {{"请先进入聊天室", 0},
      NOTHING(1),
      {"请先进入聊天室", 1},
      {"请先进入聊天室", 2},
      {"请先进入聊天室", 1}}},
    {"C alice",
     {{"请先进入聊天室", 0},
      NOTHING(1),
      {"请先进入聊天室", 1},
      {"请先进入聊天室", 2},
      {"请先进入聊天室", 1}}},
    {"C", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"E alice", {{"EXIT", 0}, {"EXIT", 0}, {"EXIT", 1}, {"请先进入聊天室", 2}, {"EXIT", 1}}},
    {"Q ALICE x", {{"EXIT", 0}, {"EXIT", 0}, {"EXIT", 1}, {"请先进入聊天室", 2}, {"EXIT", 1}}},
    {"QUIT nobody",
     {{"QUIT", 0}, {"请先进入聊天室", 1}, {"QUIT", 1}, {"请先进入聊天室", 2}, {"QUIT", 1}}},
    {"E", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"E ", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"hello", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"\n", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"OK", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"EXIT", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"Y\n", {NOTHING(0), NOTHING(1), NOTHING(1), NOTHING(2), NOTHING(1)}},
    {"C 管理员消息 x",
     {{"请先进入聊天室", 0},
      {"请先进入聊天室", 1},
      {"请先进入聊天室", 1},
      {"请先进入聊天室", 2},
      {"请先进入聊天室", 1}}},
};

static void put_in_state(enum state state)
{
    if (state == MEMBER)
        stage_join(&stage, ALICE, "alice");
    else if (state != STRANGER)
        stage_join_elsewhere(&stage, CAROL, "alice");
    if (state == OTHER)
        stage_join(&stage, ALICE, "bob");
    if (state == FULL_HOUSE) {
        struct room_limits limits = stage.config.limits;

        limits.max_members = 1;
        stage.config.limits = limits;
        stage_reconfigure(&stage);
    }
    fake_outbox_clear(&stage.outbox);
}

Test(room, every_request_in_every_state_is_answered_as_the_table_says)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int state = 0; state < STATES; state++) {
            const struct outcome *outcome = &rows[i].outcomes[state];

            close_stage();
            open_stage();
            put_in_state((enum state)state);
            stage_send(&stage, ALICE, rows[i].request);
            stage_sweep(&stage);
            if (outcome->answer != NULL)
                cr_expect(stage_heard(&stage, ALICE, 0, outcome->answer), "'%s' from a %s",
                          rows[i].request, state_names[state]);
            cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE),
                         outcome->answer != NULL ? 1 : 0, "'%s' from a %s", rows[i].request,
                         state_names[state]);
            cr_expect_eq(room_members(stage.room), outcome->members,
                         "'%s' from a %s leaves %u members", rows[i].request, state_names[state],
                         (unsigned)room_members(stage.room));
        }
    }
}

/* ---- joins ---- */

Test(room, a_repeated_join_is_answered_again_and_announced_once)
{
    stage_join(&stage, BOB, "bob");
    stage_join(&stage, ALICE, "alice");
    stage_send(&stage, ALICE, "L alice");
    HEARD(ALICE, "OK");
    SILENT(BOB);
}

Test(room, another_name_from_a_members_endpoint_is_a_rename)
{
    stage_join(&stage, BOB, "bob");
    stage_join(&stage, ALICE, "alice");
    stage_send(&stage, ALICE, "L alicia");
    HEARD(ALICE, "OK");
    HEARD(BOB, "alice 退出了聊天室", "alicia 进入了聊天室");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE, "C alicia hi");
    HEARD(BOB, "alicia ： hi");
    stage_send(&stage, CAROL, "L alice");
    HEARD(CAROL, "OK");
}

Test(room, a_rename_to_a_taken_name_changes_nothing)
{
    stage_join(&stage, BOB, "bob");
    stage_join(&stage, ALICE, "alice");
    stage_send(&stage, ALICE, "L bob");
    HEARD(ALICE, "该用户已存在");
    SILENT(BOB);
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE, "C alice still here");
    HEARD(BOB, "alice ： still here");
}

Test(room, the_accept_comes_before_any_event_even_after_a_full_socket)
{
    stage_join(&stage, BOB, "bob");
    stage.outbox.take = 0;
    stage_send(&stage, ALICE, "L alice");
    stage_send(&stage, BOB, "C bob one");
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    stage_send(&stage, BOB, "C bob two");
    stage.outbox.take = SIZE_MAX;
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    HEARD(ALICE, "OK", "bob ： one", "bob ： two");
}

Test(room, the_accept_comes_before_whatever_follows_at_once)
{
    stage_join(&stage, BOB, "bob");
    stage_send(&stage, ALICE, "L alice");
    stage_send(&stage, ALICE, "C alice hi");
    stage_send(&stage, ALICE, "E alice");
    HEARD(ALICE, "OK", "EXIT");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE, "L alice");
    stage_send(&stage, ALICE, "L bob");
    stage_send(&stage, ALICE, "L alice");
    HEARD(ALICE, "OK", "该用户已存在", "OK");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, CAROL, "L carol");
    cr_expect_eq(room_kick(stage.room, &stage.now, "carol", "no"), 0);
    HEARD(CAROL, "OK", "您已被管理员移出聊天室。no", "EXIT");
}

Test(room, a_member_that_joined_with_a_newline_gets_one_after_everything)
{
    struct path path = stage_path(ALICE, 0);

    stage_join(&stage, BOB, "bob");
    stage_send(&stage, ALICE, "L alice\r\n");
    HEARD(ALICE, "OK\n");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, BOB, "C bob hi\n");
    HEARD(ALICE, "bob ： hi\n");
    fake_outbox_clear(&stage.outbox);
    stage_send_bytes(&stage, &path, "Q alice", 7);
    HEARD(ALICE, "EXIT\n");
    HEARD(BOB, "alice 退出了聊天室");
}

Test(room, a_refusal_ends_as_the_request_did)
{
    stage_join_elsewhere(&stage, BOB, "bob");
    stage_send(&stage, ALICE, "L bob\n");
    HEARD(ALICE, "该用户已存在\n");
}

Test(room, each_door_speaks_its_dialect_and_all_hear_each_other)
{
    struct path door1 = stage_path(BOB, 1);

    stage_join(&stage, ALICE, "alice");
    stage_send_bytes(&stage, &door1, "L bob", 5);
    HEARD(BOB, "Y");
    HEARD(ALICE, "bob 进入了聊天室");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE, "C alice hi");
    HEARD(BOB, "alice: hi");
    fake_outbox_clear(&stage.outbox);
    stage_send_bytes(&stage, &door1, "L ALICE", 7);
    HEARD(BOB, "N");
    fake_outbox_clear(&stage.outbox);
    stage_send_bytes(&stage, &door1, "E bob", 5);
    SILENT(BOB);
    HEARD(ALICE, "bob 退出了聊天室");
}

Test(room, answers_go_out_by_the_path_the_request_came_in)
{
    const struct fake_datagram *datagram;
    struct path path = stage_path(ALICE, 1);

    path.local[15] = 77;
    stage_send_bytes(&stage, &path, "L alice", 7);
    stage_sweep(&stage);
    datagram = fake_outbox_to(&stage.outbox, ALICE, 0);
    cr_assert_not_null(datagram);
    cr_expect_eq(datagram->path.local[15], 77);
    cr_expect_eq(datagram->path.door, 1);
}

/* ---- texts ---- */

Test(room, a_text_of_the_longest_kind_goes_through_and_one_byte_more_is_told)
{
    char request[PLAIN_REQUEST_MAX_BYTES + 2] = "C alice ";
    struct path path = stage_path(ALICE, 0);

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    memset(request + 8, 'x', sizeof(request) - 8);
    stage_send_bytes(&stage, &path, request, 8 + 900);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_to(&stage.outbox, BOB, 0)->length, 5 + 5 + 900);
    fake_outbox_clear(&stage.outbox);
    stage_send_bytes(&stage, &path, request, 8 + 901);
    SILENT(BOB);
    HEARD(ALICE, "消息没有发送: 超过 900 字节");
    fake_outbox_clear(&stage.outbox);
    later(ROOM_TOLD_INTERVAL_S);
    stage_send_bytes(&stage, &path, request, PLAIN_REQUEST_MAX_BYTES + 1);
    HEARD(ALICE, "消息没有发送: 超过 900 字节");
    cr_expect_eq(stage.refused[REFUSED_TOO_LONG], 2);
}

Test(room, a_text_that_is_not_utf8_is_told_once_in_five_seconds_and_not_forwarded)
{
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE, "C alice \xc4\xe3\xba\xc3");
    stage_send(&stage, ALICE, "C alice \xc4\xe3\xba\xc3");
    SILENT(BOB);
    HEARD(ALICE, "消息没有发送: 不是 UTF-8 编码");
    fake_outbox_clear(&stage.outbox);
    later(ROOM_TOLD_INTERVAL_S);
    stage_send(&stage, ALICE, "C alice \xff");
    HEARD(ALICE, "消息没有发送: 不是 UTF-8 编码");
}

Test(room, what_could_steer_a_terminal_arrives_as_spaces)
{
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE,
               "C alice \033[2Ja\tb\xe2\x80\xae"
               "c");
    HEARD(BOB, "alice ：  [2Ja b c");
}

Test(room, a_name_may_be_written_another_way_in_a_request)
{
    stage_join(&stage, ALICE, "Alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE, "C ＡＬＩＣＥ hi");
    HEARD(BOB, "Alice ： hi");
}

Test(room, a_member_that_says_too_much_is_told_once_in_five_seconds_and_the_rest_is_not_sent)
{
    struct room_limits limits = stage.config.limits;

    limits.messages = (struct room_rate){.per_second = 2, .burst = 5};
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    for (int i = 0; i < 20; i++)
        stage_send(&stage, ALICE, "C alice x");
    HEARD(BOB, "alice ： x", "alice ： x", "alice ： x", "alice ： x", "alice ： x");
    HEARD(ALICE, "消息没有发送: 发言太快, 请稍后再试");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 15);
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, BOB, "C bob mine are my own");
    HEARD(ALICE, "bob ： mine are my own");
    fake_outbox_clear(&stage.outbox);
    later(1);
    for (int i = 0; i < 20; i++)
        stage_send(&stage, ALICE, "C alice y");
    HEARD(BOB, "alice ： y", "alice ： y");
    SILENT(ALICE);
}

Test(room, bytes_are_limited_as_messages_are)
{
    struct room_limits limits = stage.config.limits;
    char request[909] = "C alice ";

    limits.bytes = (struct room_rate){.per_second = 100, .burst = 2000};
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    memset(request + 8, 'x', 900);
    for (int i = 0; i < 5; i++)
        stage_send(&stage, ALICE, request);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 2);
    later(7);
    stage_send(&stage, ALICE, request);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 3);
}

/* ---- strangers, reflections, floods ---- */

Test(room, a_strangers_message_is_answered_once_in_five_seconds_for_an_address)
{
    for (uint16_t port = 2000; port < 2100; port++)
        stage_send(&stage, port, "C x y");
    cr_expect_eq(stage.outbox.count, 1);
    later(ROOM_TOLD_INTERVAL_S);
    stage_send(&stage, 2000, "C x y");
    cr_expect_eq(stage.outbox.count, 2);
}

Test(room, answers_to_one_address_are_limited)
{
    struct room_stats stats;

    for (uint16_t port = 2000; port < 3000; port++)
        stage_send(&stage, port, "E nobody");
    cr_expect_eq(stage.outbox.count, 200);
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.answers_withheld, 800);
    later(1);
    for (uint16_t port = 2000; port < 3000; port++)
        stage_send(&stage, port, "E nobody");
    cr_expect_eq(stage.outbox.count, 250, "fifty more in a second");
}

/* A class behind one address, each of whom asks again three times. */
static void join_again(void)
{
    fake_outbox_clear(&stage.outbox);
    for (uint16_t i = 0; i < 300; i++) {
        char request[16];

        snprintf(request, sizeof(request), "L pupil%u", i % 100U);
        stage_send(&stage, (uint16_t)(3000 + i % 100), request);
        stage_sweep(&stage);
    }
}

Test(room, repeated_joins_are_limited_for_an_address_only_where_the_accept_is_longer)
{
    char why[DIALECT_WHY_BYTES], name[16];

    for (uint16_t i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "pupil%u", i);
        stage_join(&stage, (uint16_t)(3000 + i), name);
    }
    join_again();
    cr_expect_eq(stage.outbox.count, 300);
    cr_assert_eq(dialect_set(&stage.dialects[0], DIALECT_ACCEPT, "WELCOME, PUPIL", why), 0);
    stage_reconfigure(&stage);
    later(5);
    join_again();
    cr_expect_eq(stage.outbox.count, 200);
}

Test(room, an_endpoint_that_repeats_its_join_is_answered_five_times_at_once_and_then_once_a_second)
{
    stage_join(&stage, ALICE, "alice");
    for (int second = 0; second < 3; second++) {
        for (int i = 0; i < 1000; i++) {
            stage_send(&stage, ALICE, "L alice");
            stage_sweep(&stage);
        }
        cr_expect_eq(stage.outbox.count, 5 + (size_t)second);
        later(1);
    }
}

Test(room, answers_to_one_prefix_are_limited)
{
    for (int host = 0; host < 250; host++) {
        for (int i = 0; i < 10; i++) {
            struct path path = stage_path(2000, 0);

            path.peer.address[15] = (uint8_t)host;
            stage_send_bytes(&stage, &path, "E nobody", 8);
        }
    }
    cr_expect_eq(stage.outbox.count, 800);
}

Test(room, a_datagram_from_one_of_our_own_addresses_is_dropped)
{
    struct endpoint own;
    struct path path = stage_path(STAGE_PORT, 0);

    /* From the address it was sent to, and from our port. */
    memcpy(path.peer.address, path.local, sizeof(path.local));
    stage_send_bytes(&stage, &path, "L alice", 7);
    /* From another address of this machine. */
    endpoint_parse("198.51.100.7:0", &own);
    stage.config.own = &own;
    stage.config.own_count = 1;
    stage_reconfigure(&stage);
    memcpy(path.peer.address, own.address, sizeof(own.address));
    stage_send_bytes(&stage, &path, "L alice", 7);
    /* From loopback. */
    endpoint_address_from_ipv4((const uint8_t[]){127, 0, 0, 9}, path.peer.address);
    stage_send_bytes(&stage, &path, "L alice", 7);
    SILENT(STAGE_PORT);
    cr_expect_eq(stage.refused[REFUSED_OWN_ADDRESS], 3);
    cr_expect_eq(room_members(stage.room), 0);
    /* The same port elsewhere is an ordinary sender. */
    endpoint_address_from_ipv4((const uint8_t[]){198, 51, 100, 8}, path.peer.address);
    stage_send_bytes(&stage, &path, "L alice", 7);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(room, every_answer_of_every_built_in_dialect_is_dropped_when_it_comes_in)
{
    uint64_t expected = 0;

    for (const char *const *name = dialect_builtin_names(); *name != NULL; name++) {
        for (int language = DIALECT_ZH; language <= DIALECT_EN; language++) {
            for (int key = DIALECT_ACCEPT; key <= DIALECT_BYE; key++) {
                const char *text = dialect_builtin_text(*name, (enum dialect_language)language,
                                                        (enum dialect_key)key);

                const char *why = strstr(text, "{why}");
                char reply[DIALECT_REPLY_MAX_BYTES + 1];

                if (text[0] == '\0')
                    continue;
                snprintf(reply, sizeof(reply), "%.*s%s",
                         (int)(why != NULL ? why - text : (int)strlen(text)), text,
                         why != NULL ? dialect_name_fault(DIALECT_ZH, NAME_SPACE) : "");
                stage_send(&stage, ALICE, reply);
                cr_expect_eq(stage.refused[REFUSED_REPLY], ++expected, "%s", reply);
            }
        }
    }
    cr_expect_eq(stage.outbox.count, 0);
}

Test(room, nothing_is_answered_where_plain_is_off)
{
    struct room_limits limits = stage.config.limits;

    limits.plain_enabled = false;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_send(&stage, ALICE, "L alice");
    SILENT(ALICE);
    cr_expect_eq(stage.refused[REFUSED_PLAIN_OFF], 1);
}

/* ---- the administrator ---- */

static int notice(const char *text, uint32_t *ret_members)
{
    return room_notice(stage.room, &stage.now, text, strlen(text), ret_members);
}

Test(room, a_notice_reaches_everybody_and_says_how_many)
{
    uint32_t members = 99;

    cr_expect_eq(notice("nobody here", &members), 0);
    cr_expect_eq(members, 0);
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    cr_expect_eq(notice("tea\tat five", &members), 0);
    cr_expect_eq(members, 2);
    HEARD(ALICE, "管理员消息: tea at five");
    HEARD(BOB, "管理员消息: tea at five");
}

Test(room, a_notice_that_cannot_be_said_is_not_said)
{
    char text[902];
    uint32_t members = 99;

    stage_join(&stage, ALICE, "alice");
    memset(text, 'x', sizeof(text));
    text[901] = '\0';
    cr_expect_eq(notice(text, &members), STATUS_TOO_LONG);
    cr_expect_eq(notice("\xff", &members), STATUS_NOT_UTF8);
    cr_expect_eq(notice("", &members), STATUS_INVALID);
    cr_expect_eq(members, 99);
    SILENT(ALICE);
    text[900] = '\0';
    cr_expect_eq(notice(text, &members), 0);
}

Test(room, a_removed_member_is_told_why_and_gets_its_bye)
{
    stage_join(&stage, ALICE, "Alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    cr_expect_eq(room_kick(stage.room, &stage.now, "ALICE", "too loud"), 0);
    HEARD(ALICE, "您已被管理员移出聊天室。too loud", "EXIT");
    HEARD(BOB, "Alice 退出了聊天室");
    cr_expect_eq(room_kick(stage.room, &stage.now, "alice", NULL), STATUS_NOT_FOUND);
    cr_expect_eq(room_kick(stage.room, &stage.now, "\xff", NULL), STATUS_NOT_FOUND);
    cr_expect_eq(room_kick(stage.room, &stage.now, "bob", "\xff"), STATUS_NOT_UTF8);
    cr_expect_eq(room_members(stage.room), 1);
}

/* ---- silence ---- */

Test(room, a_silent_member_is_warned_and_then_removed)
{
    struct room_limits limits = stage.config.limits;

    limits.idle_timeout_s = 600;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    cr_expect_eq(room_next_tick(stage.room), MOMENT_NEVER_NS, "an empty room needs no timer");
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + 540 * MOMENT_NS_PER_S);
    later(539);
    cr_expect_gt(room_tick(stage.room, &stage.now), stage.now.mono_ns);
    SILENT(ALICE);
    later(1);
    stage_send(&stage, BOB, "C bob I am here");
    cr_expect_eq(room_tick(stage.room, &stage.now), stage.now.mono_ns + 60 * MOMENT_NS_PER_S);
    HEARD(ALICE, "您很久没有发言, 60 秒后将退出聊天室", "bob ： I am here");
    SILENT(BOB);
    fake_outbox_clear(&stage.outbox);
    later(60);
    room_tick(stage.room, &stage.now);
    HEARD(ALICE, "EXIT");
    HEARD(BOB, "alice 退出了聊天室");
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + 480 * MOMENT_NS_PER_S);
}

Test(room, a_warned_member_that_speaks_stays)
{
    struct room_limits limits = stage.config.limits;

    limits.idle_timeout_s = 600;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    later(540);
    room_tick(stage.room, &stage.now);
    stage_send(&stage, ALICE, "C alice hm");
    later(60);
    room_tick(stage.room, &stage.now);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(room, a_member_too_silent_for_a_shorter_timeout_has_the_time_that_its_warning_says)
{
    struct room_limits limits = stage.config.limits;

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    later(3600);
    limits.idle_timeout_s = 600;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    cr_expect_leq(room_next_tick(stage.room), stage.now.mono_ns);
    cr_expect_eq(room_tick(stage.room, &stage.now), stage.now.mono_ns + 60 * MOMENT_NS_PER_S);
    HEARD(ALICE, "您很久没有发言, 60 秒后将退出聊天室");
    HEARD(BOB, "您很久没有发言, 60 秒后将退出聊天室");
    stage_send(&stage, BOB, "C bob I am here");
    later(59);
    room_tick(stage.room, &stage.now);
    cr_expect_eq(room_members(stage.room), 2);
    later(1);
    room_tick(stage.room, &stage.now);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(room, a_longer_timeout_counts_for_those_who_were_warned_too)
{
    struct room_limits limits = stage.config.limits;

    limits.idle_timeout_s = 600;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    later(540);
    room_tick(stage.room, &stage.now);
    limits.idle_timeout_s = 6000;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + 5460 * MOMENT_NS_PER_S);
}

Test(room, without_a_timeout_nobody_is_removed)
{
    struct room_limits limits = stage.config.limits;

    limits.idle_timeout_s = 0;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    later(1000000000);
    cr_expect_eq(room_tick(stage.room, &stage.now), MOMENT_NEVER_NS);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(room, a_new_limit_on_messages_counts_at_once_also_for_a_member_that_has_used_up_the_old_one)
{
    struct room_limits limits = stage.config.limits;

    limits.messages = (struct room_rate){.per_second = 1, .burst = 100};
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    for (unsigned i = 0; i < 101; i++)
        stage_send(&stage, ALICE, "C alice hello");
    cr_assert_eq(stage.refused[REFUSED_LIMITED], 1, "at one a second it is full again in 100 s");
    limits.messages = (struct room_rate){.per_second = 200, .burst = 10};
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_send(&stage, ALICE, "C alice hello");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 2);
    stage.now.mono_ns += 5 * MOMENT_NS_PER_MS;
    stage_send(&stage, ALICE, "C alice hello");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 2);
}

Test(room, a_member_keeps_the_name_that_a_reload_makes_too_long)
{
    struct room_limits limits = stage.config.limits;

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    limits.max_name_codepoints = 3;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_send(&stage, ALICE, "C alice hello");
    stage_sweep(&stage);
    HEARD(BOB, "alice ： hello");
    stage_send(&stage, CAROL, "L carol");
    HEARD(CAROL, "姓名不可用 (UTF-8): 太长");
}

Test(room, with_the_plain_protocol_off_members_stay_and_hear)
{
    struct room_limits limits = stage.config.limits;
    uint32_t members;

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    limits.plain_enabled = false;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_send(&stage, ALICE, "C alice hello");
    cr_expect_eq(room_notice(stage.room, &stage.now, "tea", 3, &members), 0);
    stage_sweep(&stage);
    HEARD(ALICE, "管理员消息: tea");
    HEARD(BOB, "管理员消息: tea");
    cr_expect_eq(stage.refused[REFUSED_PLAIN_OFF], 1);
    limits.plain_enabled = true;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, ALICE, "C alice hello");
    stage_sweep(&stage);
    HEARD(BOB, "alice ： hello");
}

Test(room, a_lower_max_members_removes_nobody)
{
    struct room_limits limits = stage.config.limits;

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    limits.max_members = 1;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    cr_expect_eq(room_members(stage.room), 2);
    stage_send(&stage, CAROL, "L carol");
    HEARD(CAROL, "聊天室已满");
}

Test(room, new_wording_reaches_members_that_are_already_in)
{
    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    fake_outbox_clear(&stage.outbox);
    dialect_init(&stage.dialects[0], "course", DIALECT_EN);
    stage_reconfigure(&stage);
    stage_send(&stage, ALICE, "C alice hi");
    HEARD(BOB, "alice: hi");
}

Test(room, what_a_member_says_itself_or_misses_is_not_counted_as_delivered)
{
    struct room_member member;

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    stage_send(&stage, BOB, "C bob one");
    stage_send(&stage, ALICE, "C alice two");
    stage_send(&stage, BOB, "C bob three");
    stage_sweep(&stage);
    cr_assert(room_member(stage.room, 1, &member));
    cr_expect_str_eq(member.name, "bob");
    cr_expect_eq(member.delivered, 1);
    stage.outbox.failing_port = BOB;
    stage_send(&stage, ALICE, "C alice four");
    stage_sweep(&stage);
    cr_assert(room_member(stage.room, 1, &member));
    cr_expect_eq(member.delivered, 1);
    cr_expect_eq(member.lost, 1);
    cr_expect_eq(member.undelivered, 1);
}

Test(room, what_happens_is_observed_and_counted)
{
    struct room_stats stats;
    struct room_member member;
    uint32_t members;

    stage_join(&stage, ALICE, "alice");
    stage_join(&stage, BOB, "bob");
    stage_send(&stage, BOB, "C bob hi");
    notice("x", &members);
    stage_sweep(&stage);
    stage_send(&stage, BOB, "Q bob");
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.received, 4);
    cr_expect_eq(stats.appended, 5);
    cr_expect_eq(stats.members, 1);
    cr_expect_eq(stats.behind, 1);
    cr_expect_eq(stage.happened[EVENT_JOIN], 2);
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    cr_expect_eq(stage.happened[EVENT_NOTICE], 1);
    cr_expect_eq(stage.happened[EVENT_EXIT], 1);
    cr_assert(room_member(stage.room, 0, &member));
    cr_expect_str_eq(member.name, "alice");
    cr_expect_eq(member.owed, 1);
    cr_expect_eq(member.delivered, 3, "bob's join, what he said, and the notice");
    cr_expect_eq(member.lost, 0);
    stage_sweep(&stage);
    cr_assert(room_member(stage.room, 0, &member));
    cr_expect_eq(member.owed, 0);
    cr_expect_eq(member.delivered, 4);
    cr_expect_eq(room_seats(stage.room), 2);
    cr_expect_not(room_member(stage.room, 1, &member), "bob's seat is empty");
}

static void append_happened(void *ctx, const struct moment *now, const struct event *event,
                            const struct path *path)
{
    char *heard = ctx;

    cr_expect_eq(now, &stage.now);
    cr_expect_eq(path == NULL, event->kind == EVENT_NOTICE);
    snprintf(heard + strlen(heard), 64 - strlen(heard), "%d,", (int)event->kind);
}

Test(room, each_observer_is_told_in_the_order_in_which_they_came)
{
    char first[64] = "", second[64] = "";
    const struct observer observers[] = {{.happened = append_happened, .ctx = first},
                                         {.refused = NULL}, /* an observer without functions */
                                         {.happened = append_happened, .ctx = second}};
    uint32_t members;

    for (size_t i = 0; i < sizeof(observers) / sizeof(observers[0]); i++)
        cr_assert_eq(room_observe(stage.room, &observers[i]), 0);
    cr_expect_eq(room_observe(stage.room, &observers[0]), STATUS_FULL,
                 "the stage has its own, and these three");
    stage_join(&stage, ALICE, "alice");
    cr_assert_eq(room_notice(stage.room, &stage.now, "hello", 5, &members), 0);
    stage_send(&stage, ALICE, "E alice");
    cr_expect_str_eq(first, "0,3,2,");
    cr_expect_str_eq(second, first);
    cr_expect_eq(stage.happened[EVENT_NOTICE], 1);
}

Test(room, another_configuration_counts_as_a_whole_and_at_once)
{
    stage_join(&stage, ALICE, "alice");
    stage_join_elsewhere(&stage, BOB, "bob");
    stage.config.limits.max_text_bytes = 3;
    dialect_init(&stage.dialects[0], "course", DIALECT_EN);
    stage.config.access.plain_from.sets = 0;
    stage.config.access.plain_from.count = 1;
    stage.config.access.plain_from.networks[0] =
        network_of_address(stage_path(ALICE, 0).peer.address);
    cr_expect_eq(stage_reconfigure(&stage), 1, "bob comes from elsewhere");
    stage_sweep(&stage);
    HEARD(ALICE, "bob left");
    stage_send(&stage, ALICE, "C alice long");
    cr_expect_eq(stage.refused[REFUSED_TOO_LONG], 1);
    cr_expect_eq(room_limits(stage.room)->max_text_bytes, 3);
}
