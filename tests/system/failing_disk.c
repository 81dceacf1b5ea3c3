/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Loaded before the C library (LD_PRELOAD), it makes a program's disk fail, or writes down what is
 * done to it, so that a test can take away what was not synced. Environment:
 *
 *   FAILING_DISK=FILE   lines "CALL ERRNO" (that call fails) or "CALL +MS" (it takes that long);
 *                       read at each call, so a test may change them while the program runs
 *   FAILING_KILL=N      the N-th call kills the program, before it is made
 *   FAILING_RECORD=FILE each call is appended: a line "CALL NAME OFFSET LENGTH", and for a write
 *                       LENGTH bytes. NAME has no folder; a rename has its second name for OFFSET
 *
 * Calls are open (of files to be made), pwrite, fsync (and fdatasync), ftruncate, unlink, rename
 * and send.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NAME_BYTES 256

/* Each function is also called under the name of its 64-bit form, which is the same here. */
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset);
int ftruncate64(int fd, off64_t size);
int open64(const char *path, int flags, ...);

/* ---- the plan ---- */

static size_t read_file(const char *path, char *bytes, size_t size)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t got = fd >= 0 ? read(fd, bytes, size - 1) : 0;

    if (fd >= 0)
        close(fd);
    bytes[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

static int number_of(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } errors[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}, {"EACCES", EACCES}};

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strcmp(name, errors[i].name) == 0)
            return errors[i].number;
    return EINVAL;
}

/* True if the call is to fail; errno is set. */
static bool fails(const char *call)
{
    const char *path = getenv("FAILING_DISK");
    char plan[512], name[32], what[32];
    int at = 0, used;

    if (path == NULL)
        return false;
    read_file(path, plan, sizeof(plan));
    while (sscanf(plan + at, "%31s %31s\n%n", name, what, &used) == 2) {
        at += used;
        if (strcmp(name, call) != 0)
            continue;
        if (what[0] != '+') {
            errno = number_of(what);
            return true;
        }
        long ms = strtol(what + 1, NULL, 10);
        struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

        nanosleep(&pause, NULL);
    }
    return false;
}

static void count_down(void)
{
    static long left = -1;
    const char *wanted = getenv("FAILING_KILL");

    if (wanted == NULL)
        return;
    if (left < 0)
        left = strtol(wanted, NULL, 10);
    if (--left == 0)
        kill(getpid(), SIGKILL);
}

/* ---- the record ---- */

static const char *last_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static void name_of(int fd, char *name)
{
    char link[64], path[4096];
    ssize_t length;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    snprintf(name, NAME_BYTES, "%s", last_of(path));
}

static void record(const char *call, const char *name, const char *offset, size_t length,
                   const void *bytes)
{
    static int fd = -1;
    const char *path = getenv("FAILING_RECORD");
    char line[NAME_BYTES * 3];
    int used;

    if (path == NULL || strcmp(name, last_of(path)) == 0)
        return;
    if (fd < 0)
        fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                          0600);
    used = snprintf(line, sizeof(line), "%s %s %s %zu\n", call, name[0] != '\0' ? name : "-",
                    offset, length);
    (void)!write(fd, line, (size_t)used);
    if (bytes != NULL)
        (void)!write(fd, bytes, length);
}

static void record_fd(const char *call, int fd, int64_t offset, size_t length, const void *bytes)
{
    char name[NAME_BYTES], text[32];

    if (getenv("FAILING_RECORD") == NULL)
        return;
    name_of(fd, name);
    snprintf(text, sizeof(text), "%lld", (long long)offset);
    record(call, name, text, length, bytes);
}

/* ---- the calls ---- */

#define REAL(function) ((__typeof__(&(function)))(uintptr_t)dlsym(RTLD_NEXT, #function))

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
    count_down();
    if (fails("pwrite"))
        return -1;
    record_fd("pwrite", fd, offset, length, bytes);
    return REAL(pwrite64)(fd, bytes, length, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    return pwrite64(fd, bytes, length, offset);
}

int fsync(int fd)
{
    count_down();
    if (fails("fsync"))
        return -1;
    record_fd("fsync", fd, 0, 0, NULL);
    return 0; /* what is not synced is up to the test */
}

int fdatasync(int fd)
{
    return fsync(fd);
}

int ftruncate64(int fd, off64_t size)
{
    count_down();
    if (fails("ftruncate"))
        return -1;
    record_fd("ftruncate", fd, size, 0, NULL);
    return REAL(ftruncate64)(fd, size);
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

int unlink(const char *path)
{
    count_down();
    if (fails("unlink"))
        return -1;
    record("unlink", last_of(path), "0", 0, NULL);
    return REAL(unlink)(path);
}

int rename(const char *from, const char *to)
{
    count_down();
    if (fails("rename"))
        return -1;
    record("rename", last_of(from), last_of(to), 0, NULL);
    return REAL(rename)(from, to);
}

int open64(const char *path, int flags, ...)
{
    bool makes = (flags & O_CREAT) != 0;
    mode_t mode = 0;
    int fd;

    if (makes) {
        va_list arguments;

        va_start(arguments, flags);
        mode = (mode_t)va_arg(arguments, unsigned);
        va_end(arguments);
        if (fails("open"))
            return -1;
    }
    fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (makes && fd >= 0)
        record("open", last_of(path), "0", 0, NULL);
    return fd;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = (flags & O_CREAT) != 0 ? (mode_t)va_arg(arguments, unsigned) : 0;
    va_end(arguments);
    return open64(path, flags, mode);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    count_down();
    record("send", "-", "0", length < 24 ? length : 24, bytes);
    return REAL(send)(fd, bytes, length, flags);
}
