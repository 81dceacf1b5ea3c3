/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A plain client under test, with the test as its server. Its datagrams and reports are kept as
 * text, to be compared as a whole. Time passes only when the test says so.
 */
#ifndef TESTS_SUPPORT_PLAIN_STAGE_H
#define TESTS_SUPPORT_PLAIN_STAGE_H

#include <roomd/moment.h>
#include <roomd/plain_client.h>

#define PLAIN_STAGE_TEXT_BYTES (512 * 1024)

struct plain_stage {
    struct client *client;
    /* Set by plain_stage_open; change them before plain_stage_start. */
    struct client_setup setup;
    struct dialect dialect;
    int64_t keepalive_ns;
    struct moment now;
    int64_t next_ns; /* from the last tick */
    char sent[PLAIN_STAGE_TEXT_BYTES];
    char told[PLAIN_STAGE_TEXT_BYTES];
    char answer[PLAIN_STAGE_TEXT_BYTES];
    size_t sent_length, told_length;
    bool tells_members; /* in `told` too */
    const char *reply;  /* said by the sink at the next outcome, once */
    struct event event; /* the last one; its pointers are not valid */
};

/* The dialect is course, in Chinese, the name alice. */
void plain_stage_open(struct plain_stage *stage);
void plain_stage_start(struct plain_stage *stage);

/* The client is in, and what was sent and reported for that is forgotten. */
void plain_stage_enter(struct plain_stage *stage);
void plain_stage_done(struct plain_stage *stage);

/* Changes a key of the dialect, and aborts if its text is refused. */
void plain_stage_set(struct plain_stage *stage, enum dialect_key key, const char *text);

/* A tick follows each. */
void plain_stage_receive(struct plain_stage *stage, const char *text);
void plain_stage_receive_bytes(struct plain_stage *stage, const void *bytes, size_t length);
uint32_t plain_stage_say(struct plain_stage *stage, const char *text);
void plain_stage_leave(struct plain_stage *stage, bool at_once);
void plain_stage_moved(struct plain_stage *stage);

/* Advances the time, with a tick whenever the client wants one, and one at the end. */
void plain_stage_pass_ms(struct plain_stage *stage, int64_t ms);
void plain_stage_tick(struct plain_stage *stage);

/*
 * All datagrams since the last call, as "L alice|C alice hello"; a copy that is valid until the
 * next call of this or plain_stage_told.
 */
const char *plain_stage_sent(struct plain_stage *stage);

/*
 * All that was reported since the last call, as "joining 0 0|in|out left|<bob> hello|<alice #1>
 * hi|+bob|-bob|* tea|line X|missed 3|1 sent|2 refused 5". With members: "@+2 bob".
 */
const char *plain_stage_told(struct plain_stage *stage);

#endif
