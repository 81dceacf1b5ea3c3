/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lines from an administrator, each a notice or a command of the table. The caller decides where a
 * line comes from (a terminal, a FIFO, the control socket) and where the answer goes.
 */
#ifndef ROOMD_ADMIN_ADMIN_H
#define ROOMD_ADMIN_ADMIN_H

#include "admin/store_port.h"

#include <roomd/moment.h>
#include <roomd/room_admin.h>
#include <stdbool.h>
#include <stddef.h>

/* A longer line is refused. The longest notice is room.max_text. */
#define ADMIN_LINE_MAX_BYTES 4096

/*
 * The longest line of an answer: the longest text of admin_say in JSON, with three bytes for each
 * of its bytes. JSON makes two of a quotation mark or backslash, and six of a control character;
 * admin_say has escaped those, and core admits none in names and texts.
 */
#define ADMIN_ANSWER_MAX_BYTES 6400

/* Rights of a source of lines. */
enum admin_rights {
    ADMIN_NOTICES,  /* notices only */
    ADMIN_COMMANDS, /* notices and commands */
};

enum admin_result {
    ADMIN_DONE,
    ADMIN_FAILED, /* not done; the answer says why */
    ADMIN_USAGE,  /* unknown command or wrong arguments; the answer says so */
    ADMIN_MORE,   /* a listing continues: call admin_next */
    /* Nothing more now: call admin_next when an event, a commit or the store's answer has come. */
    ADMIN_WAIT,
};

/* The destination and form of the answer. */
struct admin_reply {
    /*
     * Receives a line of at most ADMIN_ANSWER_MAX_BYTES, without newline; borrowed for the call.
     * `is_error`: it says why something was not done.
     */
    void (*line)(void *ctx, bool is_error, const char *text);
    void *ctx;
    /*
     * Returns the descriptor that came with the command, which the caller then owns, or -1. NULL:
     * none can come.
     */
    int (*take_file)(void *ctx);
    bool roomctl; /* the reader writes commands to roomctl, not after a '/' */
    bool json;    /* each line is a JSON object */
};

/* Counts kept by the program around the room. */
struct admin_counts {
    uint64_t kernel_drops; /* datagrams that the kernel dropped: more came in than was read */
    uint64_t receive_errors;
    uint64_t icmp_errors;
    uint64_t full_sockets; /* sends that had to wait */
    uint64_t slow_links;   /* times a member's link took no more */
    uint32_t links_waiting;
    uint32_t control_clients;
    uint32_t watchers; /* of these, the clients that wait for events */
    /* Of the store; 0 without one. */
    uint32_t store_trouble; /* its code, see doc/log-protocol.md, section 7; 0 = none */
    uint32_t store_restarts;
};

/* Services of the program around the room, for commands. */
struct admin_host {
    void (*stop)(void *ctx);
    enum admin_result (*reload)(void *ctx, const struct admin_reply *reply);
    void (*counts)(void *ctx, struct admin_counts *ret_counts);
    void *ctx;
};

struct json;

struct admin {
    struct room *room; /* borrowed */
    struct admin_host host;
    struct store_port store;
};

/*
 * The position in an answer of many lines, which is produced one item per call: a slow reader
 * blocks nothing and needs little memory. It is valid as long as the room, whatever happens there,
 * and needs admin_listing_close.
 */
struct admin_listing {
    enum admin_result (*next)(const struct admin *admin, const struct moment *now,
                              struct admin_listing *listing, const struct admin_reply *reply);
    uint64_t at;    /* the next item: a seat, a serial or an event number */
    uint64_t last;  /* the highest member number to be listed */
    unsigned stage; /* the section of the listing */
    bool begun;
    bool title_said; /* the title of this stage was said */
    void *kept;      /* what else it needs; owned */
    void (*drop)(void *kept);
};

/*
 * Executes a line. "text" is a notice, "/command …" a command,
 * "//text" a notice that begins with a slash; an empty line is ignored. Errors are in the answer,
 * and then nothing was done. ADMIN_MORE: the answer is `ret_listing`.
 */
enum admin_result admin_line(const struct admin *admin, const struct moment *now,
                             enum admin_rights rights, const char *bytes, size_t length,
                             const struct admin_reply *reply, struct admin_listing *ret_listing);

/* Answers a line that was longer than ADMIN_LINE_MAX_BYTES and was dropped. */
void admin_line_too_long(const struct admin_reply *reply);

/*
 * Executes a request of a client of the control socket: "command …", without a slash. ADMIN_MORE:
 * the answer is `ret_listing`, and none of it has been produced yet.
 */
enum admin_result admin_request(const struct admin *admin, const struct moment *now,
                                const char *bytes, size_t length, const struct admin_reply *reply,
                                struct admin_listing *ret_listing);

/*
 * True if the answer to this request may tell what the log has not kept yet: it is not to be shown
 * before room_recorded, as it was when the answer was made, is committed. So is the answer to a
 * notice.
 */
bool admin_is_held(const char *line, size_t length);

/* Ends a listing, finished or not; an all-zero one, too. */
void admin_listing_close(struct admin_listing *listing);

/* Produces the next item, a line or two. May return without one after a bounded search. */
enum admin_result admin_next(const struct admin *admin, const struct moment *now,
                             struct admin_listing *listing, const struct admin_reply *reply);

/* ---- for the files of this folder and the callbacks of admin_host ---- */

/*
 * Formats one line of an answer. With ADMIN_FAILED or ADMIN_USAGE it says why something was not
 * done. What could harm a terminal is escaped (base/escape.h). Returns `result`.
 */
enum admin_result admin_say(const struct admin_reply *reply, enum admin_result result,
                            const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Ends the object, which is a line of a JSON answer. */
void admin_say_json(const struct admin_reply *reply, struct json *object);

/* How long a ban without a time lasts: "until it is lifted", where there is a store. */
const char *admin_forever(const struct admin *admin);

/* The prefix of commands for the reader of the answer: "/" or "roomctl ". */
const char *admin_prefix(const struct admin_reply *reply);

#endif
