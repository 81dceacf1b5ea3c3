/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sending, on the fake kernel. Whatever happens to one datagram, every other one is taken, once and
 * in order.
 */
#include "fake_sockets.h"
#include "io/udp/udp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define ENTRIES 8

static struct ev_loop *loop;
static struct udp_set *set;
static struct path paths[FAKE_DATAGRAMS_MAX];
static uint8_t bytes[FAKE_DATAGRAMS_MAX];
static struct outbox_entry entries[FAKE_DATAGRAMS_MAX];
static unsigned writable[2];

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
    writable[door]++;
}

static void on_unreachable(void *ctx, const struct unreachable *error)
{
    (void)ctx;
    (void)error;
}

static struct endpoint parse(const char *text)
{
    struct endpoint endpoint;

    cr_assert_eq(endpoint_parse(text, &endpoint), STATUS_OK);
    return endpoint;
}

static void set_up(void)
{
    static const char listen[2][16] = {"0.0.0.0:8888", "[::]:8888"};
    struct udp_sink sink = {
        .datagram = on_datagram, .writable = on_writable, .unreachable = on_unreachable};
    uint16_t door;

    memset(&fake, 0, sizeof(fake));
    memset(writable, 0, sizeof(writable));
    fake.buffer_bytes = UDP_BUFFER_BYTES;
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_eq(udp_set_new(loop, &sink, &set), STATUS_OK);
    for (size_t i = 0; i < 2; i++) {
        struct endpoint endpoint = parse(listen[i]);

        cr_assert_eq(udp_open(set, &endpoint, NULL, &door), STATUS_OK);
    }
    udp_set_start(set);
}

static void tear_down(void)
{
    udp_set_free(set);
    ev_loop_destroy(loop);
}

TestSuite(udp_send, .init = set_up, .fini = tear_down);

/* Entry i is one byte, i + 1, to 192.0.2.1, port 1000 + i. */
static void prepare(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        paths[i] = (struct path){.peer = parse("192.0.2.1:1000")};
        paths[i].peer.port = (uint16_t)(1000 + i);
        bytes[i] = (uint8_t)(i + 1);
        entries[i] =
            (struct outbox_entry){.path = &paths[i], .bytes = &bytes[i], .length = 1, .result = 99};
    }
}

static void set_local(size_t entry, const char *text)
{
    struct endpoint local = parse(text);

    memcpy(paths[entry].local, local.address, sizeof(local.address));
}

static void move_to_ipv6(size_t entry)
{
    uint16_t port = paths[entry].peer.port;

    paths[entry].peer = parse("[2001:db8::1]:1000");
    paths[entry].peer.port = port;
    paths[entry].door = 1;
}

/*
 * The entries have these results, one letter each ("TTLFP"); those taken arrived once, in order, at
 * their own peers.
 */
static void assert_results(size_t count, const char *expected, const char *what)
{
    char results[FAKE_DATAGRAMS_MAX + 1];
    size_t taken = 0;

    for (size_t i = 0; i < count; i++) {
        results[i] = entries[i].result < 4 ? "TLFP"[entries[i].result] : '?';
        if (results[i] != 'T')
            continue;
        cr_assert_lt(taken, fake.taken_count, "%s", what);
        cr_expect_eq(fake.taken[taken].id, bytes[i], "%s: entry %zu", what, i);
        cr_expect(endpoint_equal(&fake.taken[taken].peer, &paths[i].peer), "%s: entry %zu", what,
                  i);
        cr_expect_eq(fake.taken[taken].socket, paths[i].door, "%s: entry %zu", what, i);
        taken++;
    }
    results[count] = '\0';
    cr_expect_str_eq(results, expected, "%s", what);
    cr_expect_eq(taken, fake.taken_count, "%s", what);
}

static struct udp_stats stats(void)
{
    struct udp_stats counted;

    udp_stats(set, &counted);
    return counted;
}

static void turns(unsigned count)
{
    while (count-- > 0)
        ev_run(loop, EVRUN_NOWAIT);
}

/* The results of ENTRIES entries of which the one at `place` meets `error` once. */
static void expect_for(int error, size_t place, char *ret_expected)
{
    bool later = error == EAGAIN || error == ENOMEM;
    bool failed = error == EPERM || error == ENETDOWN || error == EINVAL ||
                  error == EADDRNOTAVAIL || error == EIO;

    memset(ret_expected, 'T', ENTRIES);
    ret_expected[ENTRIES] = '\0';
    if (later)
        memset(ret_expected + place, 'L', ENTRIES - place);
    else if (error == ENOBUFS)
        ret_expected[place] = 'P';
    else if (failed)
        ret_expected[place] = 'F';
}

/* The errors that the kernel makes of another datagram's ICMP error. */
static const int pending_errors[] = {ECONNREFUSED, EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ENONET,
                                     ENOPROTOOPT,  EOPNOTSUPP,   EPROTO,    EACCES,      EMSGSIZE};

#define PENDING_ERRORS (sizeof(pending_errors) / sizeof(pending_errors[0]))

static const int every_error[] = {EAGAIN,       ENOBUFS,     ENOMEM,       EINTR,    EPERM,
                                  EACCES,       ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL,
                                  ECONNREFUSED, EMSGSIZE,    EINVAL,       EIO,      EHOSTDOWN,
                                  ENONET,       EOPNOTSUPP,  ENOPROTOOPT,  EPROTO};

Test(udp_send, all_entries_are_taken_in_order)
{
    prepare(ENTRIES);
    udp_outbox_send(set, entries, ENTRIES);
    assert_results(ENTRIES, "TTTTTTTT", "plain");
    cr_assert_eq(fake.send_calls, 1);
    cr_assert_eq(stats().sent, ENTRIES);
    udp_outbox_send(set, entries, 0);
    cr_assert_eq(fake.send_calls, 1);
}

Test(udp_send, each_error_at_each_position_concerns_that_entry_alone)
{
    for (size_t e = 0; e < sizeof(every_error) / sizeof(every_error[0]); e++) {
        for (size_t place = 0; place < ENTRIES; place++) {
            char expected[ENTRIES + 1], what[64];

            tear_down();
            set_up();
            prepare(ENTRIES);
            fake_fail((int)place + 1, every_error[e]);
            udp_outbox_send(set, entries, ENTRIES);
            expect_for(every_error[e], place, expected);
            snprintf(what, sizeof(what), "%s at %zu", strerror(every_error[e]), place);
            assert_results(ENTRIES, expected, what);
        }
    }
}

Test(udp_send, a_call_that_takes_k_of_n_is_continued)
{
    for (int k = 1; k <= ENTRIES; k++) {
        for (size_t e = 0; e < sizeof(every_error) / sizeof(every_error[0]); e++) {
            char expected[ENTRIES + 1], what[64];
            size_t place = (size_t)k % ENTRIES;

            tear_down();
            set_up();
            prepare(ENTRIES);
            fake.max_per_call = k;
            fake_fail((int)place + 1, every_error[e]);
            udp_outbox_send(set, entries, ENTRIES);
            expect_for(every_error[e], place, expected);
            snprintf(what, sizeof(what), "%d a call, %s at %zu", k, strerror(every_error[e]),
                     place);
            assert_results(ENTRIES, expected, what);
        }
    }
}

Test(udp_send, an_error_that_a_partial_call_has_cleared_does_no_harm)
{
    prepare(ENTRIES);
    fake.error_spent_by_partial = true;
    fake_fail(3, ECONNREFUSED);
    fake_fail(6, EPERM);
    udp_outbox_send(set, entries, ENTRIES);
    assert_results(ENTRIES, "TTTTTTTT", "pending errors");
}

Test(udp_send, every_entry_may_fail)
{
    prepare(ENTRIES);
    for (int id = 1; id <= ENTRIES; id++)
        fake_fail(id, EPERM);
    udp_outbox_send(set, entries, ENTRIES);
    assert_results(ENTRIES, "FFFFFFFF", "all");
    cr_assert_eq(stats().send_failed, ENTRIES);
    cr_assert_eq(stats().sent, 0);
}

Test(udp_send, no_entry_pays_for_the_pending_errors_of_others)
{
    for (size_t e = 0; e < PENDING_ERRORS; e++) {
        tear_down();
        set_up();
        prepare(ENTRIES);
        for (int id = 1; id <= ENTRIES; id++) {
            fake_fail(id, pending_errors[e]);
            fake_fail(id, pending_errors[e]);
        }
        udp_outbox_send(set, entries, ENTRIES);
        assert_results(ENTRIES, "TTTTTTTT", strerror(pending_errors[e]));
        cr_expect_eq(stats().send_failed, 0);
    }
}

Test(udp_send, errors_that_partial_calls_have_cleared_may_come_between_any_two_entries)
{
    for (size_t e = 0; e < PENDING_ERRORS; e++) {
        tear_down();
        set_up();
        prepare(ENTRIES);
        fake.error_spent_by_partial = true;
        for (int id = 1; id <= ENTRIES; id++) {
            fake_fail(id, pending_errors[e]);
            fake_fail(id, pending_errors[(e + 1) % PENDING_ERRORS]);
        }
        udp_outbox_send(set, entries, ENTRIES);
        assert_results(ENTRIES, "TTTTTTTT", strerror(pending_errors[e]));
    }
}

Test(udp_send, an_error_of_the_entry_itself_fails_it_after_a_few_calls)
{
    for (size_t e = 0; e < PENDING_ERRORS; e++) {
        tear_down();
        set_up();
        prepare(3);
        for (int i = 0; i < 20; i++)
            fake_fail(2, pending_errors[e]);
        udp_outbox_send(set, entries, 3);
        assert_results(3, "TFT", strerror(pending_errors[e]));
        cr_expect_leq(fake.send_calls, 8, "%s: %u calls", strerror(pending_errors[e]),
                      fake.send_calls);
    }
}

Test(udp_send, signals_without_end_are_not_waited_out)
{
    prepare(3);
    for (int i = 0; i < 40; i++)
        fake_fail(2, EINTR);
    udp_outbox_send(set, entries, 3);
    assert_results(3, "TLL", "interrupted");
    cr_assert_lt(fake.send_calls, 12);
}

Test(udp_send, a_full_door_waits_until_it_is_writable)
{
    prepare(4);
    fake_set_full(0, true);
    udp_outbox_send(set, entries, 4);
    assert_results(4, "LLLL", "full");
    turns(3);
    cr_assert_eq(writable[0], 0);
    fake.send_calls = 0;
    udp_outbox_send(set, entries, 4);
    assert_results(4, "LLLL", "full still");
    cr_assert_eq(fake.send_calls, 0, "a waiting door costs no system call");
    fake_set_full(0, false);
    turns(3);
    cr_assert_eq(writable[0], 1, "told once");
    udp_outbox_send(set, entries, 4);
    assert_results(4, "TTTT", "writable");
    cr_assert_eq(stats().send_blocked, 1);
}

Test(udp_send, a_full_door_does_not_hold_up_the_other)
{
    prepare(ENTRIES);
    for (size_t i = 1; i < ENTRIES; i += 2)
        move_to_ipv6(i);
    fake_set_full(0, true);
    udp_outbox_send(set, entries, ENTRIES);
    assert_results(ENTRIES, "LTLTLTLT", "door 0 full");
    cr_assert_eq(fake.send_calls, 5);
    turns(3);
    cr_assert_eq(writable[1], 0);
}

Test(udp_send, after_an_entry_that_waits_no_later_one_of_its_door_is_taken)
{
    for (size_t place = 0; place < ENTRIES; place += 2) {
        char expected[ENTRIES + 1] = "TTTTTTTT";

        tear_down();
        set_up();
        prepare(ENTRIES);
        for (size_t i = 1; i < ENTRIES; i += 2)
            move_to_ipv6(i);
        fake_fail((int)place + 1, EAGAIN);
        for (size_t i = place; i < ENTRIES; i += 2)
            expected[i] = 'L';
        udp_outbox_send(set, entries, ENTRIES);
        assert_results(ENTRIES, expected, "interleaved");
    }
}

Test(udp_send, after_a_lack_of_memory_there_is_a_pause)
{
    prepare(3);
    fake_fail(2, ENOMEM);
    udp_outbox_send(set, entries, 3);
    assert_results(3, "TLL", "no memory");
    cr_assert_eq(writable[0], 0);
    /* The socket stays writable; only the timer may wake the loop, once the doors have started. */
    for (unsigned i = 0; i < 3 && writable[0] == 0; i++)
        ev_run(loop, EVRUN_ONCE);
    cr_assert_eq(writable[0], 1);
    turns(3);
    cr_assert_eq(writable[0], 1);
    udp_outbox_send(set, entries + 1, 2);
    assert_results(3, "TTT", "after the pause");
}

Test(udp_send, an_entry_that_never_finds_memory_fails_in_the_end)
{
    unsigned tries = 0;

    prepare(2);
    fake.errors[0] =
        (struct fake_error){.id = 1, .error = ENOMEM, .pinned_only = true}; /* persists */
    fake.error_count = 1;
    set_local(0, "192.0.2.254:0");
    do {
        udp_outbox_send(set, entries, 2);
        for (unsigned before = writable[0];
             entries[0].result == OUTBOX_LATER && writable[0] == before;)
            ev_run(loop, EVRUN_ONCE);
    } while (entries[0].result == OUTBOX_LATER && ++tries < 100);
    assert_results(2, "FT", "without end");
    cr_assert_gt(tries, 10);
}

Test(udp_send, pauses_between_datagrams_that_are_taken_are_no_reason_to_fail)
{
    prepare(1);
    for (int i = 0; i < 60; i++) {
        fake.error_count = 0;
        fake_fail(1, ENOMEM);
        udp_outbox_send(set, entries, 1);
        cr_assert_eq(entries[0].result, OUTBOX_LATER, "pause %d", i);
        for (unsigned before = writable[0]; writable[0] == before;)
            ev_run(loop, EVRUN_ONCE);
        udp_outbox_send(set, entries, 1);
        cr_assert_eq(entries[0].result, OUTBOX_TAKEN);
    }
}

Test(udp_send, an_answer_leaves_from_the_address_that_was_written_to)
{
    prepare(4);
    set_local(1, "192.0.2.254:0");
    set_local(2, "0.0.0.0:0");
    move_to_ipv6(3);
    set_local(3, "[2001:db8::99]:0");
    udp_outbox_send(set, entries, 4);
    assert_results(4, "TTTT", "pinned");
    for (size_t i = 0; i < 4; i++) {
        static const uint8_t nowhere[ENDPOINT_ADDRESS_BYTES];
        const uint8_t *expected = i == 1 || i == 3 ? paths[i].local : nowhere;

        cr_expect_arr_eq(fake.taken[i].local, expected, ENDPOINT_ADDRESS_BYTES, "entry %zu", i);
        cr_expect_eq(fake.taken[i].local_interface, 0);
    }
}

Test(udp_send, a_link_local_source_names_its_interface)
{
    prepare(1);
    move_to_ipv6(0);
    paths[0].peer = parse("[fe80::1%3]:4000");
    set_local(0, "[fe80::2]:0");
    udp_outbox_send(set, entries, 1);
    assert_results(1, "T", "link-local");
    cr_assert_eq(fake.taken[0].peer.scope, 3);
    cr_assert_eq(fake.taken[0].local_interface, 3);
}

Test(udp_send, an_entry_whose_source_address_was_removed_leaves_from_another)
{
    static const int errors[] = {EINVAL, EADDRNOTAVAIL, ENETUNREACH};

    for (size_t i = 0; i < 3; i++) {
        tear_down();
        set_up();
        prepare(4);
        set_local(1, "192.0.2.254:0");
        set_local(2, "192.0.2.254:0");
        for (int id = 2; id <= 3; id++) {
            fake.errors[fake.error_count++] =
                (struct fake_error){.id = id, .error = errors[i], .pinned_only = true};
        }
        udp_outbox_send(set, entries, 4);
        assert_results(4, "TTTT", strerror(errors[i]));
        cr_expect_eq(fake.taken[1].local[15], 0);
        cr_expect_eq(fake.taken[2].local[15], 0);
    }
}

Test(udp_send, an_entry_that_can_not_leave_from_anywhere_fails)
{
    prepare(3);
    set_local(1, "192.0.2.254:0");
    fake_fail(2, EINVAL);
    for (int i = 0; i < 10; i++)
        fake_fail(2, ENETUNREACH);
    udp_outbox_send(set, entries, 3);
    assert_results(3, "TFT", "nowhere");
}

Test(udp_send, more_entries_than_one_call_takes_go_in_several)
{
    char expected[FAKE_DATAGRAMS_MAX + 1];

    prepare(200);
    udp_outbox_send(set, entries, 200);
    memset(expected, 'T', 200);
    expected[200] = '\0';
    assert_results(200, expected, "200");
    cr_assert_eq(fake.send_calls, 4);
}

Test(udp_send, a_full_door_in_the_second_call_keeps_the_order)
{
    char expected[FAKE_DATAGRAMS_MAX + 1];

    prepare(200);
    fake_fail(71, EAGAIN);
    udp_outbox_send(set, entries, 200);
    memset(expected, 'T', 70);
    memset(expected + 70, 'L', 130);
    expected[200] = '\0';
    assert_results(200, expected, "200");
    cr_assert_eq(fake.send_calls, 3);
}

Test(udp_send, an_entry_for_a_removed_door_fails)
{
    prepare(4);
    paths[1].door = 2;
    paths[2].door = 65535;
    udp_outbox_send(set, entries, 4);
    assert_results(4, "TFFT", "no such door");
}

Test(udp_send, an_empty_datagram_can_be_sent)
{
    prepare(1);
    bytes[0] = 0;
    entries[0].bytes = NULL;
    entries[0].length = 0;
    udp_outbox_send(set, entries, 1);
    assert_results(1, "T", "empty");
    cr_assert_eq(fake.taken[0].length, 0);
}

Test(udp_send, empty_datagrams_may_come_between_others)
{
    prepare(5);
    for (size_t i = 1; i < 5; i += 2) {
        bytes[i] = 0; /* which identifies it for the fake */
        entries[i].bytes = NULL;
        entries[i].length = 0;
    }
    fake_fail(0, ECONNREFUSED);
    udp_outbox_send(set, entries, 5);
    assert_results(5, "TTTTT", "probes");
    for (size_t i = 0; i < 5; i++)
        cr_expect_eq(fake.taken[i].length, i % 2 == 1 ? 0 : 1);
}
