/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Gives an administrator's line, and produces the whole answer. */
#ifndef TESTS_SUPPORT_ADMIN_ANSWER_H
#define TESTS_SUPPORT_ADMIN_ANSWER_H

#include "admin/admin.h"

/* As admin_line; ADMIN_WAIT: the rest would come later, and is dropped. */
static inline enum admin_result admin_answer_line(const struct admin *admin,
                                                  const struct moment *now,
                                                  enum admin_rights rights, const char *bytes,
                                                  size_t length, const struct admin_reply *reply)
{
    struct admin_listing listing;
    enum admin_result result = admin_line(admin, now, rights, bytes, length, reply, &listing);

    while (result == ADMIN_MORE)
        result = admin_next(admin, now, &listing, reply);
    admin_listing_close(&listing);
    return result;
}

#endif
