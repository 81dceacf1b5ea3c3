/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sends one request to a running roomd and prints the answer as it arrives. Uses blocking calls, as
 * there is nothing else to do.
 */
#include "base/control_frame.h"
#include "base/safe_line.h"
#include "roomctl/arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

/* roomd answers within milliseconds; one that is stopped or hangs never does. */
#define ROOMCTL_TIMEOUT_S 30

#define EXIT_NOT_DONE 1

/* ---- request ---- */

static int fail_to_connect(const struct arguments *arguments, int error)
{
    if (error == EACCES || error == EPERM) {
        safe_line_print(stderr,
                        "roomctl: you may not use %s: be root, the user that roomd runs as, or in "
                        "the group of admin.group (roomd-admin; a new login takes it)",
                        arguments->path);
        return EX_NOPERM;
    }
    safe_line_print(stderr,
                    "roomctl: no roomd answers at %s (%s); is it running, with admin.control set? "
                    "'systemctl status %s' tells, and -s names another socket",
                    arguments->path, strerror(error), arguments->unit);
    return EX_UNAVAILABLE;
}

/* Returns an exit code; EX_OK: `ret_fd` is connected. */
static int connect_to(const struct arguments *arguments, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval timeout = {.tv_sec = ROOMCTL_TIMEOUT_S};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int error;

    memcpy(address.sun_path, arguments->path, sizeof(arguments->path));
    if (fd < 0) {
        safe_line_print(stderr, "roomctl: socket: %s", strerror(errno));
        return EX_OSERR;
    }
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
    if (!arguments->endless)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        *ret_fd = fd;
        return EX_OK;
    }
    error = errno;
    close(fd);
    return fail_to_connect(arguments, error);
}

/* With the first byte goes the file, if there is one. */
static ssize_t send_with(int fd, char *bytes, size_t length, int file)
{
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct cmsghdr *head;

    if (file < 0)
        return send(fd, bytes, length, MSG_NOSIGNAL);
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &file, sizeof(file));
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* A failed send is no error yet: roomd may have closed its side after saying why. */
static void ask(int fd, const struct arguments *arguments, int file)
{
    static char bytes[CONTROL_FRAME_MAX_BYTES];
    struct control_request request = {
        .json = arguments->json, .line = arguments->line, .length = strlen(arguments->line)};
    size_t length = control_frame_write_request(bytes, sizeof(bytes), &request), sent = 0;

    while (sent < length) {
        ssize_t count = send_with(fd, bytes + sent, length - sent, sent == 0 ? file : -1);

        if (count > 0)
            sent += (size_t)count;
        else if (count == 0 || errno != EINTR)
            break;
    }
}

/* ---- answer ---- */

static int exit_code(enum control_result result)
{
    switch (result) {
    case CONTROL_DONE:
        return EX_OK;
    case CONTROL_FAILED:
        return EXIT_NOT_DONE;
    case CONTROL_USAGE:
        return EX_USAGE;
    case CONTROL_FORBIDDEN:
        return EX_NOPERM;
    case CONTROL_BUSY:
        return EX_TEMPFAIL;
    }
    return EXIT_NOT_DONE;
}

/* Whatever answers at the socket, a line of it is a line of output. */
static void print_frame(const struct control_frame *frame, bool json)
{
    if (frame->type == CONTROL_FRAME_LINE && json)
        safe_line_write_json(stdout, frame->payload, frame->length);
    else if (frame->type == CONTROL_FRAME_LINE)
        safe_line_write(stdout, "", frame->payload, frame->length);
    else if (frame->type == CONTROL_FRAME_ERROR)
        safe_line_write(stderr, "roomctl: ", frame->payload, frame->length);
}

/*
 * Processes complete frames. Returns how many bytes they had, or a negative status; `ret_code` is
 * at least 0 after the end frame.
 */
static int take_frames(const char *bytes, size_t length, bool json, int *ret_code)
{
    size_t taken = 0;

    while (*ret_code < 0) {
        enum control_result result;
        struct control_frame frame;
        int size = control_frame_read(bytes + taken, length - taken, &frame);

        if (size < 0)
            return size;
        if (size == 0)
            break;
        taken += (size_t)size;
        if (control_frame_read_end(&frame, &result))
            *ret_code = exit_code(result);
        else
            print_frame(&frame, json);
    }
    return (int)taken;
}

/* Writes out all output before waiting for more. Returns -1 on success, else an exit code. */
static int flush_output(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return -1;
    if (errno == EPIPE) /* 'roomctl members | head': the reader has what it wanted */
        return EX_OK;
    safe_line_print(stderr, "roomctl: stdout: %s", strerror(errno));
    return EX_IOERR;
}

static int report_incomplete(ssize_t length)
{
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        safe_line_print(stderr,
                        "roomctl: roomd has not answered for %d s; it may hang, or be stopped",
                        ROOMCTL_TIMEOUT_S);
    else
        safe_line_print(stderr,
                        "roomctl: the answer broke off before its end; roomd may have ended");
    return EX_TEMPFAIL;
}

static int print_answer(int fd, bool json)
{
    static char bytes[4 * CONTROL_FRAME_MAX_BYTES];
    size_t used = 0;
    int code = -1;

    for (;;) {
        ssize_t length = recv(fd, bytes + used, sizeof(bytes) - used, 0);
        int taken, output;

        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return report_incomplete(length);
        used += (size_t)length;
        taken = take_frames(bytes, used, json, &code);
        output = flush_output();
        if (output >= 0)
            return output;
        if (taken < 0) {
            safe_line_print(
                stderr, "roomctl: the program that answers there is no roomd, or another version");
            return EX_PROTOCOL;
        }
        if (code >= 0)
            return code;
        used -= (size_t)taken;
        memmove(bytes, bytes + taken, used);
    }
}

/* ---- the file of a backup ---- */

/* Of a backup that is not complete; for the signal handler. */
static const char *unfinished;

static void on_signal(int number)
{
    unlink(unfinished);
    signal(number, SIG_DFL);
    raise(number);
}

/* Only the user may read it: it holds what everybody has said. */
static int open_backup(const char *path, int *ret_file)
{
    *ret_file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*ret_file < 0) {
        safe_line_print(stderr, "roomctl: %s can't be created: %s", path, strerror(errno));
        return EX_CANTCREAT;
    }
    unfinished = path;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGHUP, on_signal);
    return EX_OK;
}

static int close_backup(const char *path, int file, int code)
{
    if (code == EX_OK && fsync(file) != 0 && errno != EINVAL && errno != EROFS) {
        safe_line_print(stderr, "roomctl: %s: %s", path, strerror(errno));
        code = EX_IOERR;
    }
    close(file);
    if (code != EX_OK)
        unlink(path);
    return code;
}

/* ---- all of it ---- */

static int run(const struct arguments *arguments, int file)
{
    int fd, code = connect_to(arguments, &fd);

    if (code != EX_OK)
        return code;
    ask(fd, arguments, file);
    code = print_answer(fd, arguments->json);
    close(fd);
    return code;
}

int main(int argc, char **argv)
{
    static struct arguments arguments;
    int code, file = -1;

    signal(SIGPIPE, SIG_IGN); /* a broken pipe is detected when writing */
    if (!arguments_parse(argc, argv, &arguments, &code))
        return code;
    if (arguments.backup == NULL)
        return run(&arguments, -1);
    code = open_backup(arguments.backup, &file);
    if (code == EX_OK)
        code = close_backup(arguments.backup, file, run(&arguments, file));
    return code;
}
