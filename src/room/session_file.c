/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * One record in one file, written by one call: when the program is killed, the record is either old
 * or new. The checksum guards against other damage.
 */
#include "room/session_file.h"

#include <ctype.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* To be raised with any change of the record or of its meaning. */
#define SESSION_FILE_VERSION 1U

#define SESSION_FILE_MAGIC UINT64_C(0x73657373696f6e21)

#define SESSION_FILE_FOLDER "roomd"

/* "seat-", 16 bytes in hex, and the NUL. */
#define SESSION_FILE_DIGEST_BYTES 16
#define SESSION_FILE_NAME_BYTES   (5 + 2 * SESSION_FILE_DIGEST_BYTES + 1)

/*
 * An earlier program may delete the file between our open and our lock. If that happens several
 * times in a row, something else is wrong.
 */
#define SESSION_FILE_ATTEMPTS 3

struct record {
    uint64_t magic;
    uint32_t version;
    uint32_t said;
    uint64_t epoch;
    uint64_t token;
    uint64_t position;
    uint32_t decided;
    uint32_t unused;
    uint64_t check;
};

_Static_assert(sizeof(struct record) == 56, "no byte of it is padding");

struct session_file {
    int folder;
    int fd;
    char name[SESSION_FILE_NAME_BYTES];
    struct record written; /* all zero if the file's content is unknown */
};

/* ---- folders ---- */

/* Opens a folder that is ours and that nobody else can read; -1 otherwise. */
static int open_folder(int at, const char *path)
{
    struct stat status;
    int fd =
        openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at != AT_FDCWD ? O_NOFOLLOW : 0));

    if (fd < 0)
        return -1;
    if (fstat(fd, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 077) == 0)
        return fd;
    close(fd);
    return -1;
}

static int open_runtime_folder(void)
{
    const char *path = getenv("XDG_RUNTIME_DIR");
    char fallback[sizeof("/run/user/") + 3 * sizeof(uid_t)];

    if (path == NULL || path[0] == '\0') {
        snprintf(fallback, sizeof(fallback), "/run/user/%u", (unsigned)geteuid());
        path = fallback;
    }
    return path[0] == '/' ? open_folder(AT_FDCWD, path) : -1;
}

static int open_own_folder(void)
{
    int runtime = open_runtime_folder(), fd;

    if (runtime < 0)
        return -1;
    mkdirat(runtime, SESSION_FILE_FOLDER, 0700);
    fd = open_folder(runtime, SESSION_FILE_FOLDER);
    close(runtime);
    return fd;
}

/* ---- the file ---- */

static void hash_text(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const uint8_t *)text, strlen(text) + 1);
}

/* Hosts and names may hold bytes that file names can't, so they are hashed. Hosts ignore case. */
static void make_name(const char *host, const char *port, const char *name,
                      char ret_name[SESSION_FILE_NAME_BYTES])
{
    uint8_t digest[SESSION_FILE_DIGEST_BYTES];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof(digest));
    for (const char *at = host; *at != '\0'; at++) {
        uint8_t letter = (uint8_t)tolower((unsigned char)*at);

        crypto_generichash_update(&state, &letter, 1);
    }
    hash_text(&state, "");
    hash_text(&state, port);
    hash_text(&state, name);
    crypto_generichash_final(&state, digest, sizeof(digest));
    snprintf(ret_name, SESSION_FILE_NAME_BYTES, "seat-");
    sodium_bin2hex(ret_name + 5, SESSION_FILE_NAME_BYTES - 5, digest, sizeof(digest));
}

/*
 * Opens and locks the file. -1 if that fails or the file has lost its name; `ret_again` tells
 * whether another attempt may succeed.
 */
static int open_locked(const struct session_file *file, bool *ret_again)
{
    struct stat status;
    int fd = openat(file->folder, file->name,
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

    *ret_again = false;
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &status) == 0) {
        *ret_again = status.st_nlink == 0;
        if (status.st_nlink == 1 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
            (status.st_mode & 077) == 0)
            return fd;
    }
    close(fd);
    return -1;
}

struct session_file *session_file_open(const char *host, const char *port, const char *name)
{
    struct session_file *file = calloc(1, sizeof(*file));
    bool again = true;

    if (file == NULL)
        return NULL;
    file->fd = -1;
    file->folder = open_own_folder();
    if (file->folder >= 0) {
        make_name(host, port, name, file->name);
        for (int i = 0; i < SESSION_FILE_ATTEMPTS && file->fd < 0 && again; i++)
            file->fd = open_locked(file, &again);
        if (file->fd >= 0)
            return file;
        close(file->folder);
    }
    free(file);
    return NULL;
}

static bool is_empty(const struct session_file *file)
{
    struct stat status;

    return fstat(file->fd, &status) == 0 && status.st_size == 0;
}

void session_file_close(struct session_file *file, bool forget)
{
    if (file == NULL)
        return;
    /* Still locked: a program that has it open already finds that its link count is 0. */
    if (forget || is_empty(file))
        unlinkat(file->folder, file->name, 0);
    close(file->fd);
    close(file->folder);
    free(file);
}

/* ---- the record ---- */

/* Against torn records and other versions, not against attackers: the key is no secret. */
static uint64_t checksum_of(const struct record *record)
{
    static const uint8_t key[crypto_shorthash_KEYBYTES] = "room session";
    uint64_t check;

    _Static_assert(sizeof(check) == crypto_shorthash_BYTES, "SipHash's output is the check");
    crypto_shorthash((uint8_t *)&check, (const uint8_t *)record, offsetof(struct record, check),
                     key);
    return check;
}

bool session_file_read(const struct session_file *file, struct client_session *ret_session)
{
    struct record record;
    char more;

    if (pread(file->fd, &record, sizeof(record), 0) != (ssize_t)sizeof(record) ||
        pread(file->fd, &more, 1, sizeof(record)) != 0)
        return false;
    if (record.magic != SESSION_FILE_MAGIC || record.version != SESSION_FILE_VERSION ||
        record.check != checksum_of(&record))
        return false;
    *ret_session = (struct client_session){.epoch = record.epoch,
                                           .token = record.token,
                                           .position = record.position,
                                           .said = record.said,
                                           .decided = record.decided};
    return true;
}

void session_file_store(struct session_file *file, const struct client_session *session)
{
    struct record record = {.magic = SESSION_FILE_MAGIC,
                            .version = SESSION_FILE_VERSION,
                            .said = session->said,
                            .epoch = session->epoch,
                            .token = session->token,
                            .position = session->position,
                            .decided = session->decided};

    record.check = checksum_of(&record);
    if (memcmp(&record, &file->written, sizeof(record)) == 0)
        return;
    if ((file->written.magic != 0 || ftruncate(file->fd, 0) == 0) &&
        pwrite(file->fd, &record, sizeof(record), 0) == (ssize_t)sizeof(record)) {
        file->written = record;
        return;
    }
    /* With a stale record, the next program would reuse message numbers. */
    memset(&file->written, 0, sizeof(file->written));
    if (ftruncate(file->fd, 0) != 0)
        unlinkat(file->folder, file->name, 0);
}
