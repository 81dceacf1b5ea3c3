/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members whose network takes everything and delivers nothing, so that a server's sending is
 * measured without anybody's receiving: their addresses are behind a tun device that nobody reads.
 * What they say is forged, from raw sockets, and arrives over loopback. While they are on their way
 * in, the device is read.
 */
#ifndef BENCH_LOAD_SILENT_H
#define BENCH_LOAD_SILENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load;
struct silent;

/* `device` is there, and has the server's address. */
struct silent *silent_new(const struct load *load, const char *device);
void silent_send(struct silent *silent, uint32_t index, const void *bytes, size_t length);
/* Nothing where `silent` is NULL. */
void silent_flush(struct silent *silent);
/* Gives the members what has come for them; false where nothing has. */
bool silent_read(struct silent *silent, struct load *load);
/* From here on nobody reads. */
void silent_close_ears(struct silent *silent);

#endif
