/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A name, a network, or both. */
#include "admin/ban_subject.h"

#include <stdio.h>

const char *ban_subject_format(const struct room_ban *ban, char text[BAN_SUBJECT_TEXT_BYTES])
{
    char network[NETWORK_TEXT_BYTES] = "";

    if (ban->has_network)
        network_format(&ban->network, network);
    snprintf(text, BAN_SUBJECT_TEXT_BYTES, "%s%s%s", ban->name,
             ban->name[0] != '\0' && ban->has_network ? ", " : "", network);
    return text;
}
