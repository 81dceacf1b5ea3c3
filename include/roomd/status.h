/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Results of functions that can fail: 0, or one of these, all negative. */
#ifndef ROOMD_STATUS_H
#define ROOMD_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_NO_MEMORY = -1, /* an allocation failed; nothing was changed */
    STATUS_INVALID = -2,   /* the argument is malformed */
    STATUS_TOO_LONG = -3,  /* longer than the stated limit */
    STATUS_NOT_UTF8 = -4,  /* not valid UTF-8 (RFC 3629) */
    STATUS_NOT_FOUND = -5, /* there is nothing of that name */
    STATUS_TAKEN = -6,     /* another member has it */
    STATUS_FULL = -7,      /* a bounded store is full */
    STATUS_SYSTEM = -8,    /* a system call failed; see errno */
};

/* A short text for `status`, for people; never NULL. */
const char *status_text(int status);

#endif
