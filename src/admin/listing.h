/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The answers of many lines: members, bans, and what happens. Each function tells one item of a
 * struct admin_listing; see there.
 */
#ifndef ROOMD_ADMIN_LISTING_H
#define ROOMD_ADMIN_LISTING_H

#include "admin/admin.h"

typedef enum admin_result listing_next(const struct admin *admin, const struct moment *now,
                                       struct admin_listing *listing,
                                       const struct admin_reply *reply);

/* Who was in at the first call, by their seats; whoever comes and goes meanwhile, nobody is told
 * twice, not even one who left and is back. */
listing_next listing_members;

/* Bans, then mutes, by their serials. */
listing_next listing_bans;

/* Events from now on, without end: ADMIN_WAIT until there is another. Who is so late that events
 * were forgotten is told how many. */
listing_next listing_watch;

#endif
