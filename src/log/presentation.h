/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What the room is told first: how the log was found, and the state it holds. */
#ifndef ROOMD_LOG_PRESENTATION_H
#define ROOMD_LOG_PRESENTATION_H

#include "log/helper_state.h"

void presentation_send(struct helper *helper);

#endif
