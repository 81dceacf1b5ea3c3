/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* An administrator's answer waits until what it says is kept. */
#ifndef ROOMD_ROOMD_HOLD_H
#define ROOMD_ROOMD_HOLD_H

#include "admin/admin.h"

#include <stdint.h>

/* Nobody waits for longer without being told why. */
#define HOLD_PATIENCE_S 10

enum hold_state {
    HOLD_OVER,     /* it may be shown */
    HOLD_ON,       /* it waits */
    HOLD_TOO_LONG, /* it has waited for HOLD_PATIENCE_S: the reader is told so instead */
};

/* All zero: nothing is held. */
struct hold {
    uint64_t record;  /* that has to be committed */
    int64_t since_ns; /* mono; 0 = it does not wait */
};

/* Part of an answer was just made. */
void hold_note(struct hold *hold, const struct room *room);
enum hold_state hold_check(struct hold *hold, const struct room *room, const struct moment *now);
/* What is said instead. Returns ADMIN_FAILED. */
enum admin_result hold_say(const struct admin *admin, const struct admin_reply *reply);

#endif
