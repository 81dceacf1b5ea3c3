/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Out of memory at every place: the n-th allocation fails, for n = 1, 2, 3 … until there are fewer
 * allocations. The linker redirects core's calls to the functions here.
 */
#include "core/model/hash_index.h"
#include "support/hand.h"
#include "support/plain_stage.h"

#include "core/model/registry.h"
#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static size_t countdown; /* the allocation that brings it to 0 fails; 0 = none */
static bool failed;
static size_t taken; /* bytes, with malloc's overhead (glibc on 64 bits), without arrays */

static void count_block(size_t size)
{
    taken += size < 1024 ? (size + 8 + 15) / 16 * 16 : 0;
}

static bool fails(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    count_block(size);
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    count_block(count * size);
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

static void fail_at(size_t n)
{
    countdown = n;
    failed = false;
}

Test(allocation, a_room_that_finds_no_memory_is_not_made_and_leaves_nothing_behind)
{
    size_t n;

    for (n = 1;; n++) {
        struct stage stage;
        int status;

        stage_open(&stage);
        fail_at(n);
        status = stage_start(&stage);
        countdown = 0;
        if (status == 0) {
            stage_done(&stage);
            break;
        }
        cr_expect_eq(status, STATUS_NO_MEMORY, "allocation %zu", n);
        cr_expect_null(stage.room);
        fake_outbox_done(&stage.outbox);
    }
    cr_expect_gt(n, 5, "a room takes several allocations");
}

static void on_begin(void *ctx, const struct room_record *record)
{
    (void)ctx;
    (void)record;
}

static void on_event(void *ctx, const struct event *event, const char *folded, size_t folded_len)
{
    (void)ctx;
    (void)event;
    (void)folded;
    (void)folded_len;
}

static void on_change(void *ctx, const struct room_change *change)
{
    (void)ctx;
    (void)change;
}

static void on_end(void *ctx)
{
    (void)ctx;
}

static const struct room_log log_port = {
    .begin = on_begin, .event = on_event, .change = on_change, .end = on_end};

Test(allocation, a_room_with_a_log_that_finds_no_memory_leaves_nothing_behind)
{
    size_t n;

    for (n = 1;; n++) {
        struct stage stage;
        int status;

        stage_open(&stage);
        stage.setup.log = log_port;
        fail_at(n);
        status = stage_start(&stage);
        countdown = 0;
        if (status == 0) {
            stage_done(&stage);
            break;
        }
        cr_expect_eq(status, STATUS_NO_MEMORY, "allocation %zu", n);
        fake_outbox_done(&stage.outbox);
    }
    cr_expect_gt(n, 9);
}

Test(allocation, a_join_that_finds_no_memory_is_no_record)
{
    for (uint16_t already = 0; already < 200; already = (uint16_t)(already * 2 + 1)) {
        for (size_t n = 1;; n++) {
            struct stage stage;
            char request[32];
            uint64_t before;
            bool refused;

            stage_open(&stage);
            stage.setup.log = log_port;
            stage_start(&stage);
            for (uint16_t i = 0; i < already; i++) {
                snprintf(request, sizeof(request), "L m%u", (unsigned)i);
                stage_send(&stage, (uint16_t)(2000 + i), request);
            }
            before = room_recorded(stage.room);
            fail_at(n);
            stage_send(&stage, 1000, "L alice");
            refused = failed;
            countdown = 0;
            cr_expect_eq(room_recorded(stage.room), before + (refused ? 0 : 1));
            cr_expect_eq(room_members(stage.room), already + (refused ? 0U : 1U));
            cr_expect_eq(room_committed(stage.room, &stage.now, room_recorded(stage.room)), 0);
            stage_sweep(&stage);
            cr_expect(stage_heard(&stage, 1000, 0, refused ? "聊天室已满" : "OK"));
            stage_done(&stage);
            if (!refused)
                break;
        }
    }
}

Test(allocation, what_waits_for_the_log_takes_no_memory)
{
    struct stage stage;
    struct hand alice;
    uint64_t oldest, released;

    stage_open(&stage);
    stage.setup.log = log_port;
    stage_start(&stage);
    hand_init(&alice, &stage, 1000);
    cr_assert(hand_hello(&alice, 1));
    cr_expect_not(hand_join(&alice, "alice", false));
    room_committed(stage.room, &stage.now, room_recorded(stage.room));
    cr_assert_eq(sequenced_handshake_read_welcome(hand_next(&alice)->bytes,
                                                  stage.outbox.sent[stage.outbox.count - 1].length,
                                                  &alice.welcome),
                 0);
    alice.token = alice.welcome.token;
    alice.run = alice.welcome.run;
    fail_at(1);
    for (uint32_t i = 1; i <= 1000; i++) {
        hand_say(&alice, i, i % 3 == 0 ? "" : "hello");
        if (i % 7 == 0)
            room_committed(stage.room, &stage.now, room_recorded(stage.room));
        room_sweep(stage.room, &stage.now, 100);
        fake_outbox_clear(&stage.outbox);
    }
    room_committed(stage.room, &stage.now, room_recorded(stage.room));
    cr_expect_not(failed);
    countdown = 0;
    room_events(stage.room, &oldest, &released);
    cr_expect_eq(released, 1 + 1000 - 333);
    stage_done(&stage);
}

/* Whatever failed, the members hear each other, and nobody else does. */
static void expect_served(struct stage *stage, uint32_t joined)
{
    uint32_t members;

    fake_outbox_clear(&stage->outbox);
    cr_expect_eq(room_members(stage->room), joined);
    cr_expect_eq(room_notice(stage->room, &stage->now, "still here", 10, &members), 0);
    stage_sweep(stage);
    cr_expect_eq(members, joined);
    cr_expect_eq(stage->outbox.count, joined);
}

Test(allocation, a_join_that_finds_no_memory_is_refused_and_only_it)
{
    /* Enough joins for every table and array to grow. */
    for (uint16_t already = 0; already < 200; already = (uint16_t)(already * 2 + 1)) {
        for (size_t n = 1;; n++) {
            struct stage stage;
            char request[32];
            bool refused;

            stage_new(&stage);
            for (uint16_t i = 0; i < already; i++) {
                snprintf(request, sizeof(request), "m%u", (unsigned)i);
                stage_join(&stage, (uint16_t)(2000 + i), request);
            }
            fail_at(n);
            stage_send(&stage, 1000, "L alice");
            refused = failed;
            countdown = 0;
            stage_sweep(&stage);
            cr_expect(stage_heard(&stage, 1000, 0, refused ? "聊天室已满" : "OK"),
                      "allocation %zu, %u members", n, (unsigned)already);
            cr_expect_eq(stage.refused[REFUSED_NO_MEMORY], refused ? 1 : 0);
            expect_served(&stage, already + (refused ? 0U : 1U));
            if (refused) { /* and it can try again */
                stage_join(&stage, 1000, "alice");
                expect_served(&stage, already + 1U);
            }
            stage_done(&stage);
            if (!refused)
                break;
        }
    }
}

Test(allocation, a_rename_that_finds_no_memory_keeps_the_old_name)
{
    for (size_t n = 1;; n++) {
        struct stage stage;
        bool refused;

        stage_new(&stage);
        stage_join(&stage, 1000, "alice");
        stage_join(&stage, 1001, "bob");
        fake_outbox_clear(&stage.outbox);
        fail_at(n);
        stage_send(&stage, 1000, "L alicia");
        refused = failed;
        countdown = 0;
        stage_sweep(&stage);
        cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1001), refused ? 0 : 2);
        fake_outbox_clear(&stage.outbox);
        stage_send(&stage, 1000, refused ? "C alice x" : "C alicia x");
        stage_sweep(&stage);
        cr_expect(stage_heard(&stage, 1001, 0, refused ? "alice ： x" : "alicia ： x"));
        stage_done(&stage);
        if (!refused)
            break;
    }
}

static void enter_many(struct stage *stage, uint16_t count)
{
    char name[32];

    for (uint16_t i = 0; i < count; i++) {
        struct hand hand;

        snprintf(name, sizeof(name), "m%u", (unsigned)i);
        hand_init(&hand, stage, (uint16_t)(2000 + i));
        cr_assert(hand_enter(&hand, i + 1U, name));
    }
}

Test(allocation, a_sequenced_join_that_finds_no_memory_is_refused_and_only_it)
{
    for (uint16_t already = 0; already < 200; already = (uint16_t)(already * 2 + 1)) {
        for (size_t n = 1;; n++) {
            struct stage stage;
            struct hand alice;
            bool refused, entered;

            stage_new(&stage);
            enter_many(&stage, already);
            hand_init(&alice, &stage, 1000);
            cr_assert(hand_hello(&alice, 5000));
            fail_at(n);
            entered = hand_join(&alice, "alice", false);
            refused = failed;
            countdown = 0;
            cr_expect_eq(entered, !refused, "allocation %zu, %u members", n, (unsigned)already);
            cr_expect_eq(alice.refusal.code, refused ? SEQUENCED_REFUSED_FULL : 0);
            cr_expect_eq(room_members(stage.room), already + (refused ? 0U : 1U));
            cr_expect(!refused || hand_enter(&alice, 5001, "alice"), "and it can try again");
            stage_done(&stage);
            if (!refused)
                break;
        }
    }
}

Test(allocation, a_sequenced_rename_that_finds_no_memory_waits_and_decides_nothing)
{
    for (size_t n = 1;; n++) {
        struct sequenced_down_frame frame;
        struct stage stage;
        struct hand alice;
        bool refused;

        stage_new(&stage);
        hand_init(&alice, &stage, 1000);
        cr_assert(hand_enter(&alice, 1, "alice"));
        fail_at(n);
        hand_rename(&alice, 1, "alicia");
        refused = failed;
        countdown = 0;
        cr_expect_eq(stage.happened[EVENT_EXIT], refused ? 0 : 1);
        cr_expect_eq(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &frame), refused);
        hand_rename(&alice, 1, "alicia");
        cr_expect_eq(stage.happened[EVENT_EXIT], 1);
        stage_done(&stage);
        if (!refused)
            break;
    }
}

Test(allocation, a_sequenced_member_speaks_repairs_and_leaves_without_memory)
{
    struct stage stage;
    struct hand alice;

    stage_new(&stage);
    hand_init(&alice, &stage, 1000);
    cr_assert(hand_enter(&alice, 1, "alice"));
    stage_join(&stage, 1001, "bob");
    fail_at(1);
    for (uint32_t i = 1; i <= 1000; i++) {
        hand_say(&alice, i, "hello");
        hand_missing(&alice, alice.position + 1, 1);
        room_sweep(stage.room, &stage.now, 100);
        hand_report(&alice, i);
        stage.now.mono_ns += MOMENT_NS_PER_S;
        room_tick(stage.room, &stage.now);
        fake_outbox_clear(&stage.outbox);
    }
    hand_up(&alice, &(const struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    cr_expect_not(failed, "something was allocated for a message");
    cr_expect_eq(room_members(stage.room), 1);
    countdown = 0;
    stage_done(&stage);
}

/* The memory of a member with a name of eight bytes. */
static size_t bytes_of_a_member(bool sequenced)
{
    static const uint8_t key[REGISTRY_KEY_BYTES] = "a key for tests";
    size_t arrays =
        sizeof(struct slot) + sizeof(struct path) + 2 * sizeof(struct member *) + sizeof(uint32_t);
    size_t directory = 2 * sizeof(uint32_t);
    /* Indexes are one third full just after they have grown. */
    size_t indexes = 2 * 3 * sizeof(struct hash_index_place);
    struct registry *registry;

    cr_assert_eq(registry_new(key, &registry), 0);
    for (uint32_t i = 0; i < 2000; i++) {
        struct name name = {.shown_len = 8, .folded_len = 8};
        struct path path = {.peer.scope = i};
        struct member *member;

        if (i == 1000) /* the arrays are large by now */
            taken = 0;
        snprintf(name.shown, sizeof(name.shown), "m%07u", (unsigned)i);
        memcpy(name.folded, name.shown, sizeof(name.folded));
        cr_assert_eq(registry_add(registry, &name, &path, 0, sequenced, &member), 0);
    }
    registry_free(registry);
    return taken / 1000 + arrays + directory + indexes;
}

Test(allocation, a_member_takes_320_bytes_at_most_and_416_of_the_sequenced_protocol)
{
    cr_expect_leq(bytes_of_a_member(false), 320, "%zu", bytes_of_a_member(false));
    cr_expect_leq(bytes_of_a_member(true), 416, "%zu", bytes_of_a_member(true));
}

Test(allocation, speaking_leaving_and_notices_take_no_memory)
{
    struct stage stage;
    uint32_t members;

    stage_new(&stage);
    stage_join(&stage, 1000, "alice");
    stage_join(&stage, 1001, "bob");
    fail_at(1);
    for (int i = 0; i < 1000; i++) {
        stage_send(&stage, 1000, "C alice hello");
        stage_send(&stage, 1002, "C stranger hello");
        stage_send(&stage, 1003, "L alice");
        stage_send(&stage, 1000, "L alice");
        room_notice(stage.room, &stage.now, "x", 1, &members);
        room_sweep(stage.room, &stage.now, 100);
        fake_outbox_clear(&stage.outbox);
    }
    stage_send(&stage, 1000, "E alice");
    cr_expect_not(failed, "something was allocated for a message");
    countdown = 0;
    stage_done(&stage);
}

Test(allocation, a_plain_client_that_finds_no_memory_is_not_made)
{
    static struct plain_stage stage;
    struct client *client = NULL;

    plain_stage_open(&stage);
    fail_at(1);
    cr_expect_eq(plain_client_new(&stage.setup, &stage.dialect, 0, &client), STATUS_NO_MEMORY);
    countdown = 0;
    cr_expect_null(client);
}

Test(allocation, a_plain_client_that_finds_no_memory_for_its_list_hears_all_the_same)
{
    static struct plain_stage stage;
    size_t n;

    for (n = 1;; n++) {
        bool missing;

        plain_stage_open(&stage);
        plain_stage_start(&stage);
        client_receive(stage.client, &stage.now, "OK", 2);
        plain_stage_told(&stage);
        for (int i = 0; i < 80; i++) { /* enough for both to grow */
            char line[64];

            if (i == 20)
                fail_at(n);
            client_receive(stage.client, &stage.now, line,
                           (size_t)snprintf(line, sizeof(line), "n%d 进入了聊天室", i));
        }
        missing = failed;
        countdown = 0;
        cr_expect(strstr(plain_stage_told(&stage), "+n0|+n1|") != NULL &&
                  stage.event.kind == EVENT_JOIN);
        cr_expect_eq(client_members(stage.client), missing ? 80 : 81, "one found no place");
        plain_stage_done(&stage);
        if (!missing)
            break;
    }
    cr_expect_eq(n, 3, "the row and its index");
}

Test(allocation, a_plain_client_speaks_and_hears_without_memory)
{
    static struct plain_stage stage;
    uint32_t number;

    plain_stage_open(&stage);
    plain_stage_enter(&stage);
    fail_at(1);
    for (int i = 0; i < 1000; i++) {
        cr_expect_eq(client_say(stage.client, &stage.now, "hello", 5, &number), 0);
        client_receive(stage.client, &stage.now, "bob ： hello", strlen("bob ： hello"));
        client_receive(stage.client, &stage.now, "bob 退出了聊天室\nxyz",
                       strlen("bob 退出了聊天室\nxyz"));
        plain_stage_tick(&stage);
        plain_stage_told(&stage);
        plain_stage_sent(&stage);
    }
    cr_expect_not(failed, "something was allocated for a message");
    countdown = 0;
    plain_stage_done(&stage);
}
