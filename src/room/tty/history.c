/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The file is changed in place, under a lock: with a new file in its place, a program that waits
 * for the lock would write to the old one.
 */
#include "room/tty/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Only this much is read: the last lines are at the end. */
#define READ_MAX_BYTES ((off_t)4 * 1024 * 1024)

/* A longer line is neither a message nor a command. */
#define LINE_MAX_BYTES ((size_t)4096)

void history_init(struct history *history, const char *state_home, const char *home)
{
    int length = 0;

    *history = (struct history){.path = ""};
    /* The specification ignores relative paths. */
    if (state_home != NULL && state_home[0] == '/')
        length =
            snprintf(history->path, sizeof(history->path), "%s/roomd/room_history", state_home);
    else if (home != NULL && home[0] == '/')
        length = snprintf(history->path, sizeof(history->path),
                          "%s/.local/state/roomd/room_history", home);
    if (length < 0 || (size_t)length >= sizeof(history->path))
        history->path[0] = '\0';
}

void history_done(struct history *history)
{
    buffer_done(&history->added);
}

void history_add(struct history *history, const char *line)
{
    size_t length = strlen(line);

    if (length == 0 || length > LINE_MAX_BYTES || strchr(line, '\n') != NULL)
        return;
    buffer_add(&history->added, line, length);
    buffer_add(&history->added, "\n", 1);
}

/* ---- reading ---- */

/* Reads the file or its end, from the beginning of a line on. */
static bool read_lines(int fd, struct buffer *lines)
{
    struct stat status;
    off_t from;
    char *at;
    ssize_t length;

    if (fstat(fd, &status) != 0)
        return false;
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return false;
    }
    from = status.st_size > READ_MAX_BYTES ? status.st_size - READ_MAX_BYTES : 0;
    at = buffer_reserve(lines, (size_t)(status.st_size - from) + 1);
    if (at == NULL) {
        errno = ENOMEM;
        return false;
    }
    length = pread(fd, at, (size_t)(status.st_size - from), from);
    if (length < 0)
        return false;
    lines->length += (size_t)length;
    if (lines->length > 0 && lines->at[lines->length - 1] != '\n')
        buffer_add(lines, "\n", 1);
    if (from > 0) {
        const char *newline = memchr(lines->at, '\n', lines->length);

        buffer_drop(lines, newline != NULL ? (size_t)(newline - lines->at) + 1 : lines->length);
    }
    return true;
}

bool history_read(const struct history *history, void (*line)(void *ctx, const char *line),
                  void *ctx)
{
    int fd = history->path[0] != '\0' ? open(history->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    struct buffer lines = {0};
    bool good;

    if (fd < 0)
        return history->path[0] == '\0' || errno == ENOENT;
    good = read_lines(fd, &lines);
    for (size_t at = 0; good && at < lines.length;) {
        char *end = memchr(lines.at + at, '\n', lines.length - at);

        *end = '\0';
        if (lines.at[at] != '\0')
            line(ctx, lines.at + at);
        at = (size_t)(end - lines.at) + 1;
    }
    buffer_done(&lines);
    close(fd);
    return good;
}

/* ---- writing ---- */

static bool make_folders(const char *path)
{
    char folder[PATH_MAX];

    snprintf(folder, sizeof(folder), "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

/* The offset of the last HISTORY_LINES_MAX lines. */
static size_t last_lines_at(const struct buffer *lines)
{
    size_t count = 0;

    for (size_t at = lines->length; at > 0; at--) {
        if (lines->at[at - 1] == '\n' && count++ == HISTORY_LINES_MAX)
            return at;
    }
    return 0;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        ssize_t written = pwrite(fd, bytes + at, length - at, (off_t)at);

        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* The file is cut only after all lines were written, so that a full disk loses no line. */
static bool rewrite(int fd, const struct history *history)
{
    struct buffer lines = {0};
    size_t from;
    bool good = read_lines(fd, &lines);

    buffer_add(&lines, history->added.at, history->added.length);
    from = last_lines_at(&lines);
    if (lines.failed) {
        errno = ENOMEM;
        good = false;
    }
    good = good && write_all(fd, lines.at + from, lines.length - from) &&
           ftruncate(fd, (off_t)(lines.length - from)) == 0;
    buffer_done(&lines);
    return good;
}

bool history_save(struct history *history)
{
    int fd, error;
    bool good;

    if (history->added.length == 0 || history->path[0] == '\0')
        return true;
    if (!make_folders(history->path))
        return false;
    fd = open(history->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0)
        return false;
    good = flock(fd, LOCK_EX) == 0 && fchmod(fd, 0600) == 0 && rewrite(fd, history);
    error = errno;
    close(fd);
    errno = error;
    if (good)
        history->added.length = 0;
    return good;
}
