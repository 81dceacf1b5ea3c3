/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* posix_spawn(3) of /proc/self/fd/N, which is fexecve(3) without a fork of a large process. */
#include "io/log/log_process.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <roomd/status.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* As much as the kernel lets: a helper that is busy need not stop the room's sends at once. */
#define SOCKET_BYTES (1 << 20)

int log_process_open_program(const char *path, const char *name, int *ret_program)
{
    char own[PATH_MAX], beside[PATH_MAX + NAME_MAX + 2];
    ssize_t length;
    int fd;

    if (path == NULL) {
        length = readlink("/proc/self/exe", own, sizeof(own) - 1);
        if (length < 0)
            return STATUS_SYSTEM;
        own[length] = '\0';
        snprintf(beside, sizeof(beside), "%s/%s", dirname(own), name);
        path = beside;
    }
    fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return STATUS_SYSTEM;
    *ret_program = fd;
    return STATUS_OK;
}

/* The child's descriptors: the socket, nothing to write to, and our stderr. All others are CLOEXEC.
 */
static int spawn(int program, char *const *words, int socket, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    char path[32];
    int error;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    error = posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error = posix_spawn(ret_pid, path, &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error == 0 ? STATUS_OK : STATUS_SYSTEM;
}

int log_process_start(int program, char *const *words, struct log_process *ret_process)
{
    const int bytes = SOCKET_BYTES;
    int ends[2], status, error;
    pid_t pid = 0;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return STATUS_SYSTEM;
    for (int i = 0; i < 2; i++)
        (void)setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    status = spawn(program, words, ends[1], &pid);
    error = errno;
    close(ends[1]);
    if (status != 0)
        close(ends[0]);
    else
        *ret_process = (struct log_process){.pid = pid, .socket = ends[0]};
    errno = error;
    return status;
}

void log_process_close_socket(struct log_process *process)
{
    if (process->socket >= 0)
        close(process->socket);
    process->socket = -1;
}

bool log_process_wait(struct log_process *process, int timeout_ms)
{
    struct pollfd end = {.fd = -1, .events = POLLIN};
    pid_t got;

    if (process->pid == 0)
        return true;
    end.fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (end.fd >= 0) {
        (void)poll(&end, 1, timeout_ms);
        close(end.fd);
    }
    do
        got = waitpid(process->pid, NULL, WNOHANG);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        return false;
    process->pid = 0;
    return true;
}

const char *log_process_how(int status, char text[LOG_PROCESS_HOW_BYTES])
{
    if (WIFSIGNALED(status))
        snprintf(text, LOG_PROCESS_HOW_BYTES, "it was killed by SIG%s",
                 sigabbrev_np(WTERMSIG(status)) != NULL ? sigabbrev_np(WTERMSIG(status)) : "?");
    else
        snprintf(text, LOG_PROCESS_HOW_BYTES, "its exit status was %d", WEXITSTATUS(status));
    return text;
}

bool log_process_send(const struct log_process *process, const void *bytes, size_t length, int fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct iovec part = {.iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t sent;

    memcpy(&part.iov_base, &bytes, sizeof(bytes)); /* nothing is written there */
    if (fd >= 0) {
        struct cmsghdr *passed;

        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        passed = CMSG_FIRSTHDR(&message);
        *passed = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(passed), &fd, sizeof(fd));
    }
    do
        sent = sendmsg(process->socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

/* ECONNRESET comes before what the log has sent last: see doc/log-protocol.md, section 6. */
ssize_t log_process_receive(const struct log_process *process, void *bytes, size_t size)
{
    ssize_t got;

    do
        got = recv(process->socket, bytes, size, MSG_DONTWAIT);
    while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    return got > 0 ? got : STATUS_NOT_FOUND;
}
