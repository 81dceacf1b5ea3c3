/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A file of lines, which several programs share. */
#include "room/tty/history.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/roomd-test-XXXXXX";
static struct history history;
static char *lines[2 * HISTORY_LINES_MAX];
static size_t line_count;

static void on_line(void *ctx, const char *line)
{
    (void)ctx;
    lines[line_count++] = strdup(line);
}

static void forget_lines(void)
{
    while (line_count > 0)
        free(lines[--line_count]);
}

static void open_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    history_init(&history, folder, NULL);
}

static void close_folder(void)
{
    char path[64];

    unlink(history.path);
    snprintf(path, sizeof(path), "%s/roomd", folder);
    rmdir(path);
    rmdir(folder);
    history_done(&history);
    forget_lines();
}

TestSuite(history, .init = open_folder, .fini = close_folder);

static void expect_read(const char *expected)
{
    char all[4096] = "";

    forget_lines();
    cr_assert(history_read(&history, on_line, NULL));
    for (size_t i = 0; i < line_count; i++)
        sprintf(all + strlen(all), "%s|", lines[i]);
    cr_expect_str_eq(all, expected);
}

Test(history, its_path_follows_the_specification)
{
    struct history other;

    history_init(&other, "/s", "/h");
    cr_expect_str_eq(other.path, "/s/roomd/room_history");
    history_init(&other, NULL, "/h");
    cr_expect_str_eq(other.path, "/h/.local/state/roomd/room_history");
    history_init(&other, "relative", "/h");
    cr_expect_str_eq(other.path, "/h/.local/state/roomd/room_history");
    history_init(&other, "", NULL);
    cr_expect_str_eq(other.path, "");
    history_add(&other, "x");
    cr_expect(history_save(&other), "no place is no error");
    cr_expect(history_read(&other, on_line, NULL));
    history_done(&other);
}

Test(history, no_file_is_no_lines)
{
    expect_read("");
}

Test(history, typed_lines_are_read_back)
{
    struct stat status;

    history_add(&history, "one");
    history_add(&history, "two 中");
    history_add(&history, "");
    history_add(&history, "not\nkept");
    cr_assert(history_save(&history));
    expect_read("one|two 中|");
    cr_assert_eq(stat(history.path, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0600);
    cr_assert(history_save(&history));
    expect_read("one|two 中|");
}

Test(history, two_programs_lose_nothing_of_each_other)
{
    struct history other;

    history_init(&other, folder, NULL);
    history_add(&history, "mine");
    history_add(&other, "hers");
    cr_assert(history_save(&history));
    cr_assert(history_save(&other));
    expect_read("mine|hers|");
    history_done(&other);
}

Test(history, it_does_not_grow_for_ever)
{
    char line[16];

    for (unsigned i = 0; i < HISTORY_LINES_MAX + 5; i++) {
        snprintf(line, sizeof(line), "%u", i);
        history_add(&history, line);
    }
    cr_assert(history_save(&history));
    history_add(&history, "last");
    cr_assert(history_save(&history));
    cr_assert(history_read(&history, on_line, NULL));
    cr_assert_eq(line_count, HISTORY_LINES_MAX);
    cr_expect_str_eq(lines[0], "6");
    cr_expect_str_eq(lines[HISTORY_LINES_MAX - 1], "last");
}

Test(history, a_file_that_another_program_wrote_is_read_as_it_is)
{
    int fd;

    history_add(&history, "first");
    cr_assert(history_save(&history));
    fd = open(history.path, O_WRONLY | O_APPEND);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "\n\nwithout an end", 16), 16);
    close(fd);
    expect_read("first|without an end|");
    history_add(&history, "next");
    cr_assert(history_save(&history));
    expect_read("first|without an end|next|");
}

Test(history, errors_are_reported)
{
    cr_assert_eq(mkdir(strcat(strcpy((char[64]){0}, folder), "/roomd"), 0700), 0);
    cr_assert_eq(mkdir(history.path, 0700), 0);
    history_add(&history, "x");
    cr_expect_not(history_save(&history));
    cr_expect_not(history_read(&history, on_line, NULL));
    cr_expect_neq(errno, 0);
    cr_assert_eq(rmdir(history.path), 0);
}
