/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The share of datagrams that the network loses, of all members together, as their reports tell it
 * of late. Does not know what follows from that.
 */
#ifndef ROOMD_CORE_MODEL_LOSS_H
#define ROOMD_CORE_MODEL_LOSS_H

#include <stdint.h>

/* Without a loss for so long, the network is taken to lose nothing. */
#define LOSS_FORGOTTEN_NS INT64_C(10000000000)

/* Zeros are a network that loses nothing. */
struct loss {
    int64_t last_ns; /* when the last loss was reported */
    uint32_t datagrams;
    uint32_t lost; /* of these */
};

/* So many datagrams have come, and so many were lost. */
void loss_note(struct loss *loss, int64_t now_ns, uint32_t received, uint32_t lost);

/* In thousandths. */
uint32_t loss_permille(const struct loss *loss, int64_t now_ns);

#endif
