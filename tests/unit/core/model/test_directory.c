/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/directory.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct registry *registry;
static struct transcript *transcript;
static struct directory *directory;

static void open_directory(void)
{
    cr_assert_eq(registry_new((const uint8_t[REGISTRY_KEY_BYTES]){0}, &registry), 0);
    cr_assert_eq(transcript_new(ROOM_RING_MIN_BYTES, &transcript), 0);
    cr_assert_eq(directory_new(registry, transcript, &directory), 0);
}

static void close_directory(void)
{
    directory_free(directory);
    transcript_free(transcript);
    registry_free(registry);
}

TestSuite(directory, .init = open_directory, .fini = close_directory);

static struct member *enter(unsigned n)
{
    struct path path = {.door = 0};
    struct member *member;
    struct name name = {0};

    path.peer.scope = n;
    name.shown_len = name.folded_len = (uint8_t)snprintf(name.shown, sizeof(name.shown), "m%u", n);
    memcpy(name.folded, name.shown, sizeof(name.folded));
    cr_assert_eq(registry_add(registry, &name, &path, 0, false, &member), 0);
    cr_assert_eq(directory_enter(directory, member), 0);
    return member;
}

static void leave(struct member *member)
{
    struct event left = {
        .kind = EVENT_EXIT, .author = member->number, .name = registry_shown(member)};
    uint64_t seq;

    left.name_len = (uint16_t)registry_shown_len(member);
    cr_assert_eq(transcript_append(transcript, &left, &seq), 0);
    transcript_release(transcript, seq);
    directory_leave(directory, member, seq);
    registry_remove(registry, member);
}

Test(directory, a_member_that_has_left_is_listed_while_its_exit_is_held)
{
    struct directory_entry entry;

    enter(1);
    leave(enter(2));
    enter(3);
    cr_assert(directory_next(directory, 0, &entry));
    cr_expect(entry.number == 1 && !entry.gone);
    cr_assert(directory_next(directory, 1, &entry));
    cr_expect(entry.number == 2 && entry.gone && entry.name_len == 2 &&
              memcmp(entry.name, "m2", 2) == 0);
    while (transcript_oldest(transcript) == 1) {
        struct event notice = {.kind = EVENT_NOTICE, .name = "", .text = "x", .text_len = 1};
        uint64_t seq;

        transcript_append(transcript, &notice, &seq);
        transcript_release(transcript, seq);
    }
    cr_assert(directory_next(directory, 1, &entry));
    cr_expect(entry.number == 3 && !entry.gone);
    cr_expect_not(directory_next(directory, 3, &entry));
    cr_expect_not(directory_next(directory, UINT64_MAX, &entry));
}

Test(directory, a_member_that_left_without_an_exit_event_is_not_listed)
{
    struct member *member = enter(1);
    struct directory_entry entry;

    directory_leave(directory, member, 0);
    registry_remove(registry, member);
    cr_expect_not(directory_next(directory, 0, &entry));
}

Test(directory, a_hundred_thousand_that_come_and_go_take_no_more_room_than_the_ring)
{
    struct directory_entry entry;
    uint64_t after = 0;
    size_t told = 0;

    enter(1);
    for (unsigned n = 2; n <= 100000; n++)
        leave(enter(n));
    while (directory_next(directory, after, &entry)) {
        cr_assert_gt(entry.number, after);
        after = entry.number;
        told++;
    }
    cr_expect_eq(after, 100000);
    cr_expect_eq(told, 1 + transcript_appended(transcript) - transcript_oldest(transcript) + 1);
}

Test(directory, numbers_of_a_restart_find_their_places)
{
    struct directory_entry entry;
    struct member *later;

    later = enter(1);
    directory_leave(directory, later, 0);
    registry_remove(registry, later);
    for (unsigned n = 10; n > 5; n--) {
        struct path path = {.peer = {.scope = 100 + n}};
        struct name name = {.shown = "x", .shown_len = 1, .folded_len = 1};
        struct member *member;

        name.folded[0] = (char)('a' + n);
        cr_assert_eq(registry_add(registry, &name, &path, 0, false, &member), 0);
        member->number = n;
        registry_set_last_number(registry, n);
        cr_assert_eq(directory_enter(directory, member), 0);
    }
    for (unsigned n = 6; n <= 10; n++) {
        cr_assert(directory_next(directory, n - 1, &entry));
        cr_expect_eq(entry.number, n);
    }
}
