/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reports the daemon's state to the service manager and stores descriptors there, by the protocol
 * of sd_notify(3). Does nothing if notifications are not wanted ($NOTIFY_SOCKET is not set) or the
 * manager does not listen. No call but sd_notify_barrier blocks.
 */
#ifndef ROOMD_IO_SD_NOTIFY_H
#define ROOMD_IO_SD_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* The value of an environment variable; 0 if it is not a plain decimal number. */
uint64_t sd_notify_number(const char *variable);

/* True if the service manager has asked for notifications. */
bool sd_notify_is_wanted(void);

/* The room is open, after a start or a reload. `status` is one line for people. */
void sd_notify_ready(const char *status);

/* `status` is one line for people. */
void sd_notify_status(const char *status);

/* The configuration is being read again; sd_notify_ready must follow, also after a failure. */
void sd_notify_reloading(void);

/* The daemon ends. */
void sd_notify_stopping(void);

/*
 * Longest time between two calls of sd_notify_watchdog, in microseconds; 0: no watchdog
 * (sd_watchdog_enabled(3)).
 */
uint64_t sd_notify_watchdog_us(void);
void sd_notify_watchdog(void);

/*
 * Has the service manager keep a copy of this descriptor across a restart and pass it back under
 * this name (FDSTORE, sd_pid_notify_with_fds(3)). `name` has no ':' and no control character. The
 * manager does not poll the descriptor: an ICMP error at a UDP socket must not make it drop the
 * socket.
 */
void sd_notify_store(int fd, const char *name);
/* Has the service manager drop all descriptors of this name. */
void sd_notify_unstore(const char *name);

/*
 * Waits, at most `timeout_ms`, until the manager has processed all earlier notifications
 * (sd_notify_barrier(3)).
 */
void sd_notify_barrier(int timeout_ms);

#endif
