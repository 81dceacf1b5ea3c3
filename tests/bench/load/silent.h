/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members behind a network that takes everything and delivers nothing, so that a server's sending
 * is measured without the cost of receiving: their addresses are behind a tun device that is not
 * read. Their datagrams are forged, from raw sockets, and arrive over loopback. While they join,
 * the device is read.
 */
#ifndef BENCH_LOAD_SILENT_H
#define BENCH_LOAD_SILENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load;
struct silent;

/* `device` must exist, and have the server's address. */
struct silent *silent_new(const struct load *load, const char *device);
void silent_send(struct silent *silent, uint32_t index, const void *bytes, size_t length);
/* Does nothing if `silent` is NULL. */
void silent_flush(struct silent *silent);
/* Passes to the members what has come for them; false if nothing has. */
bool silent_read(struct silent *silent, struct load *load);
/* From now on, nothing is read. */
void silent_stop_reading(struct silent *silent);

#endif
