/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What the room is told of troubles: the gravest one, when it changes, and when all is well again.
 */
#ifndef ROOMD_LOG_COMPLAINTS_H
#define ROOMD_LOG_COMPLAINTS_H

#include "log/channel.h"
#include "log/trouble.h"

/* The gravest first: nothing can be committed; something is not tidied; it takes long. */
enum complaint { COMPLAINT_COMMIT, COMPLAINT_UPKEEP, COMPLAINT_SLOW, COMPLAINTS };

struct complaints {
    struct trouble now[COMPLAINTS];
    enum log_trouble told;
};

/* `upto` is the last committed record. */
void complaints_raise(struct complaints *complaints, struct channel *channel, enum complaint which,
                      const struct trouble *trouble, uint64_t upto);
void complaints_settle(struct complaints *complaints, struct channel *channel, enum complaint which,
                       uint64_t upto);

/* The last word: the log ends. */
void complaints_end(struct channel *channel, const struct trouble *trouble, uint64_t upto);

#endif
