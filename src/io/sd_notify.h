/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Tells the service manager how the daemon is, and gives it descriptors to hold, by the protocol of
 * sd_notify(3). Where nobody asked to be told ($NOTIFY_SOCKET is not set), or nobody listens,
 * nothing happens. No call but sd_notify_barrier blocks.
 */
#ifndef ROOMD_IO_SD_NOTIFY_H
#define ROOMD_IO_SD_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* The variable of the environment where it is a decimal number and nothing else, or 0. */
uint64_t sd_notify_number(const char *variable);

/* Does anybody want to be told? */
bool sd_notify_is_wanted(void);

/* The room is open, after a start or a reload. `status` is one line for people. */
void sd_notify_ready(const char *status);

/* How things are, in one line for people. */
void sd_notify_status(const char *status);

/* The configuration is being read again; sd_notify_ready must follow, whatever comes of it. */
void sd_notify_reloading(void);

/* The daemon ends. */
void sd_notify_stopping(void);

/* How often the watchdog must be told that the daemon lives, at the latest: microseconds, or 0
 * where there is none (sd_watchdog_enabled(3)). */
uint64_t sd_notify_watchdog_us(void);
void sd_notify_watchdog(void);

/*
 * Has the service manager hold a copy of this descriptor over a restart, and hand it back under
 * this name (FDSTORE, sd_pid_notify_with_fds(3)); `name` has no ':' and no control character. It is
 * not watched for errors meanwhile: an ICMP error at a UDP socket is none that ends it.
 */
void sd_notify_store(int fd, const char *name);
/* Has it let go of all it holds under this name. */
void sd_notify_unstore(const char *name);

/* Waits until everything told so far was taken in, at most `timeout_ms` (sd_notify_barrier(3)). */
void sd_notify_barrier(int timeout_ms);

#endif
