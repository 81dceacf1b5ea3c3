/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * An index by token. Tokens are keyed hashes, so their low bits serve as hash, and nobody can
 * choose tokens that collide.
 */
#include "core/model/sessions.h"

#include "core/model/session.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

int sessions_new(const struct registry *registry, const uint8_t secret[ROOM_SECRET_BYTES],
                 struct sessions **ret_sessions)
{
    struct sessions *sessions = calloc(1, sizeof(*sessions));

    if (sessions == NULL || nacks_pool_init(&sessions->nacks) != 0) {
        free(sessions);
        return STATUS_NO_MEMORY;
    }
    sessions->registry = registry;
    memcpy(sessions->secret, secret, sizeof(sessions->secret));
    sessions->secrets = 1;
    sessions_begin_epoch(sessions, 1);
    *ret_sessions = sessions;
    return STATUS_OK;
}

void sessions_begin_epoch(struct sessions *sessions, uint64_t event)
{
    sessions->epoch_event = event;
    sessions->epoch = secrets_number(sessions->secret, SECRETS_EPOCH, NULL, sessions->epochs++, 0);
}

void sessions_free(struct sessions *sessions)
{
    if (sessions == NULL)
        return;
    hash_index_done(&sessions->by_token);
    nacks_pool_done(&sessions->nacks);
    free(sessions);
}

struct member *sessions_find(const struct sessions *sessions, uint64_t token)
{
    struct hash_index_search search = hash_index_search((uint32_t)token);
    uint32_t seat;

    while (hash_index_next(&sessions->by_token, &search, &seat)) {
        struct member *member = registry_seated(sessions->registry, seat);

        if (member->session->token == token)
            return member;
    }
    return NULL;
}

int sessions_add(struct sessions *sessions, const struct member *member)
{
    int status = hash_index_reserve(&sessions->by_token);

    if (status == 0)
        hash_index_add(&sessions->by_token, (uint32_t)member->session->token, member->seat);
    return status;
}

void sessions_remove(struct sessions *sessions, const struct member *member)
{
    struct session *session = member->session;

    nacks_clear(&sessions->nacks, &session->nacks);
    hash_index_remove(&sessions->by_token, (uint32_t)session->token, member->seat);
    sessions->ended[sessions->ended_next] = (struct sessions_ended){session->token, session->nonce};
    sessions->ended_next = (sessions->ended_next + 1) % SESSIONS_ENDED;
}

void sessions_restore_ended(struct sessions *sessions, uint32_t place,
                            const struct sessions_ended *ended)
{
    sessions->ended[place % SESSIONS_ENDED] = *ended;
}

void sessions_restore_next(struct sessions *sessions, uint32_t place)
{
    sessions->ended_next = place % SESSIONS_ENDED;
}

uint32_t sessions_count(const struct sessions *sessions)
{
    return sessions->by_token.count;
}

bool sessions_has_ended(const struct sessions *sessions, uint64_t token, uint64_t nonce)
{
    for (uint32_t i = 0; i < SESSIONS_ENDED; i++) {
        const struct sessions_ended *ended = &sessions->ended[i];

        if (ended->token != 0 && (ended->token == token || ended->nonce == nonce))
            return true;
    }
    return false;
}
