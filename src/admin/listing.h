/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Answers of many lines: members, bans and events. Each function produces one item of a struct
 * admin_listing (admin.h).
 */
#ifndef ROOMD_ADMIN_LISTING_H
#define ROOMD_ADMIN_LISTING_H

#include "admin/admin.h"

typedef enum admin_result listing_next(const struct admin *admin, const struct moment *now,
                                       struct admin_listing *listing,
                                       const struct admin_reply *reply);

/*
 * The members present at the first call, by seat. None is listed twice, whatever happens meanwhile,
 * not even a member that has left and joined again.
 */
listing_next listing_members;

/* Bans, then mutes, by serial. */
listing_next listing_bans;

/*
 * Events from now on, without end: ADMIN_WAIT until the next one. If events were forgotten before
 * they were read, says how many.
 */
listing_next listing_watch;

#endif
