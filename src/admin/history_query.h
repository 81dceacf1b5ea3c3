/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Which events somebody wants to see: [-n COUNT] [--since …] [--until …] [--from …] [--search …].
 */
#ifndef ROOMD_ADMIN_HISTORY_QUERY_H
#define ROOMD_ADMIN_HISTORY_QUERY_H

#include "admin/command.h"

/* Without a count and a beginning. */
#define HISTORY_QUERY_COUNT 50

#define HISTORY_QUERY_WORDS_BYTES 1024

struct history_query {
    uint64_t count;                 /* only the last so many; 0 = all */
    uint64_t first, last;           /* numbers; 0 = no limit */
    int64_t since_ns;               /* wall; 0 = no limit */
    int64_t until_ns;               /* before this; 0 = no limit */
    size_t name_len;                /* bytes; 0 = anybody's */
    char name[ROOM_NAME_MAX_BYTES]; /* folded */
    char words[HISTORY_QUERY_WORDS_BYTES];
};

/* Parses the arguments. ADMIN_USAGE: said what is wrong with them. */
enum admin_result history_query_parse(const struct command_call *call,
                                      struct history_query *ret_query);

/* True if not every event from first to last is wanted. */
bool history_query_is_search(const struct history_query *query);
/* True if this event is wanted, whatever its number. */
bool history_query_wants(const struct history_query *query, const struct event *event);

/* Folds a name as names are compared. Returns its length, or 0 if nobody can have it. */
size_t history_query_fold(const char *name, size_t length, char ret_folded[ROOM_NAME_MAX_BYTES]);

#endif
