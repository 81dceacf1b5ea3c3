/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A session that outlives its program: a valid record is read back, and nothing else is. */
#include "room/session_file.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char runtime[] = "/tmp/roomd-test-XXXXXX";
static char folder[sizeof(runtime) + 8];

static const struct client_session session = {
    .epoch = 11, .token = UINT64_MAX, .position = 13, .said = 14, .decided = 15};

static void make(void)
{
    cr_assert_not_null(mkdtemp(runtime));
    snprintf(folder, sizeof(folder), "%s/roomd", runtime);
    setenv("XDG_RUNTIME_DIR", runtime, 1);
}

/* The path of the first file; false if there is none. */
static bool find_file(char path[512])
{
    DIR *listing = opendir(folder);
    bool found = false;

    for (struct dirent *entry; listing != NULL && !found && (entry = readdir(listing)) != NULL;) {
        found = entry->d_name[0] != '.';
        snprintf(path, 512, "%s/%s", folder, entry->d_name);
    }
    if (listing != NULL)
        closedir(listing);
    return found;
}

static void done(void)
{
    char path[512];

    while (find_file(path) && unlink(path) == 0)
        ;
    rmdir(folder);
    rmdir(runtime);
}

TestSuite(session_file, .init = make, .fini = done);

static struct session_file *open_file(void)
{
    struct session_file *file = session_file_open("example.org", "8888", "alice");

    cr_assert_not_null(file);
    return file;
}

static void store_and_close(void)
{
    struct session_file *file = open_file();

    session_file_store(file, &session);
    session_file_close(file, false);
}

static bool holds_session(void)
{
    struct client_session found;
    struct session_file *file = open_file();
    bool there = session_file_read(file, &found);

    session_file_close(file, false);
    return there;
}

Test(session_file, a_new_file_holds_no_session)
{
    cr_expect_not(holds_session());
}

Test(session_file, the_last_session_that_was_stored_is_read_back)
{
    struct client_session first = session, found;
    struct session_file *file = open_file();

    first.position = 1;
    session_file_store(file, &first);
    session_file_store(file, &session);
    session_file_close(file, false);
    file = open_file();
    cr_assert(session_file_read(file, &found));
    cr_expect_eq(found.epoch, session.epoch);
    cr_expect_eq(found.token, session.token);
    cr_expect_eq(found.position, session.position);
    cr_expect_eq(found.said, session.said);
    cr_expect_eq(found.decided, session.decided);
    session_file_close(file, false);
}

Test(session_file, nobody_else_can_read_it)
{
    struct stat status;
    char path[512];

    umask(0);
    store_and_close();
    cr_assert_eq(stat(folder, &status), 0);
    cr_expect_eq(status.st_mode & 07777, 0700);
    cr_assert(find_file(path));
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_mode & 07777, 0600);
}

Test(session_file, a_forgotten_session_leaves_no_file)
{
    struct session_file *file = open_file();
    char path[512];

    session_file_store(file, &session);
    session_file_close(file, true);
    cr_expect_not(find_file(path));
    session_file_close(open_file(), false);
    cr_expect_not(find_file(path), "nor does what was never stored");
}

Test(session_file, each_room_and_each_name_has_a_file_of_its_own)
{
    static const char *const others[][3] = {{"example.com", "8888", "alice"},
                                            {"example.org", "8889", "alice"},
                                            {"example.org", "8888", "bob"}};
    struct client_session found;
    struct session_file *file;

    store_and_close();
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        file = session_file_open(others[i][0], others[i][1], others[i][2]);
        cr_assert_not_null(file);
        cr_expect_not(session_file_read(file, &found), "%s", others[i][0]);
        session_file_close(file, true);
    }
    file = session_file_open("Example.ORG", "8888", "alice");
    cr_expect(session_file_read(file, &found), "a host is the same in capitals");
    session_file_close(file, true);
}

Test(session_file, two_programs_do_not_have_it_at_once)
{
    struct session_file *file = open_file();

    cr_expect_null(session_file_open("example.org", "8888", "alice"));
    session_file_close(file, false);
    cr_expect_not(holds_session());
}

Test(session_file, a_killed_program_leaves_it_to_the_next)
{
    pid_t child = fork();
    int status;

    cr_assert_geq(child, 0);
    if (child == 0) {
        session_file_store(open_file(), &session);
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(holds_session());
}

Test(session_file, a_record_that_is_not_whole_is_none)
{
    uint8_t bytes[57] = {0}, byte;
    char path[512];
    int fd;

    store_and_close();
    cr_assert(find_file(path));
    fd = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_eq(pread(fd, bytes, sizeof(bytes), 0), 56);
    for (int at = 0; at < 56; at++) {
        byte = bytes[at] ^ 1U;
        cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
        cr_expect_not(holds_session(), "byte %d is another", at);
        cr_assert_eq(pwrite(fd, &bytes[at], 1, at), 1);
    }
    cr_expect(holds_session());
    cr_assert_eq(pwrite(fd, bytes, 57, 0), 57);
    cr_expect_not(holds_session(), "a byte too many");
    cr_assert_eq(ftruncate(fd, 55), 0);
    cr_expect_not(holds_session(), "a byte too few");
    close(fd);
}

Test(session_file, a_file_of_something_else_is_written_anew)
{
    char path[512];
    int fd;

    store_and_close();
    cr_assert(find_file(path));
    fd = open(path, O_RDWR | O_CLOEXEC);
    cr_assert_eq(ftruncate(fd, 4096), 0);
    close(fd);
    store_and_close();
    cr_expect(holds_session());
}

Test(session_file, a_file_that_others_can_read_is_not_used)
{
    char path[512];

    store_and_close();
    cr_assert(find_file(path));
    chmod(path, 0644);
    cr_expect_null(session_file_open("example.org", "8888", "alice"));
}

Test(session_file, a_link_is_not_followed)
{
    char path[512], elsewhere[512];

    store_and_close();
    cr_assert(find_file(path));
    snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", runtime);
    cr_assert_eq(rename(path, elsewhere), 0);
    cr_assert_eq(symlink(elsewhere, path), 0);
    cr_expect_null(session_file_open("example.org", "8888", "alice"));
    unlink(elsewhere);
}

Test(session_file, nothing_is_kept_where_the_folder_is_not_ours_alone)
{
    chmod(runtime, 0755);
    cr_expect_null(session_file_open("example.org", "8888", "alice"));
    chmod(runtime, 0700);
    session_file_close(open_file(), true);
    chmod(folder, 0750);
    cr_expect_null(session_file_open("example.org", "8888", "alice"));
    setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
    cr_expect_null(session_file_open("example.org", "8888", "alice"));
    setenv("XDG_RUNTIME_DIR", "tmp", 1);
    cr_expect_null(session_file_open("example.org", "8888", "alice"));
}
