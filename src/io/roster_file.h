/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The members, in memory that outlives the process: a memfd that the service manager holds. It has
 * one record per seat, written in place as members change, so that it is valid whenever the process
 * is killed. The next process reads it once and then makes its own.
 *
 * It never leaves this machine or this boot: native byte order. A roster of another version is
 * invalid, and so is a record that was being written.
 */
#ifndef ROOMD_IO_ROSTER_FILE_H
#define ROOMD_IO_ROSTER_FILE_H

#include <roomd/endpoint.h>
#include <roomd/ports.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROSTER_DOORS_MAX 32

struct roster_file;

/*
 * Makes an empty roster for `seats` members, which grows if needed. `doors` are the addresses that
 * the doors are bound to, because door numbers mean nothing to the next process. `generation` is
 * one more than that of the roster it replaces. STATUS_SYSTEM with errno; STATUS_NO_MEMORY;
 * STATUS_FULL (more than ROSTER_DOORS_MAX doors).
 */
int roster_file_new(uint32_t seats, const struct endpoint *doors, size_t door_count,
                    uint64_t generation, struct roster_file **ret_roster);
void roster_file_free(struct roster_file *roster);

/* The descriptor for the service manager to hold; owned by the roster. */
int roster_file_fd(const struct roster_file *roster);
uint64_t roster_file_generation(const struct roster_file *roster);

/*
 * The `keep` and `forget` of struct roster (roomd/ports.h); `ctx` is the roster file. A member for
 * whom there is no memory is not kept; that is logged once.
 */
void roster_file_keep(void *ctx, uint32_t seat, const struct roster_record *record);
void roster_file_forget(void *ctx, uint32_t seat);

/* ---- what the previous process has left ---- */

struct roster_file_read;

/*
 * Copies the roster behind `fd`, which stays the caller's. STATUS_INVALID (not a roster, or another
 * version), STATUS_SYSTEM, STATUS_NO_MEMORY.
 */
int roster_file_read(int fd, struct roster_file_read **ret_read);
void roster_file_read_free(struct roster_file_read *read);

uint64_t roster_file_read_generation(const struct roster_file_read *read);
/* Number of invalid records: torn or damaged. */
uint32_t roster_file_read_torn(const struct roster_file_read *read);

/* The doors it was made with; a record's path.door is an index of this array. */
const struct endpoint *roster_file_read_doors(const struct roster_file_read *read,
                                              size_t *ret_count);

/*
 * Returns the next valid record from seat `*seat` on and sets `*seat` behind it. False at the end.
 */
bool roster_file_read_next(const struct roster_file_read *read, uint32_t *seat,
                           struct roster_record *ret_record);

#endif
