/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The lines that tell an administrator at a terminal by which addresses others reach the room, with
 * which clients, and what to change if that is not what was wanted.
 */
#ifndef ROOMD_ROOMD_GREETING_H
#define ROOMD_ROOMD_GREETING_H

#include "conf/config.h"

struct greeting {
    const struct config *config;
    const struct endpoint *doors; /* as bound */
    size_t door_count;
    const struct endpoint *machine; /* the addresses of this machine */
    size_t machine_count;
    void (*line)(void *ctx, const char *text);
    void *ctx;
};

void greeting_print(const struct greeting *greeting);

#endif
