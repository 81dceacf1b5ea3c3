/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The members, in memory that outlives the process: a memfd that the service manager holds. One
 * record a seat, written in place as members change, so that it is true at any moment the process
 * may be killed. It is read once, by the next process, which then makes one of its own.
 *
 * It never leaves this machine, nor its boot: native byte order. A roster of another version is no
 * roster; a record that was being written is no record.
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
 * An empty one for `seats` members, more as they come; `doors` are the addresses the doors are
 * bound to: door numbers mean nothing to the next process. `generation` is one more than that of
 * the roster it takes the place of. STATUS_SYSTEM with errno; STATUS_NO_MEMORY; STATUS_FULL (more
 * than ROSTER_DOORS_MAX doors).
 */
int roster_file_new(uint32_t seats, const struct endpoint *doors, size_t door_count,
                    uint64_t generation, struct roster_file **ret_roster);
void roster_file_free(struct roster_file *roster);

/* For the service manager to hold; the roster's own. */
int roster_file_fd(const struct roster_file *roster);
uint64_t roster_file_generation(const struct roster_file *roster);

/* The `keep` and `forget` of struct roster_file; `ctx` is the roster. A member for which there is
 * no memory is not kept; that is logged once. */
void roster_file_keep(void *ctx, uint32_t seat, const struct roster_record *record);
void roster_file_forget(void *ctx, uint32_t seat);

/* ---- what the process before has left ---- */

struct roster_file_read;

/* Is it a roster of this version? Takes a copy. `fd` stays the caller's. STATUS_INVALID (another
 * version, or no roster), STATUS_SYSTEM, STATUS_NO_MEMORY. */
int roster_file_read(int fd, struct roster_file_read **ret_read);
void roster_file_read_free(struct roster_file_read *read);

uint64_t roster_file_read_generation(const struct roster_file_read *read);
/* How many records are no good: torn, or damaged. */
uint32_t roster_file_read_torn(const struct roster_file_read *read);

/* The doors it was made with; a record's path.door is an index of this array. */
const struct endpoint *roster_file_read_doors(const struct roster_file_read *read,
                                              size_t *ret_count);

/* The next good record from seat `*seat` on; moves it behind that. False at the end. */
bool roster_file_read_next(const struct roster_file_read *read, uint32_t *seat,
                           struct roster_record *ret_record);

#endif
