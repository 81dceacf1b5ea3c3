/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One of two machines. They have the same shape, so each function is a choice. */
#include "room/talk.h"

#include <roomd/plain_client.h>
#include <roomd/status.h>
#include <sodium.h>
#include <stdlib.h>

/* Events beyond a gap: far more than a window. */
#define TALK_STORE_BYTES (1 << 20)

/* One of them is NULL. */
struct talk {
    struct client *sequenced;
    struct plain_client *plain;
    bool has_bye; /* the plain dialect, for those who leave as we do */
};

static int make_sequenced(struct talk *talk, const struct talk_setup *from)
{
    struct client_setup setup = {
        .name = from->name, .resume = from->resume, .reorder_bytes = TALK_STORE_BYTES, .sink = from->sink};

    randombytes_buf(setup.seed, sizeof(setup.seed));
    return client_new(&setup, &talk->sequenced);
}

static int make_plain(struct talk *talk, const struct talk_setup *from)
{
    struct plain_client_setup setup = {
        .name = from->name, .dialect = from->dialect, .keepalive_ns = from->keepalive_ns, .sink = from->sink};
    const struct verbs *exits = &from->dialect->verbs[DIALECT_EXIT_VERBS];

    talk->has_bye = dialect_bye(from->dialect, exits->word[0], exits->length[0])->length > 0;
    randombytes_buf(setup.seed, sizeof(setup.seed));
    return plain_client_new(&setup, &talk->plain);
}

int talk_new(const struct talk_setup *setup, struct talk **ret_talk)
{
    struct talk *talk = calloc(1, sizeof(*talk));
    int status;

    if (talk == NULL)
        return STATUS_NO_MEMORY;
    status = setup->dialect != NULL ? make_plain(talk, setup) : make_sequenced(talk, setup);
    if (status != STATUS_OK) {
        free(talk);
        return status;
    }
    *ret_talk = talk;
    return STATUS_OK;
}

void talk_free(struct talk *talk)
{
    if (talk == NULL)
        return;
    if (talk->plain != NULL)
        plain_client_free(talk->plain);
    else
        client_free(talk->sequenced);
    free(talk);
}

void talk_receive(struct talk *talk, const struct moment *now, const void *bytes, size_t length)
{
    if (talk->plain != NULL)
        plain_client_receive(talk->plain, now, bytes, length);
    else
        client_receive(talk->sequenced, now, bytes, length);
}

int64_t talk_tick(struct talk *talk, const struct moment *now)
{
    return talk->plain != NULL ? plain_client_tick(talk->plain, now) : client_tick(talk->sequenced, now);
}

int talk_say(struct talk *talk, const struct moment *now, const char *text, size_t length, uint32_t *ret_number)
{
    if (talk->plain != NULL)
        return plain_client_say(talk->plain, now, text, length, ret_number);
    return client_say(talk->sequenced, now, text, length, ret_number);
}

int talk_rename(struct talk *talk, const struct moment *now, const char *name, uint32_t *ret_number)
{
    if (talk->plain != NULL)
        return plain_client_rename(talk->plain, now, name, ret_number);
    return client_rename(talk->sequenced, now, name, ret_number);
}

void talk_leave(struct talk *talk, const struct moment *now, bool at_once)
{
    if (talk->plain != NULL)
        plain_client_leave(talk->plain, now, at_once);
    else
        client_leave(talk->sequenced, now, at_once);
}

void talk_moved(struct talk *talk, const struct moment *now)
{
    if (talk->plain != NULL)
        plain_client_moved(talk->plain, now);
    else
        client_moved(talk->sequenced, now);
}

enum client_state talk_state(const struct talk *talk)
{
    return talk->plain != NULL ? plain_client_state(talk->plain) : client_state(talk->sequenced);
}

const char *talk_close_text(const struct talk *talk)
{
    return talk->plain != NULL ? plain_client_close_text(talk->plain) : client_close_text(talk->sequenced);
}

uint32_t talk_pending(const struct talk *talk)
{
    return talk->plain != NULL ? plain_client_pending(talk->plain) : client_pending(talk->sequenced);
}

const char *talk_name(const struct talk *talk)
{
    return talk->plain != NULL ? plain_client_name(talk->plain) : client_name(talk->sequenced);
}

const char *talk_room(const struct talk *talk)
{
    return talk->plain != NULL ? "" : client_room(talk->sequenced);
}

size_t talk_text_max_bytes(const struct talk *talk)
{
    return talk->plain != NULL ? plain_client_text_max_bytes(talk->plain) : client_text_max_bytes(talk->sequenced);
}

uint32_t talk_members(const struct talk *talk)
{
    return talk->plain != NULL ? plain_client_members(talk->plain) : client_members(talk->sequenced);
}

bool talk_next_member(const struct talk *talk, uint64_t after, uint64_t *ret_number, const char **ret_name,
                      size_t *ret_name_len)
{
    if (talk->plain != NULL)
        return plain_client_next_member(talk->plain, after, ret_number, ret_name, ret_name_len);
    return client_next_member(talk->sequenced, after, ret_number, ret_name, ret_name_len);
}

bool talk_session(const struct talk *talk, struct client_session *ret_session)
{
    return talk->plain == NULL && client_session(talk->sequenced, ret_session);
}

bool talk_was_heard(const struct talk *talk)
{
    return !talk->has_bye || plain_client_heard_bye(talk->plain);
}
