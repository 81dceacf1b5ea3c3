/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What the log does without being asked, between commits: moves the write-ahead log, and prunes. */
#ifndef ROOMD_LOG_UPKEEP_H
#define ROOMD_LOG_UPKEEP_H

#include "log/helper_state.h"

/* After commits. STATUS_SYSTEM with the trouble: the store is to be opened again. */
int upkeep_checkpoint(struct helper *helper, struct trouble *trouble);

/* Something was committed: limits are looked at soon. */
void upkeep_committed(struct helper *helper, int64_t now_ns);

/* Starts a PRUNE if keep or max_bytes ask for one, and sets when to look again. */
void upkeep_prune(struct helper *helper, int64_t now_ns);

#endif
