/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The observers of the room, called in the order in which they were added. */
#ifndef ROOMD_CORE_ROOM_OBSERVERS_H
#define ROOMD_CORE_ROOM_OBSERVERS_H

#include <roomd/room.h>

/* All zero: none. */
struct observers {
    struct observer list[ROOM_OBSERVERS_MAX];
    size_t count;
};

/* Each calls the function of that name of every observer that has one. */
void observers_happened(const struct observers *observers, const struct moment *now,
                        const struct event *event, const struct path *path);
void observers_refused(const struct observers *observers, const struct moment *now,
                       enum refusal refusal, const struct path *path);
void observers_name_refused(const struct observers *observers, const struct moment *now,
                            const char *name, size_t length, enum name_fault fault,
                            const struct path *path);
void observers_undelivered(const struct observers *observers, const struct moment *now,
                           const char *name, const struct path *path);
void observers_overload(const struct observers *observers, const struct room_overload *overload);

#endif
