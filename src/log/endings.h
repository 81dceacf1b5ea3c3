/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How this process ends before the room does. */
#ifndef ROOMD_LOG_ENDINGS_H
#define ROOMD_LOG_ENDINGS_H

#include "log/helper_state.h"

/* With that word to the room. */
void endings_fail(struct helper *helper, const struct trouble *trouble);
/* Because the room has sent that. */
void endings_fail_protocol(struct helper *helper, const char *what);

#endif
