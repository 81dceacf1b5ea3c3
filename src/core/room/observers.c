/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One loop for each function of the port. */
#include "core/room/observers.h"

/* CALL(happened, now, …) calls this function of each observer that has one. */
#define CALL(function, ...)                                                                        \
    for (const struct observer *observer = observers->list;                                        \
         observer < observers->list + observers->count; observer++)                                \
        if (observer->function != NULL)                                                            \
    observer->function(observer->ctx, __VA_ARGS__)

void observers_happened(const struct observers *observers, const struct moment *now,
                        const struct event *event, const struct path *path)
{
    CALL(happened, now, event, path);
}

void observers_refused(const struct observers *observers, const struct moment *now,
                       enum refusal refusal, const struct path *path)
{
    CALL(refused, now, refusal, path);
}

void observers_name_refused(const struct observers *observers, const struct moment *now,
                            const char *name, size_t length, enum name_fault fault,
                            const struct path *path)
{
    CALL(name_refused, now, name, length, fault, path);
}

void observers_undelivered(const struct observers *observers, const struct moment *now,
                           const char *name, const struct path *path)
{
    CALL(undelivered, now, name, path);
}

void observers_overload(const struct observers *observers, const struct room_overload *overload)
{
    CALL(overload, overload);
}
