/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What an administrator says, line by line: a notice, or a command of the one table. Where the line
 * came from (a terminal, a FIFO, the control socket) and where the answer goes is the caller's
 * business.
 */
#ifndef ROOMD_ADMIN_ADMIN_H
#define ROOMD_ADMIN_ADMIN_H

#include <roomd/moment.h>
#include <roomd/room_admin.h>
#include <stdbool.h>
#include <stddef.h>

/* A longer line is refused; the longest notice is room.max_text. */
#define ADMIN_LINE_MAX_BYTES 4096

/* A line of an answer is no longer: what admin_say formats, in JSON, if each of its bytes takes
 * three. */
#define ADMIN_ANSWER_MAX_BYTES 6400

/* What a source of lines may do. */
enum admin_rights {
    ADMIN_NOTICES,  /* say something to everybody */
    ADMIN_COMMANDS, /* and give commands */
};

enum admin_result {
    ADMIN_DONE,
    ADMIN_FAILED, /* not done; the answer says why */
    ADMIN_USAGE,  /* no command, or not with these words; the answer says so */
    ADMIN_MORE,   /* a listing goes on: admin_next */
    ADMIN_WAIT,   /* a listing has nothing to tell now: admin_next when something has happened */
};

/* Where the answer goes, and in which form. */
struct admin_reply {
    /*
     * A line, at most ADMIN_ANSWER_MAX_BYTES, without its newline; borrowed for the call.
     * `is_error`: it says why something was not done.
     */
    void (*line)(void *ctx, bool is_error, const char *text);
    void *ctx;
    bool roomctl; /* who reads it writes commands to roomctl, rather than behind a '/' */
    bool json;    /* each line is a JSON object */
};

/* What the program around the room has counted. */
struct admin_counts {
    uint64_t kernel_drops; /* datagrams the kernel dropped: a receive buffer was full */
    uint64_t receive_errors;
    uint64_t icmp_errors;
    uint64_t full_sockets; /* sends that had to wait */
    uint64_t too_big_for_path;
    uint32_t control_clients;
    uint32_t watchers; /* of these, who waits for something to happen */
};

/* What a command needs of the program around the room. */
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
};

/*
 * An answer of many lines, told one item a call, so that who reads slowly holds up nobody and
 * nothing is kept for him. Of fixed size, and valid as long as the room, whatever happens in it.
 */
struct admin_listing {
    enum admin_result (*next)(const struct admin *admin, const struct moment *now,
                              struct admin_listing *listing, const struct admin_reply *reply);
    uint64_t at;    /* a seat, a serial, an event: what comes next */
    uint64_t last;  /* the number of the last member that is told */
    unsigned stage; /* of those a listing has */
    bool begun;
    bool told; /* of this stage, something */
};

/*
 * Does what the line says, and tells the whole answer. "text" is a notice, "/command …" a command,
 * "//text" a notice that begins with a slash; an empty line is nothing. Whatever is wrong with it
 * is said in the reply, and then nothing was done.
 */
enum admin_result admin_line(const struct admin *admin, const struct moment *now,
                             enum admin_rights rights, const char *bytes, size_t length,
                             const struct admin_reply *reply);

/* The line was longer than ADMIN_LINE_MAX_BYTES, and was dropped. */
void admin_line_too_long(const struct admin_reply *reply);

/*
 * Does what a client of the control socket asks: "command …", without a slash. ADMIN_MORE: the
 * answer is `ret_listing`, and not one line of it has been told yet.
 */
enum admin_result admin_request(const struct admin *admin, const struct moment *now,
                                const char *bytes, size_t length, const struct admin_reply *reply,
                                struct admin_listing *ret_listing);

/* Tells the next item, a line or two, or looks for it for a bounded time and tells nothing yet. */
enum admin_result admin_next(const struct admin *admin, const struct moment *now,
                             struct admin_listing *listing, const struct admin_reply *reply);

/* ---- for the files of this folder, and those who answer for them ---- */

/*
 * Formats one line of an answer; with ADMIN_FAILED or ADMIN_USAGE it says why something was not
 * done. A control character in it becomes a question mark. Returns `result`.
 */
enum admin_result admin_say(const struct admin_reply *reply, enum admin_result result,
                            const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Ends the object, which is a line of an answer in JSON. */
void admin_say_json(const struct admin_reply *reply, struct json *object);

/* What stands before a command where the answer is read: "/" or "roomctl ". */
const char *admin_prefix(const struct admin_reply *reply);

#endif
