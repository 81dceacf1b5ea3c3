/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* flock(2), and eight bytes. */
#include "log/lock_file.h"

#include "base/octets.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <roomd/status.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define RECORD_BYTES 8

int lock_file_take(struct lock_file *lock, const char *path, struct trouble *trouble)
{
    char name[PATH_MAX];

    snprintf(name, sizeof(name), "%s-lock", path);
    if (lock->fd < 0)
        lock->fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock->fd < 0)
        return trouble_of_system(trouble, errno, name);
    if (flock(lock->fd, LOCK_EX | LOCK_NB) == 0)
        return STATUS_OK;
    if (errno != EWOULDBLOCK)
        return trouble_of_system(trouble, errno, name);
    trouble_set(trouble, LOG_TROUBLE_LOCKED,
                "another roomd-log-sqlite still writes %s: if its roomd has ended it ends soon, "
                "else another room has the same store.path",
                path);
    return STATUS_TAKEN;
}

void lock_file_release(struct lock_file *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}

uint64_t lock_file_record(const struct lock_file *lock)
{
    uint8_t bytes[RECORD_BYTES] = {0};
    struct octets_reader reader = octets_read(bytes, sizeof(bytes));

    if (pread(lock->fd, bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return 0;
    return octets_read_u64(&reader);
}

void lock_file_set_record(const struct lock_file *lock, uint64_t record)
{
    uint8_t bytes[RECORD_BYTES];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    octets_write_u64(&writer, record);
    (void)!pwrite(lock->fd, bytes, sizeof(bytes), 0);
}
