/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Who is here, by name, as shown: all that lines tell. A row in no order, and an index of its names.
 */
#include "core/plain_client_state.h"

#include "core/hash.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 32U

/* ---- the row, and the index that leads from names to places in it ---- */

static uint32_t hash_of(const struct plain_client *client, struct octets_slice name)
{
    return hash_keyed(client->seed, name.bytes, name.length);
}

static struct octets_slice name_of(const struct plain_client_member *member)
{
    return (struct octets_slice){member->name, member->name_len};
}

static bool is_same(struct octets_slice a, struct octets_slice b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

static struct plain_client_member *find(const struct plain_client *client, struct octets_slice name)
{
    const struct plain_client_members *members = &client->members;
    struct index_search search = index_search(hash_of(client, name));
    uint32_t at;

    while (index_next(&members->by_name, &search, &at)) {
        if (is_same(name_of(&members->row[at]), name))
            return &members->row[at];
    }
    return NULL;
}

static bool reserve(struct plain_client_members *members)
{
    uint32_t capacity = members->capacity > 0 ? members->capacity * 2 : FIRST_CAPACITY;
    struct plain_client_member *row;

    if (index_reserve(&members->by_name) != STATUS_OK)
        return false;
    if (members->count < members->capacity)
        return true;
    row = realloc(members->row, capacity * sizeof(*row));
    if (row == NULL)
        return false;
    members->row = row;
    members->capacity = capacity;
    return true;
}

static void tell(const struct plain_client *client, const struct plain_client_member *member, bool here)
{
    if (client->sink.member != NULL)
        client->sink.member(client->sink.ctx, member->number, member->name, member->name_len, here);
}

/* False where there is no place. The name is not in yet. */
static bool add(struct plain_client *client, struct octets_slice name, uint64_t number)
{
    struct plain_client_members *members = &client->members;
    struct plain_client_member *member;

    if (name.length == 0 || name.length > ROOM_NAME_MAX_BYTES || members->count == CLIENT_MEMBERS_MAX ||
        !reserve(members))
        return false;
    member = &members->row[members->count];
    *member = (struct plain_client_member){.number = number, .name_len = (uint8_t)name.length};
    memcpy(member->name, name.bytes, name.length);
    index_add(&members->by_name, hash_of(client, name), members->count++);
    tell(client, member, true);
    return true;
}

/* The last of the row takes its place. */
static void take_out(struct plain_client *client, const struct plain_client_member *member)
{
    struct plain_client_members *members = &client->members;
    struct plain_client_member gone = *member;
    uint32_t at = (uint32_t)(member - members->row), last = members->count - 1, hash;

    index_remove(&members->by_name, hash_of(client, name_of(&gone)), at);
    if (at != last) {
        hash = hash_of(client, name_of(&members->row[last]));
        index_remove(&members->by_name, hash, last);
        index_add(&members->by_name, hash, at);
        members->row[at] = members->row[last];
    }
    members->count = last;
    tell(client, &gone, false);
}

/* ---- who comes and goes ---- */

void plain_client_members_done(struct plain_client *client)
{
    free(client->members.row);
    index_done(&client->members.by_name);
}

uint64_t plain_client_members_find(const struct plain_client *client, struct octets_slice name)
{
    const struct plain_client_member *member = find(client, name);

    return member != NULL ? member->number : 0;
}

uint64_t plain_client_members_enter(struct plain_client *client, struct octets_slice name)
{
    uint64_t number = plain_client_members_find(client, name);

    if (number != 0)
        return number;
    number = client->members.numbers + 1;
    if (!add(client, name, number))
        return 0;
    client->members.numbers = number;
    return number;
}

/* Its own exit is only heard where somebody else has left in its name, or an earlier one is late: it is in as long as nobody refuses it. */
void plain_client_members_leave(struct plain_client *client, struct octets_slice name)
{
    const struct plain_client_member *member = find(client, name);

    if (member != NULL && member->number != client->members.own)
        take_out(client, member);
}

static struct plain_client_member *find_number(const struct plain_client *client, uint64_t number)
{
    const struct plain_client_members *members = &client->members;

    for (uint32_t i = 0; i < members->count; i++) {
        if (members->row[i].number == number)
            return &members->row[i];
    }
    return NULL;
}

/* Its number stays over a change of names. Whoever is listed under its name is a member that is gone, or itself as the others saw it come. */
void plain_client_members_own(struct plain_client *client)
{
    struct plain_client_members *members = &client->members;
    struct octets_slice name = {client->name, strlen(client->name)};
    struct plain_client_member *old = find_number(client, members->own);

    if (old != NULL && is_same(name_of(old), name))
        return;
    if (old != NULL)
        take_out(client, old);
    old = find(client, name);
    if (old != NULL)
        take_out(client, old);
    if (members->own == 0)
        members->own = ++members->numbers;
    add(client, name, members->own);
}

void plain_client_members_forget(struct plain_client *client)
{
    struct plain_client_members *members = &client->members;

    while (members->count > 0)
        take_out(client, &members->row[members->count - 1]);
}

bool plain_client_next_member(const struct plain_client *client, uint64_t after, uint64_t *ret_number,
                              const char **ret_name, size_t *ret_name_len)
{
    const struct plain_client_members *members = &client->members;
    const struct plain_client_member *next = NULL;

    for (uint32_t i = 0; i < members->count; i++) {
        const struct plain_client_member *member = &members->row[i];

        if (member->number > after && (next == NULL || member->number < next->number))
            next = member;
    }
    if (next == NULL)
        return false;
    *ret_number = next->number;
    *ret_name = next->name;
    *ret_name_len = next->name_len;
    return true;
}
