/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The last TROUBLE, and the exit code. */
#include "log/endings.h"

#include <sysexits.h>

static int code_of(enum log_trouble code)
{
    switch (code) {
    case LOG_TROUBLE_NEWER:
        return EX_CONFIG;
    case LOG_TROUBLE_PROTOCOL:
        return EX_PROTOCOL;
    case LOG_TROUBLE_CORRUPT:
        return EX_DATAERR;
    default:
        return EX_IOERR;
    }
}

void endings_fail(struct helper *helper, const struct trouble *trouble)
{
    complaints_end(&helper->channel, trouble, helper->store.record);
    helper->over = true;
    helper->code = code_of(trouble->code);
}

void endings_fail_protocol(struct helper *helper, const char *what)
{
    struct trouble trouble;

    trouble_set(&trouble, LOG_TROUBLE_PROTOCOL, "the room has sent %s", what);
    endings_fail(helper, &trouble);
}
