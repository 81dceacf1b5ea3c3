/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Several datagrams in one message, on the fake kernel. Each arrives by itself, once and in order,
 * whatever the kernel does to the message.
 */
#include "fake_sockets.h"
#include "io/udp/udp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define MEMBERS     3
#define ENTRIES_MAX 64

static struct ev_loop *loop;
static struct udp_set *set;
static struct path paths[MEMBERS];
static uint8_t bytes[ENTRIES_MAX][100];
static struct outbox_entry entries[ENTRIES_MAX];
static size_t count;

static void on_datagram(void *ctx, const struct path *path, const uint8_t *data, size_t length)
{
    (void)ctx;
    (void)path;
    (void)data;
    (void)length;
}

static void on_writable(void *ctx, uint16_t door)
{
    (void)ctx;
    (void)door;
}

static void on_unreachable(void *ctx, const struct unreachable *error)
{
    (void)ctx;
    (void)error;
}

static void set_up(void)
{
    struct udp_sink sink = {
        .datagram = on_datagram, .writable = on_writable, .unreachable = on_unreachable};
    struct endpoint endpoint;
    uint16_t door;

    memset(&fake, 0, sizeof(fake));
    count = 0;
    fake.buffer_bytes = UDP_BUFFER_BYTES;
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_eq(udp_set_new(loop, &sink, &set), STATUS_OK);
    cr_assert_eq(endpoint_parse("0.0.0.0:8888", &endpoint), STATUS_OK);
    cr_assert_eq(udp_open(set, &endpoint, NULL, &door), STATUS_OK);
    for (uint16_t i = 0; i < MEMBERS; i++) {
        paths[i] = (struct path){0};
        cr_assert_eq(endpoint_parse("192.0.2.1:1000", &paths[i].peer), STATUS_OK);
        paths[i].peer.port = (uint16_t)(1000 + i);
    }
    udp_set_start(set);
}

static void tear_down(void)
{
    udp_set_free(set);
    ev_loop_destroy(loop);
}

TestSuite(udp_gso, .init = set_up, .fini = tear_down);

/* Adds a datagram for that member; its first byte identifies it. */
static void add(size_t member, uint32_t length)
{
    bytes[count][0] = (uint8_t)(count + 1);
    entries[count] = (struct outbox_entry){
        .path = &paths[member], .bytes = bytes[count], .length = length, .result = 99};
    count++;
}

static void send_all(void)
{
    udp_outbox_send(set, entries, count);
}

/*
 * Datagrams that were taken arrived once, in order, whole, at the right member; none is taken after
 * one that waits.
 */
static void expect_in_order(const char *what)
{
    size_t taken = 0;
    bool later = false;

    for (size_t i = 0; i < count; i++) {
        cr_assert_lt(entries[i].result, 4, "%s: entry %zu has no result", what, i);
        later = later || entries[i].result == OUTBOX_LATER;
        if (entries[i].result != OUTBOX_TAKEN)
            continue;
        cr_expect(!later, "%s: entry %zu", what, i);
        cr_assert_lt(taken, fake.taken_count, "%s", what);
        cr_expect_eq(fake.taken[taken].id, entries[i].length == 0 ? 0 : i + 1, "%s: entry %zu",
                     what, i);
        cr_expect_eq(fake.taken[taken].length, entries[i].length, "%s: entry %zu", what, i);
        cr_expect(endpoint_equal(&fake.taken[taken].peer, &entries[i].path->peer), "%s: entry %zu",
                  what, i);
        taken++;
    }
    cr_expect_eq(taken, fake.taken_count, "%s", what);
}

static size_t count_results(enum outbox_result result)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += entries[i].result == result ? 1 : 0;
    return found;
}

Test(udp_gso, datagrams_of_one_length_to_one_member_share_a_message)
{
    add(0, 60);
    add(0, 60);
    add(0, 20); /* the last may be shorter */
    add(1, 60);
    add(1, 60);
    send_all();
    expect_in_order("two members");
    cr_expect_eq(count_results(OUTBOX_TAKEN), 5);
    cr_expect_eq(fake.messages_of_many, 2);
    cr_expect_eq(fake.send_calls, 1);
}

Test(udp_gso, nothing_follows_a_shorter_one_and_a_longer_one_begins_anew)
{
    add(0, 60);
    add(0, 20);
    add(0, 20);
    add(0, 60);
    add(0, 0);
    add(0, 0);
    add(0, 60);
    send_all();
    expect_in_order("different lengths");
    cr_expect_eq(count_results(OUTBOX_TAKEN), 7);
    cr_expect_eq(fake.messages_of_many, 1,
                 "the first two; the two that follow have another length before and behind them");
}

Test(udp_gso, they_leave_from_the_address_that_was_written_to)
{
    struct endpoint local;

    cr_assert_eq(endpoint_parse("192.0.2.254:0", &local), STATUS_OK);
    memcpy(paths[0].local, local.address, sizeof(local.address));
    for (int i = 0; i < 4; i++)
        add(0, 50);
    send_all();
    expect_in_order("pinned");
    cr_expect_eq(fake.messages_of_many, 1);
    for (size_t i = 0; i < 4; i++)
        cr_expect_arr_eq(fake.taken[i].local, local.address, sizeof(local.address));
}

Test(udp_gso, a_full_door_puts_all_of_a_message_off)
{
    for (int i = 0; i < 4; i++)
        add(0, 50);
    fake_set_full(0, true);
    send_all();
    expect_in_order("full");
    cr_expect_eq(count_results(OUTBOX_LATER), 4);
}

Test(udp_gso, without_segmentation_each_goes_by_itself_and_it_is_not_tried_again)
{
    fake.segments_error = EIO;
    for (int i = 0; i < 4; i++)
        add(0, 50);
    send_all();
    expect_in_order("EIO");
    cr_expect_eq(count_results(OUTBOX_TAKEN), 4);
    fake.segments_error = 0;
    fake.taken_count = 0;
    send_all();
    expect_in_order("later");
    cr_expect_eq(fake.messages_of_many, 0);
}

Test(udp_gso, a_path_that_can_not_take_them_does_not_affect_the_others)
{
    fake.segments_error = EINVAL;
    for (int i = 0; i < 4; i++)
        add(0, 50);
    send_all();
    expect_in_order("EINVAL");
    cr_expect_eq(count_results(OUTBOX_TAKEN), 4);
    fake.segments_error = 0;
    fake.taken_count = 0;
    send_all();
    expect_in_order("later");
    cr_expect_eq(fake.messages_of_many, 1);
}

Test(udp_gso, an_error_of_one_datagram_affects_only_that_one)
{
    static const int errors[] = {EAGAIN,      ENOBUFS,      EINTR,    EPERM,         EACCES,
                                 ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL, ECONNREFUSED,
                                 EMSGSIZE,    EINVAL,       EIO,      EPROTO};
    static const unsigned times[] = {1, 3, 40};
    char what[64];

    for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++) {
        for (size_t place = 0; place < 9; place++) {
            for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++) {
                tear_down();
                set_up();
                for (size_t i = 0; i < 9; i++)
                    add(i / 3, 50);
                for (unsigned i = 0; i < times[t]; i++)
                    fake_fail((int)place + 1, errors[e]);
                snprintf(what, sizeof(what), "%s at %zu, %u times", strerror(errors[e]), place,
                         times[t]);
                send_all();
                expect_in_order(what);
                cr_expect_leq(count_results(OUTBOX_FAILED), 1, "%s", what);
                cr_expect(entries[place].result != OUTBOX_TAKEN ||
                              count_results(OUTBOX_FAILED) == 0,
                          "%s", what);
                if (errors[e] != EAGAIN && errors[e] != ENOBUFS && errors[e] != EINTR)
                    cr_expect_eq(count_results(OUTBOX_LATER), 0, "%s", what);
            }
        }
    }
}
