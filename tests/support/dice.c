/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/dice.h"

uint64_t dice_roll(struct dice *dice)
{
    uint64_t z = dice->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint32_t dice_below(struct dice *dice, uint32_t count)
{
    return count == 0 ? 0 : (uint32_t)(dice_roll(dice) % count);
}

int64_t dice_between(struct dice *dice, int64_t from, int64_t to)
{
    return to <= from ? from : from + (int64_t)(dice_roll(dice) % (uint64_t)(to - from + 1));
}

bool dice_chance(struct dice *dice, uint32_t permille)
{
    return dice_below(dice, 1000) < permille;
}
