/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Creates, checks and removes a FIFO. input.c reads its lines. */
#include "io/fifo.h"

#include "base/log.h"
#include "io/group.h"

#include <errno.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writing is for the owner and members of the group. */
#define FIFO_MODE 0620

struct fifo {
    struct input *input; /* owned */
    char *path;          /* owned */
    int fd;
    bool made; /* we created it, so we remove it */
};

/*
 * Only a FIFO that belongs to us or to root is read. A typing error in the configuration must not
 * feed a file or device to the console, and no other user may place a FIFO where ours is expected.
 */
static int check(const char *path, const struct stat *status)
{
    if (!S_ISFIFO(status->st_mode)) {
        log_errorx("%s exists and is not a FIFO", path);
        return STATUS_INVALID;
    }
    if (status->st_uid != geteuid() && status->st_uid != 0) {
        log_errorx("the FIFO %s belongs to somebody else (user %u)", path,
                   (unsigned)status->st_uid);
        return STATUS_TAKEN;
    }
    return STATUS_OK;
}

static int make(struct fifo *fifo)
{
    struct stat status;

    fifo->made = mkfifo(fifo->path, FIFO_MODE) == 0;
    if (fifo->made)
        return STATUS_OK;
    if (errno != EEXIST || lstat(fifo->path, &status) != 0) {
        log_error("can't create the FIFO %s", fifo->path);
        return STATUS_SYSTEM;
    }
    /* Check before opening too: opening a device may have side effects. */
    return check(fifo->path, &status);
}

/*
 * O_RDWR makes this process a writer too. Otherwise the exit of the last other writer would be an
 * end of file and, for epoll, an event that stays pending.
 */
static int open_path(struct fifo *fifo, gid_t group)
{
    struct stat status;

    fifo->fd = open(fifo->path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    if (fifo->fd < 0 || fstat(fifo->fd, &status) != 0) {
        log_error("can't open the FIFO %s", fifo->path);
        return STATUS_SYSTEM;
    }
    if (fifo->made && group != GROUP_NONE && status.st_gid != group &&
        fchown(fifo->fd, (uid_t)-1, group) != 0)
        log_warn("can't give the FIFO %s to the group of admin.group", fifo->path);
    /* The umask limits the mode that mkfifo sets. */
    if (fifo->made && fchmod(fifo->fd, FIFO_MODE) != 0) {
        log_error("can't set the mode of the FIFO %s", fifo->path);
        return STATUS_SYSTEM;
    }
    /* With two readers each would get some of the lines. */
    if (flock(fifo->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        log_errorx("another program reads the FIFO %s", fifo->path);
        return STATUS_TAKEN;
    }
    return check(fifo->path, &status);
}

int fifo_open(struct ev_loop *loop, const char *path, gid_t group, const struct input_sink *sink,
              struct fifo **ret_fifo)
{
    struct fifo *fifo = calloc(1, sizeof(*fifo));
    int status = STATUS_NO_MEMORY;

    if (fifo == NULL)
        return STATUS_NO_MEMORY;
    fifo->fd = -1;
    fifo->path = strdup(path);
    if (fifo->path != NULL)
        status = make(fifo);
    if (status == STATUS_OK)
        status = open_path(fifo, group);
    if (status == STATUS_OK)
        status = input_open(loop, fifo->fd, "the FIFO", sink, &fifo->input);
    if (status != STATUS_OK) {
        fifo_close(fifo);
        return status;
    }
    *ret_fifo = fifo;
    return STATUS_OK;
}

static void remove_own(const struct fifo *fifo)
{
    struct stat own, there;

    if (!fifo->made || fifo->fd < 0)
        return;
    if (fstat(fifo->fd, &own) == 0 && lstat(fifo->path, &there) == 0 &&
        own.st_dev == there.st_dev && own.st_ino == there.st_ino)
        unlink(fifo->path);
}

void fifo_pause(struct fifo *fifo, bool paused)
{
    input_pause(fifo->input, paused);
}

void fifo_close(struct fifo *fifo)
{
    int error = errno; /* fifo_open's caller reads the first error */

    if (fifo == NULL)
        return;
    input_close(fifo->input);
    remove_own(fifo);
    if (fifo->fd >= 0)
        close(fifo->fd);
    free(fifo->path);
    free(fifo);
    errno = error;
}
