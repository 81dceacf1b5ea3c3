/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Receiving, on the fake kernel. */
#include "../fake_loop.h"
#include "fake_sockets.h"
#include "io/udp/udp_internal.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <string.h>
#include <unistd.h>

struct heard {
    struct path path;
    size_t length;
    uint8_t first;
};

static struct ev_loop *loop;
static struct udp_set *set;
static struct heard heard[FAKE_DATAGRAMS_MAX];
static size_t heard_count;
static bool answering;

static void on_datagram(void *ctx, const struct path *path, const uint8_t *bytes, size_t length)
{
    struct outbox_entry answer = {.path = path, .bytes = "OK", .length = 2};

    (void)ctx;
    heard[heard_count++] =
        (struct heard){.path = *path, .length = length, .first = length > 0 ? bytes[0] : 0};
    for (size_t i = 1; i < length; i++)
        cr_assert_eq(bytes[i], bytes[0]);
    if (answering) {
        udp_outbox_send(set, &answer, 1);
        cr_assert_eq(answer.result, OUTBOX_TAKEN);
    }
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

TestSuite(udp_recv, .init = set_up, .fini = tear_down);

static void turn(int socket)
{
    fake_set_readable(socket);
    ev_run(loop, EVRUN_NOWAIT);
}

static struct udp_stats stats(void)
{
    struct udp_stats counted;

    udp_stats(set, &counted);
    return counted;
}

static bool is_nowhere(const uint8_t *address)
{
    static const uint8_t nowhere[ENDPOINT_ADDRESS_BYTES];

    return memcmp(address, nowhere, sizeof(nowhere)) == 0;
}

Test(udp_recv, a_datagram_is_passed_on_with_its_path)
{
    struct endpoint peer = parse("192.0.2.1:4000");
    struct endpoint local = parse("192.0.2.254:0");

    fake_arrive(0, 1, 5);
    turn(0);
    cr_assert_eq(heard_count, 1);
    cr_assert_eq(heard[0].length, 5);
    cr_assert_eq(heard[0].first, 1);
    cr_assert_eq(heard[0].path.door, 0);
    cr_assert(endpoint_equal(&heard[0].path.peer, &peer));
    cr_assert_arr_eq(heard[0].path.local, local.address, ENDPOINT_ADDRESS_BYTES);
    cr_assert_eq(stats().received, 1);
}

Test(udp_recv, an_ipv6_datagram_is_passed_on_with_scope_and_local_address)
{
    struct fake_arrival *arrival = fake_arrive(1, 1, 5);
    struct endpoint local = parse("[fe80::99%3]:0");

    arrival->peer = parse("[fe80::1%3]:4000");
    memcpy(arrival->local, local.address, sizeof(local.address));
    turn(1);
    cr_assert_eq(heard_count, 1);
    cr_assert_eq(heard[0].path.door, 1);
    cr_assert_eq(heard[0].path.peer.scope, 3);
    cr_assert_arr_eq(heard[0].path.local, local.address, ENDPOINT_ADDRESS_BYTES);
}

Test(udp_recv, a_multicast_destination_is_no_address_to_answer_from)
{
    struct fake_arrival *arrival = fake_arrive(0, 1, 5);
    struct endpoint group = parse("239.1.1.1:0");

    memcpy(arrival->local, group.address, sizeof(group.address));
    turn(0);
    arrival = fake_arrive(1, 2, 5);
    arrival->peer = parse("[2001:db8::1]:4000");
    group = parse("[ff02::1]:0");
    memcpy(arrival->local, group.address, sizeof(group.address));
    turn(1);
    cr_assert_eq(heard_count, 2);
    cr_assert(is_nowhere(heard[0].path.local));
    cr_assert(is_nowhere(heard[1].path.local));
}

Test(udp_recv, a_broadcast_is_answered_from_the_address_that_was_meant)
{
    struct fake_arrival *arrival = fake_arrive(0, 1, 5);
    struct endpoint broadcast = parse("192.0.2.255:0");
    struct endpoint own = parse("192.0.2.7:0");

    memcpy(arrival->local, broadcast.address, sizeof(broadcast.address));
    memcpy(arrival->spec_dst, own.address, sizeof(own.address));
    turn(0);
    cr_assert_arr_eq(heard[0].path.local, own.address, ENDPOINT_ADDRESS_BYTES);
}

Test(udp_recv, no_address_to_answer_from_is_all_zero)
{
    struct fake_arrival *arrival = fake_arrive(0, 1, 5);
    struct endpoint any = parse("0.0.0.0:0");

    memcpy(arrival->local, any.address, sizeof(any.address));
    turn(0);
    cr_assert(is_nowhere(heard[0].path.local));
}

Test(udp_recv, an_empty_datagram_is_a_datagram)
{
    fake_arrive(0, 1, 0);
    fake_arrive(0, 2, 1);
    turn(0);
    cr_assert_eq(heard_count, 2);
    cr_assert_eq(heard[0].length, 0);
    cr_assert_eq(heard[1].length, 1);
}

Test(udp_recv, a_datagram_that_is_cut_has_the_full_length_and_is_counted)
{
    fake_arrive(0, 1, UDP_DATAGRAM_MAX_BYTES);
    fake_arrive(0, 2, UDP_DATAGRAM_MAX_BYTES + 1);
    fake_arrive(0, 3, 60000);
    turn(0);
    cr_assert_eq(heard_count, 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(heard[i].length, UDP_DATAGRAM_MAX_BYTES);
    cr_assert_eq(stats().truncated, 2);
}

Test(udp_recv, a_datagram_that_can_not_be_answered_is_dropped_and_counted)
{
    fake_arrive(0, 1, 5)->peer.port = 0;
    fake_arrive(0, 2, 5)->family = AF_UNIX;
    fake_arrive(0, 3, 5)->family = AF_INET6; /* too short for that */
    fake_arrive(0, 4, 5)->peer = parse("[::]:4000");
    fake_arrive(0, 5, 5);
    turn(0);
    cr_assert_eq(heard_count, 1);
    cr_assert_eq(heard[0].first, 5);
    cr_assert_eq(stats().no_return_address, 4);
    cr_assert_eq(stats().received, 1);
}

Test(udp_recv, a_turn_reads_at_most_128_datagrams)
{
    for (int i = 0; i < 300; i++)
        fake_arrive(0, (uint8_t)i, 1);
    turn(0);
    cr_assert_eq(heard_count, 128);
    cr_assert_eq(fake.receive_calls, 4);
    ev_run(loop, EVRUN_NOWAIT); /* it is still ready */
    cr_assert_eq(heard_count, 256);
    ev_run(loop, EVRUN_NOWAIT);
    cr_assert_eq(heard_count, 300);
    for (int i = 0; i < 300; i++)
        cr_expect_eq(heard[i].first, (uint8_t)i);
}

Test(udp_recv, a_door_that_was_not_read_to_its_end_is_reported_once)
{
    for (int i = 0; i < 300; i++)
        fake_arrive(0, 1, 1);
    cr_expect_not(udp_set_take_unread(set));
    turn(0);
    cr_expect(udp_set_take_unread(set));
    cr_expect_not(udp_set_take_unread(set));
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect(udp_set_take_unread(set));
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_not(udp_set_take_unread(set), "the last 44");
}

static int last_option(void)
{
    return fake.options[(fake.option_count - 1) % FAKE_OPTIONS_MAX].name;
}

Test(udp_recv, expendable_datagrams_are_shed_from_then_on_until_a_timer_has_ended)
{
    const struct udp_expendable hello = {.first = 0xf8, .third = 1};

    for (int i = 0; i < 300; i++)
        fake_arrive(0, 1, 1);
    turn(0);
    cr_expect_neq(last_option(), SO_ATTACH_FILTER, "nothing is expendable");
    udp_set_expendable(set, &hello);
    fake.unread_bytes = UDP_BUFFER_BYTES / 2 + 1; /* of twice as many: socket(7) */
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_eq(last_option(), SO_ATTACH_FILTER);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_eq(heard_count, 300);
    cr_expect_eq(last_option(), SO_ATTACH_FILTER);
    cr_expect(ev_is_active(&set->doors[0]->calm));
    ev_invoke(loop, &set->doors[0]->calm, EV_TIMER);
    cr_expect_eq(last_option(), SO_DETACH_FILTER);
}

Test(udp_recv, a_burst_that_the_receive_buffer_has_room_for_is_not_shed)
{
    const struct udp_expendable hello = {.first = 0xf8, .third = 1};

    udp_set_expendable(set, &hello);
    fake.unread_bytes = UDP_BUFFER_BYTES / 2;
    for (int i = 0; i < 300; i++)
        fake_arrive(0, 1, 1);
    turn(0);
    cr_expect(udp_set_take_unread(set));
    cr_expect_neq(last_option(), SO_ATTACH_FILTER);
    cr_expect_not(ev_is_active(&set->doors[0]->calm));
}

Test(udp_recv, slots_are_as_good_as_new_the_second_time)
{
    struct endpoint ipv6 = parse("[2001:db8::1]:4000");
    struct endpoint local = parse("[2001:db8::2]:0");

    for (int i = 0; i < 40; i++)
        fake_arrive(0, 1, 3);
    turn(0);
    for (int i = 0; i < 40; i++) {
        struct fake_arrival *arrival = fake_arrive(1, 2, 3);

        arrival->peer = ipv6;
        memcpy(arrival->local, local.address, sizeof(local.address));
        arrival->drops = 1;
    }
    turn(1);
    cr_assert_eq(heard_count, 80);
    cr_assert_eq(stats().no_return_address, 0);
    cr_assert_eq(stats().kernel_drops, 1);
    for (size_t i = 40; i < 80; i++) {
        cr_expect(endpoint_equal(&heard[i].path.peer, &ipv6));
        cr_expect_arr_eq(heard[i].path.local, local.address, ENDPOINT_ADDRESS_BYTES);
    }
}

Test(udp_recv, kernel_drops_are_differences_of_a_counter_for_each_door)
{
    fake_arrive(0, 1, 1)->drops = 10;
    fake_arrive(0, 1, 1)->drops = 10;
    fake_arrive(0, 1, 1)->drops = 15;
    turn(0);
    cr_assert_eq(stats().kernel_drops, 15);
    fake_arrive(1, 1, 1)->drops = 3;
    turn(1);
    cr_assert_eq(stats().kernel_drops, 18);
}

Test(udp_recv, the_counter_of_kernel_drops_wraps)
{
    fake_arrive(0, 1, 1)->drops = UINT32_MAX - 1;
    turn(0);
    cr_assert_eq(stats().kernel_drops, UINT32_MAX - 1);
    fake_arrive(0, 1, 1)->drops = 3; /* five more */
    turn(0);
    cr_assert_eq(stats().kernel_drops, UINT64_C(4294967299));
}

Test(udp_recv, lost_datagrams_are_logged_at_most_once_a_minute)
{
    int ends[2], saved = dup(STDERR_FILENO);
    char text[1024] = "";

    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[1], STDERR_FILENO);
    for (uint32_t i = 1; i <= 100; i++) {
        fake_arrive(0, 1, 1)->drops = 7 * i;
        turn(0);
    }
    dup2(saved, STDERR_FILENO);
    cr_assert_gt(read(ends[0], text, sizeof(text) - 1), 0);
    cr_assert_not_null(strchr(text, ' ')); /* after the time */
    cr_assert_str_eq(strchr(text, ' ') + 1,
                     "roomd: warning: 7 datagrams were lost because more came in than was read\n");
    cr_assert_eq(stats().kernel_drops, 700);
}

Test(udp_recv, pending_errors_do_not_keep_datagrams_from_being_read)
{
    static const int errors[] = {EINTR,    ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EMSGSIZE,
                                 ENETDOWN, ENOPROTOOPT,  EPROTO,       EACCES};

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        heard_count = 0;
        fake_arrive(0, 0, 0)->error = errors[i];
        fake_arrive(0, 1, 1);
        turn(0);
        cr_expect_eq(heard_count, 1, "%s", strerror(errors[i]));
    }
}

Test(udp_recv, a_pending_error_between_datagrams_waits_for_the_next_turn)
{
    fake_arrive(0, 1, 1);
    fake_arrive(0, 0, 0)->error = ECONNREFUSED;
    fake_arrive(0, 2, 1);
    turn(0);
    cr_assert_eq(heard_count, 1);
    ev_run(loop, EVRUN_NOWAIT);
    cr_assert_eq(heard_count, 2);
    cr_assert_eq(stats().receive_errors, 1);
}

Test(udp_recv, a_persistent_error_is_met_a_bounded_number_of_times)
{
    struct fake_arrival *arrival = fake_arrive(0, 0, 0);

    arrival->error = -1;
    for (int i = 0; i < 100; i++)
        turn(0);
    cr_assert_leq(fake.receive_calls, 32, "%u calls", fake.receive_calls);
    /* Once the error ends, the rest is read. */
    fake.arrival_next++;
    fake_arrive(0, 1, 1);
    for (int i = 0; i < 20 && heard_count == 0; i++)
        ev_run(loop, EVRUN_ONCE);
    cr_assert_eq(heard_count, 1);
}

Test(udp_recv, in_a_flood_of_pending_errors_a_turn_still_reads_as_many_datagrams)
{
    for (int i = 0; i < 128; i++) {
        if (i % 32 == 0) {
            for (int error = 0; error < 15; error++)
                fake_arrive(0, 0, 0)->error = ECONNREFUSED;
        }
        fake_arrive(0, (uint8_t)i, 1);
    }
    turn(0);
    cr_assert_eq(heard_count, 128);
    cr_assert_eq(stats().receive_errors, 60);
}

Test(udp_recv, a_sink_may_answer_from_within_a_call)
{
    answering = true;
    for (int i = 0; i < 70; i++)
        fake_arrive(0, (uint8_t)(i + 1), 10);
    turn(0);
    cr_assert_eq(heard_count, 70);
    cr_assert_eq(fake.taken_count, 70);
    for (size_t i = 0; i < 70; i++) {
        cr_expect_eq(heard[i].first, i + 1);
        cr_expect(endpoint_equal(&fake.taken[i].peer, &heard[i].path.peer));
        cr_expect_arr_eq(fake.taken[i].local, heard[i].path.local, ENDPOINT_ADDRESS_BYTES);
    }
}

Test(udp_recv, with_nothing_to_read_nothing_happens)
{
    turn(0);
    cr_assert_eq(heard_count, 0);
    cr_assert_eq(fake.receive_calls, 1);
    ev_run(loop, EVRUN_NOWAIT);
    cr_assert_eq(fake.receive_calls, 1);
}

/* Were it only stopped, the door would be deaf, and nobody would know. */
Test(udp_recv, a_door_that_the_kernel_refuses_to_watch_is_watched_as_soon_as_it_can_be)
{
    fake_loop.refused = fake.fds[0];
    fake_loop.error = ENOMEM;
    fake_arrive(0, 1, 1);
    fake_set_readable(0);
    fake_loop_run(loop, 2.5);
    cr_expect_eq(heard_count, 0);
    cr_expect_eq(fake_loop.refusals, 3, "once a second");
    fake_loop.refused = -1;
    fake_loop_run(loop, 1.0);
    cr_expect_eq(heard_count, 1);
}

Test(udp_recv, doors_do_not_start_if_the_kernel_refuses_to_watch_one)
{
    static const int errors[] = {ENOSPC, ENOMEM, EPERM};

    udp_set_stop(set);
    fake_loop.refused = fake.fds[1];
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        fake_loop.error = errors[i];
        cr_expect_eq(udp_set_start(set), STATUS_FULL);
    }
    fake_loop.refused = -1;
    cr_expect_eq(udp_set_start(set), STATUS_OK);
}
