/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What was said before a plain member joined follows its accept. */
#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/endpoint.h>
#include <roomd/network.h>
#include <string.h>

#define CAROL 1003
#define DAVE  1004

static struct stage stage;

static void open_stage(void)
{
    stage_open(&stage);
    stage.config.limits.plain_history = 3;
    stage.now.wall_ns = (14 * 3600 + 5 * 60) * MOMENT_NS_PER_S;
    stage.now.utc_offset_s = 0;
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(plain_past, .init = open_stage, .fini = close_stage);

static void start(void)
{
    cr_assert_eq(stage_start(&stage), 0);
    stage_join(&stage, CAROL, "carol");
    stage_say(&stage, CAROL, "carol", "one");
    stage_say(&stage, CAROL, "carol", "two");
    stage.now.wall_ns += 61 * MOMENT_NS_PER_S;
    stage_say(&stage, CAROL, "carol", "three");
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
}

Test(plain_past, the_last_lines_follow_the_accept_with_their_times)
{
    start();
    stage_send(&stage, DAVE, "L dave");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, DAVE, 0, "OK"));
    cr_expect(stage_heard(&stage, DAVE, 1, "[14:05] carol ： one"));
    cr_expect(stage_heard(&stage, DAVE, 2, "[14:05] carol ： two"));
    cr_expect(stage_heard(&stage, DAVE, 3, "[14:06] carol ： three"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, DAVE), 4);
    stage_say(&stage, CAROL, "carol", "four");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, DAVE, 4, "carol ： four"));
}

Test(plain_past, what_happens_at_once_comes_behind_that)
{
    start();
    stage_send(&stage, DAVE, "L dave");
    stage_say(&stage, CAROL, "carol", "four");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, DAVE, 0, "OK"));
    cr_expect(stage_heard(&stage, DAVE, 3, "[14:06] carol ： three"));
    cr_expect(stage_heard(&stage, DAVE, 4, "carol ： four"));
}

Test(plain_past, who_says_something_at_once_gets_it_before_that)
{
    start();
    stage_send(&stage, DAVE, "L dave");
    stage_send(&stage, DAVE, "L dave");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, DAVE, 0, "OK"));
    cr_expect(stage_heard(&stage, DAVE, 1, "[14:05] carol ： one"));
    cr_expect(stage_heard(&stage, DAVE, 4, "OK"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, DAVE), 5);
}

Test(plain_past, without_the_option_nothing_is_sent)
{
    stage.config.limits.plain_history = 0;
    start();
    stage_send(&stage, DAVE, "L dave");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, DAVE), 1);
}

Test(plain_past, an_address_that_may_be_forged_is_sent_no_more_than_its_budget)
{
    struct path path = stage_path(DAVE, 0);
    char why[NETWORK_WHY_BYTES];
    size_t bytes = 0;

    endpoint_address_from_ipv4((const uint8_t[]){198, 51, 100, 7}, path.peer.address);
    cr_assert_eq(network_parse("192.0.2.0/24", &stage.config.access.trusted.networks[0], why), 0);
    stage.config.access.trusted.sets = 0;
    stage.config.access.trusted.count = 1;
    start();
    stage_send_bytes(&stage, &path, "L dave", strlen("L dave"));
    stage_sweep(&stage);
    for (size_t i = 0; i < stage.outbox.count; i++) {
        if (stage.outbox.sent[i].path.peer.port == DAVE)
            bytes += stage.outbox.sent[i].length;
    }
    cr_expect_eq(bytes, strlen("OK"));
}
