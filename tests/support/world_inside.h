/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What the files of the world share: world.c (time, network, room), world_actor.c (a client and
 * what it is told), world_script.c (what happens when), world_judge.c (whether all is right) and
 * world_promises.c (whether the room stands by what it has told of messages).
 */
#ifndef TESTS_SUPPORT_WORLD_INSIDE_H
#define TESTS_SUPPORT_WORLD_INSIDE_H

#include "support/world.h"

#include <roomd/room_admin.h>
#include <roomd/sequenced_client.h>

/* The most addresses an actor has, one after the other: its port tells whose it is. */
#define WORLD_MOVES_MAX  200
#define WORLD_PORT(id)   ((uint16_t)(1024 + (id) * (WORLD_MOVES_MAX + 1)))
#define WORLD_TEXT_BYTES 1001
#define WORLD_ADMIN      0xffffU

/* After the network is healed: the longest waits of the protocol are 16 s (HELLO), 25 s (HEAD) and
 * a heartbeat of 30 s with three repetitions. */
#define WORLD_QUIET_S 200

/* On a network that stays bad, a few HELLOs in a row may be lost, 16 s apart. */
#define WORLD_LASTING_QUIET_S 1200

/* Then it goes on for so long, in which nobody may send more than so many datagrams: the sessions
 * of three programs that crashed at its address are told the head up to six times each, and it has
 * its own heartbeats. */
#define WORLD_CALM_S         10
#define WORLD_CALM_DATAGRAMS 20

enum saying_outcome {
    SAYING_WAITS,
    SAYING_TAKEN,
    SAYING_REFUSED,
    SAYING_UNKNOWN,
    SAYING_BURIED, /* its program was killed; like unknown, but that nobody was there to be told */
};

struct saying {
    uint32_t number; /* what the client called it */
    uint32_t life;   /* the program that said it */
    uint8_t outcome;
    uint8_t why;
    bool is_name;
    uint32_t seen; /* how often it is in the transcript */
};

/* What the room has appended, as its observer was told. */
struct record {
    uint64_t author;
    int64_t wall_ns;
    uint32_t actor, index; /* of a text: whose, and which one */
    uint8_t kind, reason;
    uint8_t name_len;
    char name[ROOM_NAME_MAX_BYTES];
};

struct person {
    uint64_t number;
    char name[ROOM_NAME_MAX_BYTES + 1];
};

struct actor {
    struct world *world;
    uint16_t id;
    uint16_t moves;
    bool plain;
    bool running; /* its program is there; a plain one has asked to join */
    bool is_in;   /* it was welcomed in this session */
    bool leaving; /* was told to leave */
    bool ever_left;
    bool may_lose;   /* its session may be lost: it was kicked */
    bool wants_name; /* the one it has asked for is taken */
    char name[ROOM_NAME_MAX_BYTES + 1];
    struct path path;
    struct fake_link link;
    struct client *client; /* owned; NULL where its program is not running, or it is plain */
    int64_t tick_ns;       /* when the client wants to be called */
    int64_t asleep_until_ns;
    uint32_t life;
    uint64_t first, last; /* events that it was told, without a gap; 0 = none */
    struct client_session kept;
    bool has_kept;
    struct saying *sayings; /* owned; by index */
    uint32_t said, sayings_max;
    struct person *people; /* owned; in no order */
    uint32_t people_count, people_max;
    uint64_t delivered, missed, resumed;
    uint64_t calm_mark; /* datagrams when all was quiet */
};

enum act_kind {
    ACT_START, /* or start again, with what was kept */
    ACT_SAY,
    ACT_RENAME,
    ACT_LEAVE,
    ACT_CRASH,
    ACT_MOVE,
    ACT_CUT,
    ACT_SLEEP,
    ACT_KICK,
    ACT_NOTICE,
};

struct act {
    int64_t at_ns;
    uint32_t order;
    enum act_kind kind;
    uint16_t actor;
    int64_t value; /* messages of a burst; how long; 1 = at once, or told */
};

struct world {
    struct world_setup setup;
    struct dice dice; /* of the script and the actors; the network has its own */
    struct moment now;
    int64_t start_ns, heal_ns, quiet_ns;
    struct fake_network network;
    struct dialect dialect;
    struct room *room;
    int64_t full_until_ns;
    bool healed;
    struct act *acts; /* owned; in the order of time */
    size_t acts_count, acts_max, acts_done;
    struct record *records; /* owned; event n is records[n - 1] */
    size_t records_count, records_max;
    uint32_t notices, names;
    struct actor *actors; /* owned */
    size_t actors_count;
    struct world_promise *promises; /* owned; of each run of each session */
    size_t promises_count, promises_max;
    bool is_wrong;
    char verdict[1024];
};

/* Notes what is wrong, unless something was before. */
void world_wrong(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* To stderr, with the time, where the setup asks for it. */
void world_trace(const struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text number `index` of that actor, terminated; always the same. Returns its length. */
size_t world_text(const struct world *world, uint32_t actor, uint32_t index,
                  char ret_text[WORLD_TEXT_BYTES]);
/* What it is the text of; false where it is none of ours. */
bool world_text_of(const char *text, size_t length, uint32_t *ret_actor, uint32_t *ret_index);
bool world_is_quiet(struct world *world);

void world_actor_init(struct actor *actor, struct world *world, uint16_t id, bool plain);
void world_actor_done(struct actor *actor);
void world_actor_start(struct actor *actor);
void world_actor_say(struct actor *actor);
void world_actor_rename(struct actor *actor);
void world_actor_leave(struct actor *actor, bool at_once);
void world_actor_crash(struct actor *actor);
void world_actor_move(struct actor *actor, bool told);
void world_actor_receive(struct actor *actor, const struct fake_flight *flight);
void world_actor_tick(struct actor *actor);
/* When it wants to be called next. */
int64_t world_actor_next(const struct actor *actor);

void world_script_write(struct world *world);
void world_script_act(struct world *world, const struct act *act);

/* Whether a record of the room is as it should be, when it is appended. */
void world_judge_record(struct world *world, const struct record *record);
/* Whether a client may be told this as its next event. */
void world_judge_event(struct actor *actor, const struct event *event, uint32_t own);
/* When all is quiet, or should be. */
void world_judge_end(struct world *world);
bool world_judge_people(struct actor *actor, bool tell);

/* The room sends this datagram. */
void world_promises_note(struct world *world, const void *bytes, size_t length);

#endif
