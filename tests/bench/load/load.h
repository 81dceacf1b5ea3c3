/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The load generator: members of one room, of any of the protocols, in one thread, and what they
 * were sent. This header is what its parts share.
 *
 * Every message is LOAD_TEXT_BYTES long: its number in LOAD_NUMBER_DIGITS digits, then a constant.
 * Numbers rise by one through the generator's life, so each member knows which message must be its
 * next: one that is missing, repeated or changed never counts as a delivery. Where everybody speaks
 * (chat.c), that is so for the messages of each author.
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

/* Of the protocols that allow other lengths. */
#define LOAD_TEXT_MAX_BYTES 1000

/* Bytes read of one member in a call, and the longest incomplete line that may be left over. */
#define LOAD_BUFFER_BYTES 65536
#define LOAD_HELD_BYTES   4096

#define LOAD_NS_PER_S INT64_C(1000000000)

struct load;
struct silent;
struct latency;
struct chat;

struct member {
    int fd;        /* -1: not open, or one whose datagrams are forged: see silent.h */
    uint32_t next; /* number of the message that it must be sent next */
    uint32_t told; /* how many joins it was sent */
    uint32_t held_length;
    char *held; /* start of an incomplete line; LOAD_HELD_BYTES, or NULL */
    int64_t asked_ns;
    uint8_t step; /* of joining: the protocol's own */
    bool in;
};

/* One protocol. Members 0 … authors - 1 speak. */
struct protocol {
    const char *name;
    bool is_stream;
    bool authors_listen;  /* false: authors are not members, and are sent nothing */
    uint32_t entering;    /* members joining at a time */
    uint32_t window;      /* messages that one author may have in flight */
    bool counts_own_join; /* a member is sent its own join, too */
    bool reports_delay;   /* a member says when it was sent something */
    /* Returns how many bytes it has used. */
    size_t (*input)(struct load *load, uint32_t index, char *bytes, size_t length);
    void (*enter)(struct load *load, uint32_t index); /* asks to join, or asks again */
    void (*say)(struct load *load, uint32_t author, uint32_t first, uint32_t count);
    /* These may be NULL. */
    /* How many more messages this author may say now; NULL: any number. */
    uint32_t (*room)(struct load *load, uint32_t author);
    void (*repeat)(struct load *load); /* nothing has come for long: messages may be lost */
    void (*wake)(struct load *load);   /* members that were quiet for long report their positions */
    /* Does what is due; returns when the next is. */
    int64_t (*tick)(struct load *load, int64_t now_ns, bool everything);
};

struct load {
    const struct protocol *protocol;
    struct subject subject;
    struct sockaddr_in server;
    /* Of the first member, in 127.0.0.0/8. Each has its own, like members on their own machines. */
    struct in_addr source;
    bool one_address;    /* all members have the first one's address */
    uint32_t text_bytes; /* LOAD_TEXT_BYTES but where the protocol allows others */
    bool gro;
    struct silent *silent; /* NULL except in transmit-only mode */
    int poll;
    uint32_t capacity, count, authors;
    uint32_t entering; /* how many may be joining at a time */
    uint32_t in;       /* how many have joined */
    struct member *members;
    void *sessions; /* the protocol's own */
    uint32_t said;  /* number of the last message */
    uint64_t deliveries;
    uint64_t wrong;          /* messages that were not the next, or not right */
    uint64_t lost;           /* that never came */
    uint64_t repeats;        /* requests that had to be sent again */
    struct latency *latency; /* NULL except while it is measured */
    struct chat *chat;       /* NULL except while everybody speaks */
    /* When the current input was read; while one of these is measured, or if it is reported. */
    int64_t received_ns;
};

int64_t load_now_ns(void);

/* Ends the program: the run is invalid. */
_Noreturn void load_die(const char *what);

/* ---- members (members.c) ---- */

struct in_addr members_source(const struct load *load, uint32_t index);
/* Opens a socket for each member up to `count`, but for forged ones. */
void members_open(struct load *load, uint32_t count);
/* Sends all bytes; waits for a stream that is full. */
void members_send(struct load *load, uint32_t index, const void *bytes, size_t length);
/*
 * Reads what has come, waits for it for at most `timeout_ns`, and does what is due. Returns whether
 * anything has come.
 */
bool members_pump(struct load *load, int64_t timeout_ns);
void members_is_in(struct load *load, uint32_t index);
/* Joins all members up to `count`, a few at a time. */
void members_join(struct load *load, uint32_t count);
/* Waits until nothing comes for so long, and the server does nothing. */
void members_settle(struct load *load, int64_t quiet_ns);

/* ---- messages (talk.c) ---- */

void talk_write(char text[LOAD_TEXT_BYTES], uint32_t number);
/* Returns the number of a text; 0: not one of ours. */
uint32_t talk_read(const char text[LOAD_TEXT_BYTES]);
/* The same for other lengths, of at least LOAD_NUMBER_DIGITS. */
void talk_write_bytes(char *text, size_t length, uint32_t number);
uint32_t talk_read_bytes(const char *text, size_t length);
/*
 * This member was sent messages `first` … `last`, and each was right. `own`: so many of them are
 * not deliveries.
 */
void talk_arrived(struct load *load, struct member *member, uint32_t first, uint32_t last,
                  uint32_t own);
/* The same for one text, which is checked; while everybody speaks, too. */
void talk_arrived_text(struct load *load, struct member *member, const char text[LOAD_TEXT_BYTES]);

struct talk_result {
    uint64_t deliveries, messages, rounds, lost, wrong, repeats;
    uint64_t cpu_ns, wall_ns;
    struct subject_counters counters; /* the changes meanwhile */
};

/* Runs rounds of `in_flight` messages until `seconds` have passed; at least one round. */
void talk_run(struct load *load, uint32_t in_flight, double seconds, struct talk_result *ret);
/* The first author sends so many bytes of text, alone in the room, to fill the server's memory. */
void talk_fill(struct load *load, uint64_t bytes);

/* ---- everybody speaks (chat.c) ---- */

struct chat_plan {
    uint32_t lines;       /* of each member */
    int64_t step_ns;      /* from one line to the next, which another member says */
    uint32_t outstanding; /* lines of a member that not everybody has; 0: any number */
    double seconds;       /* if not 0, it ends after so long, whatever has come */
    double patience;      /* seconds to wait for the rest after the last line */
};

struct chat_result {
    uint64_t lines, expected, delivered, wrong;
    uint64_t waits;                /* of this program that ended without anything to read */
    double p50_ms, p99_ms, max_ms; /* of what was expected; infinite: it has not come */
    double seconds;                /* until everything has come, or the end */
    uint64_t cpu_ns;
};

void chat_run(struct load *load, const struct chat_plan *plan, struct chat_result *ret);
/* This member was sent message `number`, whose text was right. */
void chat_arrived(struct load *load, const struct member *member, uint32_t number);

/* ---- other measures (measures.c) ---- */

struct latency_result {
    uint64_t deliveries, lost, wrong;
    double p50_us, p99_us, rate; /* deliveries a second, as measured */
};
void measures_latency(struct load *load, double rate, double seconds, struct latency_result *ret);
void measures_latency_note(struct load *load, uint32_t number);

struct storm_result {
    uint32_t in;
    uint64_t told, expected;
    uint64_t cpu_ns;
    uint64_t wall_ns;    /* until all joins were sent */
    uint64_t entered_ns; /* until the last member was in */
};
void measures_storm(struct load *load, uint32_t count, double seconds, struct storm_result *ret);

struct garbage_result {
    uint64_t sent, received, cpu_ns;
};
/*
 * Sends datagrams of that kind from addresses of non-members. The server is stopped while they are
 * put into its buffer, so that it always has some to read.
 */
void measures_garbage(struct load *load, const char *kind, uint64_t count,
                      struct garbage_result *ret);

extern const struct protocol plain_protocol, sequenced_protocol, client_protocol, redis_protocol,
    redis3_protocol, nats_protocol, mqtt_protocol, mqtt1_protocol, irc_protocol;

/* ---- streams (stream.c) ---- */

/* Messages that one author passes to the kernel at once. */
#define STREAM_WINDOW 256

void stream_connect(struct load *load, uint32_t index);
/* Sends each message with `head` before it and a line break after it, all in one call. */
void stream_say(struct load *load, uint32_t author, const char *head, uint32_t first,
                uint32_t count);
void stream_print(struct load *load, uint32_t index, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
