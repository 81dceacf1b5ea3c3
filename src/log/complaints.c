/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* TROUBLE frames. */
#include "log/complaints.h"

#include <string.h>

static void send_trouble(struct channel *channel, uint8_t flags, const struct trouble *trouble,
                         uint64_t upto)
{
    channel_send_frame(channel, &(struct log_frame){LOG_TROUBLE,
                                                    flags,
                                                    (uint16_t)trouble->code,
                                                    upto,
                                                    0,
                                                    {trouble->text, strlen(trouble->text)}});
}

static void tell(struct complaints *complaints, struct channel *channel, uint64_t upto)
{
    static const struct trouble over = {.code = LOG_TROUBLE_OVER};
    const struct trouble *gravest = &over;

    for (unsigned i = COMPLAINTS; i-- > 0;)
        if (complaints->now[i].code != LOG_TROUBLE_OVER)
            gravest = &complaints->now[i];
    if (gravest->code == complaints->told)
        return;
    complaints->told = gravest->code;
    send_trouble(channel, 0, gravest, upto);
}

void complaints_raise(struct complaints *complaints, struct channel *channel, enum complaint which,
                      const struct trouble *trouble, uint64_t upto)
{
    complaints->now[which] = *trouble;
    tell(complaints, channel, upto);
}

void complaints_settle(struct complaints *complaints, struct channel *channel, enum complaint which,
                       uint64_t upto)
{
    complaints->now[which].code = LOG_TROUBLE_OVER;
    tell(complaints, channel, upto);
}

void complaints_end(struct channel *channel, const struct trouble *trouble, uint64_t upto)
{
    send_trouble(channel, LOG_TROUBLE_FATAL, trouble, upto);
}
