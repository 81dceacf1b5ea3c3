/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What the room sends while the log is open. */
#ifndef ROOMD_LOG_REQUESTS_H
#define ROOMD_LOG_REQUESTS_H

#include "log/helper_state.h"

/*
 * Takes all frames that have come, as far as there is room for them. What can be answered at once
 * is; records, pages and jobs are begun. Sets `ended` if the room has gone.
 */
void requests_take(struct helper *helper);

#endif
