/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Zeros what SQLite leaves behind in pages: when it moves rows between pages, secure_delete does
 * not reach the bytes between the list of a page's rows and the rows.
 */
#ifndef ROOMD_LOG_SCRUB_H
#define ROOMD_LOG_SCRUB_H

#include "log/store.h"

/*
 * Right after a checkpoint that has emptied the write-ahead log. STATUS_TAKEN with the trouble:
 * somebody has written since; to be tried again after another one.
 */
int scrub_pages(struct store *store, struct trouble *trouble);

#endif
