/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The members in memory that outlives the process: one process writes it, the next reads it. */
#include "io/roster_file.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct roster_file *roster;

static void make(uint32_t seats)
{
    struct endpoint doors[2];

    cr_assert_eq(endpoint_parse("0.0.0.0:8888", &doors[0]), 0);
    cr_assert_eq(endpoint_parse("[::]:8889", &doors[1]), 0);
    cr_assert_eq(roster_file_new(seats, doors, 2, 7, &roster), 0);
}

static void done(void)
{
    roster_file_free(roster);
}

TestSuite(roster_file, .fini = done);

static struct roster_record record_of(unsigned n)
{
    struct roster_record record;

    memset(&record, 0, sizeof(record));
    snprintf(record.name, sizeof(record.name), "member %u", n);
    record.number = n;
    record.joined_wall_ns = n * 1000;
    record.path.peer.port = (uint16_t)n;
    record.path.door = 1;
    return record;
}

static void keep(uint32_t seat, unsigned n)
{
    struct roster_record record = record_of(n);

    roster_file_keep(roster, seat, &record);
}

/* Returns the members' numbers in the order of their seats, as the next process reads them. */
static size_t read_back(uint64_t numbers[], size_t max, uint32_t *ret_torn)
{
    struct roster_file_read *read;
    struct roster_record record;
    uint32_t seat = 0;
    size_t count = 0;

    cr_assert_eq(roster_file_read(roster_file_fd(roster), &read), 0);
    while (roster_file_read_next(read, &seat, &record)) {
        struct roster_record expected = record_of((unsigned)record.number);

        cr_assert_lt(count, max);
        cr_expect_arr_eq(&record, &expected, sizeof(record));
        numbers[count++] = record.number;
    }
    *ret_torn = roster_file_read_torn(read);
    roster_file_read_free(read);
    return count;
}

Test(roster_file, the_next_process_reads_the_members_that_were_kept)
{
    uint64_t numbers[8];
    uint32_t torn;

    make(10);
    keep(0, 1);
    keep(3, 2);
    keep(9, 3);
    keep(3, 4);
    roster_file_forget(roster, 0);
    cr_assert_eq(read_back(numbers, 8, &torn), 2);
    cr_expect_eq(numbers[0], 4);
    cr_expect_eq(numbers[1], 3);
    cr_expect_eq(torn, 0);
}

Test(roster_file, generation_and_doors_are_read_back)
{
    struct roster_file_read *read;
    const struct endpoint *doors;
    char text[ENDPOINT_TEXT_BYTES];
    size_t count;

    make(1);
    cr_assert_eq(roster_file_read(roster_file_fd(roster), &read), 0);
    cr_expect_eq(roster_file_read_generation(read), 7);
    cr_expect_eq(roster_file_generation(roster), 7);
    doors = roster_file_read_doors(read, &count);
    cr_assert_eq(count, 2);
    cr_expect_str_eq(endpoint_format(&doors[1], text), "[::]:8889");
    roster_file_read_free(read);
}

Test(roster_file, it_grows_with_the_members)
{
    uint64_t numbers[1000];
    uint32_t torn;

    make(2);
    for (unsigned n = 0; n < 1000; n++)
        keep(n, n + 1);
    roster_file_forget(roster, 5000);
    cr_assert_eq(read_back(numbers, 1000, &torn), 1000);
    cr_expect_eq(numbers[999], 1000);
}

Test(roster_file, a_record_that_is_torn_or_damaged_is_left_out_and_counted)
{
    uint64_t numbers[8];
    uint32_t torn;
    char *memory;
    off_t size;

    make(4);
    for (unsigned n = 0; n < 4; n++)
        keep(n, n + 1);
    size = lseek(roster_file_fd(roster), 0, SEEK_END);
    memory =
        mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, roster_file_fd(roster), 0);
    cr_assert_neq(memory, MAP_FAILED);
    *(char *)memmem(memory, (size_t)size, "member 2", 8) = 'M';
    munmap(memory, (size_t)size);
    cr_assert_eq(read_back(numbers, 8, &torn), 3);
    cr_expect_eq(torn, 1);
    cr_expect_eq(numbers[1], 3);
}

/* Changes each byte in turn: whatever is read must have been written. */
Test(roster_file, no_damage_of_one_byte_makes_a_member_that_was_not_there)
{
    off_t size;

    make(2);
    keep(0, 1);
    keep(1, 2);
    size = lseek(roster_file_fd(roster), 0, SEEK_END);
    for (off_t at = 0; at < size; at++) {
        struct roster_file_read *read;
        struct roster_record record;
        uint32_t seat = 0;
        char was, damaged;

        cr_assert_eq(pread(roster_file_fd(roster), &was, 1, at), 1);
        damaged = (char)(was ^ 0x41);
        cr_assert_eq(pwrite(roster_file_fd(roster), &damaged, 1, at), 1);
        if (roster_file_read(roster_file_fd(roster), &read) == 0) {
            while (roster_file_read_next(read, &seat, &record)) {
                struct roster_record expected = record_of((unsigned)record.number);

                cr_assert_arr_eq(&record, &expected, sizeof(record));
            }
            roster_file_read_free(read);
        }
        cr_assert_eq(pwrite(roster_file_fd(roster), &was, 1, at), 1);
    }
}

Test(roster_file, a_file_that_is_no_roster_of_this_version_is_refused)
{
    struct roster_file_read *read;
    int ends[2], fd = memfd_create("other", MFD_CLOEXEC);
    char other[4096] = "something else";
    uint32_t version = 99;

    make(1);
    cr_expect_eq(roster_file_read(fd, &read), STATUS_INVALID, "empty");
    cr_assert_eq(write(fd, other, sizeof(other)), (ssize_t)sizeof(other));
    cr_expect_eq(roster_file_read(fd, &read), STATUS_INVALID, "other bytes");
    cr_assert_eq(pipe(ends), 0);
    cr_expect_eq(roster_file_read(ends[0], &read), STATUS_INVALID, "a pipe");
    cr_expect_eq(roster_file_read(-1, &read), STATUS_SYSTEM);
    cr_assert_eq(pwrite(roster_file_fd(roster), &version, sizeof(version), 8),
                 (ssize_t)sizeof(version));
    cr_expect_eq(roster_file_read(roster_file_fd(roster), &read), STATUS_INVALID,
                 "another version");
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

Test(roster_file, a_roster_that_was_cut_short_gives_what_is_left)
{
    uint64_t numbers[8];
    uint32_t torn;
    off_t size;

    make(4);
    for (unsigned n = 0; n < 4; n++)
        keep(n, n + 1);
    size = lseek(roster_file_fd(roster), 0, SEEK_END);
    cr_assert_eq(ftruncate(roster_file_fd(roster), size - 100), 0);
    cr_expect_eq(read_back(numbers, 8, &torn), 3);
}
