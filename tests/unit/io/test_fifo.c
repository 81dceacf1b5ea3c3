/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* FIFOs in a folder of the test's own. */
#include "io/fifo.h"
#include "io/group.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct ev_loop *loop;
static struct fifo *fifo;
static char folder[] = "/tmp/roomd-fifo-XXXXXX";
static char path[64], other[64];
static char got[256];
static unsigned ended, events;

static void on_line(void *ctx, const char *bytes, size_t length)
{
    (void)ctx;
    snprintf(got + strlen(got), sizeof(got) - strlen(got), "[%.*s]", (int)length, bytes);
}

static void on_too_long(void *ctx)
{
    (void)ctx;
}

static void on_end(void *ctx)
{
    (void)ctx;
    ended++;
}

static const struct input_sink sink = {.line = on_line, .too_long = on_too_long, .ended = on_end};

static void set_up(void)
{
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/fifo", folder);
    snprintf(other, sizeof(other), "%s/other", folder);
}

static void tear_down(void)
{
    fifo_close(fifo);
    ev_loop_destroy(loop);
    if (rmdir(path) != 0)
        unlink(path);
    unlink(other);
    rmdir(folder);
}

TestSuite(fifo, .init = set_up, .fini = tear_down);

static int open_fifo(void)
{
    return fifo_open(loop, path, GROUP_NONE, &sink, &fifo);
}

static mode_t mode_of(const char *file)
{
    struct stat status;

    cr_assert_eq(lstat(file, &status), 0);
    return status.st_mode;
}

static bool exists(const char *file)
{
    struct stat status;

    return lstat(file, &status) == 0;
}

static void say(const char *text)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK);

    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void on_pending(struct ev_loop *of)
{
    events += ev_pending_count(of);
    ev_invoke_pending(of);
}

static void turns(unsigned count)
{
    while (count-- > 0)
        ev_run(loop, EVRUN_NOWAIT);
}

Test(fifo, a_missing_one_is_created_and_removed_at_the_end)
{
    cr_assert_eq(open_fifo(), STATUS_OK);
    cr_assert_eq(mode_of(path), S_IFIFO | 0620);
    fifo_close(fifo);
    fifo = NULL;
    cr_assert_not(exists(path));
}

Test(fifo, its_mode_does_not_depend_on_the_umask)
{
    static const mode_t masks[] = {0, 0022, 0077, 0777};

    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        /* Root can open a FIFO whatever the mask; other users could not restore the mode. */
        if (masks[i] == 0777 && geteuid() != 0)
            continue;
        umask(masks[i]);
        cr_assert_eq(open_fifo(), STATUS_OK);
        cr_expect_eq(mode_of(path), S_IFIFO | 0620, "umask %o", (unsigned)masks[i]);
        fifo_close(fifo);
        fifo = NULL;
    }
}

Test(fifo, an_existing_one_is_used_and_stays)
{
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_eq(open_fifo(), STATUS_OK);
    say("hello\n");
    turns(3);
    cr_assert_str_eq(got, "[hello]");
    fifo_close(fifo);
    fifo = NULL;
    cr_assert_eq(mode_of(path), S_IFIFO | 0600);
}

Test(fifo, writers_come_and_go)
{
    cr_assert_eq(open_fifo(), STATUS_OK);
    for (int i = 0; i < 5; i++) {
        say("x\n");
        turns(2);
    }
    say("half");
    turns(2);
    cr_assert_str_eq(got, "[x][x][x][x][x]");
    cr_assert_eq(ended, 0);
    say(" line\n");
    turns(2);
    cr_assert_str_eq(got, "[x][x][x][x][x][half line]");
    cr_assert(ev_run(loop, EVRUN_NOWAIT)); /* still watched, */
    ev_set_invoke_pending_cb(loop, on_pending);
    turns(5);
    cr_assert_eq(events, 0); /* but idle */
}

Test(fifo, a_regular_file_is_refused_and_left_as_it_is)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0600);

    cr_assert_eq(write(fd, "secret\n", 7), 7);
    close(fd);
    cr_assert_eq(open_fifo(), STATUS_INVALID);
    cr_assert_null(fifo);
    cr_assert_eq(mode_of(path), S_IFREG | 0600);
}

Test(fifo, a_folder_a_link_a_socket_and_a_device_are_refused)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    cr_assert_eq(mkdir(path, 0700), 0);
    cr_assert_eq(open_fifo(), STATUS_INVALID);
    rmdir(path);
    cr_assert_eq(mkfifo(other, 0600), 0);
    cr_assert_eq(symlink(other, path), 0);
    cr_assert_eq(open_fifo(), STATUS_INVALID);
    unlink(path);
    memcpy(address.sun_path, path, strlen(path));
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    cr_assert_eq(open_fifo(), STATUS_INVALID);
    close(fd);
    cr_assert_eq(fifo_open(loop, "/dev/null", GROUP_NONE, &sink, &fifo), STATUS_INVALID);
    cr_assert(exists(path));
}

Test(fifo, one_of_another_user_is_refused)
{
    cr_assert_eq(mkfifo(path, 0666), 0);
    if (chown(path, 12345, (gid_t)-1) != 0)
        cr_skip_test("only root can give a file away");
    cr_assert_eq(open_fifo(), STATUS_TAKEN);
    cr_assert(exists(path));
}

Test(fifo, one_that_another_program_reads_is_refused_and_stays)
{
    struct fifo *second = NULL;

    cr_assert_eq(open_fifo(), 0);
    cr_expect_eq(fifo_open(loop, path, GROUP_NONE, &sink, &second), STATUS_TAKEN);
    cr_expect_null(second);
    cr_expect(S_ISFIFO(mode_of(path)));
}

Test(fifo, a_missing_folder_is_a_system_error)
{
    cr_assert_eq(fifo_open(loop, "/nonexistent/fifo", GROUP_NONE, &sink, &fifo), STATUS_SYSTEM);
    cr_assert_eq(errno, ENOENT);
}

Test(fifo, another_file_in_its_place_is_not_removed)
{
    cr_assert_eq(open_fifo(), STATUS_OK);
    cr_assert_eq(rename(path, other), 0);
    cr_assert_eq(mkfifo(path, 0600), 0);
    fifo_close(fifo);
    fifo = NULL;
    cr_assert(exists(path));
}

Test(fifo, closing_none_is_legal)
{
    fifo_close(NULL);
}
