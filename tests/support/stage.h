/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A room under test: fake outbox, fake clock, and members identified by their port numbers. */
#ifndef TESTS_SUPPORT_STAGE_H
#define TESTS_SUPPORT_STAGE_H

#include "support/fake_outbox.h"

#include <roomd/room_admin.h>

#define STAGE_PORT 8888

struct stage {
    struct room *room;
    struct fake_outbox outbox;
    struct moment now;
    struct dialect dialects[2]; /* door 0: course, zh; door 1: yn, en */
    struct room_door doors[2];
    /* Set by stage_open; change it before stage_start, or call stage_reconfigure. */
    struct room_config config;
    struct room_setup setup;    /* the rest; change it before stage_start */
    uint64_t happened[4];       /* events seen by the observer, by kind */
    uint64_t refused[REFUSALS]; /* seen by the observer */
    char refused_name[64];      /* the last that nobody may have, as the observer was told */
    enum name_fault name_fault; /* and why */
    uint64_t undelivered;
    unsigned overloads;            /* how many the observer saw, beginnings and ends */
    struct room_overload overload; /* the last one that the observer saw */
};

/* stage_open sets the usual values, stage_start makes the room. stage_new does both. */
void stage_open(struct stage *stage);
int stage_start(struct stage *stage);
void stage_new(struct stage *stage);
void stage_done(struct stage *stage);

/* Applies a changed configuration or dialect. Returns how many members it removed. */
uint32_t stage_reconfigure(struct stage *stage);

/* 192.0.2.1:PORT, writing to 192.0.2.254 at that door. */
struct path stage_path(uint16_t port, uint16_t door);

/* A datagram from that port, to door 0. */
void stage_send(struct stage *stage, uint16_t port, const char *text);
void stage_send_bytes(struct stage *stage, const struct path *path, const void *bytes,
                      size_t length);

/* Sweeps until nothing is owed, or all doors are blocked. */
enum sweep_result stage_sweep(struct stage *stage);

/* Joins, sweeps, and forgets what was sent. */
void stage_join(struct stage *stage, uint16_t port, const char *name);

/* The same from another address: a name requested from its holder's address is a name claim. */
void stage_join_elsewhere(struct stage *stage, uint16_t port, const char *name);

/*
 * "Port unreachable" from the machine of the peer, about a datagram with this payload, through the
 * path's door.
 */
void stage_unreachable(struct stage *stage, const struct path *path, const char *quoted);

/* True if the n-th datagram to that port is exactly this text. */
bool stage_heard(const struct stage *stage, uint16_t port, size_t n, const char *text);

/* A plain member says this. */
void stage_say(struct stage *stage, uint16_t port, const char *name, const char *text);

/*
 * A plain member says so many messages, each nearly as long as a datagram. Each is swept by itself,
 * or all together.
 */
void stage_say_long(struct stage *stage, uint16_t port, const char *name, unsigned count,
                    bool each);

/* Advances the time, with one tick and a sweep at the end. */
void stage_pass_ms(struct stage *stage, int64_t ms);

#endif
