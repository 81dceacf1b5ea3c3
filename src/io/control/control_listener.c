/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Creates the socket, whatever may already be at its path. */
#include "io/control/control_listener.h"

#include "base/log.h"
#include "io/group.h"

#include <errno.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONTROL_LISTENER_MODE 0660

/*
 * Connections not yet accepted: enough for a crontab that starts many roomctl in the same second.
 */
#define CONTROL_LISTENER_BACKLOG 128

struct control_listener {
    int fd;
    bool created; /* the socket file of `device` and `inode` is ours */
    dev_t device;
    ino_t inode;
    struct sockaddr_un address;
};

static bool stat_path(const struct control_listener *listener, struct stat *ret_status)
{
    return lstat(listener->address.sun_path, ret_status) == 0;
}

/* True if a program listens there; connecting is the only way to find out. */
static bool is_listened_to(const struct control_listener *listener)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool listened;

    if (fd < 0)
        return true; /* unknown, so leave it alone */
    listened =
        connect(fd, (const struct sockaddr *)&listener->address, sizeof(listener->address)) == 0 ||
        errno != ECONNREFUSED;
    close(fd);
    return listened;
}

/* Removes what may be replaced by our socket. */
static int clear_path(const struct control_listener *listener)
{
    const char *path = listener->address.sun_path;
    struct stat status;

    if (!stat_path(listener, &status)) {
        if (errno == ENOENT)
            return STATUS_OK;
        log_error("can't create the control socket %s", path);
        return STATUS_SYSTEM;
    }
    if (!S_ISSOCK(status.st_mode)) {
        log_errorx("%s exists and is not a socket", path);
        return STATUS_INVALID;
    }
    if (status.st_uid != geteuid() && status.st_uid != 0) {
        log_errorx("the socket %s belongs to somebody else (user %u)", path,
                   (unsigned)status.st_uid);
        return STATUS_INVALID;
    }
    if (is_listened_to(listener)) {
        log_errorx(
            "another program listens on the control socket %s; admin.control chooses another",
            path);
        return STATUS_TAKEN;
    }
    if (unlink(path) != 0 && errno != ENOENT) {
        log_error("can't replace the control socket %s, which nobody listens on", path);
        return STATUS_SYSTEM;
    }
    return STATUS_OK;
}

/*
 * Nobody else may connect until owner and mode are right. fchmod on the descriptor would not change
 * the file, so the umask is used.
 */
static int bind_path(struct control_listener *listener)
{
    mode_t mask = umask(0177);
    int result =
        bind(listener->fd, (const struct sockaddr *)&listener->address, sizeof(listener->address));
    int error = errno;

    umask(mask);
    errno = error;
    return result;
}

static int set_permissions(struct control_listener *listener, gid_t group)
{
    const char *path = listener->address.sun_path;
    struct stat status;

    if (!stat_path(listener, &status))
        return STATUS_SYSTEM;
    listener->created = true;
    listener->device = status.st_dev;
    listener->inode = status.st_ino;
    if (group != GROUP_NONE && status.st_gid != group && lchown(path, (uid_t)-1, group) != 0)
        log_warn("can't give the control socket %s to the group of admin.group", path);
    return chmod(path, CONTROL_LISTENER_MODE) == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static int make(struct control_listener *listener, gid_t group)
{
    int status = clear_path(listener);

    if (status != STATUS_OK)
        return status;
    listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd >= 0 && bind_path(listener) == 0 &&
        listen(listener->fd, CONTROL_LISTENER_BACKLOG) == 0 &&
        set_permissions(listener, group) == STATUS_OK)
        return STATUS_OK;
    log_error("can't create the control socket %s", listener->address.sun_path);
    return STATUS_SYSTEM;
}

int control_listener_open(const char *path, gid_t group, struct control_listener **ret_listener)
{
    struct control_listener *listener = calloc(1, sizeof(*listener));
    int status = STATUS_INVALID;

    if (listener == NULL)
        return STATUS_NO_MEMORY;
    listener->fd = -1;
    listener->address.sun_family = AF_UNIX;
    if (strlen(path) < sizeof(listener->address.sun_path)) {
        memcpy(listener->address.sun_path, path, strlen(path) + 1);
        status = make(listener, group);
    }
    if (status != STATUS_OK) {
        control_listener_close(listener);
        return status;
    }
    *ret_listener = listener;
    return STATUS_OK;
}

int control_listener_fd(const struct control_listener *listener)
{
    return listener->fd;
}

void control_listener_close(struct control_listener *listener)
{
    int error = errno;
    struct stat status;

    if (listener == NULL)
        return;
    if (listener->created && stat_path(listener, &status) && status.st_dev == listener->device &&
        status.st_ino == listener->inode)
        unlink(listener->address.sun_path);
    if (listener->fd >= 0)
        close(listener->fd);
    free(listener);
    errno = error;
}
