/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The machine of whichever protocol the room speaks: the sequenced one (roomd/client.h), or, with a dialect, the plain one (roomd/plain_client.h). Each function is that of the same name there, and what a protocol does not tell
 * is empty or 0. Owns nothing but the machine.
 */
#ifndef ROOMD_ROOM_TALK_H
#define ROOMD_ROOM_TALK_H

#include <roomd/client.h>
#include <roomd/dialect.h>

struct talk;

struct talk_setup {
    const char *name;
    const struct dialect *dialect;       /* NULL: the sequenced protocol; else borrowed for its life */
    int64_t keepalive_ns;                /* plain: the join is repeated so often; 0 = never */
    const struct client_session *resume; /* sequenced: NULL = join anew */
    struct client_sink sink;
};

int talk_new(const struct talk_setup *setup, struct talk **ret_talk);
/* NULL is legal. */
void talk_free(struct talk *talk);

void talk_receive(struct talk *talk, const struct moment *now, const void *bytes, size_t length);
int64_t talk_tick(struct talk *talk, const struct moment *now);
int talk_say(struct talk *talk, const struct moment *now, const char *text, size_t length, uint32_t *ret_number);
int talk_rename(struct talk *talk, const struct moment *now, const char *name, uint32_t *ret_number);
void talk_leave(struct talk *talk, const struct moment *now, bool at_once);
void talk_moved(struct talk *talk, const struct moment *now);

enum client_state talk_state(const struct talk *talk);
const char *talk_close_text(const struct talk *talk);
uint32_t talk_pending(const struct talk *talk);
const char *talk_name(const struct talk *talk);
const char *talk_room(const struct talk *talk);
size_t talk_text_max_bytes(const struct talk *talk);
uint32_t talk_members(const struct talk *talk);
bool talk_next_member(const struct talk *talk, uint64_t after, uint64_t *ret_number, const char **ret_name,
                      size_t *ret_name_len);
/* False over the plain protocol. */
bool talk_session(const struct talk *talk, struct client_session *ret_session);

/* Once out: nothing says that the room has not heard what was said. Over the sequenced protocol, each message has its outcome; over the plain one, the bye has come, or the dialect has none. */
bool talk_was_heard(const struct talk *talk);

#endif
