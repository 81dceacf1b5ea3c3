/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A table of seats, half empty at least, without tombstones. Tokens are keyed hashes, so their low bits are as good as any other hash of them, and nobody can choose tokens that collide.
 */
#include "core/sessions.h"

#include "core/session.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS_FIRST_CAPACITY 64U

int sessions_new(const struct registry *registry, const uint8_t secret[ROOM_SECRET_BYTES],
                 struct sessions **ret_sessions)
{
    struct sessions *sessions = calloc(1, sizeof(*sessions));

    if (sessions == NULL)
        return STATUS_NO_MEMORY;
    sessions->registry = registry;
    memcpy(sessions->secret, secret, sizeof(sessions->secret));
    sessions_begin_epoch(sessions);
    *ret_sessions = sessions;
    return STATUS_OK;
}

void sessions_begin_epoch(struct sessions *sessions)
{
    sessions->epoch = secrets_number(sessions->secret, SECRETS_EPOCH, NULL, sessions->epochs++, 0);
}

void sessions_free(struct sessions *sessions)
{
    if (sessions == NULL)
        return;
    free(sessions->places);
    free(sessions);
}

static uint64_t token_at(const struct sessions *sessions, uint32_t place)
{
    return registry_seated(sessions->registry, sessions->places[place] - 1)->session->token;
}

/* Where the token stands, or the empty place where it would. */
static uint32_t place_of(const struct sessions *sessions, uint64_t token)
{
    uint32_t place = (uint32_t)token & (sessions->capacity - 1);

    while (sessions->places[place] != 0 && token_at(sessions, place) != token)
        place = (place + 1) & (sessions->capacity - 1);
    return place;
}

struct member *sessions_find(const struct sessions *sessions, uint64_t token)
{
    uint32_t seat;

    if (sessions->capacity == 0)
        return NULL;
    seat = sessions->places[place_of(sessions, token)];
    return seat != 0 ? registry_seated(sessions->registry, seat - 1) : NULL;
}

static bool grow(struct sessions *sessions)
{
    uint32_t old_capacity = sessions->capacity, *old = sessions->places;
    uint32_t capacity = old_capacity == 0 ? SESSIONS_FIRST_CAPACITY : old_capacity * 2;
    uint32_t *places;

    if ((sessions->count + 1) * 2 <= old_capacity)
        return true;
    places = calloc(capacity, sizeof(*places));
    if (places == NULL)
        return false;
    sessions->places = places;
    sessions->capacity = capacity;
    for (uint32_t i = 0; i < old_capacity; i++) {
        if (old[i] != 0)
            places[place_of(sessions, registry_seated(sessions->registry, old[i] - 1)->session->token)] = old[i];
    }
    free(old);
    return true;
}

int sessions_add(struct sessions *sessions, const struct member *member)
{
    if (!grow(sessions))
        return STATUS_NO_MEMORY;
    sessions->places[place_of(sessions, member->session->token)] = member->seat + 1;
    sessions->count++;
    return STATUS_OK;
}

/* Whoever stands behind the empty place only because somebody stood there moves up. */
static void close_up(struct sessions *sessions, uint32_t empty)
{
    uint32_t mask = sessions->capacity - 1;

    for (uint32_t place = (empty + 1) & mask; sessions->places[place] != 0; place = (place + 1) & mask) {
        uint32_t wanted = (uint32_t)token_at(sessions, place) & mask;

        if (((place - wanted) & mask) < ((place - empty) & mask))
            continue;
        sessions->places[empty] = sessions->places[place];
        sessions->places[place] = 0;
        empty = place;
    }
}

void sessions_remove(struct sessions *sessions, const struct member *member)
{
    const struct session *session = member->session;
    uint32_t place = place_of(sessions, session->token);

    if (sessions->places[place] == 0)
        return;
    sessions->places[place] = 0;
    close_up(sessions, place);
    sessions->count--;
    sessions->ended[sessions->ended_next] = (struct sessions_ended){session->token, session->nonce};
    sessions->ended_next = (sessions->ended_next + 1) % SESSIONS_ENDED;
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
