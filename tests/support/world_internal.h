/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Shared by the files of the world: world.c (time, network, room), world_actor.c (a client and its
 * reports), world_script.c (what happens when), world_check.c (what must be true), world_routes.c
 * (whether clients recover when their route changes), world_windows.c (whether the room keeps to
 * its windows), world_promises.c (whether its acknowledgements stay true) and world_log.c (the log,
 * and whether anybody is told what it has not kept).
 */
#ifndef TESTS_SUPPORT_WORLD_INTERNAL_H
#define TESTS_SUPPORT_WORLD_INTERNAL_H

#include "support/world.h"

#include "support/fake_log.h"

#include <roomd/room_admin.h>
#include <roomd/sequenced_client.h>

/* An actor has at most so many addresses in succession; a port belongs to one actor. */
#define WORLD_MOVES_MAX  200
#define WORLD_PORT(id)   ((uint16_t)(1024 + (id) * (WORLD_MOVES_MAX + 1)))
#define WORLD_TEXT_BYTES 1001
#define WORLD_ADMIN      0xffffU

/*
 * After the network is healed. The longest waits of the protocol are 16 s (HELLO), 25 s (HEAD) and
 * a heartbeat of 30 s with three repetitions.
 */
#define WORLD_QUIET_S 200

/* On a network that stays bad, a few HELLOs in a row may be lost, 16 s apart. */
#define WORLD_LASTING_QUIET_S 1200

/*
 * After that, nobody may send more than so many datagrams in so many seconds: the head goes up to
 * six times to each session of three programs that crashed at its address, and it has its own
 * heartbeats.
 */
#define WORLD_CALM_S         10
#define WORLD_CALM_DATAGRAMS 20

/* The longest route, there and back. */
#define WORLD_ROUTE_NS (300 * MOMENT_NS_PER_MS)

/* After a route has become longer: until all is as before, and until that is checked. */
#define WORLD_SETTLED_S   2
#define WORLD_RECOVERED_S 20

/* A client that says nothing has a heartbeat of 30 s, which may be lost. */
#define WORLD_UNNOTICED_S 45

enum message_outcome {
    MESSAGE_WAITS,
    MESSAGE_TAKEN,
    MESSAGE_REFUSED,
    MESSAGE_UNKNOWN,
    MESSAGE_ORPHANED, /* its program was killed; like unknown, but not reported */
};

struct message {
    uint32_t number; /* the client's number for it */
    uint32_t life;   /* the program that said it */
    uint8_t outcome;
    uint8_t why;
    bool is_name;
    uint32_t seen; /* how often it is in the transcript */
};

/* An event that the room has appended, as its observer saw it. */
struct record {
    uint64_t author;
    int64_t wall_ns;
    int64_t at_ns;         /* when it was appended */
    uint32_t actor, index; /* of a text: its author, and which one */
    uint8_t kind, reason;
    uint8_t name_len;
    char name[ROOM_NAME_MAX_BYTES];
};

struct listed {
    uint64_t number;
    char name[ROOM_NAME_MAX_BYTES + 1];
};

/* A client when its route became longer. */
struct mark {
    int64_t at_ns;     /* 0: it never did */
    uint64_t released; /* the last event that it was to be told */
    uint64_t last;
    uint32_t said;
    uint32_t disturbances;
    bool settled;
    uint64_t delivered, datagrams; /* once it had settled */
};

struct actor {
    struct world *world;
    uint16_t id;
    uint16_t moves;
    int64_t unnoticed_until_ns; /* it does not know that it has moved until it says something */
    bool plain;
    bool running; /* its program is running; a plain one has requested to join */
    bool is_in;   /* it was welcomed in this session */
    bool leaving; /* was told to leave */
    bool ever_left;
    bool may_lose;   /* its session may be lost: it was kicked, or the timeout is short */
    bool wants_name; /* the name that it requested is taken */
    /* A plain one: texts up to this event need not come, since the room was killed. */
    uint64_t forgiven;
    uint16_t address;
    uint32_t disturbances; /* how often the script did something to its program or its link */
    struct mark mark;
    char name[ROOM_NAME_MAX_BYTES + 1];
    struct path path;
    struct fake_link link;
    struct client *client; /* owned; NULL while its program is not running, or if it is plain */
    int64_t tick_ns;       /* when the client wants to be called */
    int64_t asleep_until_ns;
    uint32_t life;
    uint64_t first, last; /* events reported without a gap; 0: none */
    uint64_t forgotten;   /* `last`, when the room had lost its session */
    bool anew;            /* it joins anew after that */
    struct client_session saved;
    bool has_saved;
    struct message *messages; /* owned; by index */
    uint32_t said, messages_max;
    struct listed *members; /* owned; in no order */
    uint32_t members_count, members_max;
    uint64_t delivered, missed, resumed;
    uint64_t calm_mark; /* datagrams when all was quiet */
};

enum act_kind {
    ACT_START, /* or restart, with what was saved */
    ACT_SAY,
    ACT_RENAME,
    ACT_LEAVE,
    ACT_CRASH,
    ACT_MOVE,
    ACT_CUT,
    ACT_SLEEP,
    ACT_KICK,
    ACT_NOTICE,
    ACT_ROUTE,
    ACT_SETTLED, /* WORLD_SETTLED_S after that */
    ACT_RECOVERED,
};

struct act {
    int64_t at_ns;
    uint32_t order;
    enum act_kind kind;
    uint16_t actor;
    int64_t value; /* messages of a burst; duration; delay; 1: at once, or told */
};

struct world_log {
    struct fake_log fake;
    struct dice dice;
    int64_t due_ns; /* it commits, or is begun again; MOMENT_NEVER_NS: nothing waits */
    uint8_t boot;
    uint64_t kills, unkept;
};

struct world {
    struct world_setup setup;
    struct world_log log;
    struct dice dice; /* of the script and the actors; the network has its own */
    struct moment now;
    int64_t start_ns, heal_ns, quiet_ns;
    struct fake_network network;
    struct fake_access *accesses; /* owned; by address */
    uint32_t *flights;            /* owned; by number of controller: after the last turn */
    struct dialect dialect;
    struct room *room;
    int64_t full_until_ns;
    struct endpoint full_peer; /* if full_path, nobody else's path is full */
    bool full_path;
    bool healed;
    struct act *acts; /* owned; in the order of time */
    size_t acts_count, acts_max, acts_done;
    struct record *records; /* owned; event n is records[n - 1] */
    size_t records_count, records_max;
    uint32_t notices, names;
    struct actor *actors; /* owned */
    size_t actors_count;
    struct world_promise *promises; /* owned; one for each run of each session */
    size_t promises_count, promises_max;
    uint64_t recovered;
    bool is_wrong;
    char verdict[1024];
};

/* Records what is wrong, unless something was wrong before. */
void world_wrong(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Writes to stderr, with the time, if the setup says so. */
void world_trace(const struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Text number `index` of that actor, terminated; always the same. Returns its length. */
size_t world_text(const struct world *world, uint32_t actor, uint32_t index,
                  char ret_text[WORLD_TEXT_BYTES]);
/* The author and number of a text; false if it is none of ours. */
bool world_text_of(const char *text, size_t length, uint32_t *ret_actor, uint32_t *ret_index);
bool world_is_quiet(struct world *world);
/* Makes the room, in place of the one that was killed. */
void world_open_room(struct world *world);
/* The next event has happened. */
void world_happened(struct world *world, const struct event *event);

void world_actor_init(struct actor *actor, struct world *world, uint16_t id, bool plain);
void world_actor_done(struct actor *actor);
void world_actor_start(struct actor *actor);
void world_actor_say(struct actor *actor);
void world_actor_rename(struct actor *actor);
void world_actor_leave(struct actor *actor, bool at_once);
void world_actor_crash(struct actor *actor);
void world_actor_move(struct actor *actor, bool told);
/*
 * The room was killed and goes on, perhaps in another epoch: a plain program may have to repeat its
 * request.
 */
void world_actor_killed(struct actor *actor, bool anew);
void world_actor_receive(struct actor *actor, const struct fake_flight *flight);
void world_actor_tick(struct actor *actor);
/* When it wants to be called next. */
int64_t world_actor_next(const struct actor *actor);

void world_script_write(struct world *world);
void world_script_act(struct world *world, const struct act *act);

/* Checks an event when the room appends it. */
void world_check_record(struct world *world, const struct record *record);
/* Checks an event when a client reports it. */
void world_check_event(struct actor *actor, const struct event *event, uint32_t own);
/* Checks the end, when all is quiet or should be. */
void world_check_end(struct world *world);
bool world_check_members(struct actor *actor, bool tell);

/* All at that address get a route that takes so long, each way. */
void world_routes_change(struct world *world, uint16_t address, int64_t delay_ns);
/* Does the act to those whose route became longer so long ago as the act says. */
void world_routes_settle(struct world *world, uint16_t address);
void world_routes_check(struct world *world, uint16_t address);
/* Checks an event when a client reports it. */
void world_routes_told(struct actor *actor, uint64_t seq);

/* Checks what the room has in flight, after each turn. */
void world_windows_check(struct world *world);

/* What was kept for a run is gone; what was decided is not. */
void world_promises_killed(struct world *world);
/* Checks a datagram that the room sends. */
void world_promises_note(struct world *world, const void *bytes, size_t length);

bool world_log_is_on(const struct world *world);
void world_log_init(struct world *world);
/* The room is new, and goes on from what the log has. */
void world_log_restore(struct world *world, struct room_kept kept,
                       struct room_restored *ret_restored);
int64_t world_log_next(const struct world *world);
/* Does what is due, and notes that something waits. */
void world_log_turn(struct world *world);
/* Checks that a datagram tells nothing that the log has not kept. */
void world_log_note(struct world *world, const struct path *path, const void *bytes, size_t length);
/* Checks, when all is quiet, that a room could be made from what is kept. */
void world_log_check_end(struct world *world);

#endif
