/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/directory.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct registry *registry;
static struct transcript *transcript;
static struct roll *roll;

static void open_roll(void)
{
    cr_assert_eq(registry_new((const uint8_t[REGISTRY_KEY_BYTES]){0}, &registry), 0);
    cr_assert_eq(transcript_new(TRANSCRIPT_MIN_BYTES, &transcript), 0);
    cr_assert_eq(roll_new(registry, transcript, &roll), 0);
}

static void close_roll(void)
{
    roll_free(roll);
    transcript_free(transcript);
    registry_free(registry);
}

TestSuite(roll, .init = open_roll, .fini = close_roll);

static struct member *enter(unsigned n)
{
    struct path path = {.door = 0};
    struct member *member;
    struct name name = {0};

    path.peer.scope = n;
    name.shown_len = name.folded_len = (uint8_t)snprintf(name.shown, sizeof(name.shown), "m%u", n);
    memcpy(name.folded, name.shown, sizeof(name.folded));
    cr_assert_eq(registry_add(registry, &name, &path, 0, &member), 0);
    cr_assert_eq(roll_enter(roll, member), 0);
    return member;
}

static void leave(struct member *member)
{
    struct event left = {.kind = EVENT_EXIT, .author = member->number, .name = registry_shown(member)};
    uint64_t seq;

    left.name_len = (uint16_t)registry_shown_len(member);
    cr_assert_eq(transcript_append(transcript, &left, &seq), 0);
    transcript_release(transcript, seq);
    roll_leave(roll, member, seq);
    registry_remove(registry, member);
}

Test(roll, who_has_left_is_told_as_long_as_the_exit_is_held)
{
    struct roll_entry entry;

    enter(1);
    leave(enter(2));
    enter(3);
    cr_assert(roll_next(roll, 0, &entry));
    cr_expect(entry.number == 1 && !entry.gone);
    cr_assert(roll_next(roll, 1, &entry));
    cr_expect(entry.number == 2 && entry.gone && entry.name_len == 2 && memcmp(entry.name, "m2", 2) == 0);
    while (transcript_oldest(transcript) == 1) {
        struct event notice = {.kind = EVENT_NOTICE, .name = "", .text = "x", .text_len = 1};
        uint64_t seq;

        transcript_append(transcript, &notice, &seq);
        transcript_release(transcript, seq);
    }
    cr_assert(roll_next(roll, 1, &entry));
    cr_expect(entry.number == 3 && !entry.gone);
    cr_expect_not(roll_next(roll, 3, &entry));
    cr_expect_not(roll_next(roll, UINT64_MAX, &entry));
}

Test(roll, who_left_without_a_word_is_not_told)
{
    struct member *member = enter(1);
    struct roll_entry entry;

    roll_leave(roll, member, 0);
    registry_remove(registry, member);
    cr_expect_not(roll_next(roll, 0, &entry));
}

Test(roll, a_hundred_thousand_that_come_and_go_take_no_more_room_than_the_ring)
{
    struct roll_entry entry;
    uint64_t after = 0;
    size_t told = 0;

    enter(1);
    for (unsigned n = 2; n <= 100000; n++)
        leave(enter(n));
    while (roll_next(roll, after, &entry)) {
        cr_assert_gt(entry.number, after);
        after = entry.number;
        told++;
    }
    cr_expect_eq(after, 100000);
    cr_expect_eq(told, 1 + transcript_appended(transcript) - transcript_oldest(transcript) + 1);
}

Test(roll, numbers_of_a_restart_find_their_places)
{
    struct roll_entry entry;
    struct member *later;

    later = enter(1);
    roll_leave(roll, later, 0);
    registry_remove(registry, later);
    for (unsigned n = 10; n > 5; n--) {
        struct path path = {.peer = {.scope = 100 + n}};
        struct name name = {.shown = "x", .shown_len = 1, .folded_len = 1};
        struct member *member;

        name.folded[0] = (char)('a' + n);
        cr_assert_eq(registry_add(registry, &name, &path, 0, &member), 0);
        member->number = n;
        registry_set_last_number(registry, n);
        cr_assert_eq(roll_enter(roll, member), 0);
    }
    for (unsigned n = 6; n <= 10; n++) {
        cr_assert(roll_next(roll, n - 1, &entry));
        cr_expect_eq(entry.number, n);
    }
}
