/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A plain client on a stage: the test plays the server. What it sends and what it tells are kept as
 * text, to be compared as a whole. Time passes only where the test says so.
 */
#ifndef TESTS_SUPPORT_PLAIN_STAGE_H
#define TESTS_SUPPORT_PLAIN_STAGE_H

#include <roomd/moment.h>
#include <roomd/plain_client.h>

#define PLAIN_STAGE_TEXT_BYTES (512 * 1024)

struct plain_stage {
    struct client *client;
    /* As plain_stage_open has filled them in; to be changed before plain_stage_start. */
    struct client_setup setup;
    struct dialect dialect;
    int64_t keepalive_ns;
    struct moment now;
    int64_t next_ns; /* as the tick said last */
    char sent[PLAIN_STAGE_TEXT_BYTES];
    char told[PLAIN_STAGE_TEXT_BYTES];
    char answer[PLAIN_STAGE_TEXT_BYTES];
    size_t sent_length, told_length;
    bool tells_members; /* in `told` too */
    const char *reply;  /* said by the sink whenever a outcome is told, once */
    struct event event; /* the last; its pointers are not to be followed */
};

/* Speaks course, in Chinese, as alice. */
void plain_stage_open(struct plain_stage *stage);
void plain_stage_start(struct plain_stage *stage);

/* In the room, and what was sent and told for that is forgotten. */
void plain_stage_enter(struct plain_stage *stage);
void plain_stage_done(struct plain_stage *stage);

/* Changes a key of the dialect, and ends the test where it can't be. */
void plain_stage_set(struct plain_stage *stage, enum dialect_key key, const char *text);

/* Each is followed by a tick. */
void plain_stage_receive(struct plain_stage *stage, const char *text);
void plain_stage_receive_bytes(struct plain_stage *stage, const void *bytes, size_t length);
uint32_t plain_stage_say(struct plain_stage *stage, const char *text);
void plain_stage_leave(struct plain_stage *stage, bool at_once);
void plain_stage_moved(struct plain_stage *stage);

/* Time goes on, with a tick whenever the client wants one, and at the end. */
void plain_stage_pass_ms(struct plain_stage *stage, int64_t ms);
void plain_stage_tick(struct plain_stage *stage);

/* All datagrams since the last call, as "L alice|C alice hello"; a copy that lasts until the next
 * call of this or plain_stage_told. */
const char *plain_stage_sent(struct plain_stage *stage);

/*
 * All that was told since the last call, as "joining 0 0|in|out left|<bob> hello|<alice #1>
 * hi|+bob|-bob|* tea|line X|missed 3|1 sent|2 refused 5". With members: "@+2 bob".
 */
const char *plain_stage_told(struct plain_stage *stage);

#endif
