/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The load generator: members of one room, of any of the protocols, in one thread, and what they
 * were told. This header is what its parts share.
 *
 * Every message is LOAD_TEXT_BYTES: its number in LOAD_NUMBER_DIGITS digits, then what never
 * changes. Numbers rise by one through the generator's life, so each member knows which message
 * must be its next: one that is missing, comes twice or has other bytes is never taken for a
 * delivery.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "subject.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_TEXT_BYTES    64
#define LOAD_NUMBER_DIGITS 10

/* Read of one member in a call; of that, what may be left of a line that is not complete. */
#define LOAD_BUFFER_BYTES 65536
#define LOAD_HELD_BYTES   4096

#define LOAD_NS_PER_S INT64_C(1000000000)

struct load;
struct silent;
struct latency;

struct member {
    int fd;        /* -1: not open, or one whose datagrams are forged: see silent.h */
    uint32_t next; /* number of the message that it must be told of */
    uint32_t told; /* how many joins it was told of */
    uint32_t held_length;
    char *held; /* what came of a line that is not complete yet; LOAD_HELD_BYTES, or NULL */
    int64_t asked_ns;
    uint8_t step; /* of the way in: the protocol's own */
    bool in;
};

/* One protocol. Members 0 … authors - 1 speak. */
struct protocol {
    const char *name;
    bool is_stream;
    bool authors_listen;  /* false: whoever speaks is no member, and is told nothing */
    uint32_t entering;    /* members on their way in at a time */
    uint32_t under_way;   /* messages that one author may have under way */
    bool counts_own_join; /* a member is told of its own join, too */
    size_t (*input)(struct load *load, uint32_t index, char *bytes,
                    size_t length);                   /* returns what it has used */
    void (*enter)(struct load *load, uint32_t index); /* asks to be let in, or asks again */
    void (*say)(struct load *load, uint32_t author, uint32_t first, uint32_t count);
    /* These may be NULL. */
    void (*again)(struct load *load); /* nothing has come for long: what was said may be lost */
    void (*wake)(struct load *load);  /* members that were quiet for long say that they are there */
    int64_t (*tick)(struct load *load, int64_t now_ns,
                    bool everything); /* does what is due; returns when the next is */
};

struct load {
    const struct protocol *protocol;
    struct subject subject;
    struct sockaddr_in server;
    struct in_addr source; /* of the first member, in 127.0.0.0/8; each has its own, as people at
                              machines of their own do */
    bool gro;
    struct silent *silent; /* NULL but in transmit-only mode */
    int poll;
    uint32_t capacity, count, authors;
    uint32_t entering; /* so many at a time are on their way in */
    uint32_t in;       /* how many are */
    struct member *members;
    void *sessions; /* the protocol's own */
    uint32_t said;  /* number of the last message */
    uint64_t deliveries;
    uint64_t wrong;          /* messages that were not the next, or not right */
    uint64_t lost;           /* that never came */
    uint64_t repeats;        /* requests that had to be sent again */
    struct latency *latency; /* NULL but while it is measured */
    int64_t received_ns; /* when what is being looked at was read; only while latency is measured */
};

int64_t load_now_ns(void);

/* The program ends: the run has no value. */
_Noreturn void load_die(const char *what);

/* ---- members (members.c) ---- */

struct in_addr members_source(const struct load *load, uint32_t index);
/* Members up to `count` get a socket; forged ones none. */
void members_open(struct load *load, uint32_t count);
/* All of it; a stream that is full is waited for. */
void members_send(struct load *load, uint32_t index, const void *bytes, size_t length);
/* Reads what has come, waiting for it for at most `timeout_ns`, and does what is due. Returns
 * whether anything has come. */
bool members_pump(struct load *load, int64_t timeout_ns);
void members_is_in(struct load *load, uint32_t index);
/* Lets all up to `count` in, some at a time. */
void members_join(struct load *load, uint32_t count);
/* Until nothing comes for so long, and the server does nothing. */
void members_settle(struct load *load, int64_t quiet_ns);

/* ---- messages (talk.c) ---- */

void talk_write(char text[LOAD_TEXT_BYTES], uint32_t number);
/* 0: not one of ours. */
uint32_t talk_read(const char text[LOAD_TEXT_BYTES]);
/* This member was told of messages `first` … `last`, and each was right. `own`: so many of them are
 * not deliveries. */
void talk_arrived(struct load *load, struct member *member, uint32_t first, uint32_t last,
                  uint32_t own);
/* The same for one text, which is looked at. */
void talk_arrived_text(struct load *load, struct member *member, const char text[LOAD_TEXT_BYTES]);

struct talk_result {
    uint64_t deliveries, messages, rounds, lost, wrong, repeats;
    uint64_t cpu_ns, wall_ns;
    struct subject_counters counters; /* what has changed meanwhile */
};

/* So many in flight, until so much time has gone; at least one round of messages. */
void talk_run(struct load *load, uint32_t in_flight, double seconds, struct talk_result *ret);
/* The first author says so many bytes of text to itself alone, to fill the server's memory. */
void talk_fill(struct load *load, uint64_t bytes);

/* ---- other measures (measures.c) ---- */

struct latency_result {
    uint64_t deliveries, lost, wrong;
    double p50_us, p99_us, rate; /* deliveries a second, as it came out */
};
void measures_latency(struct load *load, double rate, double seconds, struct latency_result *ret);
void measures_latency_note(struct load *load, uint32_t number);

struct storm_result {
    uint32_t in;
    uint64_t told, expected;
    uint64_t cpu_ns, wall_ns, entered_ns; /* until all was told; until the last was in */
};
void measures_storm(struct load *load, uint32_t count, double seconds, struct storm_result *ret);

struct garbage_result {
    uint64_t sent, received, cpu_ns;
};
/* Datagrams of that kind from addresses that are nobody's: the server is stopped while they are put
 * into its buffer, so that it always has some before it. */
void measures_garbage(struct load *load, const char *kind, uint64_t count,
                      struct garbage_result *ret);

extern const struct protocol plain_protocol, sequenced_protocol, redis_protocol, nats_protocol,
    mqtt_protocol, irc_protocol;

/* ---- streams (stream.c) ---- */

/* Messages that one author gives the kernel at once. */
#define STREAM_UNDER_WAY 256

void stream_connect(struct load *load, uint32_t index);
/* Each message with `head` before it and a line break behind it, all in one. */
void stream_say(struct load *load, uint32_t author, const char *head, uint32_t first,
                uint32_t count);
void stream_print(struct load *load, uint32_t index, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
