/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The clocks, in nanoseconds. */
#ifndef ROOMD_LOG_NOW_H
#define ROOMD_LOG_NOW_H

#include <stdint.h>

#define NOW_NS_PER_MS INT64_C(1000000)
#define NOW_NS_PER_S  INT64_C(1000000000)

/* For durations and waits. */
int64_t now_mono_ns(void);
/* Since 1970, UTC: for the age of events. */
int64_t now_wall_ns(void);

#endif
