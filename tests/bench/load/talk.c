/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Messages: their text, which members were sent them, and rounds of so many in flight. */
#include "load.h"
#include "silent.h"

#include <string.h>

static const char constant[] = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,";

_Static_assert(sizeof(constant) - 1 == LOAD_TEXT_BYTES - LOAD_NUMBER_DIGITS,
               "a text has its length");

/* If nothing has come for so long, what is missing is lost, or was never accepted. */
#define STALL_NS LOAD_NS_PER_S

/* How often a message is repeated before it counts as lost. */
#define STALLS_MAX 3

/* Messages of talk_fill that are in flight. */
#define FILL_WINDOW 16

void talk_write_bytes(char *text, size_t length, uint32_t number)
{
    for (size_t digit = LOAD_NUMBER_DIGITS; digit-- > 0; number /= 10)
        text[digit] = (char)('0' + number % 10);
    for (size_t at = LOAD_NUMBER_DIGITS; at < length; at += sizeof(constant) - 1) {
        size_t left = length - at;

        memcpy(text + at, constant, left < sizeof(constant) - 1 ? left : sizeof(constant) - 1);
    }
}

uint32_t talk_read_bytes(const char *text, size_t length)
{
    uint32_t number = 0;

    if (length < LOAD_NUMBER_DIGITS)
        return 0;
    for (size_t at = LOAD_NUMBER_DIGITS; at < length; at += sizeof(constant) - 1) {
        size_t left = length - at;

        if (memcmp(text + at, constant,
                   left < sizeof(constant) - 1 ? left : sizeof(constant) - 1) != 0)
            return 0;
    }
    for (size_t digit = 0; digit < LOAD_NUMBER_DIGITS; digit++)
        number = number * 10 + (uint32_t)(text[digit] - '0');
    return number;
}

void talk_write(char text[LOAD_TEXT_BYTES], uint32_t number)
{
    talk_write_bytes(text, LOAD_TEXT_BYTES, number);
}

uint32_t talk_read(const char text[LOAD_TEXT_BYTES])
{
    return talk_read_bytes(text, LOAD_TEXT_BYTES);
}

void talk_arrived(struct load *load, struct member *member, uint32_t first, uint32_t last,
                  uint32_t own)
{
    if (first != member->next || last > load->said) {
        load->wrong++;
        /* A repetition is no delivery. */
        if (first < member->next)
            return;
    }
    member->next = last + 1;
    load->deliveries += last - first + 1 - own;
    for (uint32_t number = first; load->latency != NULL && number <= last; number++)
        measures_latency_note(load, number);
}

void talk_arrived_text(struct load *load, struct member *member, const char text[LOAD_TEXT_BYTES])
{
    uint32_t number = talk_read(text);

    if (number == 0)
        load->wrong++;
    else if (load->chat != NULL)
        chat_arrived(load, member, number);
    else
        talk_arrived(load, member, number, number, 0);
}

/* ---- rounds ---- */

/* Author after author, each as many as it may have in flight. */
static void say(struct load *load, uint32_t count)
{
    uint32_t window = load->protocol->window;

    for (uint32_t author = 0; count > 0; author++) {
        uint32_t part = count < window ? count : window;

        if (author == load->authors)
            load_die("so many messages can't be in flight with so few authors");
        load->protocol->say(load, author, load->said + 1, part);
        load->said += part;
        count -= part;
    }
}

static uint64_t listeners(const struct load *load)
{
    return load->count - 1;
}

/* Members that lack messages continue with the next ones. */
static void give_up(struct load *load, uint64_t missing)
{
    load->lost += missing;
    for (uint32_t index = 0; index < load->count; index++)
        load->members[index].next = load->said + 1;
}

static void wait_deliveries(struct load *load, uint64_t goal)
{
    int64_t since_ns = load_now_ns();
    unsigned stalls = 0;

    while (load->deliveries < goal) {
        if (members_pump(load, STALL_NS / 10)) {
            since_ns = load_now_ns();
        } else if (load_now_ns() - since_ns > STALL_NS) {
            if (++stalls > STALLS_MAX || load->protocol->repeat == NULL) {
                give_up(load, goal - load->deliveries);
                return;
            }
            load->protocol->repeat(load);
            since_ns = load_now_ns();
        }
    }
}

/*
 * Only authors receive anything, and only with protocols that send them their own messages: then
 * the others were sent the same.
 */
static void wait_silent(struct load *load, uint64_t goal)
{
    int64_t since_ns = load_now_ns();
    bool told;

    do {
        told = !load->protocol->authors_listen || load->members[0].next == load->said + 1;
        while (members_pump(load, 0))
            since_ns = load_now_ns();
        silent_flush(load->silent);
        if (load_now_ns() - since_ns > STALL_NS)
            load_die("the room has stopped answering");
    } while (!told);
    subject_wait_quiet(&load->subject);
    load->deliveries = goal;
}

static void finish(struct load *load)
{
    if (load->protocol->tick != NULL)
        load->protocol->tick(load, load_now_ns(), true);
    silent_flush(load->silent);
    subject_wait_quiet(&load->subject);
    while (members_pump(load, 0))
        ;
}

static struct subject_counters difference(const struct subject_counters *before)
{
    struct subject_counters now;

    subject_counters(&now);
    now.sent -= before->sent;
    now.received -= before->received;
    now.dropped -= before->dropped;
    now.octets -= before->octets;
    return now;
}

void talk_run(struct load *load, uint32_t in_flight, double seconds, struct talk_result *ret)
{
    uint64_t start = load->deliveries, lost = load->lost, wrong = load->wrong,
             repeats = load->repeats, cpu_ns;
    uint64_t rounds = 0;
    struct subject_counters counters;
    int64_t start_ns;

    if (load->protocol->wake != NULL)
        load->protocol->wake(load);
    finish(load);
    subject_counters(&counters);
    cpu_ns = subject_cpu_ns(&load->subject);
    start_ns = load_now_ns();
    do {
        uint64_t goal = load->deliveries + in_flight * listeners(load);

        say(load, in_flight);
        if (load->silent != NULL)
            wait_silent(load, goal);
        else
            wait_deliveries(load, goal);
        rounds++;
    } while ((double)(load_now_ns() - start_ns) < seconds * 1e9);
    ret->wall_ns = (uint64_t)(load_now_ns() - start_ns);
    finish(load);
    ret->cpu_ns = subject_cpu_ns(&load->subject) - cpu_ns;
    ret->counters = difference(&counters);
    ret->rounds = rounds;
    ret->messages = rounds * in_flight;
    ret->deliveries = load->deliveries - start;
    ret->lost = load->lost - lost;
    ret->wrong = load->wrong - wrong;
    ret->repeats = load->repeats - repeats;
}

void talk_fill(struct load *load, uint64_t bytes)
{
    if (load->count != 1)
        load_die("who fills the memory has to be alone");
    for (uint64_t filled = 0; filled < bytes; filled += FILL_WINDOW * LOAD_TEXT_BYTES) {
        say(load, FILL_WINDOW);
        while (load->protocol->authors_listen && load->members[0].next <= load->said)
            members_pump(load, STALL_NS / 10);
        if (!load->protocol->authors_listen)
            subject_wait_quiet(&load->subject);
        load->members[0].next = load->said + 1;
    }
}
