/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Texts of enum status. */
#include <roomd/status.h>

const char *status_text(int status)
{
    switch ((enum status)status) {
    case STATUS_OK:
        return "ok";
    case STATUS_NO_MEMORY:
        return "out of memory";
    case STATUS_INVALID:
        return "not valid";
    case STATUS_TOO_LONG:
        return "too long";
    case STATUS_NOT_UTF8:
        return "not valid UTF-8";
    case STATUS_NOT_FOUND:
        return "not found";
    case STATUS_TAKEN:
        return "taken";
    case STATUS_FULL:
        return "full";
    case STATUS_SYSTEM:
        return "system error";
    }
    return "unknown status";
}
