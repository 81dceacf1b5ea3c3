/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Two counters that are halved from time to time, so that older datagrams count less. */
#include "core/model/loss.h"

/* Enough for a share precise to a hundredth, few enough to follow a network that changes. */
#define DATAGRAMS_MAX 2000U

void loss_note(struct loss *loss, int64_t now_ns, uint32_t received, uint32_t lost)
{
    if (lost > 0)
        loss->last_ns = now_ns;
    else if (loss->lost == 0 || now_ns - loss->last_ns > LOSS_FORGOTTEN_NS) {
        loss->datagrams = loss->lost = 0;
        return;
    }
    loss->datagrams += received + lost;
    loss->lost += lost;
    while (loss->datagrams > DATAGRAMS_MAX) {
        loss->datagrams /= 2;
        loss->lost /= 2;
    }
}

uint32_t loss_permille(const struct loss *loss, int64_t now_ns)
{
    if (loss->lost == 0 || now_ns - loss->last_ns > LOSS_FORGOTTEN_NS)
        return 0;
    return (uint32_t)((uint64_t)loss->lost * 1000 / loss->datagrams);
}
