/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Commits, and what follows if one fails. */
#ifndef ROOMD_LOG_COMMITS_H
#define ROOMD_LOG_COMMITS_H

#include "log/helper_state.h"

/* The longest wait before something is tried again. */
#define COMMITS_WAIT_MAX_NS INT64_C(2000000000)

/* As store_open. */
int commits_open(struct helper *helper, struct trouble *trouble);

/* Commits the batch, unless it is too early to try again, and tells the room. */
void commits_run(struct helper *helper);

/* Opens a store that was closed after an error, where no batch does. */
void commits_reopen(struct helper *helper);

/* After an error: tells the room and sets the next try; or, if it is final, ends this process. */
void commits_fail(struct helper *helper, const struct trouble *trouble, bool is_final);

/* True for an error after which the same handle can't be trusted. */
bool commits_wants_reopening(enum log_trouble code);

/* Sets the time of the next try; `wait_ns`, which begins as 0, grows from try to try. */
void commits_put_off(int64_t *wait_ns, int64_t *ret_at_ns);

#endif
