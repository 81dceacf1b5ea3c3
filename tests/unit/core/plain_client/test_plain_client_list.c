/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Iteration over the members of a plain client. */
#include "support/plain_stage.h"

#include <criterion/criterion.h>
#include <string.h>

static struct plain_stage stage;

static void open_stage(void)
{
    plain_stage_open(&stage);
    plain_stage_enter(&stage);
}

static void close_stage(void)
{
    plain_stage_done(&stage);
}

TestSuite(plain_client_list, .init = open_stage, .fini = close_stage);

static void expect_next(uint64_t after, uint64_t number, const char *name)
{
    const char *next_name;
    uint64_t next;
    size_t length;

    cr_assert(client_next_member(stage.client, after, &next, &next_name, &length));
    cr_expect_eq(next, number);
    cr_expect_eq(length, strlen(name));
    cr_expect(memcmp(next_name, name, length) == 0, "%.*s", (int)length, next_name);
}

Test(plain_client_list, members_are_listed_by_rising_numbers)
{
    const char *name;
    uint64_t number;
    size_t length;

    plain_stage_receive(&stage, "bob 进入了聊天室");
    plain_stage_receive(&stage, "carol 进入了聊天室");
    plain_stage_receive(&stage, "dave 进入了聊天室");
    plain_stage_receive(&stage, "bob 退出了聊天室");
    expect_next(0, 1, "alice");
    expect_next(1, 3, "carol");
    expect_next(3, 4, "dave");
    cr_expect_not(client_next_member(stage.client, 4, &number, &name, &length));
    cr_expect_not(client_next_member(stage.client, UINT64_MAX, &number, &name, &length));
}
