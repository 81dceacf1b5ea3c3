/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Opens the log's file, judges how it was left, and closes it. The rules are those of
 * doc/log-protocol.md, section 5.
 */
#ifndef ROOMD_LOG_STORE_OPEN_H
#define ROOMD_LOG_STORE_OPEN_H

#include "log/store.h"

/*
 * Takes the lock, opens the file, which is made if there is none, brings its schema up to date, and
 * marks it as in use, on the disk. Fills in everything that READY tells. A damaged file is moved
 * aside. `now` is for the name it gets then.
 *
 * Opened again after an error (`store->used`): STATUS_INVALID with the trouble if a committed
 * record is missing.
 *
 * STATUS_SYSTEM with the trouble: it is closed, and may be tried again; LOG_TROUBLE_NEWER and
 * LOG_TROUBLE_OWNER won't be over by themselves.
 */
int store_open(struct store *store, const struct log_hello *hello, int64_t now_s,
               struct trouble *trouble);

/*
 * Closes it without another word to the disk: after an error, or when the process must end. Keeps
 * the lock.
 */
void store_close(struct store *store);

/* Marks it as cleanly left, on the disk. Then store_close. */
int store_end(struct store *store, struct trouble *trouble);

/* Moves a damaged file aside, under a name with the time; it must be closed. */
int store_move_aside(struct store *store, int64_t now_s, struct trouble *trouble);

#endif
