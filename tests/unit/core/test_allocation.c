/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Out of memory, at every place: the n-th allocation fails, for n = 1, 2, 3 … until nothing asks for that many. The linker hands the core's calls to the
 * functions here.
 */
#include "support/stage.h"

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

static size_t countdown; /* the allocation that brings it to 0 fails; 0 = none does */
static bool failed;

static bool fails(void)
{
    if (countdown == 0 || --countdown > 0)
        return false;
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
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

/* Whatever happened, those who are in hear each other, and nobody else does. */
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
    /* So many joins that every table and array has to grow. */
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
            cr_expect(stage_heard(&stage, 1000, 0, refused ? "聊天室已满" : "OK"), "allocation %zu, %u members", n,
                      (unsigned)already);
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
