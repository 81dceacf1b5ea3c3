/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/loss.h"

#include <criterion/criterion.h>

#define MS INT64_C(1000000)

Test(loss, a_network_without_loss_loses_nothing)
{
    struct loss loss = {0};

    cr_expect_eq(loss_permille(&loss, 0), 0);
    for (int i = 0; i < 1000; i++)
        loss_note(&loss, i * MS, 100, 0);
    cr_expect_eq(loss_permille(&loss, 1000 * MS), 0);
}

Test(loss, the_share_is_that_of_late)
{
    struct loss loss = {0};

    for (int i = 0; i < 100; i++)
        loss_note(&loss, i * MS, 80, 20);
    cr_expect_eq(loss_permille(&loss, 100 * MS), 200);
    for (int i = 100; i < 300; i++)
        loss_note(&loss, i * MS, 99, 1);
    cr_expect_geq(loss_permille(&loss, 300 * MS), 8);
    cr_expect_leq(loss_permille(&loss, 300 * MS), 12);
}

Test(loss, ten_seconds_after_the_last_loss_it_is_forgotten)
{
    struct loss loss = {0};

    loss_note(&loss, 0, 1, 1);
    cr_expect_eq(loss_permille(&loss, LOSS_FORGOTTEN_NS), 500);
    cr_expect_eq(loss_permille(&loss, LOSS_FORGOTTEN_NS + 1), 0);
    loss_note(&loss, LOSS_FORGOTTEN_NS + 1, 10, 0);
    cr_expect_eq(loss.datagrams, 0);
    loss_note(&loss, 2 * LOSS_FORGOTTEN_NS, 9, 1);
    cr_expect_eq(loss_permille(&loss, 2 * LOSS_FORGOTTEN_NS), 100);
}
