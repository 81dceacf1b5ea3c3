/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Tells the service manager how the daemon is, by the protocol of sd_notify(3). Where nobody asked to be told ($NOTIFY_SOCKET is not set), or nobody
 * listens, nothing happens. No call blocks.
 */
#ifndef ROOMD_IO_NOTIFY_H
#define ROOMD_IO_NOTIFY_H

/* The room is open, after a start or a reload. `status` is one line for people. */
void notify_ready(const char *status);

/* The configuration is being read again; notify_ready must follow, whatever comes of it. */
void notify_reloading(void);

/* The daemon ends. */
void notify_stopping(void);

#endif
